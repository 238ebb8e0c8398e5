"""EfficientNet-lite0 trained on renderings alone and tested on the people of FERPlus.

    python tools/render_synthetic.py ferplus data/synthetic/ferplus-photographs \
        --preset photographs --images 18000 --workers 2

The contrast of every image is stretched, in training and in testing, because that of renderings is
lower than that of photographs.
"""

_base_ = './efficientnet-lite0_ferplus-48px.py'
parts = [*_base_.parts, 'stretch']

data_root = 'data/synthetic/ferplus-photographs'
epochs = 12
half = epochs // 2

stretch = dict(type='AutoContrast', prob=1.0)
cached_gray = [
    _base_.cached,
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomPhotograph', prob=0.9),
    dict(type='RandomGrayscale', prob=1.0, keep_channels=True),
    stretch,
]
large_pipeline = [*cached_gray, _base_.enlarge, *_base_.augment, dict(type='PackExpression')]
train_pipeline = [
    *cached_gray,
    dict(type='ResizeFace', size=64),
    *_base_.augment,
    dict(type='PackExpression'),
]
test_pipeline = [*_base_.gray, stretch, _base_.enlarge, dict(type='PackExpression')]
tta_pipeline = [*_base_.gray, stretch, _base_.enlarge, _base_.tta_pipeline[-1]]

train_dataloader = dict(
    dataset=dict(dataset=dict(data_root=data_root, pipeline=train_pipeline)),
)
val_dataloader = dict(dataset=dict(data_root=data_root, pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))

param_scheduler = [
    # First, because it sets the rate at the beginning of each period.
    dict(
        type='CosineRestartLR',
        periods=[half, epochs - half],
        restart_weights=[1, 0.5],
        eta_min=1e-5,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
    _base_.param_scheduler[1],
]
train_cfg = dict(max_epochs=epochs)
face_crop = dict(scale=1.175, shift=(0.02, 0.015))
default_hooks = dict(
    # Few steps: an average over 100 of them.
    ema=dict(momentum=0.01),
    larger=dict(schedule=[dict(action_epoch=half + 1, train_pipeline=large_pipeline)]),
)
