"""Modules of ``mmfer.faces`` and ``mmfer.datasets`` under the names that they had before.

``from mmfer.faces.finding import detect_in_crop`` still works, with a warning that names the new
place. Names imported from the packages themselves never changed. This module
can be removed in version 1.0.
"""

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED = {
    'datasets.affectnet': 'datasets.readers.affectnet',
    'datasets.affectnet_forms': 'datasets.readers.affectnet_forms',
    'datasets.base': 'datasets.expression_dataset',
    'datasets.casme2': 'datasets.readers.casme2',
    'datasets.casme2_coding': 'datasets.readers.clip_release.coding',
    'datasets.casme2_frames': 'datasets.readers.clip_release.frames',
    'datasets.casme2_spans': 'datasets.readers.clip_release.spans',
    'datasets.celeba': 'datasets.readers.celeba',
    'datasets.celeba_lists': 'datasets.readers.celeba_lists',
    'datasets.coco': 'datasets.files.coco_files',
    'datasets.coco_expression': 'datasets.readers.coco_expression',
    'datasets.counts': 'datasets.official_counts',
    'datasets.csv_rows': 'datasets.files.csv_files',
    'datasets.expression_folder': 'datasets.readers.expression_folder',
    'datasets.ferplus': 'datasets.readers.ferplus',
    'datasets.ferplus_tables': 'datasets.readers.ferplus_tables',
    'datasets.ferplus_votes': 'datasets.readers.ferplus_votes',
    'datasets.fg_emotions': 'datasets.readers.fg_emotions',
    'datasets.folders': 'datasets.files.folders',
    'datasets.ifer': 'datasets.readers.ifer',
    'datasets.images': 'datasets.files.images',
    'datasets.missing': 'datasets.missing_dataset',
    'datasets.msceleb': 'datasets.readers.msceleb',
    'datasets.names': 'datasets.files.class_matching',
    'datasets.pictures': 'datasets.face_jobs',
    'datasets.rafdb': 'datasets.readers.rafdb',
    'datasets.recordio': 'datasets.files.recordio',
    'faces.apex': 'faces.clips.apex_curve',
    'faces.apex_pool': 'faces.clips.apex_pool',
    'faces.apex_regions': 'faces.clips.apex_regions',
    'faces.apex_registered': 'faces.clips.apex_registered',
    'faces.apex_spotter': 'faces.clips.apex_spotter',
    'faces.clip': 'faces.clips.clip',
    'faces.clip_landmarks': 'faces.clips.clip_landmarks',
    'faces.eyelids': 'faces.clips.eyelids',
    'faces.finder_pool': 'faces.preparation.finding_options',
    'faces.finding': 'faces.detection.face_finder',
    'faces.journal': 'journal',
    'faces.landmark_network': 'faces.detection.landmark_network',
    'faces.landmarker': 'faces.detection.landmarker',
    'faces.measured_crop': 'faces.preparation.crop_measurement',
    'faces.mtcnn': 'faces.detection.mtcnn',
    'faces.mtcnn_networks': 'faces.detection.mtcnn_networks',
    'faces.prepare': 'faces.preparation.prepare',
    'faces.registration': 'faces.clips.registration',
    'faces.sensor_noise': 'faces.clips.sensor_noise',
}
"""Old name: new name, below ``mmfer``."""


class MovedModules(MetaPathFinder, Loader):
    """Imports a module that moved from where it is now."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The specification of an old name; None for every other name."""
        package, _, name = fullname.partition('.')
        return ModuleSpec(fullname, self) if package == 'mmfer' and name in MOVED else None

    def exec_module(self, module: ModuleType) -> None:
        """Put the module of the new name in the place of ``module``."""
        old = module.__name__
        new = f'mmfer.{MOVED[old.removeprefix("mmfer.")]}'
        warnings.warn(f'{old} is now {new}.', DeprecationWarning, stacklevel=2)
        sys.modules[old] = import_module(new)


def find_moved_modules() -> None:
    """Let the old names be imported; a second call changes nothing."""
    if not any(isinstance(finder, MovedModules) for finder in sys.meta_path):
        sys.meta_path.append(MovedModules())
