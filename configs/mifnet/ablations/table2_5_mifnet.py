# Table 2 of paper 000, row 5, "Ours"; 95.46 in the paper (96.34 over classes).
_base_ = '../mifnet_r18-swint_ifer.py'
