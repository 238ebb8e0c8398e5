"""AffectNet-7 at 224 px, batches of 128; tested on the official validation part.

No test part was ever handed out. The training part is very unbalanced and the validation part
is not, so the sampler draws every class equally often, as published work on AffectNet does.
"""

_base_ = './fgemotions.py'

dataset_type = 'AffectNet'
data_root = 'data/affectnet'
num_classes = 7

data_preprocessor = dict(num_classes=num_classes)
train_dataloader = dict(
    # Oversampling. For every image once an epoch: dict(type='DefaultSampler', shuffle=True).
    sampler=dict(_delete_=True, type='ClassBalancedSampler'),
    dataset=dict(type=dataset_type, data_root=data_root, num_classes=num_classes),
)
test_dataloader = dict(
    dataset=dict(type=dataset_type, data_root=data_root, num_classes=num_classes)
)
val_dataloader = test_dataloader
