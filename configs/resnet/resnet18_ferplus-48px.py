"""A narrow ResNet-18 on FERPlus at 48 px, from scratch, for two cores: the baseline."""

_base_ = [
    '../_base_/models/resnet18_ferplus-48px.py',
    '../_base_/datasets/ferplus_48.py',
    '../_base_/schedules/adamw_cosine_10e.py',
    '../_base_/cpu_runtime.py',
]
