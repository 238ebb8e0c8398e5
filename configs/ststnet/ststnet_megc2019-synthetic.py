"""STSTNet on rendered substitutes of the three data sets of MEGC 2019, in minutes on two cores.

python tools/render_synthetic.py casme2 data/synthetic/casme2 --preset tiny --no-oddities --seed 0
python tools/render_synthetic.py samm data/synthetic/samm --preset tiny --seed 1
python tools/render_synthetic.py smic data/synthetic/smic --preset tiny --seed 2

Each set has its own seed, because one seed shows the same people in every set.
"""

_base_ = './ststnet_synthetic.py'
parts = [*_base_.parts, 'roots']

data_root = 'data/synthetic'
roots = dict(CASME2='casme2', SAMM='samm', SMIC='smic')


def rendered(split, pipeline):
    """All subjects are in both parts, because only cross validation divides them."""
    more = dict(split=split, megc2019=True, onset=True, empty_classes='warn', pipeline=pipeline)
    return dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(type=name, data_root=f'{data_root}/{root}', **more) for name, root in roots.items()
        ],
    )


model = dict(head=dict(num_classes=3))
data_preprocessor = dict(num_classes=3)
train_dataloader = dict(dataset=rendered('train', _base_.train_pipeline))
test_dataloader = dict(dataset=rendered('test', _base_.test_pipeline))
val_dataloader = test_dataloader
