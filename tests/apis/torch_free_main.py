"""Predicts a photograph by exported files, where PyTorch and OpenMMLab's packages cannot be used.

Arguments: the model, the detector, the landmarker, the photograph. Prints the answer as JSON.
"""

import json
import sys
from importlib.abc import MetaPathFinder
from typing import Any

REFUSED = ('torch', 'torchvision', 'mmengine', 'mmcv', 'mmpretrain', 'scipy', 'sklearn')


class Refusing(MetaPathFinder):
    """Lets the import of each refused package fail, as if it were not installed."""

    def find_spec(self, fullname: str, *others: Any) -> None:
        if fullname.partition('.')[0] in REFUSED:
            raise ModuleNotFoundError(f'No module named {fullname!r}', name=fullname)


def main() -> None:
    sys.meta_path.insert(0, Refusing())
    from mmfer.apis import OnnxInferencer

    model, detector, landmarker, photo = sys.argv[1:]
    answer = OnnxInferencer(model, detector, landmarker)(photo)
    assert not set(REFUSED) & set(sys.modules)
    print(json.dumps(answer))


if __name__ == '__main__':
    main()
