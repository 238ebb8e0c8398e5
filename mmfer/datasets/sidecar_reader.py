"""The part of a reader that finds and reads the sidecar of each part of the data set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from mmfer.datasets.sidecar import Sidecar


class ReadsSidecar:
    """The sidecars of a reader, by default ``annotations/<part>.json`` in its folder.

    Attributes:
        root: The folder of the data set.
        sidecar: The path of a sidecar, or whether the default sidecar is read.
    """

    ONE_SIDECAR: ClassVar[str | None] = None
    """The name of a common sidecar of all parts; None if each part has its own sidecar."""
    SIDECAR_CLASSES = True
    """Whether the classes in a sidecar must agree with the data set."""
    left_out: Sequence[str] = ()
    """Classes that a sidecar may contain and the data set leaves out."""

    root: Path
    sidecar: bool | str
    OWN_VALIDATION: bool
    _metainfo: dict[str, Any]

    def read_samples(self, part: str) -> list[dict[str, Any]]:
        """The samples of a part, see :meth:`mmfer.datasets.FaceDataset.read_samples`."""
        raise NotImplementedError

    def sidecar_parts(self) -> tuple[str, ...]:
        """The parts that have their own sidecar, ``annotations/<part>.json``."""
        if self.ONE_SIDECAR is not None:
            return (self.ONE_SIDECAR,)
        return ('train', 'val', 'test') if self.OWN_VALIDATION else ('train', 'test')

    def sidecar_samples(self, part: str) -> list[dict[str, Any]]:
        """The samples that the sidecar of a part may annotate; only ``img_path`` is guaranteed.

        Args:
            part: One of :meth:`sidecar_parts`.
        """
        return self.read_samples(part)

    def open_sidecar(self, part: str) -> Sidecar | None:
        """The sidecar of a part, if there is one."""
        path = self.root / 'annotations' / f'{part}.json'
        if isinstance(self.sidecar, str):
            path = Path(self.sidecar).expanduser()
        elif not self.sidecar or not path.is_file():
            return None
        classes = self._metainfo['classes']
        return Sidecar(path, self.root, classes, self.SIDECAR_CLASSES, self.left_out)

    def read_sidecar(self, samples: list[dict[str, Any]], part: str) -> None:
        """Add to the samples what a sidecar knows of them."""
        sidecar = self.open_sidecar(part)
        if sidecar is None:
            return
        sidecar.complete(samples)
        if sidecar.alignment is not None:
            self._metainfo['alignment'] = sidecar.alignment
