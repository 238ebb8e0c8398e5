"""Selects the samples of some subjects."""

from collections.abc import Collection, Sequence
from typing import Any


def samples_of_subjects(
    samples: Sequence[dict[str, Any]], subjects: Collection[str], where: str
) -> list[dict[str, Any]]:
    """The samples that show one of the subjects.

    Args:
        samples: Samples with the field ``subject``.
        subjects: Names.
        where: The part and the folder of the samples, for the message.

    Raises:
        ValueError: If a sample has no subject.
    """
    unknown = [sample['img_path'] for sample in samples if sample.get('subject') is None]
    if unknown:
        raise ValueError(
            f'subjects=... needs the subjects of all images, but {len(unknown)} images in the '
            f'{where}, such as "{unknown[0]}", have no subject. Give all subjects in the data set '
            'or its sidecar, or remove subjects from the config.'
        )
    return [sample for sample in samples if str(sample['subject']) in subjects]
