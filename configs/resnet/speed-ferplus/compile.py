# A compiled step.
_base_ = './plain.py'
compile = True
