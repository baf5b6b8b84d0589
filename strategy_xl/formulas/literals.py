"""Texts inside formulas, put otherwise where a formula is known to have them; sheets with other titles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from strategy_xl.formulas.cell_refs import parse_cell
from strategy_xl.formulas.tokens import BRACKET, QUOTED, SPACE, TEXT, WORD, Token, tokens

_Shape = tuple[str, tuple[str, ...]]
_PLAIN = re.compile(r"[^\W\d]\w*")
_LIKE_A_CELL = re.compile(r"(?i)[a-z]{1,3}\d+|r\d*c?\d*|c\d*")


def texts_in(formula: str) -> tuple[str, ...]:
    """The texts that a formula has between quotes, as written."""
    return tuple(token.text for token in tokens(formula) if token.kind == TEXT)


def with_texts(formula: str, texts: Mapping[str, str]) -> str:
    """A formula in which other texts stand for some, both as written.

    >>> with_texts('IF(A1="","Haut",A1)', {'"Haut"': '"High"'})
    'IF(A1="","High",A1)'
    """
    return "".join(
        texts.get(token.text, token.text) if token.kind == TEXT else token.text for token in tokens(formula)
    )


def _shape(formula: str) -> _Shape:
    """A formula without what differs from place to place and from language to language, and its texts."""
    found = tokens(formula)
    out, texts = [], []
    for at, token in enumerate(found):
        if token.kind == TEXT:
            texts.append(token.text)
            out.append('""')
        elif token.kind == BRACKET:
            out.append("[]")
        elif token.text == "!" or token.kind in (SPACE, QUOTED) or _is_sheet(found, at):
            continue
        else:
            out.append("R" if token.kind == WORD and parse_cell(token.text) else token.text.casefold())
    return "".join(out), tuple(texts)


def _is_sheet(found: tuple[Token, ...], at: int) -> bool:
    return found[at].kind == WORD and at + 1 < len(found) and found[at + 1].text == "!"


class Literals:
    """What the texts in known formulas are in another language.

    >>> Literals([('IF(A1="","à remplir","Oui")', 'IF(A1="","to fill in","Yes")')]).swapped(
    ...     'IF($C$7="","à remplir","Oui")'
    ... )
    'IF($C$7="","to fill in","Yes")'
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Learn from formulas as they read in the one language and in the other."""
        self._known: dict[_Shape, set[tuple[str, ...]]] = {}
        for before, after in pairs:
            (shape, texts), (other, swapped) = _shape(before), _shape(after)
            if shape == other and texts:
                self._known.setdefault((shape, texts), set()).add(swapped)

    def swapped(self, formula: str) -> str:
        """A formula with its texts in the other language, when it is known; else as it is."""
        if '"' not in formula:
            return formula
        options = self._known.get(_shape(formula), set())
        if len(options) != 1:
            return formula
        texts = iter(next(iter(options)))
        return "".join(next(texts) if token.kind == TEXT else token.text for token in tokens(formula))

    def knows(self, formula: str) -> bool:
        """Whether a formula is one of those."""
        return _shape(formula) in self._known


def retitled(formula: str, titles: Mapping[str, str]) -> str:
    """A formula in which sheets have other titles; those of other workbooks keep theirs.

    Arguments:
        formula: in file syntax, also the areas of a name or a chart.
        titles: title before → afterwards.

    >>> retitled("SUM('Matrice clients'!A1,Clients!B2)+[1]Clients!B2", {"Clients": "Our clients"})
    "SUM('Matrice clients'!A1,'Our clients'!B2)+[1]Clients!B2"
    >>> retitled("SUM('A b:C d'!A1)", {"A b": "E"})
    "SUM('E:C d'!A1)"
    """
    if "!" not in formula:
        return formula
    known = {title.casefold(): new for title, new in titles.items()}
    found = tokens(formula)
    out = [token.text for token in found]
    for at in range(1, len(found)):
        if found[at].text != "!":
            continue
        name = found[at - 1]
        is_foreign = at > 1 and found[at - 2].kind == BRACKET
        if name.kind == QUOTED:
            parts = name.text[1:-1].replace("''", "'").split(":")
            new = [known.get(part.casefold(), part) for part in parts]
            if new != parts:
                was_needed = not all(_PLAIN.fullmatch(part) for part in parts)
                out[at - 1] = _quoted(":".join(new), always=not was_needed)
        elif name.kind == WORD and not is_foreign and name.text.casefold() in known:
            first = at - 3 if at > 3 and found[at - 2].text == ":" else None
            other = found[first].text if first is not None else ""
            if first is not None and other.casefold() in known and not parse_cell(other):
                whole = f"{known[other.casefold()]}:{known[name.text.casefold()]}"
                out[first:at] = ["", "", _quoted(whole)]
            else:
                out[at - 1] = _quoted(known[name.text.casefold()])
    return "".join(out)


def _quoted(title: str, *, always: bool = False) -> str:
    """A sheet's title as formulas have it, in apostrophes where it needs them."""
    is_plain = all(_PLAIN.fullmatch(part) and not _LIKE_A_CELL.fullmatch(part) for part in title.split(":"))
    return title if is_plain and not always else "'" + title.replace("'", "''") + "'"
