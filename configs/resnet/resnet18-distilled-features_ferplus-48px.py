"""The narrow ResNet-18 on FERPlus at 48 px, which also learns the features of the shipped model."""

_base_ = './resnet18_ferplus-48px.py'

model = dict(
    type='DistilledClassifier',
    similarity=dict(type='SimilarityPreservingLoss', loss_weight=100.0),
)
custom_hooks = [dict(type='TeacherHook', checkpoint='efficientnet-lite0_ferplus', size=80)]
