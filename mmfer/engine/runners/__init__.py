"""Runners beside those of mmengine."""
