# Not in paper 003: ResNet-18 with a layer norm before the classifier, as RALD has one, and nothing
# else of it. What RALD gains over row (a) but not over this is the norm's.
_base_ = '../rald_r18_fgemotions.py'
model = dict(
    neck=dict(labels=None, itrr=None, hlrr=None, lgifo=None, neighbors='cosine'),
    head=dict(neighbor_loss=None),
)
custom_hooks = [dict(type='WarmStartHook', epochs=10**6, priority='LOW')]
