"""The head mesh of the CC0 head pack, with the neutral shapes of people and expressions."""

from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import sparse

from mmfer.synthetic.render.macro_targets import macro_targets
from mmfer.synthetic.render.scene import Person

PACK = Path(__file__).parents[1] / 'assets' / 'head.npz'
PARTS = ('skin', 'left_eye', 'right_eye', 'teeth', 'tongue', 'lashes')
REGIONS = ('lips', 'eyelids', 'ears', 'inside-mouth', 'face')
DELTA_UNIT = 0.001
ADULT_EYE_DISTANCE = 0.58
"""Eye distance of the adult for whom the face units were made, in units of the mesh."""


class Head:
    """A triangle mesh with shape targets and face units.

    The unit of length is a decimeter of the average adult; x points to the person's left, y up and
    z to the front.

    Args:
        path: The head pack, as written by ``tools/misc/build_head_pack.py``.

    Attributes:
        vertices: (V, 3) float32, the base shape.
        triangles: (T, 3) vertex ids, counterclockwise as seen from outside.
        parts: (T,) indices in :data:`PARTS`.
        regions: (V, 5) float32 weights from 0 to 1 of the skin's :data:`REGIONS`.
        landmarks: (68,) vertex ids in the order of iBUG 300-W.

    Example:
        >>> head = Head()
        >>> neutral = head.shape(Person(age=0.9))
        >>> smiling = head.express(neutral, {'mouthSmileLeft': 1.0, 'mouthSmileRight': 1.0})
    """

    def __init__(self, path: str | Path = PACK) -> None:
        if not Path(path).is_file():
            raise FileNotFoundError(
                f'No head pack at "{path}": reinstall mmfer, or build the pack with '
                'tools/misc/build_head_pack.py.'
            )
        with np.load(path) as pack:
            self.vertices = pack['vertices']
            self.triangles = pack['triangles'].astype(np.int32)
            self.parts = pack['parts']
            self.regions = pack['regions'].astype(np.float32) / 255
            self.landmarks = pack['landmarks'].astype(np.int32)
            self.hand_vertices = pack['hand_vertices']
            self.hand_triangles = pack['hand_triangles'].astype(np.int32)
            names, counts = pack['target_names'].tolist(), pack['target_counts']
            self._indices = pack['target_vertices'].astype(np.int32)
            self._deltas = np.ascontiguousarray(pack['target_deltas'].T)
        ends = np.cumsum(counts, dtype=np.int64)
        starts = ends - counts
        self._spans = {
            name: slice(start, end) for name, start, end in zip(names, starts, ends, strict=True)
        }

    @cached_property
    def face_units(self) -> tuple[str, ...]:
        """The names of the 52 face units that :meth:`express` accepts."""
        return tuple(name for name in self._spans if '/' not in name)

    @cached_property
    def details(self) -> tuple[str, ...]:
        """The names that ``Person.details`` may hold."""
        return tuple(name for name in self._spans if '/' in name and name[:5] != 'macro')

    def part(self, *names: str) -> np.ndarray:
        """The triangles (N, 3) of the given parts."""
        wanted = [PARTS.index(name) for name in names]
        return self.triangles[np.isin(self.parts, wanted)]

    @cached_property
    def eye_vertices(self) -> tuple[np.ndarray, np.ndarray]:
        """Vertex ids of the left and the right eyeball."""
        return np.unique(self.part('left_eye')), np.unique(self.part('right_eye'))

    @cached_property
    def _vertex_of_corner(self) -> sparse.csr_matrix:
        count = len(self.triangles)
        rows, columns = self.triangles.T.ravel(), np.tile(np.arange(count), 3)
        ones = np.ones(3 * count, np.float32)
        return sparse.csr_matrix((ones, (rows, columns)), (len(self.vertices), count))

    def shape(self, person: Person) -> np.ndarray:
        """The neutral face of a person.

        Returns:
            (V, 3) float32.

        Raises:
            ValueError: If the head pack does not have a detail of the person.
        """
        unknown = sorted(set(person.details) - set(self.details))
        if unknown:
            raise ValueError(
                f'Person.details has {unknown}, which the head pack does not hold: use names of '
                'Head().details.'
            )
        return self._moved(self.vertices, {**macro_targets(person), **person.details})

    def express(self, shape: np.ndarray, face_units: dict[str, float]) -> np.ndarray:
        """Apply face units to a neutral face, scaled by its eye distance.

        Args:
            shape: (V, 3), as :meth:`shape` returns it.
            face_units: Weights of face units.

        Returns:
            (V, 3) float32.

        Raises:
            ValueError: If a name is not one of the 52 face units.
        """
        unknown = sorted(set(face_units) - set(self.face_units))
        if unknown:
            raise ValueError(
                f'Scene.face_units has {unknown}, which are no ARKit face units: use names of '
                'Head().face_units.'
            )
        scale = self.eye_distance(shape) / ADULT_EYE_DISTANCE
        return self._moved(shape, {name: scale * w for name, w in face_units.items()})

    def eye_distance(self, shape: np.ndarray) -> float:
        """Distance between the centers of the eyeballs."""
        left, right = (shape[ids].mean(0) for ids in self.eye_vertices)
        return float(np.linalg.norm(left - right))

    def normals(self, shape: np.ndarray) -> np.ndarray:
        """Unit normals of the vertices, weighted by area: (V, 3) float32."""
        a, b, c = (shape[self.triangles[:, corner]] for corner in range(3))
        normals = self._vertex_of_corner @ np.cross(b - a, c - a)
        return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)

    def _moved(self, shape: np.ndarray, weights: dict[str, float]) -> np.ndarray:
        moved = shape.copy()
        for name, weight in weights.items():
            if weight:
                span = self._spans[name]
                step = np.float32(weight * DELTA_UNIT)
                moved[self._indices[span]] += step * self._deltas[span]
        return moved
