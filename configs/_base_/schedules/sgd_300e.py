"""Paper 003, section 4.2: 300 epochs, learning rate 0.01 times 5e-3 every 100."""

epochs = 300
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=5e-4))
param_scheduler = dict(
    type='MultiStepLR',
    by_epoch=True,
    milestones=[max(1, epochs // 3), max(1, epochs * 2 // 3)],
    gamma=5e-3,
)
train_cfg = dict(by_epoch=True, max_epochs=epochs, val_interval=10)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=128)
