"""Trained models outside PyTorch: ONNX files in onnxruntime, and their speed."""
