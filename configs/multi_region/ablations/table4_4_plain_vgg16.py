# Table 4 of paper 001, row Proposed method (VGG-16): no batch norm; 84.59 in the paper.
_base_ = '../multi_region_vgg16bn_rafdb.py'
model = dict(backbone=dict(trunk=dict(norm='none')))
