"""The number formats that TEXT takes: digits, thousands, percent, exponents, dates, quoted text, sections."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from strategy_xl.cellvalues import from_serial
from strategy_xl.formulas.arrays.kinds import number_text

_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"'
    r"|\\(?P<escaped>.)"
    r"|_(?P<space>.)|\*."
    r"|(?P<general>General)"
    r"|(?P<date>AM/PM|am/pm|[yY]+|[mM]+|[dD]+|[hH]+|[sS]+)"
    r"|(?P<exponent>[eE][+-]0+)"
    r"|(?P<digit>[0#?.,]+)"
    r"|(?P<percent>%)"
    r"|(?P<text>@)"
    r"|(?P<other>.)",
    re.DOTALL,
)


_DIGITS = 310
"""Digits before the point of the largest number."""


@dataclass(frozen=True, slots=True)
class FormatSigns:
    """Signs and language of the texts made from numbers."""

    decimal: str = "."
    thousands: str = ","
    language: str = "en"


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    text: str


@lru_cache(maxsize=512)
def _pieces(section: str) -> tuple[_Piece, ...]:
    found: list[_Piece] = []
    for match in _PIECE.finditer(section):
        kind = match.lastgroup
        if kind == "space":
            found.append(_Piece("literal", " "))
        elif kind in ("quoted", "escaped", "other"):
            found.append(_Piece("literal", match[kind]))
        elif kind is not None:
            found.append(_Piece(kind, match[0]))
    return tuple(found)


@lru_cache(maxsize=512)
def _sections(pattern: str) -> tuple[str, ...]:
    """The parts of a format between semicolons that are not quoted."""
    parts = re.findall(r'(?:"[^"]*"|\\.|[^;"])*(?:;|$)', pattern, re.DOTALL)
    found = [part.removesuffix(";") for part in parts]
    return tuple(found[:-1] if len(found) > 1 and not found[-1] and not pattern.endswith(";") else found)


def format_text(text: str, pattern: str) -> str:
    """A text in a format: its fourth section, or as it is."""
    sections = _sections(pattern)
    section = sections[3] if len(sections) > 3 else pattern if "@" in pattern else "@"
    return "".join(text if piece.kind == "text" else piece.text for piece in _pieces(section))


def format_value(value: float, pattern: str, signs: FormatSigns) -> str | None:
    """A number in an Excel format (English codes); None when it is too large to be shown in it."""
    sections = _sections(pattern)
    section, size, minus = sections[0], value, value < 0
    if len(sections) > 1 and value < 0:
        section, size, minus = sections[1], -value, False
    elif len(sections) > 2 and value == 0:
        section = sections[2]
    pieces = _pieces(section)
    if not pieces:
        return "-" if minus and len(sections) == 1 and pattern else ""
    if any(piece.kind == "date" for piece in pieces):
        return _date(value, pieces, signs)
    if any(piece.kind == "general" for piece in pieces):
        shown = number_text(abs(size), signs.decimal)
        body = "".join(shown if piece.kind == "general" else piece.text for piece in pieces)
        return f"-{body}" if minus else body
    return _number(size, minus, pieces, signs)


def _number(value: float, minus: bool, pieces: tuple[_Piece, ...], signs: FormatSigns) -> str | None:
    digits = "".join(piece.text for piece in pieces if piece.kind == "digit")
    if not digits:
        body = "".join(number_text(abs(value), signs.decimal) if p.kind == "text" else p.text for p in pieces)
        return f"-{body}" if minus else body
    whole, _dot, fraction = digits.partition(".")
    scale = len(whole) - len(whole.rstrip(",")) if not fraction else len(digits) - len(digits.rstrip(","))
    places = sum(fraction.count(sign) for sign in "0#?")
    value = abs(value) * 100.0 ** sum(piece.kind == "percent" for piece in pieces) / 1000.0**scale
    if math.isinf(value):
        return None
    exponent = next((piece.text for piece in pieces if piece.kind == "exponent"), None)
    power = ""
    if exponent is not None:
        mantissa, _e, raw = f"{value:.{places}e}".partition("e")
        value, shown = float(mantissa), int(raw)
        sign = "-" if shown < 0 else "+" if "+" in exponent else ""
        power = f"{exponent[0].upper()}{sign}{abs(shown):0{exponent.count('0')}d}"
    shown_digits = _decimal(value, places)
    left, _point, right = shown_digits.partition(".")
    negative = minus and shown_digits.strip("0.") != ""
    left = left.lstrip("0").rjust(whole.count("0"), "0")
    if "," in whole.rstrip(","):
        left = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", lambda _match: signs.thousands, left)
    optional = re.sub(r"[^0#?]", "", fraction)
    while optional.endswith("#") and right.endswith("0"):
        optional, right = optional[:-1], right[:-1]
    tail = (signs.decimal if "." in digits else "") + right
    out: list[str] = []
    for piece, content in zip(pieces, _spread(left, pieces), strict=True):
        if piece.kind == "digit":
            out.append(content + ("" if "." not in piece.text else tail))
        else:
            out.append(power if piece.kind == "exponent" else piece.text)
    return ("-" if negative else "") + "".join(out)


def _spread(left: str, pieces: tuple[_Piece, ...]) -> list[str]:
    """The whole digits, dealt from the right to the groups of placeholders before the point (``# ##0``)."""
    found = [""] * len(pieces)
    before = [at for at, piece in enumerate(pieces) if piece.kind == "digit"]
    point = next((at for at in before if "." in pieces[at].text), before[-1])
    groups = [at for at in before if at <= point]
    for at in reversed(groups[1:]):
        room = sum(pieces[at].text.partition(".")[0].count(sign) for sign in "0#?")
        found[at], left = (left[-room:], left[:-room]) if room else ("", left)
    found[groups[0]] = left
    return found


def _decimal(value: float, places: int) -> str:
    """Fixed digits, half away from zero on the 15 digits that Excel keeps."""
    from decimal import ROUND_HALF_UP, Context, Decimal

    kept = Decimal(f"{value:.14e}")
    enough = Context(prec=_DIGITS + places)
    return format(kept.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, enough), "f")


def _names(language: str) -> tuple[dict[int, str], dict[int, str], dict[int, str], dict[int, str]]:
    from babel.dates import get_day_names, get_month_names

    return (
        dict(get_month_names("abbreviated", locale=language)),
        dict(get_month_names("wide", locale=language)),
        dict(get_day_names("abbreviated", locale=language)),
        dict(get_day_names("wide", locale=language)),
    )


def _date(value: float, pieces: tuple[_Piece, ...], signs: FormatSigns) -> str:
    moment = from_serial(value)
    if moment is None:
        return "#" * 8
    moment += timedelta(microseconds=500_000)  # Excel shows whole seconds, rounded
    half = any(piece.text in ("AM/PM", "am/pm") for piece in pieces)
    out: list[str] = []
    for position, piece in enumerate(pieces):
        if piece.kind != "date":
            out.append(piece.text)
        elif piece.text[0] in "mM" and len(piece.text) <= 2 and _is_minute(pieces, position):
            out.append(f"{moment.minute:0{len(piece.text)}d}")
        else:
            out.append(_date_part(moment, piece.text.lower(), signs.language, half=half))
    return "".join(out)


def _is_minute(pieces: tuple[_Piece, ...], position: int) -> bool:
    """An ``m`` right after hours or right before seconds is a minute."""
    before = next((p.text for p in reversed(pieces[:position]) if p.kind == "date"), "")
    after = next((p.text for p in pieces[position + 1 :] if p.kind == "date"), "")
    return before[:1] in ("h", "H") or after[:1] in ("s", "S")


def _date_part(moment: datetime, code: str, language: str, *, half: bool) -> str:
    size = len(code)
    if code == "am/pm":
        return "AM" if moment.hour < 12 else "PM"
    if code[0] == "y":
        return f"{moment.year % 100:02d}" if size <= 2 else f"{moment.year:04d}"
    if code[0] == "h":
        hour = (moment.hour - 1) % 12 + 1 if half else moment.hour
        return f"{hour:0{min(size, 2)}d}"
    if code[0] == "s":
        return f"{moment.second:0{min(size, 2)}d}"
    number, short, wide = (
        (moment.month, 0, 1) if code[0] == "m" else (moment.day if size <= 2 else moment.weekday(), 2, 3)
    )
    if size <= 2:
        return f"{number:0{size}d}"
    name = _names(language)[short if size == 3 else wide][number]
    return name[0] if size == 5 else name
