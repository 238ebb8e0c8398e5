# Section 2.2 of paper 000: SKNet after SGANet; the paper calls it worse than parallel, without a
# number.
_base_ = '../mifnet_r18-swint_ifer.py'
model = dict(
    neck=[
        dict(type='HDAM', in_channels={{_base_.model.head.in_channels}}, mode='sga_sk'),
        dict(type='FeaturePooling'),
    ]
)
