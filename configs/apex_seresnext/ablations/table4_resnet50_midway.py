# Table 4 and figure 8 of paper 004: ResNet-50,
# the frame midway between onset and apex; 44.57, F1 37.39 in the paper.
_base_ = '../apex_seresnext50_casme2.py'
model = dict(backbone=dict(_delete_=True, type='ResNet', depth=50))
train_dataloader = dict(dataset=dict(frame='midway'))
test_dataloader = dict(dataset=dict(frame='midway'))
val_dataloader = test_dataloader
