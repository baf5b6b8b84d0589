"""Ranges for every cell function: ordinary cells by what its arguments take, one in ten left empty."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from strategy_xl.functions.arguments import LANG, SETTINGS, Argument, Kind
from strategy_xl.functions.intake import choice_labels, field_of
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction
from strategy_xl.schema.spec import FieldType

DAY = (EXAMPLE_DAY - EXAMPLE_DAY.replace(month=1, day=1)).days + 46_023
"""The reference day as Excel counts."""

FEWER = {
    "STRAT_SMART_CHECK": 1_000,
    "STRAT_SMART_SCORE": 1_000,
    "STRAT_SMART_ADVICE": 1_000,
    "STRAT_FUNNEL_LEVER": 5,
}
"""Rows where ten thousand would take the rule itself seconds (sentences to be read), or make no sense."""

_STAGES = tuple(choice_labels("funnel_stage", "fr").values())

_TEXTS: Mapping[str, Callable[[int], object]] = {
    "objective": lambda n: f"Augmenter le CA des PME de {n % 90 + 1} % d’ici fin juin 2027",
    "account": lambda n: ("Alpha", "Bêta", f"Compte {n}")[n % 3],
    "item": lambda n: f"P{n % 500}",
    "kpi": lambda _n: "Panier",
    "internal": lambda n: ("Équipe", "Délais", "Prix")[n % 3],
    "external": lambda n: ("Export facile", "Import", "Normes")[n % 3],
    "red_flag": lambda n: ("Majeur", None, None)[n % 3],
}
_NUMBERS: Mapping[str, Callable[[int, np.random.Generator], np.ndarray]] = {
    "counts": lambda rows, draw: np.sort(draw.integers(1, 10_000, rows))[::-1].astype(float),
    "revenue": lambda rows, draw: draw.lognormal(9, 1, rows),
    "target": lambda rows, draw: draw.uniform(10, 1e5, rows),
    "current_value": lambda rows, draw: draw.uniform(0, 5e4, rows),
    "baseline": lambda rows, _draw: np.zeros(rows),
    "start_date": lambda rows, _draw: np.full(rows, 46_023.0),
    "end_date": lambda rows, _draw: np.full(rows, 46_387.0),
    "reading_date": lambda rows, draw: draw.integers(DAY - 20, DAY, rows).astype(float),
    "deadline": lambda rows, draw: draw.integers(DAY + 20, DAY + 500, rows).astype(float),
}


def _cells(argument: Argument, rows: int, draw: np.random.Generator) -> list[object]:
    """Ordinary cells for an argument."""
    spec = field_of(argument)
    if argument.name in _TEXTS:
        return [_TEXTS[argument.name](row) for row in range(rows)]
    if spec.type in {FieldType.TEXT, FieldType.LONG_TEXT}:
        return [f"{argument.name} un deux trois {row}" for row in range(rows)]
    if argument.name in _NUMBERS:
        found = _NUMBERS[argument.name](rows, draw)
    elif spec.type is FieldType.CHOICE and spec.choices is not None:
        labels = list(choice_labels(spec.choices, "fr").values()) or ["Conseil", "Audit", "Formation"]
        found = draw.choice(labels, rows)
    elif spec.type is FieldType.BOOL:
        found = draw.choice(["Oui", "Non"], rows)
    elif spec.type is FieldType.DATE:
        found = draw.integers(DAY - 200, DAY + 200, rows).astype(float)
    else:
        low = 0.0 if spec.minimum is None else spec.minimum
        high = 1_000.0 if spec.maximum is None else spec.maximum
        numbers = draw.uniform(low, high, rows)
        found = np.round(numbers) if spec.type is FieldType.INTEGER else numbers
    return list(found.tolist())


def ranges_of(function: CellFunction, rows: int) -> list[object]:
    """The arguments of a call on ranges of so many rows, tables as in the examples.

    Arguments: function: the function; rows: of each range.
    """
    draw = np.random.default_rng(0)
    # The table of the example that has most of them; so people call it.
    example = max(function.examples, key=lambda each: sum(isinstance(arg, tuple) for arg in each.args)).args
    tables = dict(zip((item.name for item in function.arguments), example, strict=False))
    args: list[object] = []
    for item in function.arguments:
        if item in (SETTINGS, LANG) or item.kind is Kind.SCALAR:
            args.append(None)
        elif item.kind is Kind.TABLE:
            args.append(
                _longer(tables.get(item.name), rows) if item.name == "clients" else tables.get(item.name)
            )
        elif item.kind is Kind.RANGE:
            args.append(draw.uniform(50, 150, (rows, 5)).tolist())
        else:
            if item.name == "stage" and rows <= len(_STAGES):
                args.append([[label] for label in _STAGES[:rows]])
                continue
            cells = _cells(item, rows, draw)
            gaps = draw.random(rows) < (0 if item.required else 0.1)
            args.append([[None if gap else cell] for cell, gap in zip(cells, gaps.tolist(), strict=True)])
    return args


def _longer(table: object, rows: int) -> object:
    """A table with its rows again and again."""
    if not isinstance(table, Sequence):
        return table
    titles, *body = table
    return [list(titles), *(list(body[row % len(body)]) for row in range(rows))]
