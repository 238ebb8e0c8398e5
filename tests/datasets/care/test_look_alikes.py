from pathlib import Path

from mmfer.datasets.care.fingerprints import fingerprint
from mmfer.datasets.care.look_alikes import look_alikes
from tests.datasets.care.sets import drawing


def test_only_images_that_show_the_same_are_pairs(tmp_path: Path):
    samples = []
    for number in range(30):
        path = tmp_path / f'{number}.png'
        drawing(number).save(path)
        samples.append({'img_path': str(path)})
    for number in (3, 17):
        path = tmp_path / f'{number}.jpg'
        drawing(number).save(path, quality=80)
        samples.append({'img_path': str(path)})
    prints = [fingerprint(sample) for sample in samples]
    assert look_alikes(samples, prints) == [(3, 30), (17, 31)]
    same_bytes = [*samples, samples[3]]
    assert (3, 32) not in look_alikes(same_bytes, [*prints, prints[3]])
    assert look_alikes([], []) == []
