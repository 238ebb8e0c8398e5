"""RALD on rendered faces, in minutes on two CPU cores.

python tools/render_synthetic.py fgemotions data/synthetic/fgemotions --preset small
"""

_base_ = ['./rald_r18_fgemotions.py', '../_base_/small_cpu.py']
parts = ['small_cpu', 'load']

data_root = 'data/synthetic/fgemotions'
image_size = 96
epochs = 14

load = [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=image_size)]
train_pipeline = [dict(type='Cached', transforms=load), *_base_.small_cpu.augment]
test_pipeline = [*load, dict(type='PackExpression')]
tta_pipeline = [*load, _base_.tta_pipeline[-1]]
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
    warm_start=dict(type='WarmStartHook', epochs=epochs * 4 // 7),
)
face_crop = dict(size=112)
