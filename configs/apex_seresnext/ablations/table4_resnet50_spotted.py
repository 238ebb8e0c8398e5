# Table 4 and figure 8 of paper 004: ResNet-50,
# the spotted apex; 48.14, F1 45.99 in the paper.
_base_ = '../apex_seresnext50_casme2.py'
model = dict(backbone=dict(_delete_=True, type='ResNet', depth=50))
train_dataloader = dict(dataset=dict(frame='spotted'))
test_dataloader = dict(dataset=dict(frame='spotted'))
val_dataloader = test_dataloader
