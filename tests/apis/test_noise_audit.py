from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mmengine.config import Config

from mmfer.apis.noise_audit import OWN, NoiseAudit
from mmfer.evaluation.label_noise import confident_learning, mean_rank
from mmfer.files import write_json

CLASSES = 3


def config() -> Config:
    dataset = dict(type='FERPlus', data_root='nowhere', split='train', val_ratio=0.05)
    return Config(dict(train_dataloader=dict(dataset=dataset)))


def write_finished(audit: NoiseAudit, name: str, fold: int | None, rows: list[Any]) -> None:
    """The files of a part whose training is over."""
    folder = audit.out / name
    folder.mkdir(parents=True)
    (folder / 'config.py').write_text(audit._config(fold).pretty_text)
    (folder / 'k').write_text(str(audit.k))
    write_json(folder / 'rows.json', rows)


def image(rng: np.random.Generator, number: int) -> dict[str, Any]:
    shares = rng.dirichlet(np.ones(CLASSES), 3).tolist()
    return {
        'img_path': f'fer{number:07}.png',
        'label': number % CLASSES,
        'clean_label': number % 2,
        **dict(zip(('probs', 'near_probs', 'near_labels'), shares, strict=True)),
    }


def test_each_fold_leaves_out_its_own_part(tmp_path: Path) -> None:
    audit = NoiseAudit(config(), tmp_path, tmp_path, folds=4, seed=7)
    parts = [audit._config(i).train_dataloader.dataset for i in range(4)]
    assert [(p.val_ratio, p.val_seed, p.val_fold) for p in parts] == [
        (0.25, 7, i) for i in range(4)
    ]
    assert 'val_ratio' not in audit._config(None).train_dataloader.dataset
    assert audit.config.train_dataloader.dataset.val_ratio == 0.05


def test_images_are_joined_and_suspected_by_every_method(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    audit = NoiseAudit(config(), tmp_path, tmp_path, folds=2)
    held_out = [image(rng, i) for i in range(12)]
    seen = [image(rng, i) for i in rng.permutation(12)]
    write_finished(audit, 'all', None, seen)
    write_finished(audit, 'fold0', 0, held_out[:5])
    write_finished(audit, 'fold1', 1, held_out[5:])
    rows = audit.run()
    assert [row['img_path'] for row in rows] == [one['img_path'] for one in held_out]
    seen_by_path = {one['img_path']: one for one in seen}
    probs = np.array([one['probs'] for one in held_out])
    labels = np.array([one['label'] for one in held_out])
    near = np.array([1 - one['near_labels'][one['label']] for one in held_out])
    own = 1 - probs[range(12), labels]
    for i, (row, one) in enumerate(zip(rows, held_out, strict=True)):
        found, y = row['suspicions'], one['label']
        both = seen_by_path[one['img_path']]
        expected = {
            'label audit (predictions of neighbors)': 1 - both['near_probs'][y],
            'own confidence': 1 - both['probs'][y],
            OWN: own[i],
            'confident learning, cross-validated': confident_learning(probs, labels)[i],
            'predictions of neighbors, cross-validated': 1 - one['near_probs'][y],
            'labels of neighbors, cross-validated': near[i],
        }
        mixed = 'mean rank of own confidence and labels of neighbors, cross-validated'
        expected[mixed] = mean_rank(own, near)[i]
        assert found == pytest.approx(expected)
        assert row['suggestion'] == np.argmax(one['near_labels'])


def test_work_with_other_settings_is_not_mixed(tmp_path: Path) -> None:
    audit = NoiseAudit(config(), tmp_path, tmp_path, folds=2)
    write_finished(audit, 'all', None, [])
    with pytest.raises(ValueError, match=r'k was .20. and is .5.\. Give another --out'):
        NoiseAudit(config(), tmp_path, tmp_path, folds=2, k=5).run()
    with pytest.raises(ValueError, match='had other settings: config.py'):
        NoiseAudit(config(), tmp_path, tmp_path, folds=2, seed=1).run()
