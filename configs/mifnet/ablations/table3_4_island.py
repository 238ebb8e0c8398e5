# Table 3 of paper 000, softmax and island loss; 94.89 in the paper.
_base_ = '../mifnet_r18-swint_ifer.py'
model = dict(
    head=dict(
        feature_losses=[
            dict(
                type='IslandLoss',
                num_classes={{_base_.model.head.num_classes}},
                in_channels={{_base_.model.head.in_channels}},
            )
        ]
    )
)
