"""FERPlus at 48 px, its own size, in batches of 128, for two cores.

The votes are soft labels. 5 % of the training part are the choosing split, which alone may choose;
``FER2013Valid``, the validation part, is only tested, on the majority and on all votes. Training
and choosing split have the same labels, so that no image is in both.

Other labels: ``label_mode='majority'``, and with it ``label_source='fer2013'``, the labels of
FER2013, a third of which contradict the majority.
"""

data_root = 'data/ferplus'
face_size = 48
image_size = face_size
label_mode = 'probability'
label_source = 'votes'
erase_prob = 0.25
batch_size = 128

data_preprocessor = dict(num_classes=8, mean=[127.0] * 3, std=[128.0] * 3, to_rgb=True)

# Any photograph becomes what FERPlus holds: a face cut out as there, gray, 48 px. The crop is the
# median over 372 training images of the place of the detector's box.
face_crop = dict(type='box', size=face_size, scale=1.09, shift=(0.01, 0.0))

cached = dict(
    type='Cached',
    transforms=[dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=face_size)],
)
gray = [
    dict(type='LoadExpressionImage'),
    dict(type='ResizeFace', size=face_size),
    dict(type='RandomGrayscale', prob=1.0, keep_channels=True),
]
augment = [
    dict(type='RandomFaceAffine', rotate=15, scale=(0.8, 1.2), shift=0.08),
    dict(type='RandomErasing', erase_prob=erase_prob, max_area_ratio=0.2),
]
train_pipeline = [
    cached,
    dict(type='RandomFaceFlip', prob=0.5),
    *augment,
    dict(type='PackExpression'),
]
test_pipeline = [*gray, dict(type='PackExpression')]
tta_pipeline = [
    *gray,
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(type='RandomFaceFlip', prob=0.0), dict(type='RandomFaceFlip', prob=1.0)],
            [dict(type='PackExpression')],
        ],
    ),
]

faces = dict(type='FERPlus', data_root=data_root, label_tree='ferplus')
training_part = dict(**faces, mode=label_mode, labels=label_source, val_ratio=0.05)
loader = dict(
    batch_size=batch_size,
    num_workers=0,
    persistent_workers=False,
    collate_fn=dict(type='default_collate'),
)
train_dataloader = dict(
    **loader,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(**training_part, split='train', pipeline=train_pipeline),
)
val_dataloader = dict(
    **loader,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**training_part, split='val', test_mode=True, pipeline=test_pipeline),
)
test_dataloader = dict(
    **loader,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**faces, split='val', mode='majority', test_mode=True, pipeline=test_pipeline),
)
val_evaluator = dict(type='ExpressionMetric')
test_evaluator = [dict(type='ExpressionMetric'), dict(type='VotesMetric')]
