import numpy as np
import pytest
import torch

from mmfer.models import LGIFO
from tests.models.necks.test_attention import block_in_numpy, weights


@pytest.mark.parametrize('residual', [True, False])
def test_equals_the_equations(residual):
    """Eq. 13-17: queries are the images, keys the projected labels, values the labels."""
    torch.manual_seed(0)
    lgifo = LGIFO(12, 3, 0.3, ffn_dims=20, residual=residual, init='default')
    images, labels = torch.randn(7, 12), torch.randn(5, 12)
    _, expected = block_in_numpy(
        weights(lgifo.attention),
        images.double().numpy(),
        labels.double().numpy(),
        3,
        0.3,
        residual,
        project_values=False,
    )
    out = lgifo(images, *lgifo.attention.keys_values(labels))
    np.testing.assert_allclose(out.detach().numpy(), expected, rtol=1e-4, atol=1e-5)


def test_values_are_the_labels_unprojected():
    lgifo = LGIFO(16, num_heads=4, ffn_dims=8)
    labels = torch.randn(6, 16)
    keys, values = lgifo.attention.keys_values(labels)
    torch.testing.assert_close(values.transpose(0, 1).flatten(1), labels)
    assert keys.shape == (4, 6, 4)


def test_in_the_printed_form_the_image_only_gives_the_weights():
    lgifo = LGIFO(16, num_heads=4, ffn_dims=8, residual=False, init='default')
    labels = torch.randn(1, 16).expand(6, 16)
    # Over equal labels every image gets the same output, however it differs.
    out = lgifo(torch.randn(5, 16), *lgifo.attention.keys_values(labels))
    torch.testing.assert_close(out, out[:1].expand(5, 16), rtol=1e-4, atol=1e-5)
    skip = LGIFO(16, num_heads=4, ffn_dims=8, init='default')
    out = skip(torch.randn(5, 16), *skip.attention.keys_values(labels))
    assert (out - out[:1]).abs().max() > 0.1
