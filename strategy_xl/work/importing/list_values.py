"""Values of a column of a list: the writing of numbers and dates is that of the whole column.

A workbook has one language; a list comes from anywhere. What a cell means shows over all cells of its column
(``evidence``); each cell that cannot be read is told as it stands in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from strategy_xl.book.data import WorkbookData
from strategy_xl.cellvalues import EARLIEST_YEAR, LATEST_YEAR, error_value
from strategy_xl.errors import Severity
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldSpec, FieldType
from strategy_xl.text.coerced import CellProblem, Context, show
from strategy_xl.text.coercion import coerce_column
from strategy_xl.text.identity import visible
from strategy_xl.text.parsing import (
    Order,
    Problem,
    fold,
    parse_date,
    parse_hours,
    parse_number,
)
from strategy_xl.work.importing.evidence import Evidence
from strategy_xl.work.importing.source import different_texts
from strategy_xl.work.importing.words import words

_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
_HARMLESS = re.compile(r"[+-][\d\s().,/-]*\Z|[-+]+\Z|- ?\w[^(!]*\Z")
"""Phone numbers, plain signed numbers, dashes and dashed notes: what begins like a formula and is none."""
_ERROR = re.compile(r"#[A-ZÀ-Þ]{2,}[0-9]?\s?[!?]|#N/[A-Z]|#NV|(?:Err|Erreur) ?: ?\d{3}")
_THOUSANDS = re.compile(
    r"\bk ?(?:[€$£]|eur|usd|chf)|[€$£] ?k\b|\bmilliers\b|\bthousands?\b|\b000 ?[€$£]|[€$£] ?000\b"
)
_MILLIONS = re.compile(r"\bm ?[€$£]|\bm(?:eur|usd)\b|[€$£] ?m\b|\bmillions?\b")
_A_UNIT = re.compile(r"[:a-zA-Z]")
_MINUTES = re.compile(r"\b(?:mn|min|mins|minutes?)\b")
_FOREIGN = re.compile(
    r"[$£¥₹]|\b(?:usd|gbp|chf|cad|aud|jpy|sek|nok|dkk|pln|mad|tnd|dzd|xof|xaf)\b", re.IGNORECASE
)

_Answer = tuple[Any, CellProblem | None]


@dataclass(frozen=True)
class ListColumn:
    """The values of a column by the field's type (None where there is none) and what was wrong in it.

    ``given`` counts the cells that held something.
    """

    cells: list[Any]
    problems: tuple[CellProblem, ...]
    given: int


def list_column(
    raw: Sequence[Any], spec: FieldSpec, book: WorkbookData, evidence: Evidence, index: int
) -> ListColumn:
    """The values of a column of a list for a field.

    Arguments:
        raw: the cells as they stand in the list.
        spec: the field they go into.
        book: gives language and choices.
        evidence: what the list tells of its writing.
        index: which column of the list it is.
    """
    listed = evidence.listed
    is_text = spec.type in {FieldType.TEXT, FieldType.LONG_TEXT}
    cells = list(raw) if is_text else _each_text(raw, visible)
    given = len(cells) - cells.count("")
    problems = _errors(cells)
    if spec.type in NUMERIC_TYPES:
        problems += _numbers(cells, spec, book.lang, evidence, index)
    elif spec.type is FieldType.DATE:
        cells = [str(int(cell)) if _is_compact(cell) else cell for cell in cells]
        order = evidence.order(cells)
        problems += _each(cells, lambda at, cell: _date(at, cell, book.lang, order))
    elif spec.type not in {FieldType.CHOICE, FieldType.BOOL}:
        problems += formula_like(cells)
    found = coerce_column(cells, spec, Context(book.lang, listed.date1904, book.choices))
    is_simple = getattr(found.array.dtype, "kind", "") in "fO"
    typed = found.array.tolist() if is_simple else list(found.series)
    values = [
        value if is_given else None for value, is_given in zip(typed, found.given.tolist(), strict=True)
    ]
    every = sorted([*problems, *found.problems], key=lambda item: item.position)
    return ListColumn(values, tuple(every), given)


def is_error(text: str) -> bool:
    """Whether a text is what a spreadsheet shows for an error, in any of its languages."""
    return error_value(text) is not None or _ERROR.fullmatch(text) is not None


def _errors(cells: list[Any]) -> list[CellProblem]:
    """Empty the cells that hold error texts; each is told."""
    texts = {text for text in different_texts(cells) if text[0] in {"#", "E"} and is_error(text)}
    problems = []
    for at, cell in enumerate(cells) if texts else ():
        if isinstance(cell, str) and cell in texts:
            problems.append(CellProblem(at, "SX206", {"found": cell}))
            cells[at] = ""
    return problems


def _each_text(cells: Sequence[Any], one: Callable[[str], str]) -> list[Any]:
    """A column with its texts made into others; equal texts are looked at once."""
    known = {text: one(text) for text in different_texts(cells)}
    return [known[cell] if isinstance(cell, str) and cell else cell for cell in cells]


def _each(cells: list[Any], one: Callable[[int, str], _Answer]) -> list[CellProblem]:
    """Replace texts by what they say; what cannot be read is emptied and told. Equal texts are read once."""
    known: dict[str, _Answer] = {}
    problems = []
    for at, cell in enumerate(cells):
        if not isinstance(cell, str) or not cell:
            continue
        answer = known.get(cell)
        if answer is None:
            answer = known[cell] = one(at, cell)
        cells[at], problem = answer
        if problem is not None:
            problems.append(CellProblem(at, problem.code, problem.args, problem.severity))
    return problems


# -- numbers -------------------------------------------------------------------------------------------


def _numbers(
    cells: list[Any], spec: FieldSpec, lang: str, evidence: Evidence, index: int
) -> list[CellProblem]:
    """Read a column of numbers in place."""
    unit = spec.unit.get(lang) if spec.unit else None
    decimal = evidence.decimal(cells, spec.type, unit)
    is_hours = spec.unit is not None and spec.unit.fr.casefold().startswith("h")
    rates = set(evidence.listed.rates.get(index, ()))
    texts = list(cells)

    def one(at: int, cell: str) -> _Answer:
        hours = parse_hours(cell) if is_hours and _A_UNIT.search(cell) else None
        if hours is not None:
            return hours, None
        number = parse_number(cell, lang, unit, decimal=decimal)
        if number.problem is Problem.AMBIGUOUS:
            args = {"found": cell, "first": number.first, "second": number.second}
            return "", CellProblem(at, "SX202", args)
        is_misplaced = number.percent and spec.type not in {FieldType.NUMBER, FieldType.PERCENT}
        if number.problem is Problem.INVALID and fold(cell) in words("nothing"):
            return "", None
        if number.problem is Problem.INVALID or is_misplaced:
            return "", CellProblem(at, "SX201", {"found": cell})
        return number.value, None

    problems = _each(cells, one)
    if spec.type is FieldType.PERCENT:
        rates |= {at for at, text in enumerate(texts) if isinstance(text, str) and "%" in text}
        return problems + _per_cent(cells, rates, shows_formats=evidence.listed.shows_formats)
    if spec.type is FieldType.MONEY:
        return problems + _amounts(cells, texts, evidence.listed.columns[index])
    if is_hours and _MINUTES.search(fold(evidence.listed.columns[index])):
        return problems + _minutes(cells, texts)
    return problems


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _per_cent(cells: list[Any], rates: set[int], *, shows_formats: bool) -> list[CellProblem]:
    """Numbers not shown as rates, of which one is above 1.5, are all per cent: 40 is 40 %.

    Of a file that does not tell how its numbers are shown, 0.4 beside 35 may be 40 %: told, never guessed.
    """
    bare = [at for at, cell in enumerate(cells) if _is_number(cell) and at not in rates]
    if max((abs(cells[at]) for at in bare), default=0) <= 1.5:
        return []
    problems = []
    for at in bare if not shows_formats else ():
        if 0 < abs(cells[at]) <= 1:
            args = {"found": show(cells[at], "en"), "first": cells[at], "second": cells[at] / 100}
            problems.append(CellProblem(at, "SX202", args))
            cells[at] = ""
    bare = [at for at in bare if cells[at] != ""]
    for at in bare:
        cells[at] /= 100
    return [*problems, CellProblem(bare[0], "SX163", {}, Severity.NOTE)]


def _amounts(cells: list[Any], texts: Sequence[Any], title: str) -> list[CellProblem]:
    """Amounts in the unit that the title names; a currency other than the euro is told."""
    numbers = [at for at, cell in enumerate(cells) if _is_number(cell)]
    if not numbers:
        return []
    notes = []
    plain = fold(title)
    scale = 1000 if _THOUSANDS.search(plain) else 1_000_000 if _MILLIONS.search(plain) else 1
    if scale > 1:
        for at in numbers:
            cells[at] *= scale
        notes.append(CellProblem(numbers[0], "SX185", {"n": scale}, Severity.NOTE))
    for at, text in [(numbers[0], title), *((at, texts[at]) for at in numbers)]:
        if isinstance(text, str) and (sign := _FOREIGN.search(text)):
            notes.append(CellProblem(at, "SX184", {"found": sign[0]}, Severity.NOTE))
            break
    return notes


def _minutes(cells: list[Any], texts: Sequence[Any]) -> list[CellProblem]:
    """Plain numbers under a title that says minutes."""
    plain = [at for at, cell in enumerate(cells) if _is_number(cell) and not _is_duration(texts[at])]
    for at in plain:
        cells[at] /= 60
    return [CellProblem(plain[0], "SX186", {}, Severity.NOTE)] if plain else []


def _is_duration(text: Any) -> bool:
    return isinstance(text, str) and parse_hours(text) is not None


# -- dates ---------------------------------------------------------------------------------------------


def _is_compact(cell: Any) -> bool:
    """Whether a number is a date without marks (20261031): no day has so high a serial number."""
    return _is_number(cell) and EARLIEST_YEAR * 10_000 < cell < (LATEST_YEAR + 1) * 10_000


def _date(at: int, cell: str, lang: str, order: Order | None) -> _Answer:
    """A date as text; five figures are left for the serial number that they are."""
    if fold(cell) in words("nothing"):
        return "", None
    if cell.isascii() and cell.isdigit() and len(cell) == 5:
        return cell, None
    read = parse_date(cell, lang, order)
    if read.problem is Problem.AMBIGUOUS:
        args = {"found": cell, "first": read.first, "second": read.second}
        return "", CellProblem(at, "SX212", args)
    if read.value is None:
        return "", CellProblem(at, "SX203", {"found": cell})
    if not EARLIEST_YEAR <= read.value.year <= LATEST_YEAR:
        return "", CellProblem(at, "SX216", {"found": cell})
    return read.value, None


# -- texts ---------------------------------------------------------------------------------------------


def formula_like(cells: Sequence[Any]) -> list[CellProblem]:
    """Texts that a spreadsheet would calculate if they were typed; they go in as text."""
    found = {
        text
        for text in different_texts(cells)
        if text.startswith(_FORMULA_START) and not _HARMLESS.match(text)
    }
    return [
        CellProblem(index, "SX157", {"found": cell[:80]}, Severity.NOTE)
        for index, cell in enumerate(cells if found else ())
        if isinstance(cell, str) and cell in found
    ]
