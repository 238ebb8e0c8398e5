# Three classes: negative, positive, surprise; clips of other emotions are left out.
_base_ = '../apex_seresnext50_casme2.py'
model = dict(head=dict(num_classes=3))
data_preprocessor = dict(num_classes=3)
train_dataloader = dict(dataset=dict(num_classes=3))
test_dataloader = dict(dataset=dict(num_classes=3))
val_dataloader = test_dataloader
