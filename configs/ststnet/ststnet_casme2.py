"""STSTNet on optical flow and strain from the onset to the apex: CASME II, five classes.

Small enough for random weights and two cores; leaving one subject out:

    python tools/prepare_faces.py data/casme2 --layout casme2
    python tools/cross_validate.py configs/ststnet/ststnet_casme2.py --protocol loso
"""

_base_ = [
    '../_base_/models/ststnet.py',
    '../_base_/datasets/casme2.py',
    '../_base_/schedules/adamw_cosine_10e.py',
    '../_base_/default_runtime.py',
]
parts = ['clip', 'motion', 'flips']

image_size = 112
epochs = 100

clip = [
    dict(type='LoadClip', register=True, transforms=[dict(type='LoadExpressionImage')]),
    dict(type='AlignFace', size=image_size, margin=0.05),
]
motion = [dict(type='MotionInput', mode='flow+strain', size=28), dict(type='PackExpression')]
train_pipeline = [
    dict(type='Cached', transforms=clip),
    dict(type='RandomFaceFlip', prob=0.5),
    dict(type='RandomFaceAffine', rotate=5, scale=(0.95, 1.05), shift=0.03),
    *motion,
]
test_pipeline = [*clip, *motion]
# A flip comes before the motion, because it would also have to turn the horizontal flow.
flips = [dict(type='RandomFaceFlip', prob=0.0), dict(type='RandomFaceFlip', prob=1.0)]
tta_pipeline = [
    *clip,
    dict(type='TestTimeAug', transforms=[flips, *([step] for step in motion)]),
]
# The batch norm of the network normalizes the motions.
data_preprocessor = dict(mean=[0.0], std=[1.0], to_rgb=False)

train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    persistent_workers=False,
    dataset=dict(frame='apex', onset=True, pipeline=train_pipeline),
)
test_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(frame='apex', onset=True, pipeline=test_pipeline),
)
val_dataloader = test_dataloader

param_scheduler = [
    dict(type='LinearLR', start_factor=0.05, by_epoch=False, begin=0, end=20),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        by_epoch=True,
        T_max=epochs,
        convert_to_iter_based=True,
    ),
]
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(logger=dict(interval=5), checkpoint=dict(interval=epochs, max_keep_ckpts=1))
