"""Few, small rendered infants, to compare many variants over several seeds.

All rows have half the width of ResNet-18 and a slim Swin.

    python tools/render_synthetic.py ifer data/synthetic/ifer-ablation \
        --preset hard --images 2000 --size 80
"""

_base_ = ['./mifnet_r18-swint_ifer.py', '../_base_/small_cpu.py']
parts = ['small_cpu', 'load']

data_root = 'data/synthetic/ifer-ablation'
image_size = 80
epochs = 8

model = dict(
    backbone=dict(
        branch1=dict(stem_channels=32, base_channels=32),
        branch2=dict(
            img_size=image_size,
            arch=dict(_delete_=True, embed_dims=48, depths=[1, 1, 2, 1], num_heads=[1, 2, 4, 8]),
            # The maps have sides of 1/4, 1/8, 1/16 and 1/32 of the image.
            stage_cfgs=[dict(window_size=image_size // 16)] * 3
            + [dict(window_size=-(-image_size // 32))],
            drop_path_rate=0.1,
        ),
        in_channels=(256, 384),
    ),
    neck=[
        dict(type='HDAM', in_channels=256, mode='parallel'),
        dict(type='FeaturePooling'),
    ],
    head=dict(
        in_channels=256,
        feature_losses=[
            dict(
                type='SelfAdaptiveDeepCenterLoss',
                num_classes=4,
                in_channels=256,
                map_size=-(-image_size // 32),
                loss_weight=0.05,
            )
        ],
    ),
)

load = [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=image_size)]
train_pipeline = [dict(type='Cached', transforms=load), *_base_.small_cpu.augment]
test_pipeline = [*load, dict(type='PackExpression')]
tta_pipeline = [*load, _base_.tta_pipeline[-1]]
train_dataloader = dict(
    **_base_.small_cpu.train_loader,
    dataset=dict(data_root=data_root, pipeline=train_pipeline),
)
val_dataloader = dict(
    **_base_.small_cpu.test_loader,
    dataset=dict(data_root=data_root, pipeline=test_pipeline),
)
test_dataloader = dict(
    **_base_.small_cpu.test_loader,
    dataset=dict(data_root=data_root, pipeline=test_pipeline),
)

optim_wrapper = _base_.small_cpu.adamw
param_scheduler = dict(**_base_.small_cpu.one_cycle, eta_max=1e-3, total_steps=epochs)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(**_base_.small_cpu.hooks, checkpoint=dict(interval=epochs, max_keep_ckpts=1))
face_crop = dict(_delete_=True, type='box', size=80, scale=1.40, shift=(0.03, -0.14))
