# Table 4 and figure 8 of paper 004: ResNeXt-50 32x4d,
# the frame midway between onset and apex; 51.85, F1 45.34 in the paper.
_base_ = './table4_resnext50_apex.py'
train_dataloader = dict(dataset=dict(frame='midway'))
test_dataloader = dict(dataset=dict(frame='midway'))
val_dataloader = test_dataloader
