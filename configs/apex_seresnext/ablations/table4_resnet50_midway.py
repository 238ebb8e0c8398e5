# Table 4 and figure 8 of paper 004: ResNet-50,
# the frame midway between onset and apex; 44.57, F1 37.39 in the paper.
_base_ = './table4_resnet50_apex.py'
train_dataloader = dict(dataset=dict(frame='midway'))
test_dataloader = dict(dataset=dict(frame='midway'))
val_dataloader = test_dataloader
