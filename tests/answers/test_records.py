"""What the history takes in of a workbook: every entity of the example, by what the rules said of it."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from strategy_xl.answers.cases import alert_cases
from strategy_xl.answers.judging import Evaluation, evaluate
from strategy_xl.answers.plain_columns import plain_column
from strategy_xl.answers.records import ENTITY_ID, Places, book_record
from strategy_xl.book.data import WorkbookData
from strategy_xl.book.frames import rule_frames
from strategy_xl.book.read import read_workbook
from strategy_xl.build import book
from strategy_xl.history.book_record import BookRecord, EntityTable
from strategy_xl.rules.table import Table
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import EntityKind, FormBlock, TableBlock
from strategy_xl.work.row_places import places_in

DAY = date(2026, 11, 30)
SPEC = load_default()
MARKS = [4114443186270054302, 7984136654223058057, 16657480027015623784, 5087927234000983963]
"""Of ``Ada``, of nothing, of 1.5, of no number."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> WorkbookData:
    """The example workbook, read."""
    path = tmp_path_factory.mktemp("records") / "plan.xlsx"
    book.build(SPEC, path, lang="en", today=DAY, example=True)
    return read_workbook(path, SPEC)


@pytest.fixture(scope="module")
def frames(data: WorkbookData) -> dict[str, Table]:
    """Its rows as rules take them."""
    return rule_frames(data)


def recorded(
    data: WorkbookData, frames: dict[str, Table], day: date = DAY, *, marks: bool = True
) -> BookRecord:
    """The record of rows as if they stood in the workbook; without ``marks`` as if nobody gave it any."""
    evaluations = evaluate(SPEC, frames, day)
    if not marks:
        evaluations = [each for each in evaluations if ENTITY_ID not in each.result.table]
    return book_record(
        SPEC,
        evaluations,
        alert_cases(SPEC, data.look, evaluations),
        places_in(data),
        counts={"clients": 40},
        completeness={"kpi": 1 / 3},
        day=day,
        lang="en",
        schema_version=4,
        empty=[key for key, frame in frames.items() if not len(frame)],
    )


def tables(record: BookRecord) -> dict[str, EntityTable]:
    """The tables of a record by kind."""
    return {table.kind: table for table in record.tables}


def test_every_kind_is_declared_once_and_recorded(data: WorkbookData, frames: dict[str, Table]) -> None:
    """Of the example each kind has its entities, each with what the templates say is kept of it."""
    declared = {
        str(block.record.kind): block
        for _, block in SPEC.data_blocks().values()
        if isinstance(block, TableBlock | FormBlock) and block.record is not None
    }
    assert set(declared) == {str(kind) for kind in EntityKind}
    found = tables(recorded(data, frames))
    assert set(found) == set(declared)
    for kind, table in found.items():
        record = declared[kind].record
        assert record is not None
        assert len(table) == len(frames[table.block]) > 0
        assert {table.block} == {declared[kind].key}
        assert (*table.columns, *table.latest) == (*record.values, *record.latest)  # noqa: PD011 - no pandas
        given = {**table.columns, **table.latest}
        assert [key for key, values in given.items() if all(value is None for value in values)] == []
        lengths = {
            len(each)
            for each in (
                table.rows, table.cells, table.identities, table.names, table.verdicts, table.reasons,
                table.missing, table.digests, *given.values(),
            )
        }  # fmt: skip
        assert lengths == {len(table)}
        assert len(set(table.identities)) == len(table)


def test_what_is_recorded_is_what_the_rule_said(data: WorkbookData, frames: dict[str, Table]) -> None:
    """Class, scores, reasons and cell of the first client, as its rule and its sheet have them."""
    found = tables(recorded(data, frames))["client"]
    judge = next(each for each in evaluate(SPEC, frames, DAY) if each.call.run == found.rule)
    row = found.rows[0]
    assert found.verdicts[0] == judge.result.table.first("class_final")
    assert found.columns["x"][0] == round(judge.result.table.first("x"), 6)
    assert found.columns["revenue"][0] == judge.inputs.first("revenue")
    assert found.reasons[0] == [f"client_matrix.{code}" for code in judge.result.reasons.at(0)]
    assert found.version == judge.result.version
    assert found.cells[0] == data.blocks["clients"].a1("name", row)
    assert found.sheet == data.blocks["clients"].sheet
    personas = tables(recorded(data, frames))["persona"]
    assert personas.cells == [data.blocks["personas"].a1("first_name", at) for at in personas.rows]


def test_another_day_changes_only_what_depends_on_it(data: WorkbookData, frames: dict[str, Table]) -> None:
    """A day later the KPIs' pace is another one, their states are the same: nights do not copy everything."""
    one, two = recorded(data, frames), recorded(data, frames, date(2026, 12, 1))
    before, after = tables(one), tables(two)
    assert {kind for kind in before if before[kind].digest == after[kind].digest} >= {
        "client", "objective", "prospect", "persona", "stage",
    }  # fmt: skip
    assert before["kpi"].columns == after["kpi"].columns
    assert before["kpi"].verdicts == after["kpi"].verdicts
    assert before["kpi"].latest != after["kpi"].latest


def test_one_cell_changes_one_digest(data: WorkbookData, frames: dict[str, Table]) -> None:
    """What tells an entity from its last night differs for the client that was touched, and for no other."""
    revenue = frames["clients"]["revenue"].copy()
    revenue.iloc[3] += 1
    touched = {**frames, "clients": frames["clients"].extended({"revenue": revenue})}
    one, two = (tables(recorded(data, each))["client"] for each in (frames, touched))
    assert one.digest != two.digest
    pairs = zip(one.digests, two.digests, strict=True)
    assert [at for at, (before, after) in enumerate(pairs) if before != after] == [3]


def test_marks_outrank_names_and_doubles_are_counted(data: WorkbookData, frames: dict[str, Table]) -> None:
    """A mark in the workbook is the identity; without one the name is, the second of two with its number."""
    clients = frames["clients"]
    names, marks = list(clients.values("name")), [None] * len(clients)
    names[1], names[2] = names[0].upper(), names[0]
    marked = np.array([*marks[:4], "k4", *marks[5:]], dtype=object)
    given = {"name": pd.array(names, dtype="str"), ENTITY_ID: marked}
    found = tables(recorded(data, {**frames, "clients": clients.extended(given)}, marks=False))["client"]
    key = f"n:{names[0].casefold()}"
    assert [*found.identities[:3], found.identities[4]] == [key, f"{key}#2", f"{key}#3", "k4"]
    assert found.names[1] == names[0].upper()


def test_rows_without_a_name_are_no_entities(data: WorkbookData, frames: dict[str, Table]) -> None:
    """A nameless contact counts in the rules but cannot be followed; one with a mark can."""
    contacts = frames["contacts"]
    names = list(contacts.values("name"))
    names[0], names[1] = None, "  "
    marks = np.array(["k0", *[None] * (len(names) - 1)], dtype=object)
    given = {"name": pd.array(names, dtype="str"), ENTITY_ID: marks}
    found = tables(recorded(data, {**frames, "contacts": contacts.extended(given)}, marks=False))["contact"]
    assert found.identities[0] == "k0"
    assert len(found) == len(names) - 1
    assert found.rows[1] == contacts.index[2]
    assert len(found.columns["account"]) == len(found.reasons) == len(found.digests) == len(found)


def test_an_empty_block_has_an_empty_table_and_a_missing_one_none(
    data: WorkbookData, frames: dict[str, Table]
) -> None:
    """All clients deleted is news; a sheet that is not there, or whose rule cannot run, is none."""
    clients = frames["clients"]
    emptied = recorded(data, {**frames, "clients": clients.take(np.zeros(len(clients), bool))})
    assert len(tables(emptied)["client"]) == 0
    without = recorded(data, {key: frame for key, frame in frames.items() if key != "clients"})
    assert "client" not in tables(without)


def test_alerts_lead_to_their_cell_and_entity(data: WorkbookData, frames: dict[str, Table]) -> None:
    """Each has sentence, place and stake, the greatest stake first; of an entity it has the identity."""
    record = recorded(data, frames)
    assert record.alerts
    stakes = [alert.stake for alert in record.alerts]
    assert stakes == sorted(stakes, reverse=True)
    clients = [alert for alert in record.alerts if alert.block == "clients"]
    known = dict(zip(tables(record)["client"].rows, tables(record)["client"].identities, strict=True))
    assert [alert.entity for alert in clients] == [known[alert.row] for alert in clients]
    assert all(alert.text and alert.cell and alert.sheet for alert in record.alerts)


def test_a_record_crosses_processes_and_json(data: WorkbookData, frames: dict[str, Table]) -> None:
    """It is the same after pickling, and after JSON as the journal keeps it; it knows no NaN."""
    record = recorded(data, frames)
    assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301 - our own bytes
    again = BookRecord.of_data(json.loads(json.dumps(record.data(), allow_nan=False)))
    assert again == replace(record, counts={"clients": 40.0, "client.threshold": 50.0})


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (np.array([1.23456789, np.nan, np.inf, -0.0]), [1.234568, None, None, 0.0]),
        (np.array([3, 4]), [3.0, 4.0]),
        (pd.array([True, None], dtype="boolean"), [True, None]),
        (pd.array([3, None], dtype="Int64"), [3.0, None]),
        (pd.array(["é", None], dtype="str"), ["é", None]),
        (pd.Categorical(["a", None, "b"], categories=["b", "a"]), ["a", None, "b"]),
        (np.array(["2027-03-01", "NaT"], dtype="datetime64[us]"), ["2027-03-01", None]),
        (np.array(["x", 2, True, None, object], dtype=object), ["x", 2.0, True, None, None]),
    ],
)
def test_values_are_plain(held: Any, wanted: list[object]) -> None:
    """Every type of column gives texts, numbers, truths and None; equal values have equal marks."""
    found = plain_column(held)
    assert found.plain == wanted
    assert [type(value) for value in found.plain] == [type(value) for value in wanted]
    kinds = {}
    for value, mark in zip(found.plain, found.marks.tolist(), strict=True):
        assert kinds.setdefault(mark, value) == value


def test_marks_are_the_same_in_every_process() -> None:
    """They are kept in the database: these are what they were when the first ones were written."""
    assert plain_column(np.array(["Ada", None], dtype=object)).marks.tolist() == MARKS[:2]
    assert plain_column(np.array([1.5, np.nan])).marks.tolist() == MARKS[2:]


def test_places_are_those_of_the_sheet(data: WorkbookData) -> None:
    """Rows of a table stand in its column of names, instances of a form side by side."""
    locate = places_in(data)
    assert locate("clients", [40, 41]) == Places(data.blocks["clients"].sheet, ["B40", "B41"])
    assert len(set(locate("personas", [1, 2]).cells)) == 2


def test_a_rule_that_was_not_run_gives_no_table(data: WorkbookData, frames: dict[str, Table]) -> None:
    """Without the answer that a kind is recorded for there is nothing to record."""
    kept: list[Evaluation] = [
        each for each in evaluate(SPEC, frames, DAY) if each.call.run != "client_matrix.classify"
    ]
    record = book_record(
        SPEC, kept, [], places_in(data),
        counts={}, completeness={}, day=DAY, lang="en", schema_version=4,
    )  # fmt: skip
    assert "client" not in tables(record)
