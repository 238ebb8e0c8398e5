"""Pipelines of the multi-region network (paper 001): random crop and flip, five crops at test."""


def pipelines(load, crop, size, cached=False):
    """Pipelines, keyed by the input of the model.

    load: transforms that read and resize a face; crop: the side of the crop; size: the side of the
    images in the strip; cached: keep loaded faces in memory.

    ``regions`` gives face, eyes and mouth; ``face`` the face and its landmark mask; ``plain`` only
    the face; ``threshold_0_4`` and ``_0_6`` are ``regions`` with other minimum confidences.
    """

    def of(*steps):
        end = [*steps, dict(type='PackExpression')]
        start = [dict(type='Cached', transforms=load)] if cached else load
        places = ('center', 'top_left', 'top_right', 'bottom_left', 'bottom_right')
        crops = [dict(type='FaceCrop', size=crop, place=place) for place in places]
        random = [dict(type='RandomFaceCrop', size=crop), dict(type='RandomFaceFlip', prob=0.5)]
        five = dict(type='TestTimeAug', transforms=[crops, *([step] for step in end)])
        return dict(train=[*start, *random, *end], test=[*load, crops[0], *end], tta=[*load, five])

    def mask(threshold):
        return dict(type='LandmarkMask', grid=7, threshold=threshold)

    def regions(threshold):
        return of(mask(threshold), dict(type='CropRegions', size=size, threshold=threshold))

    resize = [] if crop == size else [dict(type='ResizeFace', size=size)]
    return dict(
        regions=regions(0.5),
        face=of(mask(0.5), *resize),
        plain=of(*resize),
        threshold_0_4=regions(0.4),
        threshold_0_6=regions(0.6),
    )


def load(size):
    """Read a face and resize it."""
    return [dict(type='LoadExpressionImage'), dict(type='ResizeFace', size=size)]


def align(size):
    """Read a photograph or a face, and align the face by five points (section 3.2).

    The points are those of the detector, MTCNN, in the sidecar of tools/prepare_faces.py. A face
    that the detector did not find is aligned by the 68 landmarks of the data set. With this margin,
    the later crops of 7/8 of the side still reach from the forehead to the chin.
    """
    step = dict(type='AlignFace', size=size, margin=0.1, points=('landmarks5', 'landmarks'))
    return [dict(type='LoadExpressionImage'), step]


regions = dict(
    faces=pipelines(load(256), 224, 224),
    photos=pipelines(align(256), 224, 224),
    slim=pipelines(load(112), 98, 56, cached=True),
    ablation=pipelines(load(80), 70, 56, cached=True),
)
