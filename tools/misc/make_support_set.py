"""Add a support set to a checkpoint of RALD, or replace its support set.

At test time, an image attends to itself and to the support set: features of a fixed, class-balanced
random choice of training images.

Example:
    python tools/misc/make_support_set.py configs/rald/rald_r18_fgemotions.py in.pth out.pth
"""

import argparse
from io import BytesIO

import torch

from mmfer.apis.model import TrainedModel
from mmfer.engine.checkpoint import load_from_disk, write_checkpoint
from mmfer.engine.cli import friendly_errors, output_file
from mmfer.engine.feature_bank import pooled_features
from mmfer.engine.hooks.eval_context_hook import find_itrr, support_indices


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config file')
    parser.add_argument('checkpoint', help='the checkpoint file')
    parser.add_argument('out', type=output_file, help='the checkpoint to write')
    parser.add_argument(
        '--num-per-class', type=int, default=3, help='number of images of each class or attribute'
    )
    parser.add_argument('--seed', type=int, default=0, help='seed of the choice')
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    trained = TrainedModel.load(args.config, args.checkpoint)
    found = find_itrr(trained.model)
    if found is None:
        raise ValueError(f'The model of {args.config} has no ITRR, so it needs no support set.')
    dataset = trained.dataset('train')
    indices = support_indices(dataset, args.num_per_class, args.seed)
    features = pooled_features(trained.model, dataset, indices)
    checkpoint = load_from_disk(args.checkpoint, map_location='cpu')
    checkpoint['state_dict'][f'{found[0]}.support_features'] = features.cpu()
    content = BytesIO()
    torch.save(checkpoint, content)
    write_checkpoint(args.out, content.getvalue())
    print(f'{len(features)} support images of {len(dataset)} -> {args.out}')


if __name__ == '__main__':
    main()
