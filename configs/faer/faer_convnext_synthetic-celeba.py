"""FAER's attributes on rendered faces, in minutes on two CPU cores.

python tools/render_synthetic.py celeba data/synthetic/celeba --preset small
"""

_base_ = [
    './faer_convnext-b_celeba.py',
    '../_base_/models/faer_convnext-small.py',
    '../_base_/small_cpu.py',
]
parts = ['small', 'small_cpu', 'load']

data_root = 'data/synthetic/celeba'
image_size = 96
epochs = 14

model = dict(backbone=_base_.small.backbone, neck=_base_.small.neck, head=dict(in_channels=256))

load = [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=image_size)]
train_pipeline = [dict(type='Cached', transforms=load), *_base_.small_cpu.augment]
test_pipeline = [*load, dict(type='PackExpression')]
tta_pipeline = [*load, _base_.tta_pipeline[-1]]
train_dataloader = dict(
    **_base_.small_cpu.train_loader,
    dataset=dict(data_root=data_root, pipeline=train_pipeline),
)
val_dataloader = dict(
    **_base_.small_cpu.test_loader,
    dataset=dict(data_root=data_root, pipeline=test_pipeline),
)
test_dataloader = dict(
    **_base_.small_cpu.test_loader,
    dataset=dict(data_root=data_root, pipeline=test_pipeline),
)

optim_wrapper = dict(**_base_.small_cpu.adamw, paramwise_cfg=None)
param_scheduler = dict(**_base_.small_cpu.one_cycle, eta_max=1e-3, total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = _base_.small_cpu.hooks
face_crop = dict(_delete_=True, type='box', size=112, scale=1.59, shift=(0.02, -0.05))
