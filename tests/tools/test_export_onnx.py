"""tools/export_onnx.py as a user runs it."""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from PIL import Image

from mmfer.apis.inferencer import FERInferencer
from mmfer.faces import read_image
from mmfer.runtime.face_network_choice import open_detector, open_landmarker
from mmfer.runtime.face_network_file import DEFAULTS, network_name
from mmfer.shipped_models import DEFAULT, shipped_onnx
from tests.apis.model_files import ASTRONAUT, FACE_CROP, write_model
from tests.helpers import CLASSES, call_tool, run_tool, write_images
from tests.tools.rald import make_small_rald


def test_an_exported_file_gives_the_scores_of_the_inferencer(tmp_path: Path) -> None:
    config, checkpoint = write_model(tmp_path)
    file = tmp_path / 'model.onnx'
    said = run_tool('export_onnx.py', config, checkpoint, '--out', file, '--size', 32)
    assert 'Warning' not in said.stderr
    session = onnxruntime.InferenceSession(file)
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    image = pixels.transpose(2, 0, 1)[None].astype(np.float32)
    (scores,) = session.run(['scores'], {'images': image})
    (expected,) = FERInferencer(config, checkpoint).classify([pixels])
    np.testing.assert_allclose(scores[0], list(expected.values()), atol=1e-4)
    names = json.loads(session.get_modelmeta().custom_metadata_map['classes'])
    assert names == list(expected) == list(CLASSES)


def test_a_missing_size_is_refused(tmp_path: Path) -> None:
    config, checkpoint = write_model(tmp_path, '')
    failed = call_tool(
        'export_onnx.py', config, checkpoint, '--out', tmp_path / 'a.onnx', check=False
    )
    assert failed.returncode == 1 and 'has no image_size' in failed.stderr


def test_another_size_leaves_no_file(tmp_path: Path) -> None:
    files, out = write_model(tmp_path), tmp_path / 'a.onnx'
    failed = call_tool('export_onnx.py', *files, '--out', out, '--size', 48, check=False)
    assert failed.returncode == 1 and 'images of 32 px, so a file for 48 px' in failed.stderr
    assert not out.exists()


def test_a_batch_or_a_missing_support_set_is_refused(tmp_path: Path) -> None:
    rald = make_small_rald(tmp_path)
    config = tmp_path / 'batch.py'
    config.write_text(
        f"_base_ = '{rald.config}'\nmodel = dict(neck=dict(itrr=dict(context='batch')))\n"
    )
    bare = (rald.config, rald.bare, '--size', 48, '--out', tmp_path / 'bare.onnx')
    failed = call_tool('export_onnx.py', *bare, check=False)
    message = failed.stderr.strip().splitlines()[-1]
    assert message.startswith("Error: ITRR with context='support' has no support set")
    arguments = (config, rald.checkpoint, '--size', 48, '--out', tmp_path / 'rald.onnx')
    failed = call_tool('export_onnx.py', *arguments, check=False)
    assert failed.returncode == 1 and not (tmp_path / 'rald.onnx').exists()
    message = failed.stderr.strip().splitlines()[-1]
    assert message.startswith("Error: model.neck.itrr has context='batch'")
    assert message.endswith('--cfg-options model.neck.itrr.context=support.')
    call_tool('export_onnx.py', *arguments, '--cfg-options', 'model.neck.itrr.context=support')
    assert (tmp_path / 'rald.onnx').is_file()


def test_a_file_in_int8_is_measured_and_predicts(tmp_path: Path) -> None:
    config, checkpoint = write_model(tmp_path, FACE_CROP + 'image_size = 32\n')
    faces, out = write_images(tmp_path / 'faces') / 'train', tmp_path / 'int8.onnx'
    card = tmp_path / 'card.json'
    card.write_text('{"name": "tiny"}')
    options = ('--int8', '--calibrate', faces, '--evaluate', faces, '--card', card)
    said = call_tool('export_onnx.py', config, checkpoint, '--out', out, *options).stdout
    assert 'int8 from 12 calibration images.' in said
    assert 'any number of images of 32 px' in said and 'Accuracy on 12 face crops: PyTorch' in said
    assert FERInferencer(out).loaded.card == {'name': 'tiny'}
    call_tool(
        'predict.py', ASTRONAUT, '--checkpoint', out, '--out-dir', tmp_path / 'out', '--no-detect'
    )
    (result,) = json.loads((tmp_path / 'out' / 'results.json').read_text())['results']
    (face,) = result['faces']
    pixels = np.asarray(Image.open(ASTRONAUT).convert('RGB'))
    (found,) = FERInferencer(out).classify([pixels])
    assert face['scores'] == {name: round(p, 6) for name, p in found.items()}
    (floats,) = FERInferencer(config, checkpoint).classify([pixels])
    np.testing.assert_allclose(list(found.values()), list(floats.values()), atol=0.1)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (('--format', 'torchscript'), 'TorchScript is deprecated in PyTorch'),
        (('--int8',), '--int8 and --calibrate FOLDER belong together'),
        (('--int8', '--calibrate', '.', '--half-weights'), 'give one of both'),
        (
            ('--format', 'exported-program', '--half-weights', '--out', 'a.pt2'),
            '--int8, --half-weights and --evaluate are for --format onnx',
        ),
        (('--format', 'exported-program', '--out', 'a.onnx'), 'a name that ends in .pt2'),
        (('--out', 'model.pth'), 'a name that ends in .onnx'),
        (('--network', 'mtcnn'), '--network chooses the network of detector or landmarker, but'),
    ],
)
def test_options_that_do_not_fit_are_refused(
    tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    arguments = ('efficientnet-lite0_ferplus', '--out', tmp_path / 'a.onnx', *options)
    failed = call_tool('export_onnx.py', *arguments, check=False)
    assert failed.returncode == 1 and message in failed.stderr


def test_one_command_writes_the_shipped_file(tmp_path: Path) -> None:
    path, shipped = tmp_path / 'a.onnx', shipped_onnx()
    assert shipped is not None
    call_tool('export_onnx.py', DEFAULT, '--half-weights', '--out', path)
    written, expected = (
        {weight.name: weight.raw_data for weight in onnx.load(one).graph.initializer}
        for one in (path, shipped)
    )
    assert len(written) > 50 and written == expected


@pytest.mark.parametrize('chosen', [(), ('blazeface', 'facemesh')])
def test_detector_and_landmarker_are_written(tmp_path: Path, chosen: tuple[str, ...]) -> None:
    for kind, default, name in zip(DEFAULTS, DEFAULTS.values(), chosen or (None,) * 2, strict=True):
        option = ('--network', name) if name else ()
        path = tmp_path / f'{kind}.onnx'
        said = call_tool('export_onnx.py', kind, '--out', path, *option).stdout
        assert f'MiB, the {kind} {name or default}.' in said
        assert network_name(path, kind) == (name or default)
    photo = read_image(ASTRONAUT)
    (face,) = open_detector(tmp_path / 'detector.onnx').detect(photo)
    points, _ = open_landmarker(tmp_path / 'landmarker.onnx').detect(photo, face.bbox[None])
    assert points.shape == (1, 68, 2)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (('--int8', '--calibrate', '.'), 'The detector takes no options but --network and --out'),
        (('--size', 48), 'The detector takes no options but --network and --out'),
        (
            ('--network', 'facemesh'),
            "There is no detector 'facemesh'. Give one of: mtcnn, blazeface",
        ),
    ],
)
def test_options_of_the_detector_are_refused(tmp_path: Path, options: tuple, message: str) -> None:
    arguments = ('detector', '--out', tmp_path / 'a.onnx', *options)
    failed = call_tool('export_onnx.py', *arguments, check=False)
    assert failed.returncode == 1 and message in failed.stderr
    assert not (tmp_path / 'a.onnx').exists()


def test_the_detector_is_no_exported_program(tmp_path: Path) -> None:
    arguments = ('detector', '--out', tmp_path / 'a.pt2', '--format', 'exported-program')
    failed = call_tool('export_onnx.py', *arguments, check=False)
    assert 'The detector is written only in ONNX: leave out --format.' in failed.stderr
