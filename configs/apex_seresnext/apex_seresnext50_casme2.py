"""SE-ResNeXt-50 on the spotted apex frame as in paper 004: CASME II, five classes, focal loss.

Accuracy 59.26 and unweighted F1 58.53 in the paper, leave-one-subject-out:

    python tools/prepare_faces.py data/casme2 --layout casme2
    python tools/spot_apex.py --dataset data/casme2
    python tools/cross_validate.py configs/apex_seresnext/apex_seresnext50_casme2.py \
        --protocol loso
"""

_base_ = [
    '../_base_/models/apex_seresnext50.py',
    '../_base_/datasets/casme2.py',
    '../_base_/schedules/adam_100e.py',
    '../_base_/default_runtime.py',
]
