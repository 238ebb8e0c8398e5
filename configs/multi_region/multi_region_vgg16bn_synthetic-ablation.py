"""Rendered faces, half of them occluded, to compare variants over several seeds.

    python tools/render_synthetic.py rafdb data/synthetic/rafdb-occluded \
        --preset occluded --images 2400 --size 80
"""

_base_ = ['./multi_region_vgg16bn_rafdb.py', '../_base_/small_cpu.py']
parts = ['plain', 'regions', 'pipelines', 'small_cpu']

data_root = 'data/synthetic/rafdb-occluded'
image_size = 56
epochs = 8

model = dict(
    # With three poolings, 56 pixels give a map of 7x7, like 224 pixels with five.
    backbone=dict(trunk=dict(width=0.25, num_pools=3)),
    neck=dict(in_channels=128, hidden_channels=32),
    head=dict(in_channels=256, hidden_channels=128),
)
plain = dict(backbone=dict(width=0.25, num_pools=3), head=dict(in_channels=128))

pipelines = {{_base_.regions.ablation}}
train_dataloader = dict(
    **_base_.small_cpu.train_loader,
    # Oversampling: a fiftieth of the images show fear.
    sampler=dict(_delete_=True, type='ClassBalancedSampler'),
    dataset=dict(data_root=data_root, pipeline={{_base_.regions.ablation.regions.train}}),
)
test_dataloader = dict(
    **_base_.small_cpu.test_loader,
    dataset=dict(data_root=data_root, pipeline={{_base_.regions.ablation.regions.test}}),
)
val_dataloader = test_dataloader
tta_pipeline = {{_base_.regions.ablation.regions.tta}}

optim_wrapper = dict(type='CPUAmpOptimWrapper', optimizer=dict(lr=0.02))
param_scheduler = dict(**_base_.small_cpu.one_cycle, eta_max=0.02, total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(**_base_.small_cpu.hooks, checkpoint=dict(interval=epochs, max_keep_ckpts=1))
face_crop = dict(_delete_=True, type='box', size=80, scale=1.28, shift=(0.02, -0.05))
