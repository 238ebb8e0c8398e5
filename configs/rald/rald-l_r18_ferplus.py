"""RALD-L, without a hierarchy, with the settings of paper 003 on FERPlus."""

_base_ = './rald_r18_ferplus.py'
model = dict(neck=dict(hlrr=dict(hierarchy=False)))
