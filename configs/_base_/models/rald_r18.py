"""RALD (paper 003) on ResNet-18, 33 fine classes."""

model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='ResNet',
        depth=18,
        num_stages=4,
        out_indices=(3,),
        style='pytorch',
        zero_init_residual=False,
    ),
    neck=dict(
        type='HIFENet',
        in_channels=512,
        labels=dict(label_tree='fgemotions', word_vectors='glove_6b_50d'),
        itrr=dict(context='support', init='similarity', residual=True),
        hlrr=dict(hierarchy=True, residual=True),
        lgifo=dict(residual=True),
        neighbors='relation',
    ),
    head=dict(
        type='RALDHead',
        num_classes=33,
        in_channels=512,
        loss=dict(type='CrossEntropyLoss', loss_weight=1.0),
        neighbor_loss=dict(type='NeighborLabelDistributionLoss', k=5, reduction='class_mean'),
    ),
)
