# The apex that tools/spot_apex.py --method registered --spotted spotted_registered.json found.
_base_ = './spotted.py'
train_dataloader = dict(dataset=dict(spotted='spotted_registered.json'))
test_dataloader = dict(dataset=dict(spotted='spotted_registered.json'))
val_dataloader = test_dataloader
