# The neighbors' loss alone, on the plain network; neighbors by the cosine of its features.
_base_ = '../rald_r18_ferplus-48px.py'
model = dict(neck=dict(labels=None, itrr=None, hlrr=None, lgifo=None, neighbors='cosine'))
