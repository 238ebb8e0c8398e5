"""The speed of one model in PyTorch and in onnxruntime."""

from mmfer.engine.speed.runtime_speed import BACKENDS, runtime_speed
from mmfer.engine.speed.turns import Times
from tests.engine.pruning.networks import RESNET, classifier


def test_each_backend_has_a_speed_and_its_ratio_to_pytorch_with_its_model() -> None:
    models = {'a': classifier(RESNET, 64), 'b': classifier(RESNET, 64)}
    rows = runtime_speed(models, [2], 32, Times(2, 0.02, cpu_time=True))
    assert [tuple(row.names.values()) for row in rows] == [
        (name, backend) for name in models for backend in BACKENDS
    ]
    speeds = [row.speeds['images/s at 2'] for row in rows]
    for number, speed in enumerate(speeds):
        reference = speeds[number - number % 3]
        pairs = zip(speed.rounds, reference.rounds, strict=True)
        assert speed.ratios == [one / other for one, other in pairs]
