from dataclasses import replace

import numpy as np

from mmfer.synthetic import Person, Scene
from mmfer.synthetic.clip_truth import clip_annotation, clips_sidecar
from mmfer.synthetic.expressions.disturbances import Disturbances
from mmfer.synthetic.expressions.motion_course import Course
from mmfer.synthetic.layouts import build_layout
from mmfer.synthetic.plan import Sample

SAMPLE = Sample('all', 6, label=3, clean_label=3, identity='all-0000')


def test_onset_apex_and_offset_are_file_numbers():
    lids = np.array([0, 0, 0.5, 1, 0.5, 0])
    course = Course(1, 2, 4, np.zeros(6), lids, np.zeros((6, 4)))
    truth = clip_annotation(SAMPLE, Person(), Scene(yaw=2.0), course, first=40)
    assert [truth[k] for k in ('onset', 'apex', 'offset', 'blink')] == [41, 42, 44, [42, 44]]
    assert (truth['image_id'], truth['category_id']) == (7, 4)
    assert truth['pose'] == {'yaw': 2.0, 'pitch': 0.0, 'roll': 0.0}
    open_eyes = Course(1, 2, 4, np.zeros(6), np.zeros(6), np.zeros((6, 4)))
    assert clip_annotation(SAMPLE, Person(), Scene(), open_eyes, 1)['blink'] is None


def test_each_blink_of_a_video_is_listed():
    lids = np.array([0, 0.5, 1, 0, 0, 0.2, 0])
    course = Course(1, 2, 4, np.zeros(7), lids, np.zeros((7, 4)))
    truth = clip_annotation(SAMPLE, Person(), Scene(), course, first=10)
    assert truth['blink'] == [11, 12] and truth['blinks'] == [[11, 12], [15, 15]]


def test_disturbances_are_part_of_the_truth():
    turn, light = np.array([[1.0, 0], [-1, 0.5], [0, 0]]), np.zeros((3, 3))
    course = Course(0, 1, 2, np.zeros(3), np.zeros(3), np.zeros((3, 4)))
    for mouth, speech in (({}, None), ({'26': np.array([0, 0.1, 0.1])}, [41, 42])):
        disturbed = replace(course, disturbances=Disturbances(turn, light, mouth))
        truth = clip_annotation(SAMPLE, Person(), Scene(), disturbed, first=40)
        assert (truth['speech'], truth['turned']) == (speech, {'yaw': 2.0, 'pitch': 0.5})
    assert 'speech' not in clip_annotation(SAMPLE, Person(), Scene(), course, first=40)


def test_all_clips_with_their_categories():
    content = clips_sidecar(build_layout('casme2'), [{'clip': 'a'}])
    assert content['annotations'] == [{'clip': 'a'}]
    assert content['categories'][0] == {'id': 1, 'name': 'others', 'supercategory': 'others'}
