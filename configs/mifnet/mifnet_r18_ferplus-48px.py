"""MIFNet without its Swin, narrower, on FERPlus at 48 px, two epochs: for tables of many rows.

The Swin takes four fifths of a step on a CPU.
"""

_base_ = './mifnet_r18-swint_ferplus-48px.py'
channels = 128
model = dict(
    backbone=dict(
        branch1=dict(stem_channels=16, base_channels=16),
        branch2=None,
        in_channels=(channels, 384),
    ),
    neck=[dict(type='HDAM', in_channels=channels, mode='parallel'), dict(type='FeaturePooling')],
    head=dict(
        in_channels=channels,
        feature_losses=[dict(_base_.model.head.feature_losses[0], in_channels=channels)],
    ),
)
train_dataloader = dict(batch_size=64)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
epochs = 2
train_cfg = dict(max_epochs=epochs)
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], T_max=epochs)]
warmup_steps = 400
