# The training as it is: votes, flip, rotation, scale, shift and erasing.
_base_ = '../resnet18_ferplus-48px.py'
