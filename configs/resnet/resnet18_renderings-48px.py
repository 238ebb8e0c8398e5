"""The narrow ResNet-18 trained on renderings alone, from random weights, tested on FERPlus' people.

    python tools/render_synthetic.py ferplus data/synthetic/ferplus-photographs \
        --preset photographs --images 18000 --workers 2

No photograph of a person is in its weights. The contrast of every image is stretched, in training
and in testing, because that of renderings is lower than that of photographs.
"""

_base_ = './resnet18_ferplus-48px.py'
parts = ['stretch']

data_root = 'data/synthetic/ferplus-photographs'
epochs = 20

stretch = dict(type='AutoContrast', prob=1.0)
train_pipeline = [
    _base_.cached,
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomPhotograph', prob=0.9),
    dict(type='RandomGrayscale', prob=1.0, keep_channels=True),
    stretch,
    *_base_.augment,
    dict(type='PackExpression'),
]
test_pipeline = [*_base_.gray, stretch, dict(type='PackExpression')]
tta_pipeline = [*_base_.gray, stretch, _base_.tta_pipeline[-1]]

# The features of a face and of its mirror image are averaged in tests.
model = dict(type='MirroredClassifier')
train_dataloader = dict(dataset=dict(data_root=data_root, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(data_root=data_root, pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
param_scheduler = [_base_.param_scheduler[0], dict(_base_.param_scheduler[1], T_max=epochs)]
train_cfg = dict(max_epochs=epochs)
face_crop = dict(scale=1.175, shift=(0.02, 0.015))
