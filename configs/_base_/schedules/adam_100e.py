"""Paper 004, section 3.4: Adam at 1e-4 for 100 epochs in batches of 2."""

epochs = 100
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-4))
param_scheduler = dict(type='ConstantLR', by_epoch=True, factor=1.0)
train_cfg = dict(by_epoch=True, max_epochs=epochs, val_interval=10)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=2)
