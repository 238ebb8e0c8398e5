# Table 4 of paper 001, row Local detail branch: eyes and mouth alone; 42.17 in the paper.
_base_ = '../multi_region_vgg16bn_rafdb.py'
model = dict(
    backbone=dict(branches=('local',)),
    neck=None,
    mask_loss=None,
    head=dict(in_channels={{_base_.model.neck.in_channels}}),
)
