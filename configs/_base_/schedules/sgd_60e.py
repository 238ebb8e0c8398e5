"""Paper 001, section 3.3: 60 epochs, learning rate 0.01 times 0.1 every 20, batch 128."""

epochs = 60
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=5e-4))
param_scheduler = dict(
    type='MultiStepLR',
    by_epoch=True,
    milestones=[max(1, epochs // 3), max(1, epochs * 2 // 3)],
    gamma=0.1,
)
train_cfg = dict(by_epoch=True, max_epochs=epochs, val_interval=5)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=128)
