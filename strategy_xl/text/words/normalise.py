"""Folded text and tokens: one spelling for case, accents, apostrophes, dashes and spaces.

Spans are kept as character positions of the **original** text, so that an evidence can be shown as
the person wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from strategy_xl.text.words.vocabulary import DateWords, LanguageWords
from strategy_xl.text.words.wordlists import every

# Fast table for what French and English texts really hold; the rest goes through NFKD one character at
# a time. Every entry has exactly one character, so that positions stay those of the original.
_ONE_TO_ONE = {
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "`": "'",
    "´": "'",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "„": '"',
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "\u2007": " ",
    "\u2008": " ",
    "\u200a": " ",
    "\u2002": " ",
    "\u2003": " ",
    "\u3000": " ",
    "\t": " ",
    "\x0b": " ",
    "\x0c": " ",
    "\n": " ",
    "\r": " ",
    "\ufeff": " ",
    "\u200b": " ",
    "–": "-",
    "—": "-",
    "−": "-",
    "‑": "-",
    "‐": "-",
    "·": ".",
    "º": "°",
    "×": "x",
    "⁄": "/",
    "➔": "→",
    "➜": "→",
    "⇒": "→",
    "➡": "→",
    "∞": ".",
}


@cache
def _token_pattern() -> re.Pattern[str]:
    """One token, whatever the language of the text."""
    words, dates = every(LanguageWords), every(DateWords)
    quarter = "|".join(dates.quarter_letters)
    return re.compile(
        rf"""
    [^\W\d_]{{3,}}(?![\w'])                         # most tokens: tried first for speed
  | \d{{1,4}}[/.\-]\d{{1,2}}[/.\-]\d{{2,4}}(?!\d)    # 30/06/2027, 2027-06-30
  | \d{{1,3}}(?:[ .,]\d{{3}})+(?:[.,]\d{{1,2}})?(?![\d%/]) # 12 000, 1,250.50
  | \d{{1,2}}/\d{{2,4}}(?![\d/])                     # 30/06, 06/2027, 26/27
  | \d{{4}}[/\-]\d{{2,4}}(?![\d/])                  # 2026-2027, 2026/27
  | [1-4](?:{quarter}|{"|".join(dates.half_letters)})\d{{2}}(?:\d{{2}})?(?![\da-z]) # 2Q27
  | [1-4](?:{quarter}|{"|".join(dates.half_letters)})(?=\ ?20\d\d)                # 3T 2027
  | \d+(?:[.,]\d+)?                              # 12, 4,5
  | {"|".join(map(re.escape, words.whole_words))}
  | (?:{"|".join(words.elisions)})'
  | '(?:{"|".join(words.clitics)})\b
  | [a-z]+\d[a-z0-9]*                            # b2b, a320, q3
  | [^\W\d_]+
  | <=|>=|->|=>|[%€$£+<>=≥≤→/:#;,.!?()"&\-°*]
        """,
        re.VERBOSE,
    )


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    """The folded form of one character, possibly several characters long."""
    if char in _ONE_TO_ONE:
        return _ONE_TO_ONE[char]
    expanded = unicodedata.normalize("NFKD", char)
    kept = "".join(part for part in expanded if not unicodedata.combining(part)).casefold()
    levelled = "".join(_ONE_TO_ONE.get(part) or _plain_digit(part) for part in kept)
    return levelled.replace("œ", "oe").replace("æ", "ae")


def _plain_digit(char: str) -> str:
    """Decimal digits of any script as ASCII; other signs of number, which Python cannot read, as a space."""
    if char.isascii():
        return char
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return " " if char.isnumeric() else char


class _Folds(dict[int, str]):
    """The folded form of each character, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        piece = _fold_char(char)
        if len(piece) != 1:
            _UNEVEN.add(char)
        self[code] = piece
        return piece


_FOLDS = _Folds()
_UNEVEN: set[str] = set()  # characters whose folded form is longer or shorter


def fold(text: str) -> tuple[str, list[int] | None]:
    """Fold a text.

    Arguments:
        text: any text.

    Returns:
        The folded text (case, accents, typographic signs and spaces levelled) and, when a character
        changed length, the original position of every folded character plus the end; else None.
    """
    if text.isascii():
        return text.lower().translate(_ASCII_SPACES), None
    folded = text.translate(_FOLDS)
    if _UNEVEN.isdisjoint(text):
        return folded, None
    pieces = [_fold_char(char) for char in text]
    origin: list[int] = []
    for position, piece in enumerate(pieces):
        origin.extend([position] * len(piece))
    origin.append(len(text))
    return folded, origin


_ASCII_SPACES = {9: " ", 10: " ", 11: " ", 12: " ", 13: " ", 96: "'"}


class Tokens:
    """The tokens of one text.

    Arguments:
        text: the original text.
        words: folded tokens, in order.
        starts, ends: their positions in the folded text.
        origin: map from folded to original positions, None when they are the same.
    """

    __slots__ = ("ends", "folded", "origin", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        """Fold and split the text."""
        self.text = text
        self.folded, self.origin = fold(text)
        words: list[str] = _token_pattern().findall(self.folded)
        starts: list[int] = []
        ends: list[int] = []
        find, end = self.folded.find, 0
        for word in words:
            start = find(word, end)
            end = start + len(word)
            starts.append(start)
            ends.append(end)
        self.words = words
        self.starts = starts
        self.ends = ends

    def start(self, position: int) -> int:
        """Where a token starts in the original text."""
        start = self.starts[position]
        return start if self.origin is None else self.origin[start]

    def end(self, position: int) -> int:
        """Where a token ends in the original text."""
        end = self.ends[position]
        return end if self.origin is None else self.origin[end - 1] + 1

    def span(self, first: int, last: int) -> str:
        """The original text of tokens ``first`` to ``last`` (included)."""
        return self.text[self.start(first) : self.end(last)]

    def glued(self, position: int) -> bool:
        """Whether the token touches the next one, without a space."""
        return position + 1 < len(self.words) and self.ends[position] == self.starts[position + 1]

    def is_capital(self, position: int) -> bool:
        """Whether the token starts with a capital in the original."""
        return self.text[self.start(position)].isupper()
