"""FERPlus at 224 px (48 on disk), batches of 128; majority of the votes.

For votes as soft labels in training, set ``train_dataloader.dataset.mode='probability'`` or
``'multi_target'``; published figures are measured on the majority of the private test part.
"""

_base_ = './faces_224.py'

dataset_type = 'FERPlus'
data_root = 'data/ferplus'

data_preprocessor = dict(num_classes=8)
train_dataloader = dict(dataset=dict(type=dataset_type, data_root=data_root, mode='majority'))
val_dataloader = dict(
    dataset=dict(type=dataset_type, data_root=data_root, split='val', mode='majority')
)
test_dataloader = dict(dataset=dict(type=dataset_type, data_root=data_root, mode='majority'))

# Photographs are cut out and reduced as FERPlus' images are; see ferplus_48.py.
face_crop = dict(type='box', size=48, scale=1.09, shift=(0.01, 0.0))
