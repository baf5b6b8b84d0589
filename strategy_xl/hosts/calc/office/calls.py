"""Formulas as text (Calc's own grammar, English names): our calls in them, and their references.

Three things make a formula ours to touch, and each is found in its text before a token is read:

* It names a function by the add-in's own name (``ORG.….CLIENTCLASS``): Calc does so for what people type.
  Files must say ``STRAT_CLIENT_CLASS``, the name that Excel knows.
* It came from a file and Calc did not know the name (``strat_client_class``).
* A single cell stands for an argument and is blank: Calc hands 0 over for it, and 0 is an answer where
  blank is none. As a range of one cell (``B5:B5``) it stays blank.
"""

from __future__ import annotations

import re
from typing import Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple

_PART = re.compile(
    r'"(?:[^"]|"")*"'  # text
    r"|'(?:[^']|'')*'"  # quoted sheet or file name
    r"|(?P<na>#N/A)"
    r"|(?P<call>[A-Za-z_][\w.]*)(?=\s*\()"
    r"|(?P<word>[\w.$]+)"
    r"|(?P<mark>[(){};])"
    r"|."
)
_CELL = re.compile(
    r"\s*(?:\$?(?P<sheet>'(?:[^']|'')*'|[^\s.'!:]+)\.)?\$?(?P<column>[A-Z]{1,3})\$?(?P<row>[1-9]\d{0,6})\s*"
)
_TEXTS = re.compile(r'"(?:[^"]|"")*"')


class Place(NamedTuple):
    """A cell: sheet (None for the formula's own), column and row from 0."""

    sheet: Optional[str]
    column: int
    row: int


def place_of(text: str) -> Optional[Place]:
    """The single cell that an argument is; None when it is anything else."""
    found = _CELL.fullmatch(text)
    if found is None:
        return None
    column = 0
    for letter in found["column"]:
        column = 26 * column + ord(letter) - ord("A") + 1
    sheet = found["sheet"]
    if sheet is not None and sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return Place(sheet, column - 1, int(found["row"]) - 1)


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
    for part in _PART.finditer(text):
        piece, mark = part[0], part["mark"]
        if part["call"]:
            waiting = piece if names.plain_name(piece) else None
        elif mark in ("(", "{"):
            stack.append((waiting, [""]))
            waiting = None
            piece = ""
        elif mark in (")", "}") and stack:
            name, arguments = stack.pop()
            if name is not None:
                yield Call(name, tuple(arguments))
            piece = "()"  # never a single cell
        elif mark == ";" and stack:
            stack[-1][1].append("")
            piece = ""
        if stack:
            stack[-1][1][-1] += piece


def needs_work(text: str, names: Names, is_blank: Callable[[Place], bool]) -> bool:
    """Whether a formula must be rewritten, see the module's text.

    Arguments:
        text: the formula.
        names: our functions.
        is_blank: whether a cell is blank.
    """
    for call in calls(text, names):
        if names.is_foreign(call.name):
            return True
        for argument in call.arguments:
            place = place_of(argument)
            if place is not None and is_blank(place):
                return True
    return False


def is_token_safe(text: str) -> bool:
    """Whether a formula survives as tokens: references to tables and error constants do not."""
    without_texts = _TEXTS.sub("", text)
    return "[" not in without_texts and "#" not in without_texts


def with_own_names(text: str, names: Names) -> str:
    """The formula with the add-in's names, which Calc understands in every version, and NA() for #N/A."""

    def replaced(part: "re.Match[str]") -> str:
        if part["na"]:
            return "NA()"
        return names.own.get(part[0].upper(), part[0]) if part["call"] else part[0]

    return _PART.sub(replaced, text)
