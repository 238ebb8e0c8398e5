"""An exported classifier in onnxruntime."""

import numpy as np

from mmfer.runtime.onnx_network import EXPORT_AGAIN, OnnxNetwork


class OnnxScores(OnnxNetwork):
    """An exported classifier: from face crops to probabilities.

    Args:
        content: The file that :func:`mmfer.engine.export.export_onnx` wrote.
        where: The name of the file, for messages.
        threads: The number of threads; 0 takes all cores.

    Attributes:
        shape: The shape (3, H, W) of an image.

    Raises:
        ValueError: If a package is missing, or the content is no ONNX file of mmfer, is damaged or
            not safe.

    Example:
        >>> model = OnnxScores(read_content('my_model.onnx'), 'my_model.onnx')
        >>> model.scores(np.zeros((2, 3, 112, 112), np.float32)).shape
        (2, 8)
    """

    def __init__(self, content: bytes, where: str, threads: int = 0) -> None:
        super().__init__(content, where, threads)
        inputs = self.session.get_inputs()
        if self.names != ['images', 'scores'] or not (
            len(inputs[0].shape) == 4 and all(isinstance(side, int) for side in inputs[0].shape[1:])
        ):
            raise ValueError(
                f'"{where}" does not take "images" (N, 3, H, W) and give "scores" (N, classes). '
                f'{EXPORT_AGAIN}'
            )
        number, *shape = inputs[0].shape
        if 0 in inputs[0].shape:
            raise ValueError(f'"{where}" takes no image: {inputs[0].shape}. {EXPORT_AGAIN}')
        self.number = number if isinstance(number, int) else None
        self.shape = tuple(shape)

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Scores (N, C) of images (N, 3, H, W) float32, RGB from 0 to 255.

        Raises:
            ValueError: If the images have another size than those of the file, or the file does
                not give a row of floats for each image.
        """
        if images.shape[1:] != self.shape:
            raise ValueError(
                f'"{self.where}" takes images of the shape {self.shape}, but got '
                f'{images.shape[1:]}. {EXPORT_AGAIN}'
            )
        if self.number is None:
            return self._run(images)
        short = -len(images) % self.number
        padded = np.concatenate([images, np.zeros((short, *self.shape), np.float32)])
        parts = [
            self._run(padded[start : start + self.number])
            for start in range(0, len(padded), self.number)
        ]
        return np.concatenate(parts)[: len(images)]

    def _run(self, images: np.ndarray) -> np.ndarray:
        (scores,) = self.run(['scores'], images=images)
        shape, kind = np.shape(scores), getattr(scores, 'dtype', type(scores).__name__)
        if shape[:1] != (len(images),) or len(shape) != 2 or kind != np.float32:
            raise ValueError(
                f'"{self.where}" gives {kind} of the shape {shape} for {len(images)} images, not '
                f'a row of float32 scores for each. {EXPORT_AGAIN}'
            )
        return scores
