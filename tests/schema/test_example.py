"""The example firm fits the templates: columns, choices, ranges, references, in both languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from strategy_xl.formulas.references import parse_column
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType, FormBlock, TableBlock

BOOK = load_default()
BLOCKS = BOOK.data_blocks()
NUMBERS = {FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT}

Row = tuple[str, int, dict[str, str]]
Cell = tuple[str, FieldSpec, str, str]


def _cells(rows: list[Row]) -> Iterator[Cell]:
    """Every filled cell: where it stands, its field, its language ("" for both), its text."""
    for name, line, cells in rows:
        if name == "lists":
            continue
        fields = {field.key: field for field in BLOCKS[name][1].fields}
        for column, text in cells.items():
            key, _colon, lang = column.partition(":")
            if text:
                yield f"{name}.csv:{line}:{column}", fields[key], lang, text


def test_every_column_is_one_that_people_or_the_batch_fill(example_rows: list[Row]) -> None:
    """A file is named after a block, a column after a field that is no formula, with a language or none."""
    for name in sorted({name for name, _line, _cells in example_rows} - {"lists"}):
        fields = {field.key: field for field in BLOCKS[name][1].fields}
        columns = next(cells for other, _line, cells in example_rows if other == name)
        for column in columns:
            key, _colon, lang = column.partition(":")
            assert key in fields, (name, column)
            assert lang in {"", "fr", "en"}, (name, column)
            assert fields[key].role is not FieldRole.COMPUTED, (name, column)


def test_choices_and_answers_are_keys(example_rows: list[Row]) -> None:
    """A choice is a key of its list, or one that the example adds to an open list; a yes or no is one."""
    known = {spec.key: {choice.key for choice in spec.choices} for spec in BOOK.lists}
    for name, line, cells in example_rows:
        if name == "lists":
            assert BOOK.list_(cells["list"]).open, line
            known[cells["list"]].add(cells["key"])
    for where, field, _lang, text in _cells(example_rows):
        if field.type is FieldType.CHOICE:
            assert text in known[field.choices or ""], where
        if field.type is FieldType.BOOL:
            assert text in {"yes", "no"}, where


def test_numbers_are_in_range_and_dates_move_with_the_day(example_rows: list[Row]) -> None:
    """A number keeps the bounds that Excel checks; a date is told from the day of the build."""
    for where, field, _lang, text in _cells(example_rows):
        if field.type is FieldType.DATE:
            assert re.fullmatch(r"@m?[+-]?\d+", text), where
        elif field.type in NUMBERS:
            number = float(text)
            assert field.minimum is None or number >= field.minimum, where
            assert field.maximum is None or number <= field.maximum, where
            assert field.type is not FieldType.INTEGER or number == int(number), where
        else:
            assert text.strip() == text, where


def test_translated_columns_come_in_pairs(example_rows: list[Row]) -> None:
    """A cell that is filled in one language is filled in the other."""
    for name, line, cells in example_rows:
        for column, text in cells.items():
            if column.endswith(":fr"):
                assert bool(text) == bool(cells[column.removesuffix("fr") + "en"]), (name, line, column)


def _values(rows: list[Row]) -> set[tuple[str, str, str, str]]:
    """What can be referred to: block, key, language and text, from the example and from the seeds."""
    found = set()
    for name, _line, cells in rows:
        for column, text in cells.items():
            key, _colon, lang = column.partition(":")
            found |= {(name, key, each, text) for each in ([lang] if lang else ["fr", "en"])}
    for name, (_module, block) in BLOCKS.items():
        for row in block.seed if isinstance(block, TableBlock) else ():
            for key, value in row.items():
                pair = value if isinstance(value, dict) else {"fr": str(value), "en": str(value)}
                found |= {(name, key, lang, pair[lang]) for lang in ("fr", "en")}
    return found


def test_what_is_referred_to_exists_in_both_languages(example_rows: list[Row]) -> None:
    """A KPI, account, owner, contact or item that is named is a row of the table it points to."""
    values = _values(example_rows)
    checked = 0
    for where, field, lang, text in _cells(example_rows):
        if field.source is None:
            continue
        for each in [lang] if lang else ["fr", "en"]:
            assert (*parse_column(field.source), each, text) in values, where
            checked += 1
    assert checked > 500


@pytest.mark.parametrize(
    ("block", "rows"),
    [
        ("clients", 40),
        ("contacts", 60),
        ("accounts", 15),
        ("objectives", 12),
        ("prospects", 15),
        ("swot_items", 16),
        ("cqq_answers", 20),
        ("ideal_clients", 5),
        ("personas", 3),
    ],
)
def test_the_example_is_a_whole_firm(example_rows: list[Row], block: str, rows: int) -> None:
    """The example has the size of a real small firm's workbook."""
    assert sum(name == block for name, _line, _cells in example_rows) == rows


def test_a_year_of_readings_is_there(example_rows: list[Row]) -> None:
    """At least ten KPIs, several of them with twelve monthly values."""
    readings = Counter(cells["kpi:fr"] for name, _line, cells in example_rows if name == "readings")
    assert sum(name == "kpis" for name, _line, _cells in example_rows) >= 10
    assert sum(count >= 12 for count in readings.values()) >= 5


def test_the_example_has_room(example_rows: list[Row]) -> None:
    """No file has more rows than a table has that cannot grow, or more than its form has instances."""
    for name, count in Counter(name for name, _line, _cells in example_rows).items():
        if name != "lists":
            block = BLOCKS[name][1]
            room = getattr(block, "instances", 0)
            if isinstance(block, TableBlock):
                room = (len(block.seed) or block.rows) if block.locked else count
            assert count <= room, name
            assert isinstance(block, TableBlock | FormBlock), name
