"""The choices of a list as people may write them, and as they stand in one workbook."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from strategy_xl.languages import LANGUAGES
from strategy_xl.schema.spec import ListSpec
from strategy_xl.text.parsing import fold

_CLOSE_ENOUGH = 0.72


@dataclass(frozen=True)
class Choices:
    """The choices of a list as people may write them.

    Arguments:
        exact: label as it stands in the workbook's language → key.
        folded: keys and labels of all languages, folded → key; the workbook's own labels win.
        labels: labels to propose, in the workbook's language.
        by_key: key → the label that the workbook's formulas know, to write in its cells.
        open: whether a label that is not in the list is taken as it is.
        renamed: folded label of the templates that the workbook has replaced → its label now.
    """

    exact: Mapping[str, str]
    folded: Mapping[str, str]
    labels: tuple[str, ...]
    by_key: Mapping[str, str]
    open: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, spec: ListSpec, lang: str, stored: Sequence[str] = (), placed: Mapping[str, str] | None = None
    ) -> Choices:
        """The choices of a template's list, with the labels that stand in the workbook.

        Arguments:
            spec: the list.
            lang: language of the workbook.
            stored: the cells of the list on the settings sheet, top to bottom.
            placed: key → label in the choice's own cell, to which the workbook's formulas point; an empty one
                stands for the template's. None for a book whose formulas hold the templates' labels: there a
                label at the place of a choice that stands nowhere any more is that choice renamed.

        A label of no choice is an added one, whose key is the label itself.
        """
        own = {choice.key: choice.get(lang) for choice in spec.choices}
        by_key = own if placed is None else {key: placed.get(key) or label for key, label in own.items()}
        renamed = {fold(label): by_key[key] for key, label in own.items() if fold(by_key[key]) != fold(label)}
        folded = {fold(key): key for key in own}
        folded.update({fold(choice.get(other)): choice.key for other in LANGUAGES for choice in spec.choices})
        for labels in (own, by_key):
            folded.update({fold(label): key for key, label in labels.items()})
        now = {fold(label) for label in by_key.values()}
        for text in renamed.keys() - now:
            del folded[text]
        exact = {label: key for key, label in by_key.items()}
        present = {folded[fold(label)] for label in stored if fold(label) in folded}
        for position, label in enumerate(stored):
            if not label or fold(label) in folded:
                continue
            at_place = spec.choices[position].key if placed is None and position < len(own) else None
            key = at_place if at_place is not None and at_place not in present else label
            folded[fold(label)] = exact[label] = key
        labels_now = tuple(label for label in stored if label) or tuple(exact)
        return cls(exact, folded, labels_now, by_key, spec.open, renamed)

    @cached_property
    def _by_fold(self) -> Mapping[str, str]:
        return {fold(label): label for label in self.labels}

    def suggest(self, text: str) -> str | None:
        """The label that replaced the text, else the one that looks most like it; None when none does."""
        if fold(text) in self.renamed:
            return self.renamed[fold(text)]
        close = difflib.get_close_matches(fold(text), self._by_fold, 1, _CLOSE_ENOUGH)
        return self._by_fold[close[0]] if close else None
