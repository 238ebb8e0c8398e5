"""What the files of the default detector and landmarker say."""

from mmfer.engine.runtimes.default_graphs import detector_graph, landmarker_graph
from mmfer.faces import KEYPOINT_NAMES, LANDMARK_NAMES


def test_the_files_say_what_they_take_and_give() -> None:
    detector, landmarker = detector_graph().facts, landmarker_graph().facts
    assert (detector['network'], landmarker['network']) == ('mtcnn', 'mmfer')
    assert detector['windows'] == {'proposal': 12, 'refinement': 24, 'output': 48}
    assert detector['points'] == list(KEYPOINT_NAMES)
    assert landmarker['points'] == list(LANDMARK_NAMES) and landmarker['image_size'] == 112
    assert landmarker['face_crop']['margin'] == 0.1
