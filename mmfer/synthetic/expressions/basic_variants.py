"""Further ways in which people show the basic expressions.

The combinations are variants of the Investigator's Guide of FACS (Ekman, Friesen & Hager 2002),
unless a recipe says that they are our choice: photographs of people are full of laughter, shouts
and tears, which its prototypes leave out.
"""

from mmfer.synthetic.expressions.basic_expressions import Recipe

OURS = 'Our choice, from what photographs of people show.'
GUIDE = 'Variant of the Investigator’s Guide.'

BASIC_VARIANTS: dict[str, tuple[Recipe, ...]] = {
    'neutral': (
        Recipe({'25': 0.4, '26': 0.15}, source=f'{OURS} Lips apart, as in speech.'),
        Recipe({'24': 0.3}, source=f'{OURS} Lips closed firmly.'),
        Recipe({'43': 0.25}, gaze=(0.0, -0.3), source=f'{OURS} A lowered gaze.'),
        Recipe({'26': 0.5, '25': 0.4, '18': 0.3}, source=f'{OURS} A vowel.'),
    ),
    'happiness': (
        Recipe({'6': 0.7, '12': 1.1}, source='6+12 (Investigator’s Guide), a closed smile.'),
        Recipe({'12': 0.9, '25': 0.7, '10': 0.3}, source=f'{OURS} A smile without 6.'),
        Recipe(
            {'6': 1.1, '12': 1.2, '25': 1.0, '26': 0.9, '10': 0.5, '43': 0.35},
            pitch=-6.0,
            source=f'{OURS} Laughter.',
        ),
        Recipe(
            {'6': 1.0, '12': 1.25, '25': 1.0, '16': 0.4, '10': 0.6, '7': 0.4},
            source=f'{OURS} A grin with both rows of teeth.',
        ),
        Recipe(
            {'6': 0.9, '12': 1.2, '25': 1.25, '10': 1.0, '26': 0.4, '16': 0.2},
            source=f'{OURS} A broad smile that bares the upper teeth.',
        ),
        Recipe({'6': 0.8, '12': 1.0, '25': 1.0, '10': 0.8}, source=f'{OURS} The same, less broad.'),
        Recipe(
            {'6': 1.2, '12': 1.2, '25': 1.2, '10': 0.9, '16': 0.8, '27': 0.5, '43': 0.3},
            source=f'{OURS} Roaring laughter.',
        ),
    ),
    'sadness': (
        Recipe({'4': 0.6, '15': 1.0, '17': 0.8}, pitch=5.0, source='4+15+17, a frown.'),
        Recipe({'1': 1.1, '4': 0.5}, gaze=(0.0, -0.5), pitch=8.0, source=f'{GUIDE} 1+4+64.'),
        Recipe(
            {'1': 0.9, '4': 0.7, '6': 0.6, '15': 0.8, '20': 0.5, '25': 0.6, '26': 0.4, '43': 0.6},
            source=f'{OURS} Tears.',
        ),
        Recipe(
            {'1': 0.6, '43': 0.6, '15': 0.5},
            gaze=(0.0, -0.8),
            pitch=12.0,
            source=f'{OURS} Lowered head and lids.',
        ),
        Recipe(
            {'1': 1.0, '4': 0.9, '6': 1.0, '7': 0.8, '15': 0.7, '20': 0.8, '25': 0.8, '27': 0.8}
            | {'43': 0.7},
            source=f'{OURS} Crying aloud.',
        ),
        Recipe(
            {'4': 1.0, '6': 1.2, '7': 1.0, '9': 0.5, '10': 0.6, '16': 0.8, '20': 0.8, '25': 1.0}
            | {'27': 0.6, '43': 0.9},
            source=f'{OURS} The crying face of a child.',
        ),
        Recipe(
            {'1': 0.8, '4': 0.5, '15': 0.6, '17': 0.5, '43': 0.4},
            gaze=(0.0, -0.6),
            pitch=8.0,
            source=f'{OURS} Looking down, mildly sad.',
        ),
    ),
    'surprise': (
        Recipe({'1': 0.9, '2': 1.1, '5': 1.0, '27': 1.0}, source=f'{GUIDE} 1+2+5+27.'),
        Recipe({'5': 1.0, '26': 0.9, '25': 0.4}, source=f'{GUIDE} 5+26.'),
        Recipe({'1': 0.9, '2': 1.0, '5': 0.8}, source=f'{GUIDE} 1+2+5.'),
        Recipe(
            {'1': 0.8, '2': 0.9, '5': 0.8, '26': 0.8, '22': 0.7},
            source=f'{OURS} Funneled lips: "oh".',
        ),
        Recipe({'1': 1.0, '2': 1.2, '5': 1.2, '27': 1.25}, source=f'{GUIDE} 1+2+5+27, at most.'),
        Recipe(
            {'1': 1.0, '2': 1.2, '5': 1.2, '27': 1.0, '12': 0.5, '10': 0.5, '25': 0.6},
            source=f'{OURS} Glad surprise.',
        ),
    ),
    'fear': (
        Recipe({'1': 1.0, '2': 0.5, '4': 0.6, '5': 1.1, '26': 0.8, '25': 0.5}, source=GUIDE),
        Recipe({'1': 0.9, '2': 0.4, '4': 0.6, '5': 1.1, '20': 0.9, '27': 0.8}, source=GUIDE),
        Recipe({'1': 1.1, '4': 0.6, '5': 1.0, '20': 0.6}, pitch=-4.0, source=GUIDE),
        Recipe(
            {'1': 1.2, '2': 0.6, '4': 0.6, '5': 1.25, '10': 0.4, '16': 0.8, '20': 1.0, '27': 1.1},
            source=f'{GUIDE} A scream.',
        ),
        Recipe(
            {'1': 1.1, '2': 0.5, '4': 0.6, '5': 1.2, '10': 0.7, '16': 1.0, '20': 1.2, '25': 1.2}
            | {'26': 0.3},
            source=f'{GUIDE} Teeth bared in fright.',
        ),
    ),
    'anger': (
        Recipe(
            {'4': 1.1, '5': 0.5, '7': 0.8, '10': 0.9, '16': 0.8, '25': 1.0, '26': 0.5, '9': 0.3},
            source=f'{GUIDE} Bared teeth: 4+5+7+10+25+26.',
        ),
        Recipe(
            {'4': 1.2, '7': 0.7, '9': 0.5, '10': 0.7, '16': 0.6, '25': 0.8, '27': 0.9},
            source=f'{OURS} A shout.',
        ),
        Recipe({'4': 1.0, '7': 0.7, '17': 0.7, '24': 1.0}, pitch=6.0, source=f'{GUIDE} 4+7+17+24.'),
        Recipe(
            {'4': 1.25, '7': 0.6, '9': 0.7, '10': 1.0, '16': 1.0, '25': 1.0, '27': 1.2},
            source=f'{OURS} A roar.',
        ),
        Recipe(
            {
                '4': 1.25,
                '5': 0.6,
                '7': 0.5,
                '9': 0.8,
                '10': 1.1,
                '16': 1.1,
                '20': 0.5,
                '25': 1.25,
                '26': 0.3,
            },
            source=f'{OURS} Clenched teeth, bared.',
        ),
    ),
    'disgust': (
        Recipe({'9': 1.2, '4': 0.6, '7': 0.8, '43': 0.3}, source='9 (Investigator’s Guide).'),
        Recipe({'10': 1.2, '17': 0.6, '15': 0.6, '9': 0.4}, source='10+17 (Investigator’s Guide).'),
        Recipe(
            {'9': 1.1, '10': 0.9, '16': 0.8, '25': 0.8, '26': 0.6, '7': 0.8, '4': 0.5},
            source=f'{GUIDE} 9+16+25+26.',
        ),
        Recipe(
            {'9': 1.25, '4': 0.7, '7': 1.0, '10': 1.1, '16': 0.5, '20': 0.5, '25': 1.0},
            source=f'{GUIDE} 9+16+25, at most.',
        ),
        Recipe(
            {'9': 1.2, '4': 0.6, '7': 1.0, '10': 1.0, '25': 0.8, '26': 0.8, '43': 0.4},
            source=f'{GUIDE} 9+25+26.',
        ),
    ),
    'contempt': (
        Recipe({'L14': 1.2}, source='Unilateral 14 (Ekman & Friesen 1986).'),
        Recipe({'L12': 0.8, 'L14': 0.6, 'R2': 0.6}, source=f'{OURS} With a raised brow.'),
        Recipe({'L10': 0.8, 'L14': 0.9, '7': 0.3}, pitch=-6.0, source=f'{OURS} With a sneer.'),
    ),
}
"""Recipes beside those of :data:`~mmfer.synthetic.expressions.basic_expressions.BASIC_RECIPES`."""
