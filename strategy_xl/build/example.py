"""The example firm: rows of every block, from the CSV files beside the templates.

A header is a field key, or ``key:fr`` / ``key:en`` (and other languages) for translated columns. ``@-45`` in
a date column is 45 days before the day of the build, ``@m-3`` the first day of the month three months back;
choices are given by key. ``lists.csv`` adds choices to the open lists.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from importlib.resources.abc import Traversable

from strategy_xl.book.shown import CellValue
from strategy_xl.build.written import Values
from strategy_xl.errors import Location, TemplateError
from strategy_xl.languages import FALLBACK
from strategy_xl.schema.shipped import default_folder
from strategy_xl.schema.spec import ChoiceSpec, FormBlock, ListSpec, TableBlock, WorkbookSpec

LISTS_FILE = "lists.csv"


def folder() -> Traversable:
    """Where the example's files are."""
    return default_folder().joinpath("example")


def _records(entry: Traversable) -> Iterator[dict[str, str]]:
    text = entry.read_text(encoding="utf-8-sig")
    for record in csv.DictReader(io.StringIO(text)):
        if None in record or None in record.values():
            raise TemplateError("SX142", Location(entry.name), row=str(next(iter(record.values()))))
        yield record


def with_lists(spec: WorkbookSpec, source: Traversable | None = None) -> WorkbookSpec:
    """The workbook with the example's choices added to its open lists."""
    entry = (source or folder()).joinpath(LISTS_FILE)
    if not entry.is_file():
        return spec
    added: dict[str, list[ChoiceSpec]] = {}
    known = {item.key for item in spec.lists if item.open}
    for record in _records(entry):
        if record["list"] not in known:
            raise TemplateError("SX103", Location(entry.name), key="list", reference=record["list"])
        said = {key: text for key, text in record.items() if key != "list" and text}
        choice = ChoiceSpec.model_validate(said)
        added.setdefault(record["list"], []).append(choice)

    def extended(item: ListSpec) -> ListSpec:
        new = [
            choice
            for choice in added.get(item.key, ())
            if choice.key not in {old.key for old in item.choices}
        ]
        return item.model_copy(update={"choices": (*item.choices, *new)})

    return spec.model_copy(update={"lists": tuple(extended(item) for item in spec.lists)})


def load(
    block: TableBlock | FormBlock,
    spec: WorkbookSpec,
    lang: str,
    today: date,
    source: Traversable | None = None,
) -> list[dict[str, CellValue]] | None:
    """Rows of a block (instances of a form), by field key, ready to write.

    Arguments:
        block: the block.
        spec: the workbook, with the example's lists (``with_lists``).
        lang: the language; in English what has no column of that one.
        today: the day from which ``@-45`` counts.
        source: another folder of CSV files.

    Result: None when the example has no file for the block. Raises TemplateError for an unknown column or a
    value that is not of its field's type.
    """
    entry = (source or folder()).joinpath(f"{block.key}.csv")
    if not entry.is_file():
        return None
    fields = {item.key: item for item in block.fields}
    values = Values(spec, lang, today)
    rows: list[dict[str, CellValue]] = []
    for record in _records(entry):
        row: dict[str, CellValue] = {}
        for header, raw in record.items():
            key, _, only = header.partition(":")
            if key not in fields:
                raise TemplateError("SX103", Location(entry.name), key=header, reference=key)
            if not only or only == (lang if f"{key}:{lang}" in record else FALLBACK):
                row[key] = values.cell(fields[key], raw.strip(), entry.name)
        rows.append(row)
    return rows
