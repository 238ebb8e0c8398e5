# Trained on FER2013's own labels, a third of which contradict the majority of FERPlus' votes.
_base_ = '../rald_r18_ferplus-48px.py'
labels = dict(mode='majority', labels='fer2013')
train_dataloader = dict(dataset=labels)
val_dataloader = dict(dataset=labels)
parts = ['labels']
