"""Forget a person or a client in one workbook: the name everywhere, and what else is typed about it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from strategy_xl.book.data import BlockData, WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.errors import Finding, StrategyXlError
from strategy_xl.ooxml.erasing import erase_text
from strategy_xl.ooxml.open_marks import refuse_if_open
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.snapshot import Snapshot, twice
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType, FormBlock, TableBlock, WorkbookSpec
from strategy_xl.text.sought import Sought


@dataclass(frozen=True, slots=True)
class ForgottenHere:
    """What became of one workbook.

    Arguments:
        path: the workbook.
        emptied: cells about the person that were emptied (or would be).
        changed: texts in which the name was replaced.
        left: parts of the file in which the name still stands.
        failure: what stopped the work; None when it was done.
    """

    path: Path
    emptied: int = 0
    changed: int = 0
    left: tuple[str, ...] = ()
    failure: Finding | None = None


class Row(NamedTuple):
    """What a workbook holds in one row or instance.

    Arguments:
        sheet, cell: where the name stands.
        cells: label of each input that is filled, and what stands there.
    """

    sheet: str
    cell: str
    cells: list[tuple[str, Any]]


def forget_in_workbook(
    path: Path,
    spec: WorkbookSpec,
    sought: Sought,
    other: str,
    *,
    kinds: Collection[str] = (),
    dry_run: bool = False,
) -> ForgottenHere:
    """Replace a name in a workbook, and empty what is typed about the person in the same row.

    Arguments:
        path: the workbook; no earlier version is kept of it.
        spec: the templates it was made from.
        sought: the name.
        other: what stands in its place, so that what is linked by the name stays linked.
        kinds: in which kinds of entities to empty cells; in all when there are none.
        dry_run: write nothing.

    Never raises for what is wrong with the workbook: ``failure`` says it.
    """
    try:
        return twice(partial(_forget, path, spec, sought, other, kinds=kinds, dry_run=dry_run))
    except StrategyXlError as error:
        return ForgottenHere(path, failure=error.finding)


def _forget(
    path: Path,
    spec: WorkbookSpec,
    sought: Sought,
    other: str,
    *,
    kinds: Collection[str],
    dry_run: bool,
) -> ForgottenHere:
    refuse_if_open(path)
    snapshot = Snapshot.take(path)
    with snapshot.held():
        data = read_workbook(snapshot, spec)
        cells: dict[str, dict[tuple[int, int], None]] = {}
        gone: set[str] = set()
        for block, row in _rows(data, sought, kinds):
            at = block.rows.index.tolist().index(row)
            for field in block.block.fields:
                value = block.rows.values(field.key)[at] if field.key in block.rows else None
                if field.personal and field.key in block.places and _is_filled(value):
                    cells.setdefault(block.sheet_of(field.key), {})[block.cell(field.key, row)] = None
                    gone.add(str(value))
        # Whether it can be done at all is found out before the first cell is emptied.
        erase = partial(
            erase_text,
            replace=lambda text: sought.replaced(text, other),
            holds=sought.is_in,
            in_bytes=sought.in_bytes,
        )
        erased = erase(snapshot, dry_run=True)
        if not dry_run:
            if cells:
                set_cells(snapshot, path, cells, backups=0)
                snapshot = Snapshot.take(path)
            erased = erase(snapshot, gone=gone)
    emptied = sum(map(len, cells.values()))
    return ForgottenHere(path, emptied, sum(erased.changed.values()), tuple(erased.left))


def rows_of(path: Path, spec: WorkbookSpec, sought: Sought, kinds: Collection[str] = ()) -> list[Row]:
    """What a workbook holds of a name: the whole row where it is the name of a row, else the cell.

    Arguments:
        path, spec, sought, kinds: as ``forget_in_workbook`` takes them.

    Errors: those of ``read_workbook``.
    """
    data = read_workbook(path, spec)
    lang = data.look.lang
    choices = choice_labels(spec, lang)
    whole = {(block.block.key, row) for block, row in _rows(data, sought, kinds)}
    found = []
    for block in data.blocks.values():
        fields = [
            field
            for field in block.block.fields
            if field.role is FieldRole.INPUT and field.key in block.places and field.key in block.rows
        ]
        columns = [(field, list(block.rows.values(field.key))) for field in fields]
        for at, row in enumerate(block.rows.index.tolist()):
            filled = [(field, values[at]) for field, values in columns if _is_filled(values[at])]
            naming = [field for field, value in filled if sought.is_in(str(value))]
            if naming:
                shown = (
                    filled
                    if (block.block.key, row) in whole
                    else [(field, value) for field, value in filled if field in naming]
                )
                cells = [(field.label.get(lang), said(field, value, choices)) for field, value in shown]
                found.append(Row(block.sheet_of(naming[0].key), block.a1(naming[0].key, row), cells))
    return found


def choice_labels(spec: WorkbookSpec, lang: str) -> dict[tuple[str, str], str]:
    """List and key of every choice → its label."""
    return {(listed.key, choice.key): choice.get(lang) for listed in spec.lists for choice in listed.choices}


def said(field: FieldSpec, value: Any, choices: Mapping[tuple[str, str], str]) -> Any:
    """A value as a workbook shows it: a choice by its label, a truth by that of yes or no."""
    key = ("yes" if value else "no") if field.type is FieldType.BOOL else str(value)
    listed = "yes_no" if field.type is FieldType.BOOL else field.choices
    return choices.get((listed or "", key), value)


def names_beside(path: Path, spec: WorkbookSpec, sought: Sought) -> set[str]:
    """Names of other rows that hold the name and more: those of others, which are to stay.

    Errors: those of ``read_workbook``.
    """
    return {
        name
        for block in read_workbook(path, spec).blocks.values()
        for _row, name in _names(block)
        if sought.is_in(name) and not sought.is_name(name)
    }


def _rows(data: WorkbookData, sought: Sought, kinds: Collection[str]) -> Iterator[tuple[BlockData, int]]:
    """The rows and instances of the name."""
    for block in data.blocks.values():
        record = getattr(block.block, "record", None)
        if record is not None and (not kinds or str(record.kind) in kinds):
            yield from ((block, row) for row, name in _names(block) if sought.is_name(name))


def _names(block: BlockData) -> Iterator[tuple[int, str]]:
    """Rows and instances with their names."""
    spec = block.block
    if isinstance(spec, TableBlock):
        key: str | None = spec.identity_key
    else:
        key = spec.identity if isinstance(spec, FormBlock) else None
    if key is None or key not in block.rows:
        return
    for row, name in zip(block.rows.index.tolist(), block.rows.values(key), strict=True):
        if _is_filled(name):
            yield row, str(name)


def _is_filled(value: Any) -> bool:
    return not pd.isna(value) and str(value).strip() != ""
