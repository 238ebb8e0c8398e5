# RALD-L, without the hierarchy, with our options.
_base_ = '../rald_r18_ferplus-48px.py'
model = dict(neck=dict(hlrr=dict(hierarchy=False)))
