# Table 3 of paper 002, Asymmetric Loss, FAER; 91.23 in the paper.
_base_ = '../faer_convnext-b_celeba.py'
model = dict(
    head=dict(
        loss=dict(_delete_=True, type='AsymmetricLoss', gamma_pos=0.0, gamma_neg=4.0, clip=0.05)
    ),
)
