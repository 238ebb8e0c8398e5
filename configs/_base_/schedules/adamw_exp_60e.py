"""Paper 002, section 3.2: AdamW, learning rate 1e-3 times 0.95 every epoch, 60 epochs, batch 256.

The pretrained trunk has a hundredth of this learning rate, as in the code of the authors.
"""

epochs = 60
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=0.01),
    paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.01)}),
)
param_scheduler = dict(type='ExponentialLR', by_epoch=True, gamma=0.95)
train_cfg = dict(by_epoch=True, max_epochs=epochs, val_interval=5)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=256)
