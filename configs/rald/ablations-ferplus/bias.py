# A hierarchy that acts from the start: the bias is 0, -1, -4, and HLRR is not an identity; to join.
_base_ = '../rald_r18_ferplus-48px.py'
model = dict(neck=dict(hlrr=dict(falls=(1.0, 3.0), init='similarity')))
