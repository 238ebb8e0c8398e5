# The frame midway between onset and apex.
_base_ = '../ststnet_casme2.py'
frame = dict(frame='midway')
train_dataloader = dict(dataset=frame)
test_dataloader = dict(dataset=frame)
val_dataloader = test_dataloader
parts = ['frame']
