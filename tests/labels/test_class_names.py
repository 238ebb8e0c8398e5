from mmfer.labels import RAFDB_CLASSES
from mmfer.labels.class_names import RAFDB_CLASSES as SAME


def test_rafdb_classes_have_the_official_order() -> None:
    assert RAFDB_CLASSES is SAME
    official = {1: 'surprise', 2: 'fear', 3: 'disgust', 4: 'happiness'}
    official |= {5: 'sadness', 6: 'anger', 7: 'neutral'}
    assert [official[i + 1] for i in range(7)] == list(RAFDB_CLASSES)
