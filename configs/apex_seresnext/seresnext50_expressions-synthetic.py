"""SE-ResNeXt-50 on rendered expressions at full strength: where micro-expressions may start.

    python tools/render_synthetic.py rafdb data/synthetic/rafdb-128 \
        --preset small --images 2400 --size 128 --seed 11
"""

_base_ = './apex_seresnext50_synthetic.py'

data_root = 'data/synthetic/rafdb-128'
epochs = 8

model = dict(
    head=dict(
        num_classes=7,
        loss=dict(_delete_=True, type='CrossEntropyLoss', loss_weight=1.0),
    )
)
data_preprocessor = dict(num_classes=7)
train_dataloader = dict(
    batch_size=16,
    # Oversampling: a fiftieth of the images show fear.
    sampler=dict(_delete_=True, type='ClassBalancedSampler'),
    dataset=dict(
        _delete_=True,
        type='RAFDB',
        data_root=data_root,
        split='train',
        pipeline={{_base_.train_pipeline}},
    ),
)
test_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='RAFDB',
        data_root=data_root,
        split='test',
        test_mode=True,
        pipeline={{_base_.test_pipeline}},
    ),
)
val_dataloader = test_dataloader
param_scheduler = dict(total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(checkpoint=dict(interval=epochs))
