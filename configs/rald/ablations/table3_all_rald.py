# Table 3 of paper 003, row "Ours": ITRR, HLRR, LGIFO and NNLDL; 97.34 in the paper.
_base_ = '../rald_r18_fgemotions.py'
