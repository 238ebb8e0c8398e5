# FAER: CC attention and center loss.
_base_ = '../faer_convnext_ferplus-48px.py'
