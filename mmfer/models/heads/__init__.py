"""Heads."""

from mmfer.models.heads.rald_head import RALDHead

__all__ = ['RALDHead']
