"""Formulas as text (Calc's own grammar, English names): our calls in them, and their references.

Three things make a formula ours to touch, and each is found in its text before a token is read:

* It names a function by the add-in's own name (``ORG.….CLIENTCLASS``): Calc does so for what people type.
  Files must say ``STRAT_CLIENT_CLASS``, the name that Excel knows.
* It came from a file and Calc did not know the name (``strat_client_class``).
* A single cell stands for an argument and is blank: Calc hands 0 over for it, and 0 is an answer where
  blank is none. As a range of one cell (``B5:B5``) it stays blank.
"""

from __future__ import annotations

from typing import Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from strategy_xl.formulas.cell_refs import parse_cell
from strategy_xl.formulas.tokens import QUOTED, SPACE, TEXT, WORD, tokens


class Place(NamedTuple):
    """A cell: sheet (None for the formula's own), column and row from 0."""

    sheet: Optional[str]
    column: int
    row: int


def place_of(text: str) -> Optional[Place]:
    """The single cell that an argument is; None when it is anything else."""
    text = text.strip()
    if any(token.kind not in (WORD, QUOTED) for token in tokens(text)):
        return None
    sheet, _dot, name = text.rpartition(".")
    cell = parse_cell(name)
    if cell is None:
        return None
    sheet = sheet[1:] if sheet.startswith("$") else sheet
    if sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return Place(sheet or None, cell[1] - 1, cell[0] - 1)


class Names:
    """The functions' names: the one in files and the one Calc gives.

    Arguments:
        functions: names in files (``STRAT_…``) by the add-in's methods.
        service: the add-in's service.
    """

    def __init__(self, functions: Mapping[str, str], service: str) -> None:
        """Index both names by their capitals."""
        self.plain: Dict[str, str] = {}
        self.own: Dict[str, str] = {}
        for method, name in functions.items():
            own = service + "." + method
            self.plain[name.upper()] = self.plain[own.upper()] = name
            self.own[name.upper()] = own.upper()
        self._service = service.upper() + "."

    def plain_name(self, name: str) -> Optional[str]:
        """The name in files of a function by any of its names; None for any other name."""
        return self.plain.get(name.upper())

    def is_foreign(self, name: str) -> bool:
        """Whether one of our functions is written otherwise than files write it."""
        known = self.plain_name(name)
        return known is not None and name != known


class Call(NamedTuple):
    """One of our calls in a formula: its name as written and its arguments."""

    name: str
    arguments: Tuple[str, ...]


def calls(text: str, names: Names) -> Iterator[Call]:
    """Our calls in a formula's text, inner ones first."""
    # One entry for each open bracket: the name before it (None when not ours), its arguments so far.
    stack: List[Tuple[Optional[str], List[str]]] = []
    waiting: Optional[str] = None
    for token in tokens(text):
        piece = token.text
        if piece in ("(", "{"):
            stack.append((waiting if piece == "(" else None, [""]))
            piece = ""
        elif piece in (")", "}") and stack:
            name, arguments = stack.pop()
            if name is not None:
                yield Call(name, tuple(arguments))
            piece = "()"  # never a single cell
        elif piece == ";" and stack:
            stack[-1][1].append("")
            piece = ""
        if token.kind != SPACE:
            waiting = piece if token.kind == WORD and names.plain_name(piece) else None
        if stack:
            stack[-1][1][-1] += piece


def needs_work(text: str, names: Names, is_blank: Callable[[Place], bool]) -> bool:
    """Whether a formula must be rewritten, see the module's text.

    Arguments:
        text: the formula.
        names: our functions.
        is_blank: whether a cell is blank.
    """
    return any(
        names.is_foreign(call.name) or any(map(is_blank, filter(None, map(place_of, call.arguments))))
        for call in calls(text, names)
    )


def is_token_safe(text: str) -> bool:
    """Whether a formula survives as tokens: references to tables and error constants do not."""
    return not any("[" in token.text or "#" in token.text for token in tokens(text) if token.kind != TEXT)


def with_own_names(text: str, names: Names) -> str:
    """The formula with the add-in's names, which Calc understands in every version, and NA() for #N/A."""
    out: List[str] = []
    after = ""  # the next word that is no space
    for token in reversed(tokens(text)):
        piece = "NA()" if token.text == "#N/A" else token.text
        out.append(names.own.get(piece.upper(), piece) if after == "(" else piece)
        after = after if token.kind == SPACE else piece
    return "".join(reversed(out))
