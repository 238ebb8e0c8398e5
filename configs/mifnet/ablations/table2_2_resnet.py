# Table 2 of paper 000, row 2: ResNet-18 alone, no HDAM; 94.09 in the paper (95.01 over classes).
_base_ = '../mifnet_r18-swint_ifer.py'
model = dict(backbone=dict(branch2=None), neck=[dict(type='FeaturePooling')])
