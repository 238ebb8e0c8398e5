"""Renders a whole data set."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from mmfer.files import remove_leftovers, write_atomically
from mmfer.progress import progress_bar
from mmfer.synthetic import record
from mmfer.synthetic.clip_truth import clips_sidecar
from mmfer.synthetic.clip_writer import ClipWriter
from mmfer.synthetic.contact_sheet import contact_sheet
from mmfer.synthetic.image_writer import ImageWriter
from mmfer.synthetic.layouts import ClipLayout, Layout, build_layout
from mmfer.synthetic.layouts.encoding import dump, encode_jpeg
from mmfer.synthetic.layouts.layout import ImageLayout, Truth
from mmfer.synthetic.layouts.presets import Options
from mmfer.synthetic.plan import Sample, plan
from mmfer.synthetic.truth import sidecar
from mmfer.worker_pool import WorkerPool

Writer = Callable[[Sample], Truth]
"""Renders a sample, writes its files and returns its annotation."""


def _build_writer(layout: Layout, options: Options, root: Path) -> Writer:
    if isinstance(layout, ClipLayout):
        return ClipWriter(layout, options, root)
    assert isinstance(layout, ImageLayout)
    return ImageWriter(layout, options, root)


def _files_exist(layout: Layout, root: Path, sample: Sample, truth: Truth) -> bool:
    paths = layout.paths(sample.split, sample.index, sample.label, truth)
    return all((root / path).is_file() for path in paths)


def _check_room(layout: Layout, samples: Mapping[str, Sequence[Sample]]) -> None:
    """Raise ValueError if the last image of a split has no place in the numbers of the data set."""
    if isinstance(layout, ImageLayout):
        for last in (split[-1] for split in samples.values()):
            layout.image_path(last.split, last.index, last.label)


def generate(
    layout: str,
    out: str | Path,
    preset: str = 'small',
    seed: int = 0,
    workers: int = 1,
    size: int | None = None,
    images: int | None = None,
    label_noise: float = 0.0,
    noise_kind: str = 'other-coarse',
    blinks: float | None = None,
    oddities: bool = True,
    progress: bool = True,
) -> Path:
    """Render a labelled data set of faces in the file layout of a real data set.

    The same arguments give the same bytes, whatever ``workers`` is. If ``out`` holds images of an
    interrupted run with the same arguments, only the missing images are rendered.

    Args:
        layout: A name of :data:`mmfer.synthetic.layouts.LAYOUTS`.
        out: The folder to write: new, empty, or begun with the same arguments.
        preset: A name of :data:`mmfer.synthetic.layouts.presets.PRESETS`.
        seed: Seed of all random numbers.
        workers: Number of processes.
        size: Width and height in pixels; None takes the size of the preset.
        images: Number of images of all splits together; None takes the number of the preset.
        label_noise: Share of the training labels that are moved to another class.
        noise_kind: The classes to which labels move, see
            :func:`mmfer.synthetic.plan.noisy_labels`.
        blinks: Share of the clips in which the eyes blink; for layouts of clips. None takes the
            share of the preset.
        oddities: Plant the oddities of the real files; for layouts of clips.
        progress: Show a progress bar.

    Returns:
        The folder.

    Raises:
        ValueError: If an argument is out of range, or the folder holds other files.
        RuntimeError: If an image cannot be rendered; the message names the image.
        WorkerKilledError: If a process is killed.

    Example:
        >>> generate('rafdb', 'data/synthetic/rafdb', preset='tiny')  # doctest: +SKIP
    """
    if workers < 1:
        raise ValueError(f'The number of workers must be at least 1, but is {workers}.')
    target, root = build_layout(layout), Path(out)
    if target.size is not None and size not in (None, target.size):
        raise ValueError(
            f'The layout {layout} holds only images of {target.size} pixels, but size is {size}. '
            'Leave the size out, or choose another layout.'
        )
    options = Options.build(
        preset, seed, target.size or size, images, label_noise, noise_kind, target.presets
    )
    options = target.adapted(options.with_clips(blinks, oddities))
    samples = plan(target, options)
    _check_room(target, samples)
    description = record.describe(target, options)
    record.claim_folder(root, description)

    truth = {split: record.known_truth(root, split) for split in samples}
    missing = [
        s
        for split in samples
        for s in samples[split]
        if s.index not in truth[split] or not _files_exist(target, root, s, truth[split][s.index])
    ]
    if record.is_kept(root, description, len(missing)):
        return root
    remove_leftovers(root, below=True)
    if missing:
        record.mark(root, description, complete=False)
    bar = progress_bar(
        total=sum(map(len, samples.values())),
        initial=sum(map(len, samples.values())) - len(missing),
        desc=f'Rendering {layout}',
        unit=target.unit,
        disable=not progress,
    )
    journals = {split: record.journal(root, split) for split in samples}
    build = partial(_build_writer, target, options, root)
    with bar, WorkerPool(build, min(workers, max(1, len(missing)))) as pool:
        # Chunks of one identity: the renderer keeps its shape.
        annotations = pool.map(missing, options.images_per_identity)
        for sample, annotation in zip(missing, annotations, strict=True):
            truth[sample.split][sample.index] = annotation
            journals[sample.split].add(annotation)
            bar.update()
    _finish(target, options, root, samples, truth)
    record.mark(root, description, complete=True)
    return root


def _finish(
    layout: Layout,
    options: Options,
    root: Path,
    samples: dict[str, list[Sample]],
    truth: dict[str, dict[int, Truth]],
) -> None:
    """Write the files that need all samples: lists, truth and contact sheet."""
    counts = {split: len(listed) for split, listed in samples.items()}
    rows = {split: [truth[split][s.index] for s in samples[split]] for split in samples}
    for name, listed in layout.lists(root, rows).items():
        write_atomically(root / name, listed)
    for split in samples:
        if isinstance(layout, ImageLayout):
            text = f'{layout.name}, {split}: rendered faces, no photographs of people'
            faces = sidecar(layout, samples[split], truth[split], counts, options, text)
            content = dump(faces)
        else:
            content = dump(clips_sidecar(layout, rows[split]), indent=None)
        write_atomically(record.sidecar_path(root, split), content)
        record.journal(root, split).remove()
    examples: dict[str, list[Path]] = {caption: [] for caption in layout.captions()}
    first = next(iter(samples))
    for sample, row in zip(samples[first], rows[first], strict=True):
        for caption in layout.captions_of(row):
            paths = layout.paths(sample.split, sample.index, sample.label, row)
            examples[caption].append(root / paths[0])
    sheet = encode_jpeg(contact_sheet(examples), quality=85)
    write_atomically(root / 'contact_sheet.jpg', sheet)
