"""The releases of long videos have the fields that spotting needs."""

from mmfer.labels.long_videos import LONG_VIDEOS


def test_every_release_gives_intervals_in_folders_of_videos() -> None:
    assert len(LONG_VIDEOS) == 3
    for layout, release in LONG_VIDEOS.items():
        assert release.layout == layout
        assert {'subject', 'clip', 'onset', 'apex', 'offset'} <= set(release.columns)
        videos = [f for f in release.folders if '{onset}' not in f]
        assert videos and release.example
