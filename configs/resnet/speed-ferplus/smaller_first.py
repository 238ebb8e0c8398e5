# Images of 32 px in the first three epochs.
_base_ = './plain.py'
custom_hooks = [dict(type='ImageSizeHook', sizes={0: 32, 3: None})]
