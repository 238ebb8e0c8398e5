# Not in paper 003: ResNet-18 with the layer norm of RALD before the classifier, and no other part
# of RALD. This control separates the gain of the norm from the gain of the other parts.
_base_ = '../rald_r18_fgemotions.py'
model = dict(
    neck=dict(labels=None, itrr=None, hlrr=None, lgifo=None, neighbors='cosine'),
    head=dict(neighbor_loss=None),
)
custom_hooks = [dict(type='WarmStartHook', epochs=10**6, priority='LOW')]
