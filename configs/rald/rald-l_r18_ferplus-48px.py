"""RALD-L, without a hierarchy, on FERPlus at 48 px, for two cores."""

_base_ = './rald_r18_ferplus-48px.py'
model = dict(neck=dict(hlrr=dict(hierarchy=False)))
