"""The narrow ResNet-18 on FERPlus at 48 px, which also learns from the model that mmfer ships."""

_base_ = './resnet18_ferplus-48px.py'

model = dict(
    type='DistilledClassifier',
    response=dict(type='ResponseDistillationLoss', temperature=2.0),
)
custom_hooks = [dict(type='TeacherHook', checkpoint='efficientnet-lite0_ferplus', size=80)]
