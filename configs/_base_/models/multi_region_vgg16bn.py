"""The multi-region network (paper 001) on VGG-BN-16, seven expressions, and VGG-BN-16 itself."""

model = dict(
    type='MultiRegionNet',
    backbone=dict(
        type='RegionTrunks',
        branches=('local', 'global'),
        trunk=dict(type='VGGBN16', norm='all', width=1.0, num_pools=5),
    ),
    neck=dict(type='RegionAttention', in_channels=512, hidden_channels=128),
    mask_loss=dict(type='AttentionMaskLoss', pull=1.0, loss_weight=1.0),
    pooling='weighted',
    head=dict(
        type='MultiRegionHead',
        num_classes=7,
        in_channels=1024,
        hidden_channels=512,
        weights=(0.5, 0.5),
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)
# The plain network of table 5, for configs that use it instead of the model.
plain = dict(
    _delete_=True,
    type='ImageClassifier',
    backbone=dict(type='VGGBN16', norm='all', width=1.0, num_pools=5),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=7,
        in_channels=512,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
    ),
)
