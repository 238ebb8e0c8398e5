# Table 3 of paper 002, BCE Loss, FAER; 91.71 in the paper.
_base_ = '../faer_convnext-b_celeba.py'
model = dict(
    head=dict(loss=dict(_delete_=True, type='CrossEntropyLoss', use_sigmoid=True)),
)
