# ConvNeXt with center loss, without the attention.
_base_ = '../faer_convnext_ferplus-48px.py'
model = dict(neck=[_base_.small.neck[1]])
