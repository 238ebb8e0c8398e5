"""The 68 landmarks of iBUG 300-W as vertices of the MakeHuman body mesh."""

JAW = (
    *(5725, 5664, 5098, 5242, 895, 741, 743, 925),
    5296,
    *(7627, 7689, 7693, 7459, 11817, 11713, 12223, 12362),
)
RIGHT_BROW = (719, 232, 222, 205, 209)
LEFT_BROW = (6984, 6980, 6996, 7005, 7031)
NOSE_BRIDGE = (132, 131, 164, 294)
NOSTRILS = (347, 331, 311, 7072, 7144)
RIGHT_EYE = (4852, 4849, 54, 1336, 5309, 6777)
LEFT_EYE = (13365, 11483, 6784, 6799, 8042, 13368)
OUTER_LIPS = (424, 5354, 456, 455, 7210, 11953, 10402, 7239, 7241, 492, 486, 484)
INNER_LIPS = (417, 472, 474, 7228, 7178, 7264, 493, 517)

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
"""Vertex ids of MakeHuman's ``base.obj``; left and right are the person's own."""
