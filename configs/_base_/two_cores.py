"""Pipelines for rendered faces on few cores, named by the images' size in pixels."""


def faces(size):
    """Pipelines that keep all faces, at this size, in the memory of one process."""
    load = [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=size)]
    return dict(
        train=[
            dict(type='Cached', transforms=load),
            dict(type='RandomFaceFlip', prob=0.5),
            dict(type='RandomFaceAffine', rotate=8, scale=(0.95, 1.15), shift=0.04),
            dict(type='PackExpression'),
        ],
        test=[*load, dict(type='PackExpression')],
    )


two_cores = dict(faces_96=faces(96), faces_80=faces(80))
