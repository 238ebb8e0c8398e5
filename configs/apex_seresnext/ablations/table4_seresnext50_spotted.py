# Beside table 4 of paper 004: SE-ResNeXt-50 32x4d,
# the spotted apex.
_base_ = '../apex_seresnext50_casme2.py'
train_dataloader = dict(dataset=dict(frame='spotted'))
test_dataloader = dict(dataset=dict(frame='spotted'))
val_dataloader = test_dataloader
