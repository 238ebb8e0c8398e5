# Beside table 4 of paper 004: ResNet-50,
# the spotted apex.
_base_ = './table4_resnet50_apex.py'
train_dataloader = dict(dataset=dict(frame='spotted'))
test_dataloader = dict(dataset=dict(frame='spotted'))
val_dataloader = test_dataloader
