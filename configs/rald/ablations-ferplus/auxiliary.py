# A second classifier on the backbone's own features; to join.
_base_ = '../rald_r18_ferplus-48px.py'
model = dict(head=dict(auxiliary_weight=0.5))
