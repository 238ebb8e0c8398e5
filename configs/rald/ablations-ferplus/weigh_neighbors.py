# The neighbors' loss weighted by their disagreement with the label; to join.
_base_ = '../rald_r18_ferplus-48px.py'
model = dict(head=dict(neighbor_loss=dict(weighting='neighbors')))
