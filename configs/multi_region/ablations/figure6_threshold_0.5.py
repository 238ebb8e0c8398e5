# Figure 6 of paper 001: landmarks count from a confidence of 0.5 on, as in the proposed method.
_base_ = '../multi_region_vgg16bn_rafdb.py'
