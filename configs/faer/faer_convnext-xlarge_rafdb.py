"""FAER on the largest ConvNeXt, 350 million weights, divided among the ranks: RAF-DB.

    tools/dist_train.sh configs/faer/faer_convnext-xlarge_rafdb.py 8

The paper has no such network: this is the config to start from when one does not fit on a GPU.
"""

_base_ = './faer_convnext-b_rafdb.py'

runner_type = 'ShardedRunner'
model_wrapper_cfg = dict(min_weights=5_000_000)
model = dict(
    backbone=dict(arch='xlarge', init_cfg=None),
    neck=[
        dict(type='CCAttention', in_channels=2048),
        dict(type='FeaturePooling', in_channels=2048, norm=dict(type='LN', eps=1e-6)),
    ],
    head=dict(
        in_channels=2048,
        feature_losses=[dict(type='CenterLoss', num_classes=7, in_channels=2048, loss_weight=1e-2)],
    ),
)
train_dataloader = dict(batch_size=32)
