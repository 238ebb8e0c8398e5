"""STSTNet on the motion in rendered clips, whose frames get sensor noise when they are read.

python tools/render_synthetic.py casme2 data/synthetic/casme2 --preset tiny --no-oddities
"""

_base_ = './ststnet_casme2.py'
parts = [*_base_.parts, 'noisy']

data_root = 'data/synthetic/casme2'
test_subjects = ('sub07', 'sub08')

noisy = [
    dict(
        type='LoadClip',
        register=True,
        transforms=[dict(type='LoadExpressionImage'), dict(type='SensorNoise', seed=0)],
    ),
    _base_.clip[1],
]
train_pipeline = [dict(type='Cached', transforms=noisy), *_base_.train_pipeline[1:]]
test_pipeline = [*noisy, *_base_.motion]
tta_pipeline = [
    *noisy,
    dict(type='TestTimeAug', transforms=[_base_.flips, *([step] for step in _base_.motion)]),
]
train_dataloader = dict(
    dataset=dict(data_root=data_root, test_subjects=test_subjects, pipeline=train_pipeline)
)
test_dataloader = dict(
    dataset=dict(data_root=data_root, test_subjects=test_subjects, pipeline=test_pipeline)
)
val_dataloader = test_dataloader
