"""From the rules' answers to what the history keeps of one workbook: columns, not an object a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from strategy_xl.answers.cases import AlertCase
from strategy_xl.answers.judging import Evaluation
from strategy_xl.history.book_record import AlertRecord, BookRecord, EntityTable, Plain
from strategy_xl.rules.table import Table, values_of
from strategy_xl.schema.spec import DataBlock, FormBlock, RecordSpec, TableBlock, WorkbookSpec
from strategy_xl.text.identity import identity_key

ENTITY_ID = "entity_id"
"""Column in which a workbook keeps the mark of each entity, where its templates have one."""
BY_NAME = "n:"
"""Begin of an identity that is a name; the marks of workbooks never begin so."""
DECIMALS = 6
"""Of numbers in a record: what differs beyond is noise, and no reason for a new state."""


class Places(NamedTuple):
    """Where rows of a block stand: title of the sheet, and the cell that names each row."""

    sheet: str
    cells: Sequence[str]


Locate = Callable[[str, Sequence[int]], Places]
"""Block key and rows (Excel rows, numbers of instances) → where they stand."""


def book_record(  # noqa: PLR0913 - what a record is made of; the last two are keywords
    spec: WorkbookSpec,
    evaluations: Sequence[Evaluation],
    cases: Sequence[AlertCase],
    locate: Locate,
    *,
    counts: Mapping[str, float],
    completeness: Mapping[str, float],
    day: date,
    lang: str,
    schema_version: int,
    empty: Collection[str] = (),
) -> BookRecord:
    """What the history keeps of a workbook.

    Arguments:
        spec: the templates; blocks with ``record`` give entities.
        evaluations: the rules' answers.
        cases: the alerts.
        locate: where rows stand.
        counts: figures of the table of results.
        completeness: share filled in, by module key.
        day: reference day of the answers.
        lang: language of the alerts.
        schema_version: version of the templates the workbook was made from.
        empty: keys of blocks in which nothing is filled: their entities are gone, which is another thing than
            that no rule could judge them.
    """
    tables = []
    for key, (_, block) in spec.data_blocks().items():
        if not isinstance(block, TableBlock | FormBlock) or block.record is None:
            continue
        own = [evaluation for evaluation in evaluations if evaluation.call.into == key]
        table = _entity_table(block, block.record, own, locate)
        if table is None and key in empty:
            table = _no_entities(block.key, locate(block.key, ()).sheet, block.record)
        if table is not None:
            tables.append(table)
    return BookRecord(
        reference_day=day.isoformat(),
        lang=lang,
        schema_version=schema_version,
        counts={key: float(value) for key, value in counts.items()},
        completeness={key: round(float(value), DECIMALS) for key, value in completeness.items()},
        alerts=_alerts(cases, tables, locate),
        tables=tables,
    )


def _no_entities(block: str, sheet: str, record: RecordSpec) -> EntityTable:
    """The table of a block in which nothing is filled."""
    return EntityTable(
        str(record.kind), block, sheet, (), (), (), (), (), {}, {}, (), (), rule="", version=""
    ).digested()


def _entity_table(
    block: DataBlock, record: RecordSpec, evaluations: Sequence[Evaluation], locate: Locate
) -> EntityTable | None:
    """The entities of one block; None when no rule judges it or it has no entity with a name."""
    judge = next((item for item in evaluations if record.verdict in item.result.table), None)
    if judge is None:
        return None
    tables = [*(item.result.table for item in evaluations), judge.inputs]
    names = ["" if name is None else str(name) for name in _plain(tables, _identity_field(block), judge)]
    marks = _plain(tables, ENTITY_ID, judge)
    rows = judge.inputs.index.tolist()
    kept = np.array([bool(name.strip() or mark) for name, mark in zip(names, marks, strict=True)], dtype=bool)
    if not kept.any():
        return None
    at = None if kept.all() else np.flatnonzero(kept)
    rows, names, marks = _chosen(rows, at), _chosen(names, at), _chosen(marks, at)
    place = locate(block.key, rows)
    columns, latest = (
        {key: _chosen(_plain(tables, key, judge), at) for key in keys}
        for keys in (record.values, record.latest)
    )
    reasons, missing = _chosen(judge.result.reasons.lists(), at), _chosen(judge.result.missing.lists(), at)
    prefixed = {codes: [f"{judge.rule}.{code}" for code in codes] for codes in set(reasons)}
    return EntityTable(
        kind=str(record.kind),
        block=block.key,
        sheet=place.sheet,
        rows=rows,
        cells=list(place.cells),
        identities=_identities(names, marks),
        names=names,
        verdicts=[_verdict(value) for value in _chosen(_plain(tables, record.verdict, judge), at)],
        columns=columns,
        latest=latest,
        reasons=[prefixed[codes] for codes in reasons],
        missing=[list(codes) for codes in missing],
        rule=judge.call.run,
        version=judge.result.version,
    ).digested()


def _identity_field(block: DataBlock) -> str:
    if isinstance(block, TableBlock):
        return block.identity_key
    identity = getattr(block, "identity", None)
    return identity or block.fields[0].key


def _chosen(values: list[Any], at: Any) -> list[Any]:
    return values if at is None else [values[place] for place in at.tolist()]


def _plain(tables: Sequence[Table], key: str, judge: Evaluation) -> list[Plain]:
    """A column of plain values, of the first table that has it; all None when none has."""
    for table in tables:
        if key in table:
            own = table if table is judge.inputs or table.index.equals(judge.inputs.index) else None
            held = table.array(key) if own is not None else table[key].reindex(judge.inputs.index).array
            return _plain_values(held)
    return [None] * len(judge.inputs)


def _plain_values(held: Any) -> list[Plain]:
    if isinstance(held, np.ndarray) and held.dtype.kind == "f":
        return _numbers(held)
    return [_plain_value(value) for value in values_of(held)]


def _numbers(held: Any) -> list[Plain]:
    found: list[Plain] = np.round(held, DECIMALS).tolist()
    finite = np.isfinite(held)
    if not finite.all():
        for place in np.flatnonzero(~finite).tolist():
            found[place] = None
    return found


def _plain_value(value: Any) -> Plain:
    match value:
        case None:
            return None
        case str():
            return value
        case bool() | np.bool_():
            return bool(value)
        case int() | float() | np.number():
            number = round(float(value), DECIMALS)
            return number if np.isfinite(number) else None
        case date():  # moments of pandas are days too, NaT among them
            return None if value != value else value.isoformat()[:10]  # noqa: PLR0124 - NaT is not itself
    return None  # NA, or what no field holds


def _verdict(value: Plain) -> str | None:
    """A verdict by its key; a truth by its key in the list ``yes_no``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)


def _identities(names: Sequence[str], marks: Sequence[Plain]) -> list[str]:
    """What each entity is known by; one that is there twice is counted, from above."""
    found = [
        mark.strip() if isinstance(mark, str) and mark.strip() else BY_NAME + identity_key(name)
        for name, mark in zip(names, marks, strict=True)
    ]
    if len(set(found)) == len(found):
        return found
    seen: Counter[str] = Counter()
    for place, identity in enumerate(found):
        seen[identity] += 1
        if seen[identity] > 1:
            found[place] = f"{identity}#{seen[identity]}"
    return found


def _alerts(cases: Sequence[AlertCase], tables: Sequence[EntityTable], locate: Locate) -> list[AlertRecord]:
    known = {table.block: dict(zip(table.rows, table.identities, strict=True)) for table in tables}
    found = []
    for case in sorted(cases, key=lambda case: case.rank):
        place = locate(case.block, [case.row])
        found.append(
            AlertRecord(
                code=case.code,
                block=case.block,
                row=case.row,
                sheet=place.sheet,
                cell=place.cells[0],
                entity=known.get(case.block, {}).get(case.row, ""),
                text=case.text,
                action=case.action,
                stake=round(case.stake, DECIMALS),
                severity=str(case.alert.severity),
                due=None if case.due is None else case.due.isoformat(),
            )
        )
    return found
