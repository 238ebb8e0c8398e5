# ResNeXt-50 32x4d, the spotted apex, with cross-entropy in place of the focal loss.
_base_ = './table4_resnext50_spotted.py'
model = dict(
    head=dict(loss=dict(_delete_=True, type='CrossEntropyLoss', loss_weight=1.0)),
)
