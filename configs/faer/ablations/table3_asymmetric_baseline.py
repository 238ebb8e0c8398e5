# Table 3 of paper 002, Asymmetric Loss, ConvNeXt without attention; 90.69 in the paper.
_base_ = '../faer_convnext-b_celeba.py'
model = dict(
    neck=[
        dict(
            type='FeaturePooling',
            in_channels={{_base_.model.head.in_channels}},
            norm=dict(type='LN', eps=1e-6),
        )
    ],
    head=dict(
        loss=dict(_delete_=True, type='AsymmetricLoss', gamma_pos=0.0, gamma_neg=4.0, clip=0.05)
    ),
)
