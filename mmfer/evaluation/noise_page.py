"""The page about a search for wrong labels."""

from pathlib import Path
from typing import Any

from mmfer.markdown import markdown_table


def noise_page(
    rows: list[dict[str, Any]],
    report: dict[str, dict[str, float]],
    reference: str,
    classes: list[str],
    top: int,
) -> str:
    """A page in Markdown: how good each ranking is, and the most suspicious images.

    Args:
        rows: The rows of :meth:`mmfer.apis.noise_audit.NoiseAudit.run`.
        report: The result of :func:`detection_report`.
        reference: The method with which the others are compared.
        classes: The names of the classes.
        top: Number of images, by the method with the largest AUROC; numbers and class names alone.
    """
    wrong = sum(row['label'] != row['clean_label'] for row in rows)
    methods = [
        [
            name,
            f'{one["auroc"]:.2f}',
            f'{one["precision"]:.2f}',
            '-' if name == reference else f'{one["gain"]:+.2f} ± {one["gain_error"]:.2f}',
        ]
        for name, one in report.items()
    ]
    best = max(report, key=lambda name: report[name]['auroc'])
    ranked = sorted(rows, key=lambda row: -row['suspicions'][best])[:top]
    images = [
        [
            Path(row['img_path']).stem,
            *(classes[row[name]] for name in ('label', 'suggestion', 'clean_label')),
            f'{row["suspicions"][best]:.3f}',
        ]
        for row in ranked
    ]
    head = ['image', 'label', 'neighbors suggest', 'reference', 'suspicion']
    share = 100 * wrong / len(rows)
    return f"""{len(rows)} images, {wrong} with a wrong label ({share:.2f} %). All
figures are in percent. The gain is over "{reference}", with its standard error over bootstrap
draws of the images.

{markdown_table(['method', 'AUROC', 'precision in the first 10 %', 'gain in AUROC'], methods)}

The {len(ranked)} most suspicious images by "{best}"; "neighbors suggest" is the label of most of
the neighbors, cross-validated:

{markdown_table(head, images)}
"""
