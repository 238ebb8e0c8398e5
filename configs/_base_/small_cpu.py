"""Loaders, augmentation, optimizer, schedule and hooks for few CPU cores.

They are values that a config uses, here for the config of a paper on rendered faces::

    _base_ = ['./paper.py', '../_base_/small_cpu.py']
    parts = ['small_cpu']
    train_dataloader = dict(**_base_.small_cpu.train_loader, dataset=dict(data_root=data_root))
"""

small_cpu = dict(
    # One process loads all faces once, in the size of the model, and keeps them in memory.
    train_loader=dict(batch_size=32, num_workers=0, persistent_workers=False, drop_last=True),
    test_loader=dict(num_workers=0, persistent_workers=False),
    # The transforms after a Cached transform that loads and resizes a face.
    augment=[
        dict(type='RandomFaceFlip', prob=0.5),
        dict(type='RandomFaceAffine', rotate=8, scale=(0.95, 1.15), shift=0.04),
        dict(type='PackExpression'),
    ],
    adamw=dict(
        type='CPUAmpOptimWrapper',
        optimizer=dict(_delete_=True, type='AdamW', lr=1e-3, weight_decay=0.05),
    ),
    # Requires eta_max and total_steps, the number of epochs.
    one_cycle=dict(_delete_=True, type='OneCycleLR', convert_to_iter_based=True, by_epoch=True),
    hooks=dict(logger=dict(interval=10), channels_last=dict(type='ChannelsLastHook')),
)
