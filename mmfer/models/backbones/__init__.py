"""Backbones."""

from mmfer.models.backbones.dual_branch import DualBranch

__all__ = ['DualBranch']
