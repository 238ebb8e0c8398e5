# ResNet-50, the spotted apex, with cross-entropy in place of the focal loss.
_base_ = './table4_resnet50_spotted.py'
model = dict(
    head=dict(loss=dict(_delete_=True, type='CrossEntropyLoss', loss_weight=1.0)),
)
