"""STSTNet on the difference between the apex and the onset frame: CASME II, five classes."""

_base_ = './ststnet_casme2.py'

model = dict(backbone=dict(in_channels=1))
motion = [dict(type='MotionInput', mode='difference', size=28), dict(type='PackExpression')]
train_pipeline = [*_base_.train_pipeline[:3], *motion]
test_pipeline = [*_base_.clip, *motion]
tta_pipeline = [
    *_base_.clip,
    dict(type='TestTimeAug', transforms=[_base_.flips, *([step] for step in motion)]),
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
val_dataloader = test_dataloader
