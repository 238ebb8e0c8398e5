# A gate on each block, which starts at 0: y = x + g B(x); to join.
_base_ = '../rald_r18_ferplus-48px.py'
form = dict(gate=True)
model = dict(neck=dict(itrr=form, hlrr=form, lgifo=form))
parts = ['form']
