"""The releases of long videos in which micro-expressions are spotted."""

from mmfer.labels.clip_release import ClipRelease
from mmfer.labels.micro_expressions import CASME3, CASME_SQUARED, SAMM

SAMM_LONG = ClipRelease(
    name='SAMM Long Videos',
    layout='samm_long',
    ask=SAMM.ask,
    fps=200,
    coding=('SAMM_LongVideos_V*_Release.xlsx',),
    sheets=('FACS_Movement_Only',),
    headings_within=30,
    columns={
        'subject': 'Subject',
        'clip': 'Filename',
        'onset': 'Onset',
        'apex': 'Apex',
        'offset': 'Offset',
        'units': 'Action Units',
        'kind': 'Type',
    },
    kind='Micro - 1/2',
    folders=('SAMM_longvideos/{video}',),
    example='SAMM_longvideos/006_1/006_1_0001.jpg',
    frame='{video}_{number:04d}.jpg',
    subject='{:03d}',
    emotions={},
    classes={},
    uncertain='The headings lie below notes, in row 10 of the copies that public programs read.',
)
"""Videos in which micro-expressions are spotted; a coding file without emotions."""

LONG_VIDEOS = {release.layout: release for release in (CASME_SQUARED, CASME3, SAMM_LONG)}
"""The releases with whole videos, by the name of their layout."""
