# Beside table 4 of paper 004: ResNeXt-50 32x4d,
# the annotated apex in place of the spotted one.
_base_ = '../apex_seresnext50_casme2.py'
model = dict(backbone=dict(_delete_=True, type='ResNeXt', depth=50, groups=32, width_per_group=4))
train_dataloader = dict(dataset=dict(frame='apex'))
test_dataloader = dict(dataset=dict(frame='apex'))
val_dataloader = test_dataloader
