# Table 3 of paper 000, softmax and contrastive loss; 94.45 in the paper.
_base_ = '../mifnet_r18-swint_ifer.py'
model = dict(head=dict(feature_losses=[dict(type='ContrastiveLoss', margin=1.0)]))
