"""STSTNet on the differences of four frames, evenly from onset to apex, from the onset frame."""

_base_ = './ststnet_synthetic.py'

between = 3
model = dict(backbone=dict(in_channels=between + 1))
motion = [dict(type='MotionInput', mode='sequence', size=28), dict(type='PackExpression')]
train_pipeline = [*_base_.train_pipeline[:3], *motion]
test_pipeline = [*_base_.noisy, *motion]
tta_pipeline = [
    *_base_.noisy,
    dict(type='TestTimeAug', transforms=[_base_.flips, *([step] for step in motion)]),
]
train_dataloader = dict(dataset=dict(between=between, pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(between=between, pipeline=test_pipeline))
val_dataloader = test_dataloader
