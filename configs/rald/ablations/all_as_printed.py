# RALD with attention blocks as printed (eq. 7, 12, 17): no skips, PyTorch's initialization.
_base_ = '../rald_r18_fgemotions.py'
model = dict(
    neck=dict(
        itrr=dict(residual=False, init='default'),
        hlrr=dict(residual=False, init='default'),
        lgifo=dict(residual=False, init='default'),
    )
)
