"""FG-Emotions at 224 px, batches of 128; tested on the official test part."""

_base_ = './faces_224.py'

dataset_type = 'FGEmotions'
data_root = 'data/fgemotions'

data_preprocessor = dict(num_classes=33)
train_dataloader = dict(dataset=dict(type=dataset_type, data_root=data_root))
test_dataloader = dict(dataset=dict(type=dataset_type, data_root=data_root))
val_dataloader = test_dataloader
