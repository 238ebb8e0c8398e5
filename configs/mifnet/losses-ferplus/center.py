# Center loss with its default weight, 0.01, instead of SDCL.
_base_ = '../mifnet_r18-swint_ferplus-48px.py'
head = _base_.model.head
model = dict(
    head=dict(
        feature_losses=[
            dict(type='CenterLoss', num_classes=head.num_classes, in_channels=head.in_channels)
        ]
    )
)
parts = ['head']
