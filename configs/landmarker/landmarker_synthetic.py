"""The network of FaceLandmarker, only on rendered faces, in half an hour on one CPU core.

for layout in celeba fgemotions; do
    python tools/render_synthetic.py $layout data/synthetic/landmarks/$layout \
        --preset turned --size 144 --images 5000 --seed 1
done
python tools/render_synthetic.py ifer data/synthetic/landmarks/ifer \
    --preset turned --size 144 --images 1500 --seed 1
"""

_base_ = ['../_base_/default_runtime.py']

data_root = 'data/synthetic/landmarks'
image_size = 112
margin = 0.1
epochs = 16

model = dict(
    type='LandmarkRegressor',
    loss_points=dict(type='WingLoss', width=5.0, curvature=1.0),
    hidden_weight=0.3,
    data_preprocessor=dict(
        type='ImgDataPreprocessor', mean=[127.5] * 3, std=[64.0] * 3, bgr_to_rgb=True
    ),
)

train_pipeline = [
    dict(type='Cached', transforms=[dict(type='LoadExpressionImage')]),
    dict(type='JitterFaceBox', shift=0.1, scale=(0.85, 1.2)),
    dict(type='CropFace', margin=margin),
    dict(type='ResizeFace', size=image_size),
    dict(type='RandomFaceAffine', rotate=30, scale=(1.0, 1.0), shift=0.0),
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomOccluders', prob=0.5),
    dict(type='RandomPhotograph', prob=0.9),
    dict(type='PackExpression'),
]
test_pipeline = [
    dict(type='LoadExpressionImage'),
    dict(type='CropFace', margin=margin),
    dict(type='ResizeFace', size=image_size),
    dict(type='PackExpression'),
]


def rendered(split, pipeline):
    """The layouts together; their classes differ, but are not used."""
    readers = dict(celeba='CelebA', fgemotions='FGEmotions', ifer='IFER')
    return dict(
        type='ConcatDataset',
        ignore_keys=['classes', 'coarse_classes', 'parents', 'task', 'unknown_attributes']
        + ['alignment'],
        datasets=[
            dict(
                type=reader,
                data_root=f'{data_root}/{layout}',
                split=split,
                test_mode=split == 'test',
                pipeline=pipeline,
            )
            for layout, reader in readers.items()
        ],
    )


train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    collate_fn=dict(type='default_collate'),
    dataset=rendered('trainval', train_pipeline),
)
test_dataloader = dict(
    batch_size=32,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    collate_fn=dict(type='default_collate'),
    dataset=rendered('test', test_pipeline),
)
val_dataloader = test_dataloader
test_evaluator = dict(type='LandmarkMetric')
val_evaluator = test_evaluator

optim_wrapper = dict(
    type='CPUAmpOptimWrapper',
    optimizer=dict(type='AdamW', lr=2e-3, weight_decay=0.01),
    clip_grad=dict(max_norm=20.0),
)
param_scheduler = dict(
    type='OneCycleLR',
    eta_max=2e-3,
    pct_start=0.1,
    total_steps=epochs,
    convert_to_iter_based=True,
    by_epoch=True,
)
train_cfg = dict(by_epoch=True, max_epochs=epochs, val_interval=8)
val_cfg = dict()
test_cfg = dict()
default_hooks = dict(channels_last=dict(type='ChannelsLastHook'))
