# Table 3 of paper 000, softmax and self-adaptive deep center loss; 95.46 in the paper.
_base_ = '../mifnet_r18-swint_ifer.py'
