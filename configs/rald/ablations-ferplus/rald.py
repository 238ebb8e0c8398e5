# RALD with our options: skips, and an attention that starts as a cosine.
_base_ = '../rald_r18_ferplus-48px.py'
