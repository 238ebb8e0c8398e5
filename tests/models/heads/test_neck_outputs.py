import pytest
import torch

from mmfer.models import HIFEFeatures
from mmfer.models.heads.neck_outputs import image_relation, label_vectors, pooled_features

RELATION, POOLED, LABELS, X = (torch.rand(2, width) for width in (2, 3, 4, 5))


def test_each_output_is_found_by_its_name() -> None:
    feats = HIFEFeatures(RELATION, POOLED, LABELS, X)
    assert image_relation(feats, 'Head') is RELATION
    assert pooled_features(feats, 'Head with option') is POOLED
    assert label_vectors(feats, 'Head with option') is LABELS


def test_a_missing_output_names_head_and_option() -> None:
    with pytest.raises(ValueError, match='Mine with own=1 needs pooled features from the neck'):
        pooled_features((RELATION, X), 'Mine with own=1')
    for feats in ((RELATION, X), HIFEFeatures(RELATION, POOLED, None, X)):
        with pytest.raises(ValueError, match='Mine with own=1 needs lgifo and labels'):
            label_vectors(feats, 'Mine with own=1')


@pytest.mark.parametrize('first', [None, torch.rand(2, 3, 4, 4)], ids=['none', 'map'])
def test_only_a_matrix_is_a_relation(first: torch.Tensor | None) -> None:
    with pytest.raises(ValueError, match=r'Mine with neighbor_loss needs the relation \(N, M\)'):
        image_relation((first, X), 'Mine')


def test_features_alone_are_no_relation() -> None:
    with pytest.raises(ValueError, match='needs the relation'):
        image_relation((torch.zeros(4, 8),), 'RALDHead')
