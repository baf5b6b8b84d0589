"""The words of a formula, whichever notation it is in: the templates', Excel's files', Calc's.

Notations share their words and differ in what these mean, which is left to the reader: whether ``;`` parts
arguments or rows, whether ``!`` or ``.`` follows a sheet, whether a word is a name, a cell or a function
(``(`` follows it). LibreOffice's own Python, 3.8 on older ones, runs this very file.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

MARK, WORD, NUMBER, SPACE, TEXT, BRACKET, QUOTED, ERROR, LONE = (
    "mark",  # an operator, a separator, a parenthesis or brace
    "word",  # a name, a function, a cell, a column, also with a sheet before its dot; with its $
    "number",
    "space",
    "text",  # "…", quotes inside doubled
    "bracket",  # […] with brackets inside; an apostrophe takes the next sign as it is
    "quoted",  # '…', the name of a sheet or file, apostrophes inside doubled
    "error",  # #N/A, #REF!
    "lone",  # a quote, apostrophe or bracket that opens nothing whole; # elsewhere than in an error
)

_WORD = r"[\w.$\\?]"
_IN_BRACKET = r"[^\[\]']*(?:'.[^\[\]']*)*"
_TOKEN = re.compile(
    r"(?P<mark><>|<=|>=|[^\s\w.$\\?\"'\[\#])"
    rf"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?!{_WORD}))"
    rf"|(?P<word>{_WORD}+)"
    rf"|(?P<bracket>\[{_IN_BRACKET}(?:\[{_IN_BRACKET}\]{_IN_BRACKET})*\])"
    r'|(?P<text>"[^"]*(?:""[^"]*)*")'
    r"|(?P<space>\s+)"
    r"|(?P<quoted>'[^']*(?:''[^']*)*')"
    r"|(?P<error>\#(?:N/A|GETTING_DATA|[A-Z]+(?:/0)?[!?]))"
    r"|(?P<lone>.)",
    re.DOTALL,
)


class Token(NamedTuple):
    """A word of a formula: its kind, as it is written, and where it begins."""

    kind: str
    text: str
    at: int


_token = tuple.__new__  # a formula has a hundred words: a third of the time


@lru_cache(maxsize=512)
def tokens(text: str) -> tuple[Token, ...]:
    """The words of a formula in order; joined they are the formula again, whatever it is.

    Kept for the next time: a formula is checked, put in order and computed, or copied down many rows.

    >>> [token.text for token in tokens('IF(A1>1.5,"a ""b",T[[#This Row],[x]])')]
    ['IF', '(', 'A1', '>', '1.5', ',', '"a ""b"', ',', 'T', '[[#This Row],[x]]', ')']
    """
    return tuple([_token(Token, (m.lastgroup, m[0], m.start())) for m in _TOKEN.finditer(text)])
