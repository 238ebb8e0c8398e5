# Beside table 4 of paper 004: SE-ResNeXt-50 32x4d,
# the annotated apex in place of the spotted one.
_base_ = '../apex_seresnext50_casme2.py'
train_dataloader = dict(dataset=dict(frame='apex'))
test_dataloader = dict(dataset=dict(frame='apex'))
val_dataloader = test_dataloader
