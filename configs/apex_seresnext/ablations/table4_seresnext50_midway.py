# Table 4 and figure 8 of paper 004: SE-ResNeXt-50 32x4d,
# the frame midway between onset and apex; 57.56, F1 50.13 in the paper.
_base_ = '../apex_seresnext50_casme2.py'
train_dataloader = dict(dataset=dict(frame='midway'))
test_dataloader = dict(dataset=dict(frame='midway'))
val_dataloader = test_dataloader
