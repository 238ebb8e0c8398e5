"""The base of the readers of micro-expressions: one frame of each clip."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from mmfer.datasets.expression_dataset import ExpressionDataset
from mmfer.datasets.face_dataset import FaceDataset, Sample
from mmfer.datasets.official_counts import compare_counts
from mmfer.datasets.readers.clip_release.clips import clips_of, known_coding_file
from mmfer.datasets.readers.clip_release.coding import CodedClip, Oddities
from mmfer.datasets.readers.clip_release.faces import lend_faces
from mmfer.datasets.readers.clip_release.folders import IMAGES, frames_of, of_images
from mmfer.datasets.readers.clip_release.frames import (
    FRAMES,
    SPOTTED,
    UNKNOWN_APEX,
    Frames,
    read_spotted,
    spotted_path,
)
from mmfer.datasets.readers.clip_release.oddities import (
    check_any,
    check_units,
    log_report,
    unit_oddities,
)
from mmfer.datasets.readers.clip_release.spans import read_spans
from mmfer.labels.action_units import action_unit_targets
from mmfer.labels.clip_release import ClipRelease


class MicroExpressions(ExpressionDataset):
    """The base of the readers of micro-expressions: one frame of each clip is a sample.

    A reader sets :attr:`RELEASE`. A sample has ``clip`` (``sub01/EP02_01f``), ``subject``
    (``sub01``), ``onset``, ``apex`` (None if there is none), ``offset``, ``frame`` (the number of
    the frame that is read), ``action_units`` and ``emotion``. The sidecar of all frames is
    ``annotations/faces.json``.

    The log reports oddities, and ``report`` has the names of the clips of each kind, see
    :func:`read_coding` and :meth:`Frames.find`. There is no official split; the protocol is
    leave-one-subject-out (``tools/cross_validate.py``). A plain training holds out
    ``test_subjects``.

    Args:
        data_root: The folder with the coding file, or of the folders of subjects.
        split: ``'train'``: the clips of all subjects except ``test_subjects``; ``'test'`` and
            ``'val'``: the clips of ``test_subjects``; ``'trainval'``: all clips. Without
            ``test_subjects``, each split has all clips. See :class:`ExpressionDataset` for
            ``val_ratio``.
        num_classes: The number of classes, which the reader explains. Clips of other emotions are
            left out.
        megc2019: Read only the clips of the composite of MEGC 2019, in three classes: negative,
            positive, surprise.
        frame: ``'apex'`` as annotated, ``'spotted'`` by ``tools/spot_apex.py``, ``'midway'``
            between onset and apex (rounded down), or ``'onset'``. If this frame is not on disk, the
            nearest frame is read, at most two frames away. ``'pair'`` is ``'apex'`` with
            ``onset=True``.
        spotted: The name of the file in ``annotations/`` with the spotted apexes, see
            ``tools/spot_apex.py --spotted``.
        unknown_apex: ``'leave_out'`` leaves a clip without an apex on disk out, if the frame needs
            it; ``'middle'`` takes the middle of onset and offset instead. None: ``'middle'`` if
            the release has no apexes at all or with ``megc2019``, else ``'leave_out'``.
        images: ``'raw'`` or ``'cropped'`` frames, see :func:`of_images`; None for the raw ones, if
            there are any.
        errata: Correct known errors of the official coding file, see
            :class:`mmfer.labels.errata.Errata`. An apex among them is an estimate, not an
            annotation, so the default reads the file as it is.
        action_units: The numbers of the action units that are the targets, in place of emotions,
            such as :data:`mmfer.labels.action_units.UNITS`. A sample then has ``gt_score`` (A,)
            float32, 1 for present units, and ``attribute_mask`` (A,) bool, True for known units,
            and no ``gt_label``; all emotions, or those of ``megc2019``, are read. ``metainfo`` has
            ``classes`` (``AU4``) and ``task='attributes'``. For :class:`AttributeHead`.
        onset: Also give the file of the onset frame as ``onset_path`` and, with a sidecar, its
            landmarks as ``onset_landmarks``, for :class:`LoadClip`.
        between: With the onset frame, also give the files of this number of frames, evenly between
            onset and ``frame``, as ``between_paths``, for ``MotionInput(mode='sequence')``.
        test_subjects: The held-out subjects, such as ``('sub05',)``; ignored with ``subjects``.
        **options: The options of :class:`ExpressionDataset` without ``classes``.

    Raises:
        FileNotFoundError: If the data set, or for ``'spotted'`` the file of apexes, does not exist.
        ValueError: If the coding file lacks a column, an emotion or a subject is unknown, or no
            clip is left. Unusable clips are only reported. Counts that differ from the official
            release only give a warning.
    """

    RELEASE: ClassVar[ClipRelease]
    """The release of the data set."""
    ONE_SIDECAR = 'faces'
    CLASSES_IN_EACH_PART = False  # rare classes are checked in all clips together

    def __init_subclass__(cls) -> None:
        """Take the facts of the reader from its release."""
        super().__init_subclass__()
        release = cls.RELEASE
        cls.NAME, cls.RENDERER, cls.ASK = release.name, release.layout, release.ask
        cls.LAYOUTS = release.examples

    def __init__(
        self,
        data_root: str,
        split: str = 'train',
        *,
        num_classes: int | None = None,
        megc2019: bool = False,
        frame: Literal['apex', 'spotted', 'midway', 'onset', 'pair'] = 'apex',
        spotted: str = SPOTTED,
        unknown_apex: Literal['leave_out', 'middle'] | None = None,
        images: Literal['raw', 'cropped'] | None = None,
        errata: bool = False,
        action_units: Sequence[int] = (),
        onset: bool = False,
        between: int = 0,
        test_subjects: Sequence[str] = (),
        **options: Any,
    ) -> None:
        release = self.RELEASE
        if megc2019 and num_classes not in (None, 3):
            raise ValueError(f'num_classes={num_classes}: MEGC 2019 has three. Remove num_classes.')
        if num_classes is None:
            num_classes = next(iter(release.classes))
        self._check_option('num_classes', num_classes, tuple(release.classes))
        self._check_option('frame', frame, (*FRAMES, 'pair'))
        self._check_option('images', images, (*IMAGES, None))
        self._check_option('unknown_apex', unknown_apex, (*UNKNOWN_APEX, None))
        self.with_onset, self.between = onset or frame == 'pair', between
        if between < 0 or (between and not self.with_onset):
            raise ValueError(f"between={between} needs frame='pair' or onset=True, and is above 0.")
        spotted_path(Path(data_root), spotted)
        self.spotted, self.errata, self.images = spotted, errata, images
        self.frame = 'apex' if frame == 'pair' else frame
        middle = megc2019 or not release.coding
        self.unknown_apex = unknown_apex or UNKNOWN_APEX[middle]
        held_out = [test_subjects] if isinstance(test_subjects, str) else test_subjects
        self.test_subjects = frozenset(map(str, held_out))
        self.composite = release.megc2019 if megc2019 else None
        if megc2019 and self.composite is None:
            raise ValueError(
                f'{type(self).__name__}(megc2019=True): {release.name} is not in the composite of '
                'MEGC 2019. Remove megc2019.'
            )
        self.emotions = self.composite.classes if self.composite else release.classes[num_classes]
        self.report: dict[str, list[str]] = {}
        self.action_units = tuple(action_units)
        if self.action_units:
            check_units(self.action_units, release, options)
            self.emotions = dict.fromkeys(self.emotions if megc2019 else release.emotions, '')
            options['classes'] = tuple(f'AU{number}' for number in self.action_units)
        else:
            options['classes'] = tuple(dict.fromkeys(self.emotions.values()))
        super().__init__(data_root, split, **options)
        if self.action_units:
            self._metainfo['task'] = 'attributes'

    def read_samples(self, part: str) -> list[Sample]:
        """Read the clips of a part; all clips are checked and reported.

        Raises:
            FileNotFoundError: If there is no clip.
        """
        release = of_images(self.root, self.RELEASE, self.images)
        clips, odd = self._coded(release)
        spotted = read_spotted(self.root, self.spotted) if self.frame == 'spotted' else {}
        frames = Frames(self.root, self.frame, spotted, release.frame, self.unknown_apex)
        samples = []
        for clip in clips:
            found = frames.find(clip, odd)
            if self.composite and clip.name in self.composite.left_out:
                odd['not_in_megc2019'].append(clip.name)
            elif clip.emotion not in self.emotions:
                odd['other_emotion'].append(f'{clip.name} ({clip.emotion})')
            elif found is not None:
                sample = self._sample(clip, *found)
                onset = frames.find_onset(clip, found[1], odd) if self.with_onset else found
                if self.with_onset and onset is not None:
                    sample['onset_path'] = str(onset[0])
                if self.between and onset is not None:
                    between = frames.between(clip, found[1], self.between)
                    sample['between_paths'] = tuple(map(str, between))
                if onset is not None:
                    samples.append(sample)
        self.report = {
            kind: names for kind, names in odd.items() if names and kind not in self.RELEASE.usual
        }
        if clips and len(odd['missing_clip']) == len(clips):
            raise self.missing(
                f'folder of any clip of the coding file ({len(clips)} are listed), such as '
                f'{clips[0].folders[0]}/'
            )
        if self.composite and not self.action_units:
            classes = self._metainfo['classes']
            counts = Counter(classes[sample['gt_label']] for sample in samples)
            compare_counts(f'{self.NAME} of MEGC 2019', self.root, 'read', counts,
                           self.composite.counts, 'clips')  # fmt: skip
        if self.action_units:
            self.report |= unit_oddities(clips, self.action_units)
        what = f'{self.NAME} at "{self.root}": reading the frame "{self.frame}"'
        log_report(f'{what} of {len(samples)} clips.', self.report)
        check_any(samples, what, self.report)
        if not self.action_units:
            self.check_classes(samples, 'whole')
        return [sample for sample in samples if self._in_part(sample['subject'], part)]

    def check_samples(self, samples: list[Sample], part: str) -> None:
        """Check a part as a whole; action units are no classes."""
        if self.action_units:
            FaceDataset.check_samples(self, samples, part)
        else:
            super().check_samples(samples, part)

    def sidecar_samples(self, part: str) -> list[Sample]:
        """Every frame of every clip, labeled or not, because apex spotting also needs landmarks."""
        if self.RELEASE.coding:
            known_coding_file(self.root, self.RELEASE, self.missing)
        kinds = [self.images] if self.images or not self.RELEASE.cropped else IMAGES
        spans = [s for kind in kinds for s in read_spans(self.root, self.RELEASE, images=kind)[0]]
        folders = dict.fromkeys(span.folder for span in spans)
        return [{'img_path': str(p)} for folder in folders for p in frames_of(folder).values()]

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
            self.report |= lend_faces(self.root, faceless, sidecar, self.NAME)
        if self.with_onset:
            for sample, onset in zip(samples, onsets, strict=True):
                if 'landmarks' in onset:
                    sample['onset_landmarks'] = onset['landmarks']

    @staticmethod
    def _onset_frame(sample: Sample) -> Sample:
        path, frame = sample['onset_path'], sample['onset']
        return {'img_path': path, 'clip': sample['clip'], 'frame': frame}

    def _coded(self, release: ClipRelease) -> tuple[list[CodedClip], Oddities]:
        clips, odd, path = clips_of(self.root, release, self.missing, self.errata)
        unknown = sorted(self.test_subjects - {clip.subject for clip in clips})
        if unknown and self.subjects is None:
            raise ValueError(
                f'test_subjects contains {", ".join(unknown)}, but "{path}" does not. Give '
                f'subjects of: {", ".join(sorted({clip.subject for clip in clips}))}.'
            )
        return clips, odd

    def _sample(self, clip: CodedClip, path: Path, number: int) -> Sample:
        target: Sample = {}
        if self.action_units:
            units = action_unit_targets(clip.action_units, self.action_units)
            target['gt_score'], target['attribute_mask'] = units
        else:
            name = self.emotions[clip.emotion]
            target['gt_label'] = self._metainfo['classes'].index(name)
        return {
            'img_path': str(path),
            **target,
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
