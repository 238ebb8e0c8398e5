"""Imports that check what is installed before OpenCV or PyTorch are imported."""
