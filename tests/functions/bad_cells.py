"""Right calls of each function, with every argument and three rows, to be spoilt one cell at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions.arguments import LANG, SETTINGS, Argument, Kind
from strategy_xl.functions.intake import choice_labels, field_of
from strategy_xl.functions.registry import CellFunction, functions
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldSpec, FieldType

ROWS = 3
SPOILT = 1
"""The row of a range in which a bad cell is put."""

TABLES = {
    argument.name: example.args[place]
    for function in functions().values()
    for example in function.examples
    for place, argument in enumerate(function.arguments[: len(example.args)])
    if argument.kind is Kind.TABLE and example.args[place] is not None
} | {"red_flags": (("Drapeau rouge", "Gravité"), ("Impayé", "Majeur"), ("Fraude", "Éliminatoire"))}

_GOOD: Mapping[str, Sequence[object]] = {
    "dimension": ("Qui", "Quand", "Où"),
    "box": ("Force", "Faiblesse", "Opportunité"),
    "stage": ("Leads qualifiés", "Rendez-vous qualifiés", "Ventes"),
    "counts": (400.0, 96.0, 24.0),
    "target_rate": (0.5, 0.3, 0.25),
    "internal": ("Équipe", "Délais", "Prix"),
    "external": ("Export facile", "Import", "Normes"),
    "account": ("Alpha", "Bêta", "Alpha"),
    "objective": (
        "Augmenter le CA des PME de 10 % d’ici fin décembre 2026",
        "Améliorer la qualité bientôt",
        "Signer 12 clients avant juin 2027",
    ),
    "kpi": ("Panier", "Panier", "Panier"),
    "kpi_type": ("Croissance", "Croissance", "Baisse"),
    "start_date": (46_023.0, 46_023.0, 46_023.0),
    "end_date": (46_388.0, 46_388.0, 46_388.0),
    "reading_date": (46_139.0, 46_150.0, 46_169.0),
    "current_value": (44.0, 50.0, 60.0),
    "baseline": (10.0, 20.0, 90.0),
    "target": (100.0, 120.0, 30.0),
    "frequency_days": (30.0, 30.0, 7.0),
    "frequency": ("an",),
    "red_flag": (None, "Majeur", None),
    "age": (42.0, 50.0, 31.0),
}


def good(argument: Argument) -> list[object]:
    """Cells that an argument takes, one a row."""
    if argument.name in _GOOD:
        return list(_GOOD[argument.name])
    spec = field_of(argument)
    if spec.type is FieldType.CHOICE and spec.choices is not None:
        labels = list(choice_labels(spec.choices, "fr").values()) or ["Conseil"]
        return [labels[row % len(labels)] for row in range(ROWS)]
    if spec.type is FieldType.DATE:
        return [46_000.0 + 30 * row for row in range(ROWS)]
    if spec.type is FieldType.BOOL:
        return ["Oui", "Non", "Oui"]
    if spec.type in {FieldType.TEXT, FieldType.LONG_TEXT}:
        return [f"{argument.name} un deux trois {row}" for row in range(ROWS)]
    low = 1.0 if spec.minimum is None else spec.minimum
    high = 1_000.0 if spec.maximum is None else spec.maximum
    span = [low + (high - low) * share for share in (0.9, 0.5, 0.7)]
    return [float(round(value)) for value in span] if spec.type is FieldType.INTEGER else span


def right_call(function: CellFunction, *, tables: bool = True) -> list[object]:
    """Every argument of a function with cells that it takes; no thresholds, no language.

    Arguments: tables: give the tables that may be left out, too.
    """
    args: list[object] = []
    for argument in function.arguments:
        if argument in (SETTINGS, LANG):
            args.append(None)
        elif argument.kind is Kind.TABLE:
            args.append(TABLES[argument.name] if tables or argument.required else None)
        elif argument.kind is Kind.RANGE:
            args.append([[100.0, 108.0, 115.0, 126.0, 133.0]])
        elif argument.kind is Kind.SCALAR:
            args.append(good(argument)[0])
        else:
            args.append([[cell] for cell in good(argument)])
    return args


def put(args: Sequence[object], place: int, value: object) -> list[object]:
    """The call with another argument."""
    return [*args[:place], value, *args[place + 1 :]]


def with_cell(args: Sequence[object], place: int, cell: object, row: int = SPOILT) -> list[object]:
    """The call with another cell in one row of an argument."""
    column = [list(line) for line in args[place]]  # type: ignore[call-overload]
    column[row] = [cell]
    return put(args, place, column)


_LONG = "augmenter le chiffre d’affaires de 10 % d’ici fin 2026 " * 800

NUMBERS: Mapping[str, object] = {
    "minus one": -1.0,
    "negative": -123_456.75,
    "zero": 0.0,
    "huge": 1e300,
    "minus huge": -1e300,
    "tiny": 5e-324,
    "decimal": Decimal("12.5"),
}
"""Numbers: which of them count is for the bounds of a field to say."""

DAYS: Mapping[str, object] = {
    "date": date(2026, 6, 1),
    "date and time": datetime(2026, 6, 1, 12),  # noqa: DTZ001 - cells know no time zone
}
"""Dates, which are numbers to Excel."""

TEXTS: Mapping[str, object] = {
    "a word": "abc",
    "a number as text": "12",
    "a French number as text": "1 234,5",
    "a percentage as text": "12 %",
    "a date as text": "01/06/2026",
    "control characters": "a\x01\x02\x1f\x7fb\r\n\tc",
    "nul": "a\x00b",
    "right to left": "مرحبا بالعالم",
    "direction marks": "\u202eabc\u202c",
    "emoji": "👩‍👩‍👧‍👦🚀" * 60,
    "half a character": "\ud83dabc",
    "formula": "=1+1",
    "as long as a cell": _LONG[:32_767],
    "a word as long as a cell": "a" * 32_767,
    "digits as long as a cell": "9" * 32_767,
}
"""Texts: they count in a column of texts only."""

NEVER: Mapping[str, object] = {
    "too long": _LONG[:40_000],
    "nothing to be seen": "\x00\x01",
}
"""What counts nowhere: too long is told, what nobody sees is blank."""

OTHERS: Mapping[str, object] = {
    "true": True,
    "false": False,
    "time": time(12, 30),
    "duration": timedelta(hours=30),
    "dictionary": {"a": 1},
    "bytes": b"12",
    "complex": 1 + 2j,
}
"""What no host hands over for a number, a date or a choice; as text it may stand."""

BAD_CELLS = {**NUMBERS, **DAYS, **TEXTS, **NEVER, **OTHERS}

COM_ERROR = -2_146_826_288 - 2_000
"""What COM adds to the codes of Excel's error cells (2000 is #NULL!)."""

ERRORS: Mapping[str, object] = {
    **{f"value {error}": error for error in ErrorValue},
    **{f"text {error}": str(error) for error in ErrorValue},
    **{f"Calc {code}": f"Err:{code}" for code in (502, 504, 508, 522, 523)},
    **{
        f"COM {code}": COM_ERROR + code
        for code in (*(2000, 2007, 2015, 2023, 2029, 2036, 2042), *range(2043, 2060))
    },
    **{f"French {text}": text for text in ("#VALEUR!", "#VALEUR !", "#NOM\N{NO-BREAK SPACE}?", "#N/D")},
    "infinite": math.inf,
    "minus infinite": -math.inf,
    "endless": 10**400,
    "endless decimal": Decimal("Infinity"),
}
"""Error cells as the hosts spell them, and numbers that no spreadsheet holds."""


def may_count(spec: FieldSpec, label: str) -> bool:
    """Whether a cell of ``BAD_CELLS`` may count in a column of a field; where not, it must not."""
    if label in NEVER:
        return False
    if spec.type in {FieldType.TEXT, FieldType.LONG_TEXT} or (
        spec.type is FieldType.CHOICE and spec.choices is not None and load_default().list_(spec.choices).open
    ):
        return True
    if spec.type in NUMERIC_TYPES:
        return label in {**NUMBERS, **DAYS}
    return spec.type is FieldType.DATE and label in {**NUMBERS, **DAYS}
