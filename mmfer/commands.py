"""The command ``mmfer``: the tools by short names, from any folder.

    mmfer predict photo.jpg --out-dir out
    mmfer train rald_r18_synthetic --cfg-options epochs=5

Each command runs the script in ``tools/`` that has the same options.
"""

import sys
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from mmfer.checks.openmmlab import require_openmmlab, require_predictions
from mmfer.resources import list_configs, resources
from mmfer.shipped_models import list_models
from mmfer.version import __version__

TOOLS = {
    'predict': ('predict.py', 'expressions of the faces in images'),
    'video': ('video.py', 'expressions of the faces in a video'),
    'camera': ('video.py', 'the same before a camera'),
    'demo': ('demo.py', 'a page in the browser for photographs and videos'),
    'train': ('train.py', 'train a model'),
    'test': ('test.py', 'measure a model on the test part of its data set'),
    'report': ('analysis_tools/report.py', 'a page about a trained model'),
    'compare': ('analysis_tools/compare.py', 'two models side by side, with a paired test'),
    'cross-validate': ('cross_validate.py', 'leave-one-subject-out and k-fold validation'),
    'repeat': ('analysis_tools/repeat.py', 'train configs with several seeds, and compare them'),
    'transfer': ('analysis_tools/transfer.py', 'measure a model on another data set'),
    'check': ('analysis_tools/check_data.py', 'find faults of a data set'),
    'prepare': ('prepare_faces.py', 'find faces and landmarks of a data set once'),
    'render': ('render_synthetic.py', 'render a data set'),
    'prune': ('prune.py', 'remove channels of a trained network'),
    'export': ('export_onnx.py', 'export a model to ONNX'),
    'spot-apex': ('spot_apex.py', 'the strongest frame of micro-expressions'),
    'spot-intervals': ('spot_intervals.py', 'the micro-expressions of a long video'),
    'calibrate': (
        'analysis_tools/calibrate.py',
        'make confidences agree with how often they are right',
    ),
    'audit': ('analysis_tools/audit_labels.py', 'find images with doubtful labels'),
    'benchmark': ('analysis_tools/benchmark.py', 'parameters, FLOPs and speed of a model'),
    'photograph-speed': (
        'analysis_tools/photograph_speed.py',
        'time of each step from a photograph to the answer',
    ),
    'accuracy-latency': (
        'analysis_tools/accuracy_latency.py',
        'accuracy against latency of exported models',
    ),
    'browse-dataset': ('analysis_tools/browse_dataset.py', 'images as the model sees them'),
    'plot-logs': ('analysis_tools/plot_logs.py', 'the curves of a training'),
    'confusion-matrix': ('analysis_tools/confusion_matrix.py', 'confusions between classes'),
    'grad-cam': ('analysis_tools/grad_cam.py', 'regions of the face behind an answer'),
    'feature-maps': ('analysis_tools/feature_maps.py', 'activations of the layers of a model'),
    'print-config': ('misc/print_config.py', 'a config with all inherited entries'),
    'copy-config': ('misc/copy_config.py', 'a shipped config as a file of yours, to change it'),
}
"""The script of each command below ``tools/``, and what it does."""

WITHOUT_PYTORCH = ('predict', 'video', 'camera', 'demo')
"""The commands that onnxruntime serves where PyTorch is not installed."""


def show_list(arguments: Sequence[str]) -> None:
    """Print the shipped models or configs."""
    kinds = {'models': list_models, 'configs': list_configs}
    if len(arguments) > 1 or not set(arguments) <= set(kinds):
        sys.exit(f'usage: mmfer list [{" | ".join(kinds)}]')
    for kind in arguments or kinds:
        print(*([] if arguments else [f'{kind}:']), *kinds[kind](), sep='\n')


def show_doctor(arguments: Sequence[str]) -> None:
    """Print the state of the installation; exit code 1 if something does not fit."""
    from mmfer.doctor import examine

    if arguments:
        sys.exit('usage: mmfer doctor')
    lines, healthy = examine()
    print('\n'.join(lines))
    sys.exit(not healthy)


OWN = {
    'list': (show_list, 'the models and configs that come with mmfer'),
    'doctor': (show_doctor, 'what is installed, and whether it fits'),
}


def usage() -> str:
    """The help of the command."""
    described = {**TOOLS, **OWN}
    width = max(map(len, described)) + 2
    lines = [f'  {name:{width}}{text}' for name, (_, text) in described.items()]
    return '\n'.join(
        [
            'usage: mmfer COMMAND [OPTIONS]    (mmfer COMMAND --help shows the options)',
            '',
            *lines,
        ]
    )


def load_tool(script: str) -> Any:
    """The module of a script below ``tools/``."""
    path = resources() / 'tools' / script
    spec = spec_from_file_location(f'mmfer_tool_{path.stem}', path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Run the command of the command line."""
    name, *arguments = sys.argv[1:] or ['--help']
    if name in ('-h', '--help', 'help'):
        print(usage())
    elif name in ('-V', '--version'):
        print(f'mmfer {__version__}')
    elif name in OWN:
        OWN[name][0](arguments)
    elif name in TOOLS:
        sys.argv = [f'mmfer {name}', *arguments]
        try:
            require_predictions() if name in WITHOUT_PYTORCH else require_openmmlab()
        except ImportError as error:
            sys.exit(str(error))
        load_tool(TOOLS[name][0]).main()
    else:
        sys.exit(f'mmfer has no command "{name}".\n{usage()}')
