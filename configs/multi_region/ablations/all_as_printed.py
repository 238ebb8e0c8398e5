# Paper 001 as printed: batch norm after the first convolution of each stage, eq. 6 without a pull,
# and the mean of M * F (eq. 7) without a division. Test it with --tta: the paper uses five crops.
_base_ = '../multi_region_vgg16bn_rafdb.py'
model = dict(
    backbone=dict(trunk=dict(norm='first')),
    pooling='mean',
    mask_loss=dict(pull=0.0),
)
