"""Trained models in onnxruntime, without PyTorch."""
