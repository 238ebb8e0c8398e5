# Table 2 of paper 002, row Baseline: ConvNeXt alone; 64.77 in the paper.
_base_ = '../faer_convnext-b_affectnet7.py'
model = dict(
    neck=[
        dict(
            type='FeaturePooling',
            in_channels={{_base_.model.head.in_channels}},
            norm=dict(type='LN', eps=1e-6),
        )
    ],
    head=dict(feature_losses=[]),
)
