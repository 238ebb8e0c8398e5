"""CelebA's 40 attributes, aligned images at 224 px, batches of 128."""

_base_ = './faces_224.py'

dataset_type = 'CelebA'
data_root = 'data/celeba'

data_preprocessor = dict(num_classes=40)
train_dataloader = dict(dataset=dict(type=dataset_type, data_root=data_root))
val_dataloader = dict(dataset=dict(type=dataset_type, data_root=data_root, split='val'))
test_dataloader = dict(dataset=dict(type=dataset_type, data_root=data_root))

val_evaluator = dict(type='AttributeMetric')
test_evaluator = val_evaluator
