# Table 4 of paper 001, row Proposed method; 85.39 in the paper.
_base_ = '../multi_region_vgg16bn_rafdb.py'
