"""The choices of a list as people may write them, and as they stand in one workbook."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from strategy_xl.schema.spec import ListSpec
from strategy_xl.text.parsing import fold

_CLOSE_ENOUGH = 0.72


@dataclass(frozen=True)
class Choices:
    """The choices of a list as people may write them.

    Arguments:
        exact: label as it stands in the workbook's language → key.
        folded: keys and labels of both languages, folded → key; the workbook's language wins.
        labels: labels to propose, in the workbook's language.
        open: whether a label that is not in the list is taken as it is.
    """

    exact: Mapping[str, str]
    folded: Mapping[str, str]
    labels: tuple[str, ...]
    open: bool = False

    @classmethod
    def of(cls, spec: ListSpec, lang: str, stored: Sequence[str] = ()) -> Choices:
        """The choices of a template's list, with the labels that stand in the workbook.

        Arguments:
            stored: the cells of the list on the settings sheet, top to bottom. A label at the place of a
                choice that stands nowhere any more is that choice renamed; the others are added choices,
                whose key is the label itself.
        """
        other = "en" if lang == "fr" else "fr"
        folded: dict[str, str] = {}
        for texts in (
            ((choice.key, choice.key) for choice in spec.choices),
            ((choice.get(other), choice.key) for choice in spec.choices),
            ((choice.get(lang), choice.key) for choice in spec.choices),
        ):
            folded.update({fold(text): key for text, key in texts})
        exact = {choice.get(lang): choice.key for choice in spec.choices}
        present = {folded[fold(label)] for label in stored if fold(label) in folded}
        for position, label in enumerate(stored):
            if not label or fold(label) in folded:
                continue
            at_place = spec.choices[position].key if position < len(spec.choices) else None
            key = at_place if at_place is not None and at_place not in present else label
            folded[fold(label)] = exact[label] = key
        labels = tuple(label for label in stored if label) or tuple(exact)
        return cls(exact, folded, labels, spec.open)

    @cached_property
    def by_key(self) -> Mapping[str, str]:
        """Label to write for each key; the first that stands in the workbook."""
        found = {key: label for label, key in reversed(list(self.exact.items()))}
        found.update(
            {self.folded[fold(label)]: label for label in reversed(self.labels) if fold(label) in self.folded}
        )
        return found

    @cached_property
    def _by_fold(self) -> Mapping[str, str]:
        return {fold(label): label for label in self.labels}

    def suggest(self, text: str) -> str | None:
        """The label that looks most like the text, None when none does."""
        close = difflib.get_close_matches(fold(text), self._by_fold, 1, _CLOSE_ENOUGH)
        return self._by_fold[close[0]] if close else None
