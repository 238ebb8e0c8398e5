# Figure 3 of paper 002: lambda = 1e-1 for the center loss.
_base_ = '../faer_convnext-b_rafdb.py'
model = dict(
    head=dict(feature_losses=[dict(_base_.model.head.feature_losses[0], loss_weight=1e-1)])
)
