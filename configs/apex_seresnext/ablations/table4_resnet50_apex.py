# Beside table 4 of paper 004: ResNet-50,
# the annotated apex in place of the spotted one.
_base_ = '../apex_seresnext50_casme2.py'
model = dict(backbone=dict(_delete_=True, type='ResNet', depth=50))
train_dataloader = dict(dataset=dict(frame='apex'))
test_dataloader = dict(dataset=dict(frame='apex'))
val_dataloader = test_dataloader
