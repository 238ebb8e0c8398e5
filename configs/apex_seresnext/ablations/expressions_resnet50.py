# Weights for ResNet-50 to start from: rendered expressions at full strength.
_base_ = '../seresnext50_expressions-synthetic.py'
model = dict(backbone=dict(_delete_=True, type='ResNet', depth=50))
