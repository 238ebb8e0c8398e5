"""resnet18_ferplus-48px.py on shards instead of 28,000 files.

The training part and its choosing split become shards first:

    for part in train val; do
        python tools/pack_shards.py configs/resnet/resnet18_ferplus-48px.py --part $part \
            --out data/ferplus-shards
    done
"""

_base_ = './resnet18_ferplus-48px.py'

shards_root = f'{_base_.data_root}-shards'
shards = dict(
    _delete_=True,
    type='ExpressionShards',
    data_root=shards_root,
    classes=[
        'neutral',
        'happiness',
        'surprise',
        'sadness',
        'anger',
        'disgust',
        'fear',
        'contempt',
    ],
    label_tree='ferplus',
    soft_labels=True,
)
train_dataloader = dict(dataset=dict(**shards, split='train', pipeline=_base_.train_pipeline))
val_dataloader = dict(
    dataset=dict(**shards, split='val', test_mode=True, pipeline=_base_.test_pipeline)
)
