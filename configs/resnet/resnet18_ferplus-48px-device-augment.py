"""resnet18_ferplus-48px.py, whose batches are augmented on the device of the model.

It needs kornia (`pip install kornia`). The ranges are those of the transforms it replaces.
"""

_base_ = './resnet18_ferplus-48px.py'

data_preprocessor = dict(
    type='AugmentingPreprocessor',
    device_augments=[
        dict(type='RandomHorizontalFlip', p=0.5),
        dict(
            type='RandomAffine',
            degrees=15,
            scale=(0.8, 1.2),
            translate=(0.08, 0.08),
            padding_mode='reflection',
            align_corners=True,
            p=1.0,
        ),
        dict(
            type='RandomErasing',
            scale=(0.02, 0.2),
            ratio=(0.3, 10 / 3),
            value=128 / 255,
            p=_base_.erase_prob,
        ),
    ],
)
train_pipeline = [_base_.cached, dict(type='PackExpression')]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
