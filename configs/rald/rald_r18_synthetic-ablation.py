"""Few, small rendered faces, to compare many variants over several seeds.

    python tools/render_synthetic.py fgemotions data/synthetic/fgemotions-ablation \
        --preset standard --images 1980 --size 80
"""

_base_ = ['./rald_r18_fgemotions.py', '../_base_/small_cpu.py']
parts = ['small_cpu', 'load']

data_root = 'data/synthetic/fgemotions-ablation'
image_size = 80
epochs = 11

load = [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=image_size)]
train_pipeline = [dict(type='Cached', transforms=load), *_base_.small_cpu.augment]
test_pipeline = [*load, dict(type='PackExpression')]
train_dataloader = dict(
    **_base_.small_cpu.train_loader,
    dataset=dict(data_root=data_root, pipeline=train_pipeline),
)
test_dataloader = dict(
    **_base_.small_cpu.test_loader,
    dataset=dict(data_root=data_root, pipeline=test_pipeline),
)
val_dataloader = test_dataloader

optim_wrapper = _base_.small_cpu.adamw
param_scheduler = dict(**_base_.small_cpu.one_cycle, eta_max=1e-3, total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(
    **_base_.small_cpu.hooks,
    # In an untrained network, attention between images averages out their differences.
    warm_start=dict(type='WarmStartHook', epochs=epochs * 3 // 4),
    checkpoint=dict(interval=2, max_keep_ckpts=1),
)
face_crop = dict(size=80)
