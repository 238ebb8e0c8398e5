"""IFER, faces of infants, at 224 px, batches of 128; split 6:2:2 with seed 0."""

_base_ = './faces_224.py'

dataset_type = 'IFER'
data_root = 'data/ifer'

data_preprocessor = dict(num_classes=4)
train_dataloader = dict(dataset=dict(type=dataset_type, data_root=data_root, split_seed=0))
val_dataloader = dict(
    dataset=dict(type=dataset_type, data_root=data_root, split='val', split_seed=0)
)
test_dataloader = dict(dataset=dict(type=dataset_type, data_root=data_root, split_seed=0))
