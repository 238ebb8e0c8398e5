# AdamW in one pass over all weights.
_base_ = './plain.py'
optim_wrapper = dict(optimizer=dict(fused=True))
