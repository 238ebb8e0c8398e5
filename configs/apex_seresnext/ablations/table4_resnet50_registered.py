# Beside table 4 of paper 004: ResNet-50,
# the apex that tools/spot_apex.py --method registered spotted, in place of eq. 5-6.
_base_ = './table4_resnet50_spotted.py'
train_dataloader = dict(dataset=dict(spotted='spotted_registered.json'))
test_dataloader = dict(dataset=dict(spotted='spotted_registered.json'))
val_dataloader = test_dataloader
