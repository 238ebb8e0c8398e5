# Table 3 of paper 002, Focal Loss, FAER; 91.87 in the paper.
_base_ = '../faer_convnext-b_celeba.py'
