"""The layout of FG-Emotions."""

from mmfer.labels import LabelTree
from mmfer.synthetic.expressions.fine_expressions import FINE_RECIPES
from mmfer.synthetic.layouts.layout import ImageLayout


class FGEmotionsLayout(ImageLayout):
    """``{train,test}/<coarse>/<fine>/NNNNN.jpg``, 33 classes under 6, all equally frequent."""

    name = 'fgemotions'
    recipes = FINE_RECIPES

    def __init__(self) -> None:
        tree = LabelTree.load('fgemotions')
        self.classes, self.coarse, self.parents = tree.fine, tree.coarse, tree.parents
        self.shares = {split: [1.0] * len(self.classes) for split in ('train', 'test')}

    def image_path(self, split: str, index: int, label: int) -> str:
        """Path below the root; the number is unique within the split."""
        folder = f'{self.coarse[self.parents[label]]}/{self.classes[label]}'
        return f'{split}/{folder}/{index + 1:05d}.jpg'
