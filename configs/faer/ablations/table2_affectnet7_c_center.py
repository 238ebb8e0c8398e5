# Table 2 of paper 002, last row: CC Attention and Center Loss; 66.66 in the paper.
_base_ = '../faer_convnext-b_affectnet7.py'
