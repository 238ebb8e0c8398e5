# Table 3 of paper 000, softmax loss; 94.63 in the paper.
_base_ = '../mifnet_r18-swint_ifer.py'
model = dict(head=dict(feature_losses=[]))
