# SE-ResNeXt-50 32x4d, the annotated apex, with cross-entropy in place of the focal loss.
_base_ = './table4_seresnext50_apex.py'
model = dict(
    head=dict(loss=dict(_delete_=True, type='CrossEntropyLoss', loss_weight=1.0)),
)
