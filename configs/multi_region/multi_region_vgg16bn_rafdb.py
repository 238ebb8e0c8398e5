"""The multi-region network as in paper 001: RAF-DB, 60 epochs; 85.39 in the paper.

The data set needs a sidecar with landmarks:

    python tools/prepare_faces.py data/rafdb --layout rafdb
"""

_base_ = [
    '../_base_/models/multi_region_vgg16bn.py',
    '../_base_/datasets/rafdb.py',
    '../_base_/regions.py',
    '../_base_/schedules/sgd_60e.py',
    '../_base_/default_runtime.py',
]

# Values for other configs.
parts = ['plain', 'regions', 'pipelines']
pipelines = {{_base_.regions.faces}}
train_dataloader = dict(dataset=dict(pipeline={{_base_.regions.faces.regions.train}}))
test_dataloader = dict(dataset=dict(pipeline={{_base_.regions.faces.regions.test}}))
val_dataloader = test_dataloader
tta_pipeline = {{_base_.regions.faces.regions.tta}}
val_evaluator = [dict(type='ExpressionMetric'), dict(type='AttentionMetric')]
test_evaluator = val_evaluator
face_crop = dict(type='five_point', size=256, margin=0.0)
