# The numbers of blocks that table 1 of paper 004 prints, 3-3-3-3; SE-ResNeXt-50 has 3-4-6-3.
_base_ = '../apex_seresnext50_casme2.py'
model = dict(
    backbone=dict(_delete_=True, type='SEResNeXt38', groups=32, width_per_group=4, se_ratio=16)
)
