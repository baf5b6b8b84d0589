"""Made-up workbooks as rows of plain values: a night, and what people type until the next one."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from strategy_xl.answers.basis import Basis, Place, make_basis, plain_values, typed_array
from strategy_xl.answers.judging import evaluate
from strategy_xl.rules import client_matrix, funnel, stakeholders
from strategy_xl.rules.params import build_params
from strategy_xl.rules.table import Table
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import NUMERIC_TYPES, DataBlock, FieldRole, FieldSpec, FieldType

SPEC = load_default()
BLOCKS = {key: block for key, (_, block) in SPEC.data_blocks().items()}
DAY, NEXT = date(2026, 11, 29), date(2026, 11, 30)
FIRST_ROW = 9
TEXTS = (
    "Signer 24 clients avant le 30/06/2027",
    "Réduire le délai de réponse de 9 à 4 jours avant fin 2027",
    "Être meilleur partout",
    "Tenir l’usine et les banques en même temps, chaque jour",
    "x",
)
Rows = dict[str, list[Any]]


@dataclass
class Book:
    """A workbook as rows of plain values by block, typed at once into the rules' tables."""

    rows: dict[str, Rows]
    day: date
    settings: dict[str, Any]

    def copy(self) -> Book:
        """The same, to be changed."""
        rows = {key: {name: list(column) for name, column in own.items()} for key, own in self.rows.items()}
        return Book(rows, self.day, dict(self.settings))

    def tables(self) -> dict[str, Table]:
        """The rows as reading gives them."""
        found = {key: _table(BLOCKS[key], own) for key, own in self.rows.items()}
        found["params"] = _table(BLOCKS["params"], {key: [value] for key, value in self.settings.items()})
        return found

    def basis(self) -> Basis:
        """What a night remembers of it."""
        tables = self.tables()
        evaluations = evaluate(SPEC, tables, self.day)

        def places(key: str) -> dict[str, Place]:
            return {field.key: (key, 1, column) for column, field in enumerate(BLOCKS[key].fields, 1)}

        made = make_basis(SPEC, tables, evaluations, places, self.day)
        again = Basis.unpacked(made.packed)
        assert again == made
        return made


def _table(block: DataBlock, rows: Rows) -> Table:
    kinds = {field.key: field.type for field in block.fields}
    typed = {key: typed_array(kinds[key], column) for key, column in rows.items()}
    count = len(next(iter(rows.values())))
    first = FIRST_ROW if block.kind == "table" else 1
    return Table(typed, _index(first, count))


def _index(first: int, count: int) -> Any:
    return pd.RangeIndex(first, first + count)


FLAGS = (True, True, False)
GROWING = ("readings", "contacts")
OTHERWISE = {
    "score_threshold": 56.0,
    "kpi_attainment_at_risk": 0.7,
    "hourly_cost": 80.0,
    "persona_ready": 70.0,
}
"""Blocks whose last row may come or go, and settings that people may change."""


def _day(low: int, high: int) -> Callable[[random.Random], str]:
    return lambda chance: (DAY + timedelta(days=chance.randrange(low, high))).isoformat()


def _number(low: float, high: float) -> Callable[[random.Random], float]:
    return lambda chance: round(chance.uniform(low, high), 2)


def _one_of(*values: object) -> Callable[[random.Random], object]:
    return lambda chance: chance.choice(values)


LIKELY: dict[tuple[str, str], Callable[[random.Random], Any]] = {
    ("kpis", "start"): _day(-300, -60),
    ("kpis", "end"): _day(-10, 300),
    ("kpis", "baseline"): _number(0, 40),
    ("kpis", "target"): _number(60, 120),
    ("kpis", "kpi_type"): _one_of("increase", "increase", "keep_above", "keep_below"),
    ("kpis", "forced_status"): _one_of(None, None, None, None, "late"),
    ("kpis", "frequency_days"): _one_of(30.0, 60.0, 90.0),
    ("readings", "date"): _day(-120, 1),
    ("readings", "value"): _number(0, 120),
    ("contacts", "left"): _one_of(None, None, None, "2026-11-01"),
    ("contacts", "contact_level"): _one_of("met", "regular", "identified"),
    ("contacts", "last_contact"): _day(-110, 0),
    ("objectives", "deadline"): _day(-30, 400),
    ("objectives", "baseline"): _number(10, 40),
    ("objectives", "target"): _number(40, 60),
    ("red_flags", "severity"): _one_of("major", "minor"),
    ("clients", "red_flag_1"): _one_of(None, None, None, None, None, "red_flags 1", "red_flags 2"),
    ("clients", "red_flag_2"): _one_of(None, None, None, None, "red_flags 3"),
    ("clients", "forced_class"): _one_of(None, None, None, None, None, None, "happy"),
    ("clients", "revenue"): _number(3_000, 60_000),
    ("clients", "margin"): _one_of(None, None, None, 5_000.0),
    ("clients", "margin_rate"): _number(0.1, 0.5),
    ("clients", "hours"): _number(5, 160),
    ("clients", "referrals"): _one_of(0.0, 0.0, 1.0, 2.0),
    ("clients", "satisfaction"): _number(2, 9),
    ("clients", "impact"): _one_of(0.0, 1.0, 2.0, 3.0),
    ("clients", "competing"): _one_of(*FLAGS),
    ("funnel_stages", "count"): _number(5, 400),
    **{("contacts", key): _one_of("yes", "no", "no", "no", "unknown") for key in stakeholders.FACTS},
    **{
        (block, key): _one_of("alpha", "beta", "gamma")
        for block in ("clients", "prospects", "profiles")
        for key in ("sector", "region", "offer", "segment")
    },
}
"""What people are likely to type, where anything would leave nothing to judge."""


def _value(block: str, field: FieldSpec, chance: random.Random, names: Mapping[str, list[str]]) -> Any:
    """Something that people could type in a cell."""
    if chance.random() < 0.08:
        return None
    if (block, field.key) in LIKELY:
        return LIKELY[block, field.key](chance)
    if field.source is not None:
        return chance.choice(names.get(field.source.partition("[")[0], ["nobody"]))
    if field.choices is not None:
        return chance.choice([None, *(choice.key for choice in SPEC.list_(field.choices).choices)])
    return _typed(field, chance)


def _typed(field: FieldSpec, chance: random.Random) -> Any:
    """Something of a field's type."""
    if field.type is FieldType.BOOL:
        return chance.random() < 0.3
    if field.type is FieldType.DATE:
        return _day(-400, 400)(chance)
    if field.type not in NUMERIC_TYPES:
        return chance.choice(TEXTS)
    low = field.minimum if field.minimum is not None else 0
    high = field.maximum if field.maximum is not None else 20_000
    number = chance.uniform(low, min(high, 20_000))
    return float(round(number)) if field.type is FieldType.INTEGER else round(number, 2)


def made(chance: random.Random, sizes: Mapping[str, int], settings: Mapping[str, Any] | None = None) -> Book:
    """A workbook with rows of the blocks asked for."""
    names = {key: [f"{key} {at}" for at in range(count)] for key, count in sizes.items()}
    rows: dict[str, Rows] = {}
    for key, count in sizes.items():
        inputs = [field for field in BLOCKS[key].fields if field.role is FieldRole.INPUT]
        named = getattr(BLOCKS[key], "identity", None) or BLOCKS[key].fields[0].key
        rows[key] = {field.key: [_value(key, field, chance, names) for _ in range(count)] for field in inputs}
        if next(field for field in inputs if field.key == named).source is None:
            rows[key][named] = list(names[key])
    if "funnel_stages" in rows:
        rows["funnel_stages"]["stage"] = list(funnel.STAGES)
        rows["funnel_stages"]["count"] = [400.0, 100.0, 25.0, 80.0, 10.0]
        rows["funnel_stages"]["target_rate"] = [None, 0.3, 0.4, 0.9, 0.2]
    none = {field.key: None for field in BLOCKS["params"].fields if field.role is FieldRole.INPUT}
    return Book(rows, DAY, {**none, **(settings or {})})


def edited(book: Book, chance: random.Random, share: float) -> Book:
    """The workbook the next day: cells of some rows typed anew, never a name."""
    after = replace(book.copy(), day=NEXT)
    names = {
        key: [f"{key} {at}" for at in range(len(next(iter(own.values()))))] for key, own in book.rows.items()
    }
    for key, own in after.rows.items():
        named = getattr(BLOCKS[key], "identity", None) or BLOCKS[key].fields[0].key
        fields = [field for field in BLOCKS[key].fields if field.key in own and field.key != named]
        for at in range(len(own[fields[0].key])):
            while chance.random() < share:
                field = chance.choice(fields)
                own[field.key][at] = _value(key, field, chance, names)
        if key in GROWING and chance.random() < 0.5:
            for field in fields:
                own[field.key].append(_value(key, field, chance, names))
            own[named].append(chance.choice(names["kpis"]) if key == "readings" else f"{key} new")
        elif key in GROWING and chance.random() < 0.5:
            for column in own.values():
                del column[-1]
    for key, value in OTHERWISE.items():
        if chance.random() < 0.2:
            after.settings[key] = value
    return after


def stored(book: Book) -> Book:
    """The workbook after its night: classes and marks stand in their cells, as the next night reads them."""
    if "clients" not in book.rows:
        return book
    found = client_matrix.classify(*client_arguments(book)).table
    after = book.copy()
    for key in ("class_final", "status_mark"):
        after.rows["clients"][key] = plain_values(found.array(key))
    return after


def client_arguments(book: Book) -> tuple[Any, ...]:
    """What the rule of the client matrix is given on a workbook."""
    tables = book.tables()
    clients = tables["clients"]
    params = build_params(client_matrix.ClientParams, book.settings)
    return clients, params, tables.get("red_flags"), clients.get("class_final")
