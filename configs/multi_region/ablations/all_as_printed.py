# The loss of the attention as printed (eq. 6): nothing keeps the attention above zero.
_base_ = '../multi_region_vgg16bn_rafdb.py'
model = dict(mask_loss=dict(pull=0.0))
