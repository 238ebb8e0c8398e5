"""Facts of the official releases of data sets, which readers check and renderings imitate."""

RAFDB_COUNTS = {
    'train': (1290, 281, 717, 4772, 1982, 705, 2524),
    'test': (329, 74, 160, 1185, 478, 162, 680),
}
"""The number of images of each class of RAF-DB."""

IFER_COUNTS = (3242, 3642, 1991, 1365)
"""The number of images of each class of IFER."""

AFFECTNET_COUNTS = {
    ('csv', 'train'): (74874, 134415, 25459, 14090, 6378, 3803, 24882, 3750),
    ('csv', 'test'): (500, 500, 500, 500, 500, 500, 500, 500),
    ('npy', 'train'): (74874, 134415, 25459, 14090, 6378, 3803, 24882, 3750),
    ('npy', 'test'): (500, 500, 500, 500, 500, 500, 500, 499),
}
"""The number of images of each class of AffectNet, for the older form (csv) and that of 2021."""
AFFECTNET_FILES = {'train': 'training.csv', 'test': 'validation.csv'}
AFFECTNET_IMAGES = 'Manually_Annotated_Images'
AFFECTNET_COLUMNS = (
    *('subDirectory_filePath', 'face_x', 'face_y', 'face_width', 'face_height'),
    *('facial_landmarks', 'expression', 'valence', 'arousal'),
)

CELEBA_PARTS = {'train': 0, 'val': 1, 'test': 2}
"""The numbers of the parts in ``list_eval_partition.txt``."""
CELEBA_COUNTS = {'train': 162770, 'val': 19867, 'test': 19962}
CELEBA_STARTS = {'train': 1, 'val': 162771, 'test': 182638}
"""The number of the first image of each part."""
CELEBA_IMAGES = 'img_align_celeba'

FERPLUS_FOLDERS = {'train': 'FER2013Train', 'val': 'FER2013Valid', 'test': 'FER2013Test'}
FER2013_USAGES = {'train': 'Training', 'val': 'PublicTest', 'test': 'PrivateTest'}
"""The names of the parts in ``fer2013.csv``."""
FER2013_COUNTS = {'train': 28_709, 'val': 3_589, 'test': 3_589}
"""Images of each part (Goodfellow et al. 2013)."""

CASME2_EMOTIONS = {
    'others': 99,
    'disgust': 63,
    'happiness': 32,
    'repression': 27,
    'surprise': 25,
    'sadness': 7,
    'fear': 2,
}
"""The number of clips of each emotion of CASME II."""
CASME2_CODING_FILE = 'CASME2-coding-20140508.xlsx'
CASME2_FRAMES = 'CASME2_RAW_selected'
CASME2_CROPPED = 'Cropped'
"""The folder of the registered, cropped frames."""
CASME2_COLUMNS = (
    *('Subject', 'Filename', 'OnsetFrame', 'ApexFrame', 'OffsetFrame'),
    *('Action Units', 'Estimated Emotion'),
)
