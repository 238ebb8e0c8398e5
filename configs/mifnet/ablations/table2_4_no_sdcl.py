# Table 2 of paper 000, row 4: the softmax loss alone; 94.35 in the paper (95.29 over classes).
_base_ = '../mifnet_r18-swint_ifer.py'
model = dict(head=dict(feature_losses=[]))
