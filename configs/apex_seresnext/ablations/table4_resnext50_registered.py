# Beside table 4 of paper 004: ResNeXt-50 32x4d,
# the apex that tools/spot_apex.py --method registered spotted, in place of eq. 5-6.
_base_ = './table4_resnext50_spotted.py'
train_dataloader = dict(dataset=dict(spotted='spotted_registered.json'))
test_dataloader = dict(dataset=dict(spotted='spotted_registered.json'))
val_dataloader = test_dataloader
