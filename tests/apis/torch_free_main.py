"""Predicts a photograph by exported files; it is run where PyTorch is not installed.

Arguments: the model, the detector, the landmarker, the photograph. Prints the answer as JSON.
"""

import json
import sys
from importlib.util import find_spec

from mmfer.apis import OnnxInferencer

ABSENT = ('torch', 'torchvision', 'mmengine', 'mmcv', 'mmpretrain', 'scipy', 'sklearn')
"""The packages that the environment lacks, and mmfer must not need here."""


def main() -> None:
    model, detector, landmarker, photo = sys.argv[1:]
    answer = OnnxInferencer(model, detector, landmarker)(photo)
    assert not any(find_spec(name) for name in ABSENT)
    print(json.dumps(answer))


if __name__ == '__main__':
    main()
