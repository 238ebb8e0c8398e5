"""Batch norm that can train on a batch of one image."""

import torch.nn.functional as F
from torch import Tensor, nn


class _OneValue(nn.modules.batchnorm._BatchNorm):
    """Uses the running statistics if a training batch has only one value per channel."""

    def forward(self, x: Tensor) -> Tensor:
        if self.training and x.numel() == x.size(1):
            mean, var = self.running_mean, self.running_var
            return F.batch_norm(x, mean, var, self.weight, self.bias, eps=self.eps)
        return super().forward(x)


class BatchNorm1d(_OneValue, nn.BatchNorm1d):
    """Batch norm of vectors (N, C); a single vector is normalized by the running statistics."""


class BatchNorm2d(_OneValue, nn.BatchNorm2d):
    """Batch norm of maps (N, C, H, W); uses the running statistics for one value per channel."""
