# Table 4 and figure 8 of paper 004: SE-ResNeXt-50 32x4d,
# the spotted apex; 59.26, F1 58.53 in the paper.
_base_ = '../apex_seresnext50_casme2.py'
train_dataloader = dict(dataset=dict(frame='spotted'))
test_dataloader = dict(dataset=dict(frame='spotted'))
val_dataloader = test_dataloader
