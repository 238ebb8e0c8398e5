# Label smoothing; to join with another row.
_base_ = '../rald_r18_ferplus-48px.py'
model = dict(head=dict(loss=dict(label_smooth_val=0.1)))
