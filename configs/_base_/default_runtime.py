"""Hooks, logging and environment of all configs."""

default_scope = 'mmfer'

default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50),
    param_scheduler=dict(type='ParamSchedulerHook'),
    # An old checkpoint is deleted only after the new one is complete.
    checkpoint=dict(type='CheckpointHook', interval=1, max_keep_ckpts=2),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    pruned_model=dict(type='PrunedModelHook'),
    random_state=dict(type='RandomStateHook'),
    class_order=dict(type='ClassOrderHook'),
    weights_fit=dict(type='WeightsFitHook'),
    leakage=dict(type='LeakageHook'),
    framing=dict(type='FaceFramingHook'),
    finite_loss=dict(type='FiniteLossHook'),
    stop_signal=dict(type='StopSignalHook'),
    sync_buffers=dict(type='SyncBuffersHook'),
)

env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),
)

visualizer = dict(type='UniversalVisualizer', vis_backends=[dict(type='LocalVisBackend')])

# With deterministic=True, repeated runs on a GPU also give the same weights, but more slowly.
randomness = dict(seed=0, deterministic=False)

log_level = 'INFO'
load_from = None
resume = False
