import numpy as np
import pytest

from mmfer.datasets.transforms import AlignFace
from mmfer.datasets.transforms.align_face import EYES_NOSE, eyes_nose, five_points
from mmfer.faces import FivePointAlignment, align_face
from mmfer.faces.alignment import similarity_transform
from mmfer.synthetic import Person, Renderer, Rendering, Scene

SMILE = ('mouthSmileLeft', 'mouthSmileRight')
RNG = np.random.default_rng(0)


def face68(size: float, angle: float, centre: tuple[float, float]) -> np.ndarray:
    """Landmarks whose five points are the template's, turned by some degrees."""
    template = FivePointAlignment(size).template - 0.5
    points = np.tile(template.mean(axis=0), (68, 1))
    points[36:42], points[42:48] = template[0], template[1]
    points[30], points[48], points[54] = template[2:]
    # Around each eye, symmetrically.
    points[36:42] += [(-4, 0), (-2, -2), (2, -2), (4, 0), (2, 2), (-2, 2)]
    points[42:48] += [(-4, 0), (-2, -2), (2, -2), (4, 0), (2, 2), (-2, 2)]
    turn = np.deg2rad(angle)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return ((points - size / 2) @ rotation.T + centre).astype(np.float32)


def sample(angle: float = 20) -> dict:
    image = RNG.integers(0, 256, (340, 280, 3), np.uint8)
    return {
        'img': image,
        'landmarks': face68(112, angle, (140, 170)),
        'landmark_scores': np.ones(68, np.float32),
        'face_box': np.array([84, 100, 196, 240], np.float32),
    }


def test_five_points_are_computed_from_the_parts() -> None:
    points = five_points(face68(112, 0, (56, 56)))
    np.testing.assert_allclose(points, FivePointAlignment(112).template - 0.5, atol=1e-4)


@pytest.mark.parametrize('margin', [0.0, 0.1])
@pytest.mark.parametrize('angle', [0, 20, -35])
def test_landmarks_are_moved_to_the_template(angle: float, margin: float) -> None:
    after = AlignFace(224, margin)(sample(angle))
    assert after['img'].shape == (224, 224, 3) and after['img_shape'] == (224, 224)
    expected = FivePointAlignment(224, margin).template - 0.5
    np.testing.assert_allclose(five_points(after['landmarks']), expected, atol=0.01)
    left, right, *_ = five_points(after['landmarks'])
    # Upright: the template's own slope, a fifth of a pixel in 35.
    assert abs(np.rad2deg(np.arctan2(*(right - left)[::-1]))) < 0.5


def test_the_image_moves_with_the_landmarks() -> None:
    before = sample(25)
    before['img'][:] = 0
    dots = before['landmarks'][[30, 48, 54]].round().astype(int)
    for x, y in dots:
        before['img'][y - 1 : y + 2, x - 1 : x + 2] = 255
    after = AlignFace(112, 0.05)(before)
    ys, xs = np.nonzero(after['img'][..., 0] > 128)
    for x, y in after['landmarks'][[30, 48, 54]]:
        assert np.hypot(xs - x, ys - y).min() < 1.5
    points = after['landmarks'][[30, 48, 54]]
    away = np.linalg.norm(np.stack([xs, ys], 1)[:, None] - points, axis=2).min(axis=1)
    assert away.max() < 4


def test_the_alignment_equals_that_of_photographs() -> None:
    before = sample(15)
    expected = align_face(before['img'], five_points(before['landmarks']) + 0.5, 112, 0.1)
    assert np.abs(AlignFace(112, 0.1)(before)['img'].astype(int) - expected).max() <= 1


def test_the_points_of_a_detector_are_preferred() -> None:
    before = sample(20)
    five = five_points(before['landmarks']) + RNG.normal(0, 3, (5, 2)).astype(np.float32)
    plain = AlignFace(112)(dict(before))
    by_five = AlignFace(112, points=('landmarks5', 'landmarks'))
    # A sample without these points is aligned by the 68 landmarks.
    np.testing.assert_array_equal(by_five(dict(before))['img'], plain['img'])
    after = by_five({**before, 'landmarks5': five})
    np.testing.assert_array_equal(after['img'], align_face(before['img'], five + 0.5, 112, 0.1))
    assert (after['img'] != plain['img']).any()
    # Both kinds of points move with the image.
    matrix, moved = similarity_transform(five, after['landmarks5']), after['landmarks']
    expected = before['landmarks'] @ matrix[:, :2].T + matrix[:, 2]
    np.testing.assert_allclose(moved, expected, atol=0.01)
    with pytest.raises(ValueError, match='AlignFace: .* has no landmarks. Write'):
        AlignFace(112, points=('eyes_nose',))({'img': before['img'], 'landmarks5': five})
    with pytest.raises(ValueError, match='has no landmarks5'):
        AlignFace(112, points=('landmarks5',))(before)


def rendered_smiles(*strengths: float) -> list[Rendering]:
    renderer, person = Renderer(), Person(hair_style='bald')
    return [
        renderer.render(person, Scene(face_units=dict.fromkeys(SMILE, s), noise=0), 112)
        for s in strengths
    ]


@pytest.mark.parametrize(
    ('points', 'least', 'most'), [('landmarks', 0.6, 0.75), ('eyes_nose', 0.97, 1.03)]
)
def test_a_smile_survives_the_alignment_by_eyes_and_nose(
    points: str, least: float, most: float
) -> None:
    faces = rendered_smiles(0.2, 0.6)
    align = AlignFace(112, 0.05, points=(points,))
    aligned = [
        align({'img': face.image, 'landmarks': face.landmarks})['landmarks'] for face in faces
    ]
    before, after = (
        np.linalg.norm(second[[48, 54]] - first[[48, 54]], axis=1).mean()
        for first, second in ((faces[0].landmarks, faces[1].landmarks), aligned)
    )
    assert before > 2
    # In pixels of the crop, whose scale is that of the first face.
    eyes = [np.linalg.norm(p[45] - p[36]) for p in (aligned[0], faces[0].landmarks)]
    assert least < after / (before * eyes[0] / eyes[1]) < most
    # The eyes, which hardly move, stay where they are.
    moved = np.linalg.norm(aligned[1][36:48] - aligned[0][36:48], axis=1).mean()
    assert (moved < 0.1) == (points == 'eyes_nose')


@pytest.mark.parametrize('angle', [0, 20, -35])
def test_eyes_and_nose_are_moved_to_the_template(angle: float) -> None:
    before = sample(angle)
    turn = np.deg2rad(angle)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    bridge = eyes_nose(FivePointAlignment(112).template)[2] - 0.5
    before['landmarks'][27:31] = (bridge - 56) @ rotation.T + (140, 170)
    after = AlignFace(224, points=('eyes_nose',))(before)['landmarks']
    expected = eyes_nose(FivePointAlignment(224, 0.1).template) - 0.5
    found = [after[list(group)].mean(axis=0) for group in EYES_NOSE]
    np.testing.assert_allclose(found, expected, atol=0.01)


@pytest.mark.parametrize('points', [(), ('landmarks68',), 'landmarks'])
def test_unknown_points_are_refused(points: object) -> None:
    with pytest.raises(ValueError, match='names from landmarks, eyes_nose, landmarks5'):
        AlignFace(112, points=points)  # type: ignore[arg-type]


def test_a_sample_without_landmarks_is_refused() -> None:
    assert AlignFace.needs_landmarks
    with pytest.raises(ValueError, match=r'AlignFace: .* has no landmarks.*mmfer prepare'):
        AlignFace(112)({'img': np.zeros((9, 9, 3), np.uint8), 'img_path': 'a.jpg'})
    for options in ({'size': 0}, {'size': 9, 'margin': -0.6}):
        with pytest.raises(ValueError, match='five_point alignment'):
            AlignFace(**options)
