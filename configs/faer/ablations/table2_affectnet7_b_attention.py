# Table 2 of paper 002, row Baseline + CC Attention; 65.03 in the paper.
_base_ = '../faer_convnext-b_affectnet7.py'
model = dict(head=dict(feature_losses=[]))
