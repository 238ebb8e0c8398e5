"""The multi-region network, a quarter as wide, on rendered faces: minutes on two CPU cores.

python tools/render_synthetic.py rafdb data/synthetic/rafdb --preset small
"""

_base_ = ['./multi_region_vgg16bn_rafdb.py', '../_base_/small_cpu.py']
parts = ['plain', 'regions', 'pipelines', 'small_cpu']

data_root = 'data/synthetic/rafdb'
image_size = 56
epochs = 10

model = dict(
    # With three poolings, 56 pixels give a map of 7x7, like 224 pixels with five.
    backbone=dict(trunk=dict(width=0.25, num_pools=3)),
    neck=dict(in_channels=128, hidden_channels=32),
    head=dict(in_channels=256, hidden_channels=128),
)
plain = dict(backbone=dict(width=0.25, num_pools=3), head=dict(in_channels=128))

pipelines = {{_base_.regions.slim}}
train_dataloader = dict(
    **_base_.small_cpu.train_loader,
    # Oversampling: a fiftieth of the images show fear.
    sampler=dict(_delete_=True, type='ClassBalancedSampler'),
    dataset=dict(data_root=data_root, pipeline={{_base_.regions.slim.regions.train}}),
)
test_dataloader = dict(
    **_base_.small_cpu.test_loader,
    dataset=dict(data_root=data_root, pipeline={{_base_.regions.slim.regions.test}}),
)
val_dataloader = test_dataloader
tta_pipeline = {{_base_.regions.slim.regions.tta}}

optim_wrapper = dict(type='CPUAmpOptimWrapper', optimizer=dict(lr=0.02))
param_scheduler = dict(**_base_.small_cpu.one_cycle, eta_max=0.02, total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = _base_.small_cpu.hooks
face_crop = dict(_delete_=True, type='box', size=112, scale=1.28, shift=(0.02, -0.05))
