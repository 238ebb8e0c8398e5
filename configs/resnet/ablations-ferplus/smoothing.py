# Label smoothing.
_base_ = '../resnet18_ferplus-48px.py'
model = dict(head=dict(loss=dict(label_smooth_val=0.1)))
