"""Changes explained: what is told of a change, done alone to the first night, gives the new verdict."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from fewer import few_of
from made_nights import BLOCKS, FIRST_ROW, SPEC, Book, client_arguments, edited, made, stored

from strategy_xl.answers.basis import explained_rules, plain_values
from strategy_xl.answers.changes import Change, Why, explain
from strategy_xl.formulas.cell_refs import parse_cell
from strategy_xl.rules import client_matrix, funnel, icp, kpi, persona, smart, stakeholders
from strategy_xl.rules.params import build_params
from strategy_xl.rules.table import Table


def _clients(book: Book) -> Table:
    return client_matrix.classify(*client_arguments(book)).table


def _kpis(book: Book) -> Table:
    tables = book.tables()
    return kpi.status(
        tables["kpis"], tables["readings"], book.day, build_params(kpi.KpiParams, book.settings)
    ).table


def _roles(book: Book) -> Table:
    return stakeholders.roles(book.tables()["contacts"], book.day).table


def _accounts(book: Book) -> Table:
    tables = book.tables()
    return stakeholders.coverage(tables["accounts"], tables["contacts"], book.day).table


def _personas(book: Book) -> Table:
    params = build_params(persona.PersonaParams, book.settings)
    return persona.assess(book.tables()["personas"], params).table


def _prospects(book: Book) -> Table:
    tables = book.tables()
    judged = tables["clients"].extended(dict(_clients(book).on(tables["clients"].index)))
    return icp.grade(tables["prospects"], judged, tables["profiles"], tables["red_flags"]).table


def _stages(book: Book) -> Table:
    return funnel.assess(book.tables()["funnel_stages"]).table


def _objectives(book: Book) -> Table:
    tables = book.tables()
    team = book.rows["team"]
    hours = {
        name: value
        for name, value in zip(team["name"], team["hours_week"], strict=True)
        if name is not None and value is not None
    }
    kpis = {"kpi_history": tables["readings"], "kpis": tables["kpis"]}
    return smart.assess(tables["objectives"], book.day, capacity=hours, **kpis).table


CASES: dict[str, tuple[Callable[[Book], Table], dict[str, int], float, int]] = {
    "clients": (_clients, {"clients": 300, "red_flags": 6}, 0.75, 6),
    "kpis": (_kpis, {"kpis": 30, "readings": 220}, 0.5, 5),
    "contacts": (_roles, {"contacts": 200, "links": 20}, 0.75, 2),
    "accounts": (_accounts, {"accounts": 20, "contacts": 90}, 0.4, 6),
    "personas": (_personas, {"personas": 30}, 0.9, 3),
    "prospects": (_prospects, {"prospects": 30, "clients": 60, "profiles": 3, "red_flags": 6}, 0.2, 4),
    "funnel_stages": (_stages, {"funnel_stages": 5}, 0.8, 25),
    "objectives": (_objectives, {"objectives": 6, "kpis": 3, "readings": 12, "team": 3}, 0.4, 4),
}
"""Block → the rule itself, rows, how often a row is typed in, and how many pairs of nights."""


def _alone(before: Book, after: Book, change: Change) -> Book:
    """The first night with nothing but what the change names, done by hand."""
    book = before.copy()
    gone: dict[str, list[int]] = {}
    for cause in change.causes:
        row, column = parse_cell(cause.cell) or (0, 0)
        if cause.kind == "day":
            book.day = after.day
        elif cause.kind == "setting":
            book.settings[cause.key] = cause.new
        elif cause.kind == "added":
            for key, cells in book.rows[cause.block].items():
                cells.append(after.rows[cause.block][key][row - FIRST_ROW])
        elif cause.kind == "gone":
            gone.setdefault(cause.block, []).append(row - FIRST_ROW)
        else:
            is_table = BLOCKS[cause.block].kind == "table"
            at = row - FIRST_ROW if is_table else column - 1 - _column(cause.block, cause.key)
            assert book.rows[cause.block][cause.key][at] == cause.old
            book.rows[cause.block][cause.key][at] = cause.new
    for block, rows in gone.items():
        for cells in book.rows[block].values():
            for at in sorted(rows, reverse=True):
                del cells[at]
    return book


def _column(block: str, key: str) -> int:
    return next(at for at, field in enumerate(BLOCKS[block].fields) if field.key == key)


def _at(change: Change) -> int:
    """Position of the row whose verdict changed."""
    row, column = parse_cell(change.cell) or (0, 0)
    block = BLOCKS[change.block]
    if block.kind == "table":
        return row - FIRST_ROW
    named = getattr(block, "identity", None) or block.fields[0].key
    return column - 1 - _column(change.block, named)


def _verdict(table: Table, change: Change) -> Any:
    return plain_values(table.array(change.verdict))[_at(change)]


@pytest.mark.parametrize("block", few_of(2, CASES))
def test_each_change_alone_gives_the_new_verdict(block: str) -> None:
    """Over thousands of random edits: the first night with what is told alone has the new verdict."""
    rule, sizes, share, nights = CASES[block]
    told = 0
    for seed in range(nights):
        chance = random.Random(f"{block} {seed}")  # noqa: S311 - the same edits each time
        before = stored(made(chance, sizes))
        after = edited(before, chance, share)
        old, new = rule(before), rule(after)
        changes = [change for change in explain(SPEC, before.basis(), after.basis()) if change.block == block]
        for change in changes:
            assert (_verdict(old, change), _verdict(new, change)) == (change.old, change.new)
            assert change.why is not Why.UNKNOWN, change
            assert _verdict(rule(_alone(before, after, change)), change) == change.new, change
        verdicts = {change.verdict for change in changes}
        for verdict in verdicts:
            both = (plain_values(table.array(verdict)) for table in (old, new))
            pairs = zip(*both, strict=False)  # a row may have come or gone at the end
            differ = {at for at, (was, now) in enumerate(pairs) if was != now}
            assert {_at(change) for change in changes if change.verdict == verdict} == differ
        told += len(changes)
    assert told >= nights // 2


@pytest.mark.parametrize("block", CASES)
def test_what_is_not_remembered_decides_nothing(block: str) -> None:
    """The cells that the history does not remember are no reason for any verdict that it explains."""
    rule, sizes, _share, _nights = CASES[block]
    before = stored(made(random.Random(f"{block} read"), sizes))  # noqa: S311 - the same rows each time
    bare = before.copy()
    for key, rows in bare.rows.items():
        for field in BLOCKS[key].fields:
            if field.key in rows and not field.remembered:
                rows[field.key] = [None] * len(rows[field.key])
    assert bare.rows != before.rows or block == "objectives"
    verdicts = next(item.spec.verdicts for item in explained_rules(SPEC) if item.call.into == block)
    for verdict in verdicts:
        assert plain_values(rule(bare).array(verdict)) == plain_values(rule(before).array(verdict))
