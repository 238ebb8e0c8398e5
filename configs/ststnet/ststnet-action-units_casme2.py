"""STSTNet on action units: CASME II, twelve units, F1 of each unit and their mean.

python tools/cross_validate.py configs/ststnet/ststnet-action-units_casme2.py --protocol loso
"""

_base_ = './ststnet_casme2.py'

units = dict(action_units=(1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17))

model = dict(
    head=dict(
        type='AttributeHead',
        num_classes=12,
        loss=dict(type='CrossEntropyLoss', use_sigmoid=True, loss_weight=1.0),
    )
)
data_preprocessor = dict(num_classes=12)
train_dataloader = dict(dataset=units)
test_dataloader = dict(dataset=units)
val_dataloader = test_dataloader
val_evaluator = dict(_delete_=True, type='AttributeMetric')
test_evaluator = val_evaluator
