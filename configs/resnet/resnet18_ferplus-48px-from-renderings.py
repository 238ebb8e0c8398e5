"""The narrow ResNet-18 on FERPlus at 48 px, which begins with weights from renderings alone.

The weights are those that mmfer ships (``resnet18_renderings-48px.py``). They have seen no
photograph of a person, and no image of FERPlus.
"""

_base_ = './resnet18_ferplus-48px.py'

load_from = 'resnet18_renderings'
