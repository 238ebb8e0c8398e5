# Table 2 of paper 002, last row: CC Attention and Center Loss; 91.75 in the paper.
_base_ = '../faer_convnext-b_rafdb.py'
