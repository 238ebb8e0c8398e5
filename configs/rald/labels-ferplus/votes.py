# Trained on the votes of FERPlus.
_base_ = '../rald_r18_ferplus-48px.py'
