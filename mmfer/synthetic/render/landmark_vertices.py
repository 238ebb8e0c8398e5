"""The 68 landmarks of iBUG 300-W as vertices of the MakeHuman body mesh."""

JAW = (
    5738,
    5735,
    5097,
    912,
    5240,
    741,
    743,
    727,
    732,
    7449,
    7463,
    7461,
    11849,
    7614,
    11712,
    12332,
    12335,
)
RIGHT_BROW = (5261, 224, 222, 208, 209)
LEFT_BROW = (6984, 6983, 6996, 6998, 11869)
NOSE_BRIDGE = (132, 131, 201, 5054)
NOSTRILS = (344, 313, 317, 7076, 7105)
RIGHT_EYE = (24, 0, 54, 1077, 47, 41)
LEFT_EYE = (7769, 6838, 6784, 6808, 6825, 6831)
OUTER_LIPS = (424, 5354, 450, 455, 7210, 11956, 7184, 7130, 7241, 492, 486, 370)
INNER_LIPS = (3732, 470, 474, 7226, 10400, 7236, 523, 481)

BASE_VERTICES = (
    JAW
    + RIGHT_BROW
    + LEFT_BROW
    + NOSE_BRIDGE
    + NOSTRILS
    + RIGHT_EYE
    + LEFT_EYE
    + OUTER_LIPS
    + INNER_LIPS
)
"""Vertex ids of MakeHuman's ``base.obj``; left and right are those of the person."""
