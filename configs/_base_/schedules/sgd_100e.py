"""Paper 000, section 3.3: SGD at 0.01, batch 64. The paper prints no epochs and no decay."""

epochs = 100
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.01, momentum=0.9, weight_decay=5e-4))
param_scheduler = dict(
    type='MultiStepLR',
    by_epoch=True,
    milestones=[max(1, epochs // 2), max(1, epochs * 4 // 5)],
    gamma=0.1,
)
train_cfg = dict(by_epoch=True, max_epochs=epochs, val_interval=10)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=64)
