"""Rendered faces, hard ones and a quarter of them covered, for comparing variants over seeds.

    python tools/render_synthetic.py rafdb data/synthetic/rafdb-hard-ablation \
        --preset hard --images 3000 --size 80
"""

_base_ = './multi_region_vgg16bn_synthetic.py'

data_root = 'data/synthetic/rafdb-hard-ablation'
epochs = 12

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
