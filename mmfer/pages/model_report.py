"""The page about a trained model."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from mmfer.apis.face_inferencer import RENDERED_NOTE
from mmfer.apis.model import TrainedModel
from mmfer.doctor import examine
from mmfer.engine import load_config, test
from mmfer.evaluation import Predictions
from mmfer.pages.data_card import data_section
from mmfer.pages.inline_images import figure_source
from mmfer.pages.measures import Measured, sections_of
from mmfer.pages.page import Block, Figure, Listing, Section, Text, write_page
from mmfer.pages.shown_faces import TestFaces, grad_cam_section, mistakes_section
from mmfer.visualization.plots import plot_curves
from mmfer.visualization.plots.curves import USUAL, read_scalars
from mmfer.visualization.plots.embedding import plot_embedding, tsne

MOST_POINTS = 2000
"""The number of images in the t-SNE."""


def write_model_report(
    config: str | Path,
    checkpoint: str | Path,
    out: str | Path,
    predictions: Predictions | None = None,
    options: dict[str, Any] | None = None,
    draws: int = 1000,
    faces: int = 12,
    show_faces: bool = True,
    seed: int = 0,
) -> Measured:
    """Test a model and write a page about it: one HTML file that opens without a network.

    The page has the measures with bootstrap intervals, classes, groups of people, confusion matrix,
    reliability diagram, ROC curves, t-SNE of the features, Grad-CAM, the worst mistakes, the curves
    of the training if its folder holds the checkpoint, the data, the config and the versions. For
    models of attributes, the figures about classes are left out.

    Args:
        config: The config file.
        checkpoint: The checkpoint file.
        out: The HTML file to write.
        predictions: Predictions of the model for the test set of the config; None tests the model.
        options: Replaced entries of the config.
        draws: Number of bootstrap draws.
        faces: Number of mistakes, and of faces with Grad-CAM.
        show_faces: Whether images of faces are in the page.
        seed: Seed of the random choices.

    Returns:
        The measures.

    Raises:
        FileNotFoundError: If the config, the checkpoint or the data set does not exist.
        ValueError: If config, checkpoint and data do not fit each other, or a number is below 1.
    """
    for name, value in (('draws', draws), ('faces', faces)):
        if value < 1:
            raise ValueError(f'{name}={value}: give 1 or more.')
    found = predictions
    if found is None:
        found = predict_test_set(config, checkpoint, options)
    if not found.samples:
        raise ValueError('There are no predictions. Give a test set with images.')
    measured = Measured(found)
    trained = TrainedModel.load(load_config(config, options=options), checkpoint)
    test_faces = TestFaces(trained, found)
    sections = list(sections_of(measured, draws))
    if not found.of_attributes:
        sections.append(_embedding_section(trained, seed))
    if show_faces:
        sections.append(grad_cam_section(measured, test_faces, faces, seed))
    if not found.of_attributes:
        shown = test_faces if show_faces else None
        sections.append(mistakes_section(measured, shown, faces))
    sections += [
        _curves_section(Path(checkpoint).parent),
        data_section(trained),
        _origin_section(trained),
    ]
    facts = [
        f'Config: {Path(config).name}, checkpoint: {Path(checkpoint).name}',
        f'{len(found.samples)} test images, {len(found.classes)} '
        f'{"attributes" if found.of_attributes else "classes"}',
        'Labels describe what faces show, not what people feel.',
    ]
    if trained.meta.get('rendered') is True:
        facts.append(RENDERED_NOTE)
    if not show_faces:
        facts.append('Images of faces are left out.')
    write_page(out, f'Report on {Path(config).stem}', facts, sections)
    return measured


def predict_test_set(
    config: str | Path, checkpoint: str | Path, options: dict[str, Any] | None = None
) -> Predictions:
    """The predictions of a checkpoint for the test set of a config, as ``mmfer test`` gives them.

    Raises:
        FileNotFoundError: If the config, the checkpoint or the data set does not exist.
        ValueError: If they do not fit each other.
    """
    with TemporaryDirectory() as folder:
        dump = Path(folder) / 'predictions.json'
        test(load_config(config, folder, options), checkpoint, dump_to=dump)
        return Predictions.load(dump)


def _embedding_section(trained: TrainedModel, seed: int) -> Section:
    """t-SNE of the features before the classifier."""
    dataset = trained.dataset('test')
    title = 'Features'
    bank = trained.bank(dataset)
    chosen = np.random.default_rng(seed).permutation(len(bank.labels))[:MOST_POINTS]
    try:
        plane = tsne(bank.enhanced[chosen].numpy(), seed)
    except ValueError as error:
        return Section(title, [Text(f'Not drawn: {error}')])
    info = dataset.metainfo
    classes = info['classes']
    figure = plot_embedding(
        [plane],
        bank.labels[chosen].numpy(),
        [''],
        classes,
        info.get('coarse_classes') or ['classes'],
        info.get('parents') or [0] * len(classes),
    )
    text = (
        f't-SNE of the inputs of the classifier for {len(chosen)} images. Distances have a meaning '
        'only within a neighborhood.'
    )
    alt = 'Features of the test images in the plane, colored by class.'
    return Section(title, [Figure(figure_source(figure), alt), Text(text)])


def _curves_section(folder: Path) -> Section:
    """The curves of the training that wrote the checkpoint, if its folder is there."""
    try:
        curves = read_scalars(folder)
    except (FileNotFoundError, ValueError) as error:
        return Section('Training', [Text(f'No curves: {error}')])
    keys = [key for key in USUAL if key in curves]
    if not keys:
        return Section('Training', [Text(f'The log in "{folder}" has none of {", ".join(USUAL)}.')])
    blocks: list[Block] = [
        Figure(
            figure_source(plot_curves({'': {key: curves[key]}}, [key])),
            f'{key} during the training.',
        )
        for key in keys
    ]
    return Section('Training', blocks)


def _origin_section(trained: TrainedModel) -> Section:
    """The config, the facts in the checkpoint, and the installed versions."""
    facts = {
        key: value
        for key, value in sorted(trained.meta.items())
        if isinstance(value, str | int | float) and key != 'cfg'
    }
    lines, _ = examine()
    text = '\n'.join(f'{key}: {value}' for key, value in facts.items())
    return Section(
        'Config and versions',
        [
            Listing('Config', trained.config.pretty_text),
            *([Listing('Checkpoint', text)] if text else []),
            Listing('Versions', '\n'.join(lines)),
        ],
    )
