# Table 3 of paper 000, cross-entropy, understood as one class against the rest; 94.31 in the paper.
_base_ = '../mifnet_r18-swint_ifer.py'
model = dict(head=dict(loss=dict(_delete_=True, type='OneVsRestLoss'), feature_losses=[]))
