from mmfer.faces.clips.apex_result import some_frames


def test_long_lists_of_frames_are_cut() -> None:
    assert some_frames([3]) == '3'
    assert some_frames(range(5)) == '0, 1, 2, 3, 4'
    assert some_frames(range(6)) == '0, 1, 2, 3, 4 ...'
