# Rendered faces at low intensity, blended, occluded and turned: for comparing methods.
# python tools/render_synthetic.py fgemotions data/synthetic/fgemotions-hard \
#     --preset hard --images 3300 --size 96
_base_ = './rald_r18_synthetic.py'

data_root = 'data/synthetic/fgemotions-hard'
train_pipeline = [
    dict(type='LoadFace'),
    dict(type='RandomResizedCrop', scale=80, crop_ratio_range=(0.85, 1.0)),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackInputs'),
]
test_pipeline = [
    dict(type='LoadFace'),
    dict(type='Resize', scale=(80, 80)),
    dict(type='PackInputs'),
]
train_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(data_root=data_root, pipeline=train_pipeline),
)
val_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(data_root=data_root, pipeline=test_pipeline),
)
test_dataloader = val_dataloader

epochs = 10
param_scheduler = dict(total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(
    warm_start=dict(type='WarmStartHook', epochs=6),
    checkpoint=dict(type='CheckpointHook', interval=2, max_keep_ckpts=1),
)
