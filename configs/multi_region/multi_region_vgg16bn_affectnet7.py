"""The multi-region network as in paper 001: AffectNet-7, 20 epochs; 58.81 in the paper.

The faces are aligned by the five points of MTCNN, as in the paper. The sidecar has these points:

    python tools/prepare_faces.py data/affectnet --layout affectnet
"""

_base_ = [
    '../_base_/models/multi_region_vgg16bn.py',
    '../_base_/datasets/affectnet.py',
    '../_base_/regions.py',
    '../_base_/schedules/sgd_60e.py',
    '../_base_/default_runtime.py',
]

epochs = 20

# Values for other configs.
parts = ['plain', 'regions', 'pipelines']
pipelines = {{_base_.regions.photos}}
train_dataloader = dict(
    # Oversampling, as in the base file of the data set: every class equally often.
    sampler=dict(type='ClassBalancedSampler'),
    dataset=dict(pipeline={{_base_.regions.photos.regions.train}}),
)
test_dataloader = dict(dataset=dict(pipeline={{_base_.regions.photos.regions.test}}))
val_dataloader = test_dataloader
tta_pipeline = {{_base_.regions.photos.regions.tta}}
val_evaluator = [dict(type='ExpressionMetric'), dict(type='AttentionMetric')]
test_evaluator = val_evaluator

param_scheduler = dict(milestones=[epochs // 4, epochs // 2, epochs * 3 // 4], gamma=0.2)
train_cfg = dict(max_epochs=epochs)
