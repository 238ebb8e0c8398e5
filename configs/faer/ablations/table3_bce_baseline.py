# Table 3 of paper 002, BCE Loss, ConvNeXt without attention; 91.03 in the paper.
_base_ = '../faer_convnext-b_celeba.py'
model = dict(
    neck=[
        dict(
            type='FeaturePooling',
            in_channels={{_base_.model.head.in_channels}},
            norm=dict(type='LN', eps=1e-6),
        )
    ],
    head=dict(loss=dict(_delete_=True, type='CrossEntropyLoss', use_sigmoid=True)),
)
