"""Rendered faces, few and small, for comparing many variants over several seeds.

    python tools/render_synthetic.py celeba data/synthetic/celeba-ablation \
        --preset standard --images 2000 --size 80
"""

_base_ = './faer_convnext_synthetic-celeba.py'

data_root = 'data/synthetic/celeba-ablation'
image_size = 80
epochs = 10

train_pipeline = {{_base_.two_cores.faces_80.train}}
test_pipeline = {{_base_.two_cores.faces_80.test}}
train_dataloader = dict(dataset=dict(data_root=data_root, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(data_root=data_root, pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(data_root=data_root, pipeline=test_pipeline))

param_scheduler = dict(total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(checkpoint=dict(interval=epochs, max_keep_ckpts=1))
face_crop = dict(size=80)
