"""RALD on rendered faces, in minutes on two CPU cores.

python tools/render_synthetic.py fgemotions data/synthetic/fgemotions --preset small
"""

_base_ = ['./rald_r18_fgemotions.py', '../_base_/two_cores.py']

data_root = 'data/synthetic/fgemotions'
image_size = 96
epochs = 14

train_pipeline = {{_base_.two_cores.faces_96.train}}
test_pipeline = {{_base_.two_cores.faces_96.test}}
train_dataloader = dict(
    batch_size=32,
    num_workers=0,
    persistent_workers=False,
    drop_last=True,
    dataset=dict(data_root=data_root, pipeline=train_pipeline),
)
test_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(data_root=data_root, pipeline=test_pipeline),
)
val_dataloader = test_dataloader

optim_wrapper = dict(
    type='CPUAmpOptimWrapper',
    optimizer=dict(_delete_=True, type='AdamW', lr=1e-3, weight_decay=0.05),
)
param_scheduler = dict(
    _delete_=True,
    type='OneCycleLR',
    eta_max=1e-3,
    total_steps=epochs,
    convert_to_iter_based=True,
    by_epoch=True,
)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(
    logger=dict(interval=10),
    # Images that attend to each other before they are told apart average each other away.
    warm_start=dict(type='WarmStartHook', epochs=8),
    channels_last=dict(type='ChannelsLastHook'),
)
face_crop = dict(size=112)
