import json
import logging
import os
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed
import torch.multiprocessing
from mmengine.logging import MMLogger

from mmfer.evaluation.metrics import AttentionMetric, attention_overlap

RNG = np.random.default_rng(4)
MAPS = RNG.uniform(size=(5, 1, 7, 7)).astype(np.float32)
MASKS = (RNG.uniform(size=MAPS.shape) < 0.3).astype(np.float32)


def sample(attention, mask, **fields):
    return dict(attention=torch.tensor(attention), landmark_mask=torch.tensor(mask), **fields)


def evaluate(samples):
    metric = AttentionMetric()
    for start in range(0, len(samples), 2):
        metric.process(None, samples[start : start + 2])
    return metric.evaluate(len(samples))


def test_share_of_the_attention_in_the_mask():
    found = evaluate([sample(m, f) for m, f in zip(MAPS, MASKS, strict=True)])
    rows = [(m.ravel(), f.ravel() == 1) for m, f in zip(MAPS, MASKS, strict=True)]
    expected = dict(
        attention_in_mask=np.mean([m[f].sum() / m.sum() for m, f in rows]),
        attention_in_mask_uniform=np.mean([f.sum() / 49 for _, f in rows]),
        attention_inside=np.mean([m[f].mean() for m, f in rows]),
        attention_outside=np.mean([m[~f].mean() for m, f in rows]),
    )
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == pytest.approx(100 * value, rel=1e-5), name


def test_known_maps_give_known_values():
    mask = MASKS[0, 0]
    uniform = attention_overlap(np.full((7, 7), 1e-6, np.float32), mask)
    assert uniform['attention_in_mask'] == pytest.approx(uniform['attention_in_mask_uniform'])
    assert attention_overlap(mask, mask)['attention_in_mask'] == 1
    assert attention_overlap(1 - mask, mask)['attention_in_mask'] == 0
    assert attention_overlap(0 * mask, mask)['attention_in_mask'] == 0


@pytest.fixture
def log(caplog):
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    caplog.set_level(logging.INFO)
    yield caplog
    logger.removeHandler(caplog.handler)


def test_images_without_visible_landmarks_are_counted(log):
    hidden = sample(MAPS[1], 0 * MASKS[1])
    found = evaluate([sample(MAPS[0], MASKS[0]), hidden])
    assert found == evaluate([sample(MAPS[0], MASKS[0])])
    assert '1 of 2 images have no attention map, or no cell' in log.text


def rank_main(rank: int, folder: str) -> None:
    os.chdir(folder)
    store = f'file://{folder}/store'
    torch.distributed.init_process_group('gloo', init_method=store, rank=rank, world_size=2)
    samples = [sample(m, f) for m, f in zip(MAPS, MASKS, strict=True)]
    samples[2] = sample(MAPS[2], 0 * MASKS[2])
    metric = AttentionMetric()
    metric.process(None, [*samples, samples[0]][rank::2])  # the sampler repeats the first sample
    found = metric.evaluate(len(samples))
    Path(f'{folder}/{rank}.json').write_text(json.dumps(found))
    torch.distributed.destroy_process_group()


def test_an_image_without_landmarks_on_one_of_two_ranks(tmp_path: Path) -> None:
    torch.multiprocessing.spawn(rank_main, (str(tmp_path),), nprocs=2)
    known = evaluate([sample(MAPS[i], MASKS[i]) for i in (0, 1, 3, 4)])
    assert json.loads((tmp_path / '0.json').read_text()) == pytest.approx(known)


def test_a_model_without_attention_has_no_values(log):
    assert evaluate([dict(landmark_mask=torch.tensor(MASKS[0]))] * 3) == {}
    assert '3 of 3 images' in log.text


def test_bad_samples():
    with pytest.raises(ValueError, match=r'"a\.jpg" has no landmark_mask'):
        AttentionMetric().process(None, [dict(attention=torch.tensor(MAPS[0]), img_path='a.jpg')])
    with pytest.raises(ValueError, match=r'\(7, 7\) cells, but the mask \(5, 5\)'):
        AttentionMetric().process(None, [sample(MAPS[0], MASKS[0][:, :5, :5])])
