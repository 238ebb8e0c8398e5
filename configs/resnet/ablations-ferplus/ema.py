# Averaged weights.
_base_ = '../resnet18_ferplus-48px.py'
default_hooks = dict(
    ema=dict(
        type='EMAHook', ema_type='ExponentialMovingAverage', momentum=0.002, update_buffers=True
    )
)
