# Forward and backward in bfloat16, where the processor has units for it.
_base_ = './plain.py'
optim_wrapper = dict(type='CPUAmpOptimWrapper')
