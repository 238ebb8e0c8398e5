"""FERPlus at 224 px (48 on disk), batches of 128; majority of the votes.

For votes as soft labels in training, set ``train_dataloader.dataset.mode='probability'`` or
``'multi_target'``; published figures are measured on the majority of the private test part.
"""

_base_ = './faces_224.py'

dataset_type = 'FERPlus'
data_root = 'data/ferplus'
face_size = 48

# Any photograph becomes what FERPlus holds: a face cut out as there, 48 px, gray.
face_crop = dict(type='box', size=face_size, scale=1.09, shift=(0.01, 0.0))
as_ferplus = [
    dict(type='LoadExpressionImage'),
    dict(type='ResizeFace', size=face_size),
    dict(type='RandomGrayscale', prob=1.0, keep_channels=True),
    dict(type='ResizeFace', size=_base_.image_size),
]
test_pipeline = [*as_ferplus, dict(type='PackExpression')]
tta_pipeline = [*as_ferplus, _base_.tta_pipeline[-1]]

data_preprocessor = dict(num_classes=8)
train_dataloader = dict(dataset=dict(type=dataset_type, data_root=data_root, mode='majority'))
faces = dict(type=dataset_type, data_root=data_root, mode='majority', pipeline=test_pipeline)
val_dataloader = dict(dataset=dict(**faces, split='val'))
test_dataloader = dict(dataset=faces)
