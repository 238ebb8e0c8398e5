# The label vectors are the weights of the classifier; to join.
_base_ = '../rald_r18_ferplus-48px.py'
model = dict(head=dict(label_scale=10.0))
