# Table 4 and figure 8 of paper 004: ResNeXt-50 32x4d,
# the spotted apex; 55.56, F1 50.59 in the paper.
_base_ = '../apex_seresnext50_casme2.py'
model = dict(backbone=dict(_delete_=True, type='ResNeXt', depth=50, groups=32, width_per_group=4))
train_dataloader = dict(dataset=dict(frame='spotted'))
test_dataloader = dict(dataset=dict(frame='spotted'))
val_dataloader = test_dataloader
