# Beside table 4 of paper 004: ResNeXt-50 32x4d,
# the spotted apex.
_base_ = './table4_resnext50_apex.py'
train_dataloader = dict(dataset=dict(frame='spotted'))
test_dataloader = dict(dataset=dict(frame='spotted'))
val_dataloader = test_dataloader
