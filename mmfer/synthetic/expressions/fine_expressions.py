"""Recipes of the 33 fine classes of FG-Emotions (paper 003, figure 1).

The literature lists no action units for most of these classes. Each recipe starts from the
literature on the emotion or on the most similar emotion; ``source`` names the parts that are our
own choice, and ``ours`` alone means the whole recipe. Fine classes of one coarse class resemble
each other on purpose. Abbreviations of the sources:

- EMFACS: W. V. Friesen and P. Ekman, *EMFACS-7: Emotional Facial Action Coding System*, 1983, and
  the table of emotion predictions in the *FACS Investigator's Guide* (2002).
- Keltner 1995: *Signs of appeasement: evidence for the distinct displays of embarrassment,
  amusement, and shame*, J. Pers. Soc. Psychol. 68.
- Tracy & Robins 2004: *Show your pride*, Psychol. Sci. 15.
- Keltner & Cordaro 2017, Cordaro et al. 2018: displays of 20 and more emotions (Emotion 18).
- Harrigan & O'Connell 1996: *How do you look when feeling anxious?*, Pers. Individ. Differ. 21.
- Prkachin & Solomon 2008: *The structure, reliability and validity of pain expression*, Pain 139.
- Gonzaga et al. 2006: *Romantic love and sexual desire in close relationships*, Emotion 6.
"""

from mmfer.synthetic.expressions.basic_expressions import BASIC_RECIPES, Recipe

_FEAR: dict[str, Recipe] = {
    'anxiety': Recipe(
        {'1': 0.8, '4': 0.6, '5': 0.5, '20': 0.5, '32': 0.8},
        source='Fear brow 1+4 and 20, blinks (Harrigan & O’Connell 1996); the bitten lip 32 is a '
        'self-adaptor, ours.',
    ),
    'worry': Recipe(
        {'1': 1.0, '4': 0.7, '15': 0.45, '24': 0.6},
        gaze=(0.6, 0.1),
        yaw=-4.0,
        pitch=2.0,
        source='1+4 is the worried brow (Ekman & Friesen 1975); 24, 15 and the averted eyes ours.',
    ),
    'panic': Recipe(
        {'1': 1.0, '2': 0.6, '4': 0.5, '5': 1.0, '20': 1.1, '25': 0.9, '16': 0.8, '26': 0.35},
        gaze=(0.35, 0.0),
        yaw=6.0,
        source='Full fear 1+2+4+5+20+26 (EMFACS), 16 and the turned head ours.',
    ),
    'terror': Recipe(
        {'1': 1.0, '2': 0.4, '4': 0.7, '5': 1.1, '20': 0.9, '16': 0.6, '25': 0.5, '27': 0.9},
        pitch=-7.0,
        source='Fear with 27, its strongest variant (EMFACS); the head drawn back is ours.',
    ),
    'nervous': Recipe(
        {'1': 0.5, '2': 0.2, '5': 0.3, 'L14': 0.7, '20': 0.6, '24': 0.5},
        gaze=(0.9, -0.15),
        yaw=-5.0,
        roll=4.0,
        source='20 and shifting eyes (Harrigan & O’Connell 1996), a tense one-sided 14 is ours.',
    ),
}

_SADNESS: dict[str, Recipe] = {
    'depression': Recipe(
        {'1': 0.5, '15': 0.5, '43': 0.5},
        gaze=(0.0, -0.5),
        pitch=11.0,
        source='Flat face with 15 (more 14 and 15, less 12: Girard et al. 2014); drooping lids '
        'and head ours.',
    ),
    'embarrass': Recipe(
        {'12': 0.65, '24': 0.7, '43': 0.25},
        gaze=(0.8, -0.6),
        yaw=12.0,
        pitch=9.0,
        roll=5.0,
        source='Gaze down and aside, a controlled smile 12+24, head turned and lowered '
        '(Keltner 1995).',
    ),
    'gloom': Recipe(
        {'4': 0.75, '15': 0.9, '17': 0.4, '43': 0.3},
        gaze=(0.0, -0.25),
        pitch=7.0,
        source='15+17 of sadness (EMFACS) under a lowered instead of an oblique brow, ours.',
    ),
    'guilt': Recipe(
        {'1': 0.8, '4': 0.35, '15': 0.3, '28': 0.7},
        gaze=(0.85, -0.7),
        yaw=6.0,
        pitch=8.0,
        source='Averted gaze, lowered head and lips rolled in (Keltner & Buswell 1996 find no '
        'display of its own); ours.',
    ),
    'remorse': Recipe(
        {'1': 1.0, '4': 0.6, '15': 0.6, '17': 0.9, '43': 0.7},
        gaze=(0.0, -0.7),
        pitch=10.0,
        roll=6.0,
        source='Sadness 1+4+15+17 with the bowed head of shame, 54+64 (Keltner 1995).',
    ),
    'sorrow': Recipe(
        {'1': 1.1, '4': 0.4, '15': 1.0, '17': 0.7, '6': 0.3, '43': 0.1},
        source='Full sadness 1+4+15+17 (EMFACS), 6 as in crying; a straight look, ours.',
    ),
    'suffering': Recipe(
        {'1': 0.6, '4': 0.9, '6': 1.0, '43': 0.85, '20': 0.7, '10': 0.4, '25': 0.9, '26': 0.25},
        pitch=-4.0,
        source='The pain display 4+6/7+9/10+43 (Prkachin & Solomon 2008) with 1, 20 and 25, ours.',
    ),
}

_ANGER: dict[str, Recipe] = {
    'anger': BASIC_RECIPES['anger'],
    'contempt': Recipe(
        {'L12': 0.6, 'L14': 1.0, 'R2': 0.6, '7': 0.25},
        gaze=(-0.3, -0.1),
        yaw=4.0,
        pitch=-6.0,
        source='Unilateral 12+14 (Ekman & Friesen 1986); one raised brow and the chin are ours.',
    ),
    'disgust': BASIC_RECIPES['disgust'],
    'frustrate': Recipe(
        {'4': 0.8, '14': 0.9, '17': 0.9, '24': 0.5},
        gaze=(0.0, 0.6),
        pitch=-3.0,
        source='4+14 with pressed lips (Grafsgaard et al. 2013); the upward look is ours.',
    ),
    'hate': Recipe(
        {'4': 1.1, '7': 1.0, '9': 0.4, '10': 0.4, '25': 0.9, '16': 0.6},
        pitch=8.0,
        source='Anger with bared, set teeth 4+7+10+25 (EMFACS variant), lowered head ours.',
    ),
    'irritate': Recipe(
        {'4': 0.6, '7': 0.6, '24': 0.8, 'L14': 0.6},
        gaze=(0.7, 0.1),
        yaw=-5.0,
        source='Weak anger 4+7+24 (EMFACS); sideways eyes and one mouth corner ours.',
    ),
    'loathing': Recipe(
        {'9': 0.6, 'L10': 1.0, 'L9': 0.6, '4': 0.7, '7': 0.9, '43': 0.2, '15': 0.4},
        gaze=(0.55, -0.2),
        yaw=-9.0,
        pitch=-7.0,
        roll=3.0,
        source='Disgust 9+10 (EMFACS), one-sided as a sneer, and turned away: ours.',
    ),
    'torment': Recipe(
        {'1': 0.4, '4': 1.0, '7': 0.6, '9': 0.7, '20': 1.0, '16': 0.5, '25': 0.7, '43': 1.0},
        pitch=4.0,
        roll=5.0,
        source='The pain display 4+7+9+43 (Prkachin & Solomon 2008) with clenched, bared teeth, '
        'ours.',
    ),
    'wrath': Recipe(
        {'4': 1.2, '5': 0.9, '9': 0.8, '10': 0.9, '16': 0.9, '25': 0.7, '26': 0.9},
        pitch=3.0,
        source='Open-mouthed anger 4+5+7+10+22/25/26 (EMFACS); 9 and 16 ours.',
    ),
}

_SURPRISE: dict[str, Recipe] = {
    'amaze': Recipe(
        {'1': 0.7, '2': 0.9, '5': 0.5, '26': 0.8, '25': 0.4, '12': 0.6},
        gaze=(0.0, 0.2),
        source='Awe-like 1+2+5+26 (Keltner & Cordaro 2017) with a smile 12, ours.',
    ),
    'astonish': Recipe(
        {'1': 1.0, '2': 1.2, '5': 1.1, '27': 1.0, '25': 0.3},
        pitch=-4.0,
        source='Surprise at its strongest, 27 in place of 26 (EMFACS).',
    ),
    'surprise': Recipe(
        {'1': 0.8, '2': 1.0, '5': 0.8, '26': 0.65, '22': 0.6},
        source='1+2+5+26 (EMFACS); the rounded lips 22 are ours, to tell it from astonishment.',
    ),
}

_HAPPINESS: dict[str, Recipe] = {
    'cheerful': BASIC_RECIPES['happiness'],
    'enthrall': Recipe(
        {'1': 0.7, '2': 0.7, '5': 0.9, '12': 0.5, '25': 0.9, '26': 0.45},
        gaze=(0.0, 0.7),
        pitch=-6.0,
        source='Raised brows, wide eyes and slack jaw of awe (Keltner & Cordaro 2017), a slight '
        '12 is ours.',
    ),
    'optimism': Recipe(
        {'12': 0.7, '6': 0.25, '1': 0.4, '2': 0.4},
        gaze=(0.3, 0.45),
        pitch=-5.0,
        source='A closed-mouth smile 12 with lifted brows and an upward look; ours.',
    ),
    'pleasure': Recipe(
        {'6': 0.8, '12': 0.85, '43': 0.95},
        pitch=-5.0,
        roll=4.0,
        source='6+12 with closed eyes and the head back, sensory pleasure (Keltner & Cordaro '
        '2017).',
    ),
    'pride': Recipe(
        {'12': 0.55, '6': 0.15, '24': 0.3, '17': 0.25, '7': 0.25},
        gaze=(0.0, -0.35),
        pitch=-13.0,
        source='Small smile, head tilted back about 20 degrees (Tracy & Robins 2004); 17 and 24 '
        'ours.',
    ),
    'relief': Recipe(
        {'1': 0.5, '43': 0.85, '12': 0.4, '25': 0.6, '26': 0.45, '22': 0.35},
        pitch=-6.0,
        source='Closed eyes and an exhaling mouth, a weak smile (Cordaro et al. 2018: 12, 43 and a '
        'sigh); 1 is ours.',
    ),
    'thrill': Recipe(
        {'1': 0.8, '2': 0.8, '5': 0.9, '6': 0.4, '12': 1.1, '25': 0.6, '26': 0.9, '10': 0.2},
        source='Happy surprise 1+2+12+25 (Du, Tao & Martinez 2014), 5 and 26 stronger: ours.',
    ),
}

_LOVE: dict[str, Recipe] = {
    'affection': Recipe(
        {'12': 0.75, '6': 0.7, '1': 0.5, '43': 0.15},
        gaze=(0.0, -0.05),
        pitch=3.0,
        roll=10.0,
        source='Duchenne smile and tilted head (Gonzaga et al. 2006); the soft brow 1 is ours.',
    ),
    'lust': Recipe(
        {'L12': 0.4, '32': 0.8, '43': 0.45, '7': 0.4, '25': 0.4},
        pitch=7.0,
        roll=6.0,
        source='Lip bites and licks, 32 and 37 (Gonzaga et al. 2006); half-closed lids, one-sided '
        'smile and the look from below ours.',
    ),
}

FINE_RECIPES: dict[str, Recipe] = {
    **_FEAR,
    **_SADNESS,
    **_ANGER,
    **_SURPRISE,
    **_HAPPINESS,
    **_LOVE,
}
"""A recipe for each fine class of ``LabelTree.load('fgemotions')``, in its order."""
