# Attention blocks as printed (eq. 7, 12, 17): no skips, PyTorch's initialization; to join.
_base_ = '../rald_r18_ferplus-48px.py'
form = dict(residual=False, init='default')
model = dict(neck=dict(itrr=form, hlrr=form, lgifo=form))
parts = ['form']
