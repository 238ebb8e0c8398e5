# The apex that tools/spot_apex.py found, by the ratio of eq. 5-6.
_base_ = '../ststnet_casme2.py'
frame = dict(frame='spotted')
train_dataloader = dict(dataset=frame)
test_dataloader = dict(dataset=frame)
val_dataloader = test_dataloader
parts = ['frame']
