"""Parts of files, and weights in other shapes."""

import numpy as np
import pytest
import torch
from torch import nn

from mmfer.engine.start_weights.matching import best_match


def network(width: int = 4) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(3, width, 1), nn.BatchNorm2d(width), nn.Conv2d(width, 2, 1))


def prefixed(prefix: str, weights: dict) -> dict:
    return {prefix + name: weight for name, weight in weights.items()}


def test_the_part_with_most_weights_is_found_at_any_depth():
    weights = network().state_dict()
    file = {
        **prefixed('other.', network(5).state_dict()),
        **prefixed('a.b.net.', weights),
        'a.b.fc.weight': torch.zeros(7, 2),
    }
    match = best_match(file, weights)
    assert (match.prefix, match.equal_prefixes) == ('a.b.net.', ())
    fit = match.fit(file, weights)
    assert fit.whole and len(fit.fitting) == 8  # without the number of batches


def test_parts_that_fit_equally_are_told():
    weights = network().state_dict()
    file = {**prefixed('student.', weights), **prefixed('teacher.', weights)}
    match = best_match(file, weights)
    assert (match.prefix, match.equal_prefixes) == ('student.', ('teacher.',))
    assert best_match(file, weights, 'teacher.').prefix == 'teacher.'


def test_an_unknown_prefix_is_refused_with_the_names_of_the_file():
    file = prefixed('student.', network().state_dict())
    with pytest.raises(ValueError, match=r'prefix="teacher.": its 9 names start with student'):
        best_match(file, network().state_dict(), 'teacher.')


def test_what_does_not_fit_is_listed_by_kind():
    model, file = network().state_dict(), network(5).state_dict()
    file['extra'] = torch.zeros(1)
    del file['2.bias']
    fit = best_match(file, model).fit(file, model)
    assert fit.fitting == [] and list(fit.missing) == ['2.bias'] and fit.foreign == ['extra']
    assert fit.reshaped['0.weight'] == '(5, 3, 1, 1) in the checkpoint, (4, 3, 1, 1) in the model'


def test_a_linear_layer_becomes_a_convolution():
    model = {'fc.weight': torch.zeros(5, 3, 1, 1), 'scale': torch.zeros(4)}
    file = {'fc.weight': torch.rand(5, 3), 'scale': torch.rand(4, 1, 1)}
    found = best_match(file, model).converted(file, model)
    assert torch.equal(found['fc.weight'][..., 0, 0], file['fc.weight'])
    assert torch.equal(found['scale'], file['scale'].flatten())


@pytest.mark.parametrize(('old', 'new'), [(13, 7), (7, 13)])
def test_tables_of_another_window_are_interpolated(old, new):
    """A slope along x stays a slope along x; the middle stays the middle; a constant is exact."""
    name = 'attn.relative_position_bias_table'
    x = np.linspace(-1, 1, old)
    slope = np.broadcast_to(x, (old, old)).reshape(-1)
    file = {name: torch.tensor(np.stack([slope, np.full(old * old, 3.0)], 1)).float()}
    model = {name: torch.zeros(new * new, 2)}
    found = best_match(file, model).converted(file, model)[name].reshape(new, new, 2).numpy()
    np.testing.assert_allclose(found[..., 1], 3, rtol=1e-6)
    np.testing.assert_allclose(found[..., 0], found[:1, :, 0].repeat(new, 0), atol=1e-6)
    assert (np.diff(found[0, :, 0]) > 0).all() and abs(found[0, new // 2, 0]) < 1e-6
    np.testing.assert_allclose(found[0, 2:-2, 0], np.linspace(-1, 1, new)[2:-2], atol=0.2)


def test_a_table_with_other_heads_does_not_fit():
    name = 'attn.relative_position_bias_table'
    match = best_match({name: torch.zeros(169, 3)}, {name: torch.zeros(169, 4)})
    assert not match.sources
