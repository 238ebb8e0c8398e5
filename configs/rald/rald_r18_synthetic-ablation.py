"""Rendered faces, few and small, for comparing many variants over several seeds.

    python tools/render_synthetic.py fgemotions data/synthetic/fgemotions-ablation \
        --preset standard --images 1980 --size 80
"""

_base_ = './rald_r18_synthetic.py'

data_root = 'data/synthetic/fgemotions-ablation'
image_size = 80
epochs = 11

train_pipeline = {{_base_.two_cores.faces_80.train}}
test_pipeline = {{_base_.two_cores.faces_80.test}}
train_dataloader = dict(dataset=dict(data_root=data_root, pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(data_root=data_root, pipeline=test_pipeline))
val_dataloader = test_dataloader

param_scheduler = dict(total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(
    warm_start=dict(epochs=8),
    checkpoint=dict(interval=2, max_keep_ckpts=1),
)
face_crop = dict(size=80)
