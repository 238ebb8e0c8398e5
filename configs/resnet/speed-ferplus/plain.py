# mmpretrain's and mmengine's plain step: float32, default layout in memory.
_base_ = [
    '../../_base_/models/resnet18_ferplus-48px.py',
    '../../_base_/datasets/ferplus_48.py',
    '../../_base_/schedules/adamw_cosine_10e.py',
    '../../_base_/default_runtime.py',
]
optim_wrapper = dict(type='OptimWrapper')
default_hooks = dict(checkpoint=dict(max_keep_ckpts=1))
