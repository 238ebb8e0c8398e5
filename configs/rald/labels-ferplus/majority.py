# Trained on the majority of FERPlus' votes.
_base_ = '../rald_r18_ferplus-48px.py'
labels = dict(mode='majority')
train_dataloader = dict(dataset=labels)
val_dataloader = dict(dataset=labels)
parts = ['labels']
