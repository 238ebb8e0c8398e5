import numpy as np
import pytest
from PIL import Image

from mmfer.labels import LabelTree
from mmfer.visualization.plots.embedding import class_colors, plot_embedding, tsne


def test_every_class_has_its_own_color_near_its_siblings():
    parents = LabelTree.load('fgemotions').parents
    colors = class_colors(parents)
    assert colors.min() >= 0 and colors.max() <= 1
    distances = np.linalg.norm(colors[:, None] - colors[None], axis=-1)
    assert distances[~np.eye(33, dtype=bool)].min() > 0.02


def test_tsne_keeps_clusters_apart_and_is_seeded():
    rng = np.random.default_rng(0)
    centers = np.eye(8)[[0] * 20 + [1] * 20]
    features = centers * 5 + rng.normal(size=(40, 8)) * 0.1
    plane = tsne(features, seed=3)
    assert np.array_equal(plane, tsne(features, seed=3))
    nearest = np.linalg.norm(plane[:, None] - plane[None], axis=-1) + np.eye(40) * 1e9
    assert (nearest.argmin(1) // 20 == np.arange(40) // 20).all()
    with pytest.raises(ValueError, match='at least 5'):
        tsne(features[:4])


def test_image_of_two_planes(tmp_path):
    path = tmp_path / 'tsne.png'
    planes = [np.random.default_rng(i).normal(size=(30, 2)) for i in (0, 1)]
    labels = np.arange(30) % 3
    classes, coarse = ['panic', 'worry', 'lust'], ['fear', 'love']
    plot_embedding(planes, labels, ['a', 'b'], classes, coarse, [0, 0, 1]).savefig(path)
    width, height = Image.open(path).size
    assert width > 1.8 * height


def test_without_coarse_classes_every_class_has_its_own_hue():
    colors = class_colors([0] * 7)
    distances = np.linalg.norm(colors[:, None] - colors[None], axis=-1)
    assert distances[~np.eye(7, dtype=bool)].min() > 0.3


@pytest.mark.parametrize('planes', [1, 2])
def test_points_have_their_colors_and_names_are_not_parsed_as_tex(planes, tmp_path):
    path = tmp_path / 'tsne.png'
    points = [np.array([[0.0, 0.0], [1.0, 1.0]])] * planes
    names = ['$w_', 'y$^$'], ['very_sad 100%', 'angry_']
    plot_embedding(points, np.array([0, 1]), ['$a_$', 'b'][:planes], *names, [0, 1]).savefig(path)
    pixels = np.asarray(Image.open(path).convert('RGB')) / 255
    assert pixels.shape == (600, round((5 * planes + 2.2) * 120), 3)
    for color in class_colors([0, 1]):
        assert (np.abs(pixels - color).max(-1) < 0.02).sum() > 10 * planes


def test_five_planes_in_two_rows(tmp_path):
    path = tmp_path / 'tsne.png'
    points = [np.array([[0.0, 0.0], [1.0, 1.0]])] * 5
    names = ['one', 'two'], ['classes']
    plot_embedding(points, np.array([0, 1]), list('abcde'), *names, [0, 0]).savefig(path)
    pixels = np.asarray(Image.open(path).convert('RGB')) / 255
    assert pixels.shape == (1200, round((5 * 3 + 2.2) * 120), 3)
    color = class_colors([0, 0])[0]
    halves = [np.abs(half - color).max(-1) < 0.02 for half in np.array_split(pixels, 2)]
    in_panels = [half[:, : 5 * 3 * 120].sum() for half in halves]
    assert in_panels[0] == pytest.approx(1.5 * in_panels[1], rel=0.1)
    with pytest.raises(ValueError, match='4 titles for 5'):
        plot_embedding(points, np.array([0, 1]), list('abcd'), *names, [0, 0]).savefig(path)
