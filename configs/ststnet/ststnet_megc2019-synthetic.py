"""STSTNet on rendered substitutes of the three data sets of MEGC 2019, in minutes on two cores.

for layout in casme2 samm smic; do
    python tools/render_synthetic.py $layout data/synthetic/$layout --preset tiny --no-oddities
done
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
