"""The class order of a checkpoint against that of a data set."""

from collections.abc import Sequence


def map_class_order(checkpoint_classes: Sequence[str], dataset_classes: Sequence[str]) -> list[int]:
    """Where each class of the data set stands among the classes of a checkpoint.

    Args:
        checkpoint_classes: The names of the model's outputs, in order.
        dataset_classes: The names of the data set's label indices, in order.

    Returns:
        ``order`` such that ``scores[:, order]`` brings the model's scores into the data set's
        order; ``list(range(C))`` if both agree.

    Raises:
        ValueError: If the names differ, or one stands twice.

    Example:
        >>> map_class_order(['anger', 'fear', 'joy'], ['joy', 'anger', 'fear'])
        [2, 0, 1]
    """
    for where, names in (('checkpoint', checkpoint_classes), ('data set', dataset_classes)):
        twice = sorted({name for name in names if list(names).count(name) > 1})
        if twice:
            raise ValueError(
                f'The classes of the {where} name more than once: {", ".join(twice)}. Scores '
                'cannot be matched by name; give every class a name of its own.'
            )
    only_checkpoint = [c for c in checkpoint_classes if c not in dataset_classes]
    only_dataset = [c for c in dataset_classes if c not in checkpoint_classes]
    if only_checkpoint or only_dataset:
        raise ValueError(
            'The checkpoint and the data set have different classes. Only in the checkpoint: '
            f'{", ".join(only_checkpoint) or "none"}; only in the data set: '
            f'{", ".join(only_dataset) or "none"}. Test on a data set with the classes of the '
            'checkpoint, or train a model for these.'
        )
    places = {name: i for i, name in enumerate(checkpoint_classes)}
    return [places[name] for name in dataset_classes]
