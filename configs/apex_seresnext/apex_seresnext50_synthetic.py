"""SE-ResNeXt-50 on true apex frames of renderings, in minutes on two CPU cores: 112 px, 12 epochs.

    python tools/render_synthetic.py casme2 data/synthetic/casme2 --preset tiny --no-oddities

From random weights, the accuracy stays at chance. Start from seresnext50_expressions-synthetic.py:
load_from='work_dirs/seresnext50_expressions-synthetic/epoch_8.pth'.
"""

_base_ = ['./apex_seresnext50_casme2.py', '../_base_/small_cpu.py']
parts = ['small_cpu', 'load', 'align', 'noise', 'rendered']

data_root = 'data/synthetic/casme2'
image_size = 112
epochs = 12
test_subjects = ('sub07', 'sub08')
rendered = dict(data_root=data_root, test_subjects=test_subjects, frame='apex')

# Clips are rendered without noise.
load, noise = dict(type='LoadExpressionImage'), dict(type='SensorNoise', seed=0)
align = dict(type='AlignFace', size=image_size, margin=0.05)
train_pipeline = [
    load,
    dict(type='SensorNoise', fresh=True),
    align,
    *_base_.train_pipeline[2:],
]
test_pipeline = [load, noise, align, dict(type='PackExpression')]
tta_pipeline = [load, noise, align, _base_.tta_pipeline[-1]]
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    persistent_workers=False,
    drop_last=True,
    dataset=dict(**rendered, pipeline=train_pipeline),
)
test_dataloader = dict(
    **_base_.small_cpu.test_loader,
    dataset=dict(**rendered, pipeline=test_pipeline),
)
val_dataloader = test_dataloader

optim_wrapper = dict(type='CPUAmpOptimWrapper', optimizer=dict(lr=1e-3))
param_scheduler = dict(**_base_.small_cpu.one_cycle, eta_max=1e-3, total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(
    logger=dict(interval=5),
    checkpoint=dict(interval=epochs, max_keep_ckpts=1),
    channels_last=dict(type='ChannelsLastHook'),
)
