"""SE-ResNeXt-50 on rendered apex frames, in minutes on two CPU cores: 112 px, 12 epochs.

    python tools/render_synthetic.py casme2 data/synthetic/casme2 --preset tiny --no-oddities

From random weights it stays at chance. Those of seresnext50_expressions-synthetic.py are a start:
load_from='work_dirs/seresnext50_expressions-synthetic/epoch_8.pth'.
"""

_base_ = './apex_seresnext50_casme2.py'

data_root = 'data/synthetic/casme2'
image_size = 112
epochs = 12
test_subjects = ('sub07', 'sub08')

train_pipeline = {{_base_.rendered.train}}
test_pipeline = {{_base_.rendered.test}}
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    persistent_workers=False,
    drop_last=True,
    dataset=dict(data_root=data_root, test_subjects=test_subjects, pipeline=train_pipeline),
)
test_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(data_root=data_root, test_subjects=test_subjects, pipeline=test_pipeline),
)
val_dataloader = test_dataloader
tta_pipeline = {{_base_.rendered.tta}}

optim_wrapper = dict(type='CPUAmpOptimWrapper', optimizer=dict(lr=1e-3))
param_scheduler = dict(
    _delete_=True,
    type='OneCycleLR',
    eta_max=1e-3,
    total_steps=epochs,
    convert_to_iter_based=True,
    by_epoch=True,
)
train_cfg = dict(max_epochs=epochs, val_interval=epochs)
default_hooks = dict(
    logger=dict(interval=5),
    checkpoint=dict(interval=epochs, max_keep_ckpts=1),
    channels_last=dict(type='ChannelsLastHook'),
)
