"""Conversion of arrays and tensors of every common form to RGB images."""

from typing import Any

import numpy as np

from mmfer.faces.pixel_depth import full_scale

CHANNELS = (1, 3, 4)
WHITE = 255


def rgb_images(array: Any, name: str, bgr: bool = False) -> list[np.ndarray]:
    """The images in an array or a tensor, each (H, W, 3) uint8 RGB.

    Args:
        array: A NumPy array (H, W), (H, W, C) or (N, H, W, C), or a tensor of PyTorch (H, W),
            (C, H, W) or (N, C, H, W), with 1, 3 or 4 channels: grey, RGB, RGB and opacity.
            Transparent parts become white. Values are uint8, uint16 (white is found by
            :func:`mmfer.faces.pixel_depth.full_scale`), bool, or floating-point numbers from 0
            to 1.
        name: The array in messages.
        bgr: Whether the colors are in BGR order, as ``cv2.imread`` returns them.

    Raises:
        ValueError: If the shape, the type or a value is no image's.

    Example:
        >>> rgb_images(np.zeros((48, 48), np.uint8), 'array 0')[0].shape
        (48, 48, 3)
    """
    pixels = np.asarray(array) if isinstance(array, np.ndarray) else _from_tensor(array)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.ndim not in (3, 4) or pixels.shape[-1] not in CHANNELS or not pixels.size:
        channels_last = isinstance(array, np.ndarray)
        form = 'an array (height, width, channels)'
        raise ValueError(
            f'{name} has the shape {tuple(array.shape)}, which is no image. Give '
            f'{form if channels_last else "a tensor (channels, height, width)"} with 1, 3 or 4 '
            'channels, or several images of one size along the first axis.'
        )
    images = _eight_bits(pixels, name)
    return [_opaque_rgb(image, bgr) for image in (images if images.ndim == 4 else images[None])]


def _from_tensor(tensor: Any) -> np.ndarray:
    """A tensor on any device as an array with the channels last."""
    values = tensor.detach().cpu()
    if values.is_floating_point():
        values = values.float()  # NumPy has no bfloat16
    array = values.numpy()
    return np.moveaxis(array, -3, -1) if array.ndim in (3, 4) else array


def _eight_bits(pixels: np.ndarray, name: str) -> np.ndarray:
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == bool:
        return pixels.astype(np.uint8) * WHITE
    if pixels.dtype == np.uint16:
        colors, opacity = pixels[..., :3], pixels[..., 3:]
        full = full_scale(colors)
        # Opacity often has all 16 bits beside colors of fewer.
        opaque = max(full, full_scale(opacity)) if opacity.size else full
        whites = [full] * colors.shape[-1] + [opaque] * opacity.shape[-1]
        return np.rint(pixels / np.array(whites) * WHITE).astype(np.uint8)
    if np.issubdtype(pixels.dtype, np.floating):
        low, high = float(pixels.min()), float(pixels.max())
        if low >= 0 and high <= 1:
            return np.rint(pixels * WHITE).astype(np.uint8)
        if not np.isfinite(pixels).all():
            raise ValueError(
                f'{name} has values that are infinite or no number (NaN). Look for what computed '
                'them; an image has finite numbers from 0 to 1, or uint8.'
            )
        raise ValueError(
            f'{name} has floating-point values from {low:g} to {high:g}, but they must be from 0 '
            'to 1. Divide them by 255, or convert them to uint8.'
        )
    raise ValueError(
        f'{name} has values of the type {pixels.dtype}. Give uint8, uint16, or floating-point '
        'numbers from 0 to 1.'
    )


def _opaque_rgb(image: np.ndarray, bgr: bool) -> np.ndarray:
    """(H, W, C) uint8 as contiguous (H, W, 3) uint8 RGB."""
    colors = image[..., :3]
    if image.shape[-1] == 1:
        return np.repeat(image, 3, axis=-1)
    if image.shape[-1] == 4:
        opacity = image[..., 3:].astype(np.float32) / WHITE
        colors = np.rint(colors * opacity + WHITE * (1 - opacity)).astype(np.uint8)
    return np.ascontiguousarray(colors[..., ::-1] if bgr else colors)
