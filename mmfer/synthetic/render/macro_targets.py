"""Weights of MakeHuman's macro targets from age, gender, ethnicity, weight and muscle."""

from collections.abc import Iterator, Sequence
from itertools import product

from mmfer.synthetic.render.scene import Person

AGES = (('baby', 0.0), ('child', 0.1875), ('young', 0.5), ('old', 1.0))
GENDERS = (('female', 0.0), ('male', 1.0))
MUSCLES = (('minmuscle', 0.0), ('averagemuscle', 0.5), ('maxmuscle', 1.0))
WEIGHTS = (('minweight', 0.0), ('averageweight', 0.5), ('maxweight', 1.0))
ETHNICITIES = ('african', 'asian', 'caucasian')


def blend(value: float, anchors: Sequence[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    """The names of the two anchors around a value, with linear interpolation weights."""
    value = min(max(value, anchors[0][1]), anchors[-1][1])
    for (low, start), (high, end) in zip(anchors[:-1], anchors[1:], strict=True):
        if start <= value <= end:
            share = (value - start) / (end - start)
            yield low, 1 - share
            yield high, share
            return


def macro_targets(person: Person) -> dict[str, float]:
    """Weights of the macro targets of a person; the weights of each of the two families sum to 1.

    Raises:
        ValueError: If the shares of the ethnicities do not sum to 1.
    """
    if abs(sum(person.ethnicity) - 1) > 1e-3:
        raise ValueError(
            f'Person.ethnicity is {person.ethnicity}: give three shares that sum to 1.'
        )
    origins = list(zip(ETHNICITIES, person.ethnicity, strict=True))
    ages, genders = list(blend(person.age, AGES)), list(blend(person.gender, GENDERS))
    builds = product(blend(person.muscle, MUSCLES), blend(person.weight, WEIGHTS))
    targets = {
        f'macrodetails/{origin}-{gender}-{age}': a * b * c
        for (origin, a), (gender, b), (age, c) in product(origins, genders, ages)
    }
    for ((muscle, a), (weight, b)), (gender, c), (age, d) in product(builds, genders, ages):
        targets[f'macrodetails/universal-{gender}-{age}-{muscle}-{weight}'] = a * b * c * d
    return {name: weight for name, weight in targets.items() if weight > 0}
