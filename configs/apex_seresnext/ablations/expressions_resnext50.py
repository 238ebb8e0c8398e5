# Weights for ResNeXt-50 32x4d to start from: rendered expressions at full strength.
_base_ = '../seresnext50_expressions-synthetic.py'
model = dict(backbone=dict(_delete_=True, type='ResNeXt', depth=50, groups=32, width_per_group=4))
