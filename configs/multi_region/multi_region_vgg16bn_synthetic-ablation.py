"""Rendered faces, half of them behind something, for comparing variants over several seeds.

    python tools/render_synthetic.py rafdb data/synthetic/rafdb-occluded \
        --preset occluded --images 2400 --size 80
"""

_base_ = './multi_region_vgg16bn_synthetic.py'

data_root = 'data/synthetic/rafdb-occluded'
epochs = 8

pipelines = {{_base_.regions.ablation}}
train_dataloader = dict(
    dataset=dict(data_root=data_root, pipeline={{_base_.regions.ablation.regions.train}})
)
test_dataloader = dict(
    dataset=dict(data_root=data_root, pipeline={{_base_.regions.ablation.regions.test}})
)
val_dataloader = dict(
    dataset=dict(data_root=data_root, pipeline={{_base_.regions.ablation.regions.test}})
)
tta_pipeline = {{_base_.regions.ablation.regions.tta}}

param_scheduler = dict(total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(checkpoint=dict(interval=epochs, max_keep_ckpts=1))
face_crop = dict(size=80)
