"""Replacing entries of configs, and configs read from checkpoints."""
