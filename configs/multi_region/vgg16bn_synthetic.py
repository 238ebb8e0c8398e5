"""VGG-16 with batch norm on rendered faces: the baseline of the multi-region network.

python tools/render_synthetic.py rafdb data/synthetic/rafdb --preset small
"""

_base_ = ['./multi_region_vgg16bn_rafdb.py', '../_base_/small_cpu.py']
parts = ['plain', 'regions', 'pipelines', 'small_cpu']

data_root = 'data/synthetic/rafdb'
image_size = 56
epochs = 10

model = dict(
    _base_.plain,
    # With three poolings, 56 pixels give a map of 7x7, like 224 pixels with five.
    backbone=dict(_base_.plain.backbone, width=0.25, num_pools=3),
    head=dict(_base_.plain.head, in_channels=128),
)

train_dataloader = dict(
    **_base_.small_cpu.train_loader,
    # Oversampling: a fiftieth of the images show fear.
    sampler=dict(_delete_=True, type='ClassBalancedSampler'),
    dataset=dict(data_root=data_root, pipeline={{_base_.regions.slim.plain.train}}),
)
test_dataloader = dict(
    **_base_.small_cpu.test_loader,
    dataset=dict(data_root=data_root, pipeline={{_base_.regions.slim.plain.test}}),
)
val_dataloader = test_dataloader
tta_pipeline = {{_base_.regions.slim.plain.tta}}

optim_wrapper = dict(type='CPUAmpOptimWrapper', optimizer=dict(lr=0.02))
param_scheduler = dict(**_base_.small_cpu.one_cycle, eta_max=0.02, total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = _base_.small_cpu.hooks
face_crop = dict(_delete_=True, type='box', size=112, scale=1.28, shift=(0.02, -0.05))
