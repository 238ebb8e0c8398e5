"""STSTNet on the composite of MEGC 2019: CASME II, SAMM and SMIC in three classes.

The challenge leaves out one subject of the joined sets, or one set, and reports UF1 and UAR of all
442 clips. After tools/prepare_faces.py for the layouts casme2, samm and smic:

    python tools/cross_validate.py configs/ststnet/ststnet_megc2019.py --protocol loso
    python tools/cross_validate.py configs/ststnet/ststnet_megc2019.py --protocol lodo
"""

_base_ = './ststnet_casme2.py'
parts = [*_base_.parts, 'held_out']

data_root = 'data'
# A plain training, without cross validation, tests on these subjects.
held_out = dict(CASME2=('sub02', 'sub12'), SAMM=('006', '026'), SMIC=('s03', 's12'))


def composite(split, pipeline):
    """The three data sets together."""
    return dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(
                type=reader,
                data_root=f'{data_root}/{reader.lower()}',
                split=split,
                megc2019=True,
                onset=True,
                test_subjects=subjects,
                test_mode=split == 'test',
                pipeline=pipeline,
            )
            for reader, subjects in held_out.items()
        ],
    )


model = dict(head=dict(num_classes=3))
data_preprocessor = dict(num_classes=3)
train_dataloader = dict(dataset=composite('train', _base_.train_pipeline))
test_dataloader = dict(dataset=composite('test', _base_.test_pipeline))
val_dataloader = test_dataloader
