"""CASME II: one frame of each clip of a micro-expression."""

from collections import Counter
from collections.abc import Sequence
from logging import INFO, WARNING
from pathlib import Path
from typing import Any, Literal

from mmengine.logging import print_log

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import Sample
from mmfer.datasets.files.class_matching import class_index
from mmfer.datasets.official_counts import compare_counts
from mmfer.datasets.readers.casme2_release.coding import CodedClip, Oddities, read_coding
from mmfer.datasets.readers.casme2_release.faces import SHOWN, lend_faces
from mmfer.datasets.readers.casme2_release.frames import FRAMES, Frames, frames_of, read_spotted
from mmfer.datasets.readers.casme2_release.spans import read_spans
from mmfer.labels.releases import CASME2_CODING_FILE, CASME2_EMOTIONS, CASME2_FRAMES
from mmfer.registry import DATASETS

FIVE = {name: name for name in ('others', 'disgust', 'happiness', 'repression', 'surprise')}
THREE = dict.fromkeys(('disgust', 'repression', 'sadness', 'fear'), 'negative')
THREE |= {'happiness': 'positive', 'surprise': 'surprise'}
CLASSES = {5: FIVE, 3: THREE}
"""The class of each emotion, for each number of classes; other emotions have no class."""
HARMLESS = (
    *('integer_subject', 'capitalised_emotion', 'numeric_action_units', 'unknown_action_units'),
    *('apex_slash', 'offset_before_apex', 'missing_frame', 'nearby_frame'),
)
"""Oddities of clips that are used anyway."""


@DATASETS.register_module()
class CASME2(ExpressionDataset):
    """CASME II (Yan et al. 2014): 255 clips of 26 subjects at 200 frames/s; one frame of each.

    The files are ``CASME2-coding-20140508.xlsx`` and the frames
    ``CASME2_RAW_selected/sub01/EP02_01f/img46.jpg`` (or ``sub01/...`` in the data root). A sample
    has ``clip`` (``sub01/EP02_01f``), ``subject`` (``sub01``), ``onset``, ``apex`` (None if the
    coders wrote ``/``), ``offset``, ``frame`` (the number of the frame that is read),
    ``action_units`` and ``emotion``. The sidecar of all frames is ``annotations/faces.json``.

    The log reports oddities, and ``report`` has the names of the clips of each kind, see
    :func:`read_coding` and :meth:`Frames.find`. There is no official split; the protocol is
    leave-one-subject-out (``tools/cross_validate.py``). A plain training holds out
    ``test_subjects``.

    Args:
        data_root: The folder with the coding file.
        split: ``'train'``: the clips of all subjects except ``test_subjects``; ``'test'`` and
            ``'val'``: the clips of ``test_subjects``; ``'trainval'``: all clips. Without
            ``test_subjects``, each split has all clips. See :class:`ExpressionDataset` for
            ``val_ratio``.
        num_classes: 5 (others, disgust, happiness, repression, surprise), or 3 (negative: disgust,
            repression, sadness or fear; positive; surprise). Clips of other emotions are left out.
        frame: ``'apex'`` as annotated, ``'spotted'`` by ``tools/spot_apex.py``, ``'midway'``
            between onset and apex (rounded down), or ``'onset'``. If this frame is not on disk, the
            nearest frame is read, at most two frames (10 ms) away. ``'pair'`` is ``'apex'`` with
            ``onset=True``.
        onset: Also give the file of the onset frame as ``onset_path`` and, with a sidecar, its
            landmarks as ``onset_landmarks``, for :class:`LoadClip`.
        test_subjects: The held-out subjects, such as ``('sub05',)``; ignored with ``subjects``.
        **options: The options of :class:`ExpressionDataset` without ``classes``.

    Raises:
        FileNotFoundError: If the data set, or for ``'spotted'`` the file of apexes, does not exist.
        ValueError: If the coding file lacks a column, an emotion or a subject is unknown, or no
            clip is left. Unusable clips are only reported. Counts that differ from the official
            release only give a warning.

    Example:
        >>> train = dict(type='CASME2', data_root='data/casme2', num_classes=5, frame='apex')
    """

    NAME = 'CASME II'
    RENDERER = 'casme2'
    ONE_SIDECAR = 'faces'
    CLASSES_IN_EACH_PART = False  # rare classes are checked in all clips together
    ASK = (
        'on request from the Institute of Psychology, Chinese Academy of Sciences: sign the '
        'licence agreement at http://casme.psych.ac.cn/casme/e2'
    )
    LAYOUTS = (
        CASME2_CODING_FILE,
        'CASME2_RAW_selected/sub01/EP02_01f/img46.jpg (or sub01/EP02_01f/img46.jpg)',
    )

    def __init__(
        self,
        data_root: str = 'data/casme2',
        split: str = 'train',
        *,
        num_classes: Literal[5, 3] = 5,
        frame: Literal['apex', 'spotted', 'midway', 'onset', 'pair'] = 'apex',
        onset: bool = False,
        test_subjects: Sequence[str] = (),
        **options: Any,
    ) -> None:
        self._check_option('num_classes', num_classes, tuple(CLASSES))
        self._check_option('frame', frame, (*FRAMES, 'pair'))
        self.with_onset = onset or frame == 'pair'
        self.frame = 'apex' if frame == 'pair' else frame
        self.test_subjects = frozenset(test_subjects)
        self.emotions = CLASSES[num_classes]
        self.report: dict[str, list[str]] = {}
        classes = tuple(dict.fromkeys(self.emotions.values()))
        super().__init__(data_root, split, classes=classes, **options)

    def read_samples(self, part: str) -> list[Sample]:
        """Read the clips of a part; all clips are checked and reported.

        Raises:
            FileNotFoundError: If there is no clip.
        """
        clips, odd = self._coded()
        frames = Frames(self.root, self.frame, self._spotted())
        samples = []
        for clip in clips:
            found = frames.find(clip, odd)
            if clip.emotion not in self.emotions:
                odd['other_emotion'].append(f'{clip.name} ({clip.emotion})')
            elif found is not None:
                sample = self._sample(clip, *found)
                onset = frames.find_onset(clip, odd) if self.with_onset else found
                if self.with_onset and onset is not None:
                    sample['onset_path'] = str(onset[0])
                if onset is not None:
                    samples.append(sample)
        self.report = {kind: names for kind, names in odd.items() if names}
        if clips and len(odd['missing_clip']) == len(clips):
            raise self.missing(
                f'folder of any of the {len(clips)} clips of the coding file, such as '
                f'{CASME2_FRAMES}/{clips[0].name}/'
            )
        self._tell(len(samples))
        self.check_classes(samples, 'whole')
        return [sample for sample in samples if self._in_part(sample['subject'], part)]

    def sidecar_samples(self, part: str) -> list[Sample]:
        """Every frame of every clip, labeled or not, because apex spotting also needs landmarks."""
        self._coding_file()
        names = dict.fromkeys(span.name for span in read_spans(self.root)[0])
        return [{'img_path': str(p)} for n in names for p in frames_of(self.root, n).values()]

    def read_sidecar(self, samples: list[Sample], part: str) -> None:
        """Add the annotations of ``annotations/faces.json`` to the samples.

        A frame without a face gets the face of the nearest frame of its clip with a face.
        """
        super().read_sidecar(samples, part)
        sidecar = self.open_sidecar(part)
        if sidecar is None:
            return
        frames = list(samples)
        if self.with_onset:
            onsets = [self._onset_frame(sample) for sample in samples]
            sidecar.complete(onsets)
            frames += onsets
        faceless = [frame for frame in frames if 'landmarks' not in frame]
        if faceless:
            self.report |= lend_faces(self.root, faceless, sidecar)
        if self.with_onset:
            for sample, onset in zip(samples, onsets, strict=True):
                if 'landmarks' in onset:
                    sample['onset_landmarks'] = onset['landmarks']

    @staticmethod
    def _onset_frame(sample: Sample) -> Sample:
        path, frame = sample['onset_path'], sample['onset']
        return {'img_path': path, 'clip': sample['clip'], 'frame': frame}

    def _coding_file(self) -> Path:
        path = self.root / CASME2_CODING_FILE
        if not path.is_file():
            raise self.missing(CASME2_CODING_FILE)
        return path

    def _coded(self) -> tuple[list[CodedClip], Oddities]:
        path = self._coding_file()
        clips, odd = read_coding(path)
        for clip in clips:
            class_index(clip.emotion, tuple(CASME2_EMOTIONS), clip.where)
        found = Counter(clip.emotion for clip in clips)
        compare_counts('CASME II', self.root, 'labelled', found, CASME2_EMOTIONS, 'clips')
        unknown = sorted(self.test_subjects - {clip.subject for clip in clips})
        if unknown and self.subjects is None:
            raise ValueError(
                f'test_subjects contains {", ".join(unknown)}, but "{path}" does not. Give '
                f'subjects of: {", ".join(sorted({clip.subject for clip in clips}))}.'
            )
        return clips, odd

    def _spotted(self) -> dict[str, int]:
        return read_spotted(self.root) if self.frame == 'spotted' else {}

    def _sample(self, clip: CodedClip, path: Path, number: int) -> Sample:
        return {
            'img_path': str(path),
            'gt_label': self._metainfo['classes'].index(self.emotions[clip.emotion]),
            'clip': clip.name,
            'subject': clip.subject,
            'frame': number,
            'onset': clip.onset,
            'apex': clip.apex,
            'offset': clip.offset,
            'action_units': clip.action_units,
            'emotion': clip.emotion,
            'where': clip.where,
        }

    def _in_part(self, subject: str, part: str) -> bool:
        if not self.test_subjects or self.subjects is not None or self.split == 'trainval':
            return True
        return (subject in self.test_subjects) == (part != 'train')

    def _tell(self, used: int) -> None:
        """Log the report."""
        lines = [f'CASME II at "{self.root}": reading the frame "{self.frame}" of {used} clips.']
        for kind, names in self.report.items():
            done = 'noted' if kind in HARMLESS else 'left out'
            more = f', and {len(names) - SHOWN} more' if len(names) > SHOWN else ''
            lines.append(f'  {kind}, {len(names)}, {done}: {", ".join(names[:SHOWN])}{more}')
        level = WARNING if set(self.report) - {'other_emotion', *HARMLESS} else INFO
        print_log('\n'.join(lines), logger='current', level=level)
