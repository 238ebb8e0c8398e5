# The majority of the votes instead of their shares.
_base_ = '../resnet18_ferplus-48px.py'
labels = dict(mode='majority')
train_dataloader = dict(dataset=labels)
val_dataloader = dict(dataset=labels)
parts = ['labels']
