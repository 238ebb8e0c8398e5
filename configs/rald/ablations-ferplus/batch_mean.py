# The neighbors' loss divided by N, not by N C: eight times as strong; to join.
_base_ = '../rald_r18_ferplus-48px.py'
model = dict(head=dict(neighbor_loss=dict(reduction='batch_mean')))
