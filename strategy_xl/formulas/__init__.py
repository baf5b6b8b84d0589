"""The language of formulas: references, tree, order, and what is made of the tree; knows no template."""
