"""RALD on FERPlus at 48 px, for two cores: eight classes under four coarse ones, our options."""

_base_ = [
    '../_base_/models/resnet18_ferplus-48px.py',
    '../_base_/datasets/ferplus_48.py',
    '../_base_/schedules/adamw_cosine_10e.py',
    '../_base_/cpu_runtime.py',
]
# Heads of 64, as in the paper.
attention = dict(num_heads=3, ffn_dims=384)
model = dict(
    neck=dict(
        _delete_=True,
        type='HIFENet',
        in_channels=192,
        labels=dict(label_tree='ferplus', word_vectors='glove_6b_50d'),
        itrr=dict(**attention, context='support', init='similarity', residual=True),
        hlrr=dict(**attention, hierarchy=True, init='identity', residual=True),
        lgifo=dict(**attention, init='identity', residual=True),
        neighbors='relation',
    ),
    head=dict(
        type='RALDHead',
        neighbor_loss=dict(type='NeighborLabelDistributionLoss', k=5, reduction='class_mean'),
    ),
)
default_hooks = dict(eval_context=dict(type='EvalContextHook', num_per_class=12, seed=0))
custom_hooks = [dict(type='LabelDistributionHook', warmup_epochs=0, neighbors='batch')]
