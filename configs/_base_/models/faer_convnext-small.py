"""Parts of a small FAER (paper 002) from scratch, for rendered faces and few CPU cores."""

small = dict(
    backbone=dict(
        _delete_=True,
        type='ConvNeXtMap',
        arch=dict(depths=[1, 1, 3, 1], channels=[32, 64, 128, 256]),
        # PyTorch's initialization; that of ConvNeXt is made for hundreds of epochs.
        layer_scale_init_value=0.0,
        init_cfg=None,
    ),
    neck=[
        dict(type='CCAttention', in_channels=256),
        dict(type='FeaturePooling', in_channels=256, norm=dict(type='LN', eps=1e-6)),
    ],
)
