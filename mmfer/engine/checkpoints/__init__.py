"""Checkpoint files: addresses, downloads and checks of integrity."""
