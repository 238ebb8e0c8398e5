"""What a model was trained and tested on."""

from collections import Counter
from typing import Any

from mmfer.apis.model import SPLITS, TrainedModel
from mmfer.datasets.truth import true_classes
from mmfer.datasets.wrapped import readers_of
from mmfer.pages.page import Block, Section, Table, Text


def data_section(trained: TrainedModel) -> Section:
    """The readers and folders of each part, and the number of images of each class.

    A part that cannot be read, for example because its images are not on this machine, is listed
    with the reason.
    """
    sources: list[list[str]] = []
    counts: dict[str, Counter[str]] = {}
    notes: list[Text] = []
    for split in SPLITS:
        loader = trained.config.get(f'{split}_dataloader')
        if loader is None:
            continue
        try:
            dataset = trained.dataset(split)
            infos = [dataset.get_data_info(index) for index in range(len(dataset))]
        except (OSError, ValueError, KeyError) as error:
            notes.append(Text(f'The {split} part cannot be read: {error}', warning=True))
            continue
        for reader, built in zip(readers_of(loader.dataset), readers_of(dataset), strict=True):
            own = [built.get_data_info(index) for index in range(len(built))]
            persons = {str(info['subject']) for info in own if info.get('subject') is not None}
            sources.append(
                [
                    split,
                    str(reader.get('type')),
                    str(reader.get('data_root') or '-'),
                    str(reader.get('split', '-')),
                    str(len(own)),
                    str(len(persons) or 'unknown'),
                ]
            )
        counts[split] = _counts(infos, dataset.metainfo)
    blocks: list[Block] = []
    if sources:
        head = ['used for', 'reader', 'folder', 'part', 'images', 'persons']
        blocks.append(Table(head, sources))
    names = list(dict.fromkeys(name for found in counts.values() for name in found))
    if names:
        rows = [[name, *(str(found[name]) for found in counts.values())] for name in names]
        blocks.append(Table(['images of', *counts], rows))
    return Section('Data', [*blocks, *notes])


def _counts(infos: list[dict[str, Any]], meta: dict[str, Any]) -> Counter[str]:
    """The number of images of each class, or of each attribute, in the order of the classes."""
    classes = [str(name) for name in meta.get('classes') or ()]
    found = Counter(dict.fromkeys(classes, 0))
    for info in infos:
        found.update(classes[i] for i in true_classes(info) if i < len(classes))
    return found
