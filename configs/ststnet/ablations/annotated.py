# The apex of the coding file.
_base_ = '../ststnet_casme2.py'
frame = dict(frame='apex')
train_dataloader = dict(dataset=frame)
test_dataloader = dict(dataset=frame)
val_dataloader = test_dataloader
parts = ['frame']
