"""From the rules' answers to what the history keeps of one workbook: columns, not an object a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from strategy_xl.answers.cases import AlertCase
from strategy_xl.answers.judging import Evaluation
from strategy_xl.answers.plain_columns import (
    DECIMALS,
    Marks,
    PlainColumn,
    joined,
    missing_column,
    plain_column,
    text_marks,
)
from strategy_xl.history.book_record import AlertRecord, BookRecord, EntityTable, Plain
from strategy_xl.history.kept_columns import FEW, MOST_KEYS, KeptColumn, column_of
from strategy_xl.rules.result import Codes
from strategy_xl.rules.table import Table
from strategy_xl.schema.spec import DataBlock, FormBlock, RecordSpec, TableBlock, WorkbookSpec
from strategy_xl.text.figures import is_missing
from strategy_xl.text.identity import identity_key

ENTITY_ID = "entity_id"
"""Column in which a workbook keeps the mark of each entity, where its templates have one."""
BY_NAME = "n:"
"""Begin of an identity that is a name; the marks of workbooks never begin so."""


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
        lang: language of the workbook.
        schema_version: version of the templates the workbook was made from.
        empty: keys of blocks in which nothing is filled: their entities are gone, which is another thing than
            that no rule could judge them.
    """
    tables = []
    common: dict[str, float] = {}
    for key, (_, block) in spec.data_blocks().items():
        if not isinstance(block, TableBlock | FormBlock) or block.record is None:
            continue
        own = [evaluation for evaluation in evaluations if evaluation.call.into == key]
        table = _entity_table(block, block.record, own, locate)
        if table is None and key in empty:
            table = _no_entities(block.key, locate(block.key, ()).sheet, block.record)
        if table is not None:
            tables.append(table)
            common |= _common(block.record, own)
    return BookRecord(
        reference_day=day.isoformat(),
        lang=lang,
        schema_version=schema_version,
        counts={key: float(value) for key, value in counts.items()} | common,
        completeness={key: round(float(value), DECIMALS) for key, value in completeness.items()},
        alerts=_alerts(cases, tables, locate),
        tables=tables,
    )


def _common(record: RecordSpec, evaluations: Sequence[Evaluation]) -> dict[str, float]:
    """What is the same for all entities of a kind, by kind and column."""
    tables = [item.result.table for item in evaluations]
    found = {}
    for key in record.common:
        values = next((table.values(key) for table in tables if key in table), [])
        if values and not is_missing(values[0]):
            found[f"{record.kind}.{key}"] = float(values[0])
    return found


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
    rows: list[int] = judge.inputs.index.tolist()
    names = _column(tables, _identity_field(block), judge)
    marks = _column(tables, ENTITY_ID, judge)
    texts = ["" if name is None else str(name) for name in names.plain]
    part = None
    if not texts or not all(map(str.strip, texts)):
        kept = [bool(text.strip() or mark) for text, mark in zip(texts, marks.plain, strict=True)]
        if not any(kept):
            return None
        part = np.flatnonzero(kept)
    verdicts = _column(tables, record.verdict, judge)
    columns = {key: _column(tables, key, judge) for key in record.values}
    latest = {key: _column(tables, key, judge) for key in record.latest}
    reasons, why = _codes(judge.result.reasons, f"{judge.rule}.")
    missing, lacks = _codes(judge.result.missing, "")
    place = locate(block.key, rows)
    digests = joined(
        [
            names.marks, marks.marks, verdicts.marks, why, lacks, text_marks(place.cells),
            *(column.marks for column in (*columns.values(), *latest.values())),
        ]
    )  # fmt: skip
    texts = _chosen(texts, part)
    identities, doubles = _identities(texts, _chosen(marks.plain, part))
    digests = digests if part is None else digests[part]
    if doubles:  # the second one of a name is another entity, though nothing else tells it
        digests = joined([digests.view(np.uint64), text_marks(identities)])
    return EntityTable(
        kind=str(record.kind),
        block=block.key,
        sheet=place.sheet,
        rows=_whole(_chosen(rows, part)),
        cells=column_of(_chosen(list(place.cells), part)),
        identities=column_of(identities),
        names=column_of(texts),
        verdicts=_chosen(_verdicts(verdicts.plain), part),
        columns={key: _chosen(column.plain, part) for key, column in columns.items()},
        latest={key: _chosen(column.plain, part) for key, column in latest.items()},
        reasons=_chosen(reasons, part),
        missing=_chosen(missing, part),
        rule=judge.call.run,
        version=judge.result.version,
        digests=_whole(digests),
    ).digested()


def _identity_field(block: DataBlock) -> str:
    if isinstance(block, TableBlock):
        return block.identity_key
    identity = getattr(block, "identity", None)
    return identity or block.fields[0].key


def _chosen(values: Sequence[Any], part: npt.NDArray[np.intp] | None) -> Any:
    if part is None:
        return values
    if isinstance(values, KeptColumn):
        return values.chosen(part)
    return [values[at] for at in part.tolist()]


def _whole(values: Any) -> Sequence[int]:
    """Whole numbers, many of them as bytes."""
    held = np.asarray(values, dtype=np.int64)
    return KeptColumn.whole(held) if len(held) >= FEW else held.tolist()


def _column(tables: Sequence[Table], key: str, judge: Evaluation) -> PlainColumn:
    """A column of the first table that has it; all missing when none has."""
    index = judge.inputs.index
    for table in tables:
        if key in table:
            is_own = table.index is index or table.index.equals(index)
            return plain_column(table.array(key) if is_own else table[key].reindex(index).array)
    return missing_column(len(index))


def _codes(codes: Codes, prefix: str) -> tuple[Sequence[list[str]], Marks]:
    """The codes of each row, those of the same codes one list, and their marks."""
    masks, place = np.unique(codes.bits, return_inverse=True)
    names = [
        [f"{prefix}{name}" for at, name in enumerate(codes.names) if int(mask) >> at & 1] for mask in masks
    ]
    marks = text_marks([" ".join(each) for each in names])[place]
    if len(place) >= FEW and len(names) < MOST_KEYS:
        return KeptColumn.choices(place, names), marks
    return [names[at] for at in place.tolist()], marks


def _verdicts(values: Sequence[Plain]) -> Sequence[Plain]:
    """Verdicts by their keys; a truth by its key in the list ``yes_no``."""
    if isinstance(values, KeptColumn) and values.kind == "choice":
        return KeptColumn(values.kind, values.rows, values.body, list(_verdicts(values.keys)))
    keys: dict[Plain, Plain] = {None: None, True: "yes", False: "no"}
    return [value if value.__class__ is str else keys.get(value, str(value)) for value in values]


def _identities(names: Sequence[str], marks: Sequence[Plain]) -> tuple[list[str], bool]:
    """What each entity is known by, and whether some are there twice; these are counted, from above."""
    found = [
        mark.strip() if isinstance(mark, str) and mark.strip() else BY_NAME + identity_key(name)
        for name, mark in zip(names, marks, strict=True)
    ]
    if len(set(found)) == len(found):
        return found, False
    seen: Counter[str] = Counter()
    for place, identity in enumerate(found):
        seen[identity] += 1
        if seen[identity] > 1:
            found[place] = f"{identity}#{seen[identity]}"
    return found, True


def _alerts(cases: Sequence[AlertCase], tables: Sequence[EntityTable], locate: Locate) -> list[AlertRecord]:
    told = {case.block for case in cases}
    known = {
        table.block: dict(zip(table.rows, table.identities, strict=True))
        for table in tables
        if table.block in told
    }
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
                text=case.said,
                action=case.todo,
                stake=round(case.stake, DECIMALS),
                severity=str(case.alert.severity),
                due=None if case.due is None else case.due.isoformat(),
            )
        )
    return found
