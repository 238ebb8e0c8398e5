# The neighbors' loss weighted by the disagreement of the votes; to join.
_base_ = '../rald_r18_ferplus-48px.py'
model = dict(head=dict(neighbor_loss=dict(weighting='votes')))
