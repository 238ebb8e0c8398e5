# Table 2 of paper 002, row Baseline + CC Attention; 90.91 in the paper.
_base_ = '../faer_convnext-b_rafdb.py'
model = dict(head=dict(feature_losses=[]))
