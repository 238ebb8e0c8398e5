"""SE-ResNeXt-50 on rendered expressions at full strength: initial weights for micro-expressions.

    python tools/render_synthetic.py rafdb data/synthetic/rafdb-128 \
        --preset small --images 2400 --size 128 --seed 11
"""

_base_ = ['./apex_seresnext50_casme2.py', '../_base_/small_cpu.py']
parts = ['small_cpu', 'load', 'align', 'noise', 'faces']

data_root = 'data/synthetic/rafdb-128'
image_size = 112
epochs = 8

# The rendered images are read like the clips in apex_seresnext50_synthetic.py.
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

model = dict(
    head=dict(
        num_classes=7,
        loss=dict(_delete_=True, type='CrossEntropyLoss', loss_weight=1.0),
    )
)
data_preprocessor = dict(num_classes=7)
faces = dict(_delete_=True, type='RAFDB', data_root=data_root)
train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    persistent_workers=False,
    drop_last=True,
    # Oversampling: a fiftieth of the images show fear.
    sampler=dict(_delete_=True, type='ClassBalancedSampler'),
    dataset=dict(**faces, split='train', pipeline=train_pipeline),
)
test_dataloader = dict(
    **_base_.small_cpu.test_loader,
    dataset=dict(**faces, split='test', test_mode=True, pipeline=test_pipeline),
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
