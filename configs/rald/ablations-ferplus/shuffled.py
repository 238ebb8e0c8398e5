# Control: each class has the word vector of another class; to join.
_base_ = '../rald_r18_ferplus-48px.py'
model = dict(neck=dict(labels=dict(shuffle_seed=0)))
