"""Calibrate the confidences of a trained model on its validation data (temperature scaling).

Writes a copy of the checkpoint with the temperature; FERInferencer and `mmfer predict` use it. The
class of an image never changes. The validation data must not be training data; the test data are
not read.

Example:
    python tools/analysis_tools/calibrate.py configs/rald/rald_r18_synthetic.py \\
        work_dirs/rald_r18_synthetic/epoch_14.pth --out calibrated.pth
"""

import argparse
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmfer.apis.loading import read_config
from mmfer.apis.model import SPLITS, TrainedModel
from mmfer.engine.checkpoint import write_checkpoint
from mmfer.engine.cli import add_config_options, friendly_errors, given_path
from mmfer.engine.trained_models.content import read_checkpoint
from mmfer.evaluation import expected_calibration_error
from mmfer.evaluation.temperature import fit_temperature
from mmfer.files import check_writable
from mmfer.protocols import predicts_attributes
from mmfer.runtime.calibration import tempered


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='the config of the model')
    parser.add_argument('checkpoint', help='the checkpoint')
    parser.add_argument('--out', type=given_path, required=True, help='the checkpoint to write')
    parser.add_argument('--split', choices=SPLITS[1:], default='val', help='default: %(default)s')
    parser.add_argument('--device', default='cpu', help='default: %(default)s')
    add_config_options(parser)
    return parser.parse_args()


def calibration(probabilities: np.ndarray, labels: np.ndarray, data: str) -> dict[str, Any]:
    """The entry of the checkpoint: the temperature, and what it was found with."""
    temperature = fit_temperature(probabilities, labels)
    correct = probabilities.argmax(axis=1) == labels
    errors = [
        expected_calibration_error(scores.max(axis=1), correct)
        for scores in (probabilities, tempered(probabilities, temperature))
    ]
    return {
        'temperature': round(temperature, 4),
        'data': data,
        'images': len(labels),
        'error_before': round(errors[0], 2),
        'error_after': round(errors[1], 2),
    }


@friendly_errors
def main() -> None:
    args = parse_args()
    check_writable(args.out)
    trained = TrainedModel.load(
        read_config(args.config, args.cfg_options), args.checkpoint, args.device
    )
    if predicts_attributes(trained.model):
        raise ValueError('A model of attributes has no confidence of one class to calibrate.')
    dataset = trained.dataset(args.split)
    bank = trained.bank(dataset)
    data = f'{Path(args.config).stem}, {args.split}'
    entry = calibration(bank.probs.double().numpy(), bank.labels.numpy(), data)
    loaded = read_checkpoint(args.checkpoint)
    meta = {**(loaded.get('meta') or {}), 'calibration': entry}
    weights = loaded if 'state_dict' in loaded else {'state_dict': loaded}
    content = BytesIO()
    torch.save({**weights, 'meta': meta}, content)
    write_checkpoint(args.out, content.getvalue())
    print(
        f'Temperature {entry["temperature"]:g} from {entry["images"]} images of the {args.split} '
        f'part. Calibration error {entry["error_before"]:.2f} % -> {entry["error_after"]:.2f} %. '
        f'Written: {args.out}'
    )


if __name__ == '__main__':
    main()
