# Softmax and separate loss: described in section 1.3 of paper 000, but not in table 3.
_base_ = '../mifnet_r18-swint_ifer.py'
model = dict(
    head=dict(
        feature_losses=[
            dict(
                type='SeparateLoss',
                num_classes={{_base_.model.head.num_classes}},
                in_channels={{_base_.model.head.in_channels}},
            )
        ]
    )
)
