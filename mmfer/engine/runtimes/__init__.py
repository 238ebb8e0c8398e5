"""Trained models outside PyTorch: ONNX files in onnxruntime, and in int8."""
