"""Recipes of the four states of infants in IFER (paper 000): happy, calm, crying and sleeping.

Sources:

- Oster 2006: *Baby FACS: Facial Action Coding System for Infants and Young Children*, New York
  University; Oster, Hegley & Nagel 1992: *Adult judgments and fine-grained analysis of infant
  facial expressions*, Dev. Psychol. 28.
- Grunau & Craig 1987: *Pain expression in neonates: facial action and cry*, Pain 28, with the
  Neonatal Facial Coding System: brow bulge, eye squeeze, nasolabial furrow, open lips, mouth
  stretched vertically and horizontally.
- Messinger 2002: *Positive and negative: infant facial expressions and emotions*, Curr. Dir.
  Psychol. Sci. 11.
- Wolff 1966: *The causes, controls, and organization of behavior in the neonate*, and Prechtl
  1974: *The behavioural states of the newborn infant*, Brain Res. 76.
"""

from mmfer.synthetic.expressions.basic_expressions import Recipe

INFANT_RECIPES: dict[str, Recipe] = {
    'happy': Recipe(
        {'6': 0.75, '12': 1.0, '25': 0.9, '26': 0.8},
        source='The open-mouthed smile with raised cheeks, 6+12+25+26 (Messinger 2002).',
    ),
    'calm': Recipe(
        {'5': 0.15},
        source='Quiet alertness: eyes open and bright, face at rest (Wolff 1966; state 3 of '
        'Prechtl 1974); the trace of 5 is ours.',
    ),
    'crying': Recipe(
        {
            '4': 0.7,
            '6': 1.0,
            '7': 0.8,
            '9': 0.5,
            '10': 0.6,
            '16': 0.5,
            '20': 1.1,
            '25': 0.8,
            '27': 0.75,
            '43': 0.75,
        },
        source='The cry face: brow bulge 4, eye squeeze 6+7+43, nasolabial furrow 9+10, and a '
        'square mouth, 20 and 16 over 25+27 (Grunau & Craig 1987; Oster 2006).',
    ),
    'sleeping': Recipe(
        {'43': 1.0, '25': 0.15},
        source='Lids closed and face at rest (states 1 and 2 of Prechtl 1974); the lips that '
        'fall apart a little are ours.',
        held=('43',),
    ),
}
