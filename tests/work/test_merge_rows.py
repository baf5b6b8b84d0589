"""Rows of three versions put together: 1,000 generated pairs, and laws that hold for any."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from merge_cases import Case, applied, held, make_case, plain_rows

from strategy_xl.answers.basis import Held
from strategy_xl.schema.loader import load_default
from strategy_xl.work.merge_rows import BlockMerge, Side, merge_rows

BLOCKS = {key: block for key, (_, block) in load_default().data_blocks().items()}
CLIENTS = BLOCKS["clients"]
CASES = st.builds(make_case, st.integers(0, 10**9), with_ids=st.booleans())


def versions(case: Case) -> tuple[Held, Held, Held]:
    """The base and both versions."""
    return held(case.base), held(case.version(case.a)), held(case.version(case.b))


def merged(case: Case, prefer: Side | None = None) -> tuple[Held, BlockMerge]:
    """A, and what is to become of it."""
    base, a, b = versions(case)
    return a, merge_rows(CLIENTS, base, a, b, prefer)


def listed(rows: list[dict[str, Any]], key: str = "readings", **more: Any) -> Held:
    """Rows of any block."""
    columns = {name: [row.get(name) for row in rows] for name in rows[0]}
    return Held(list(range(1, len(rows) + 1)), {**columns, **more}, {}, {}, is_table=bool(key))


@pytest.mark.parametrize("with_ids", [True, False])
def test_nothing_is_lost_in_a_thousand_pairs(with_ids: bool) -> None:
    """Rows, cells, conflicts and twins of 1,000 pairs of edited copies are those that the edits foresee."""
    for seed in range(500):
        case = make_case(seed, with_ids=with_ids)
        a, merge = merged(case)
        assert plain_rows(applied(a, merge)) == plain_rows(case.rows), seed
        told = {(a.columns["name"][one.at], one.key) for one in merge.conflicts}
        assert len(merge.conflicts) == len(case.cells) == len(told), seed
        assert len(merge.rows) == len(case.contested), seed
        assert set(merge.twins) == case.twins, seed


@given(CASES)
@settings(max_examples=60)
def test_conflicts_hold_both_values(case: Case) -> None:
    """Each conflict names what stands in the base, in A and in B, three different things."""
    base, a, b = versions(case)
    for one in merge_rows(CLIENTS, base, a, b).conflicts:
        assert a.columns[one.key][one.at] == one.a
        assert one.b in b.columns[one.key]
        assert one.base is None or one.base in base.columns[one.key]
        assert one.a != one.b
        assert one.base not in {one.a, one.b}


@given(CASES)
@settings(max_examples=60)
def test_either_side_may_come_first(case: Case) -> None:
    """B with A's changes has the conflicts of A with B's, and the same rows but for these."""
    a, merge = merged(case)
    other = Case(case.base, case.b, case.a)
    b, back = merged(other)
    assert len(merge.conflicts) == len(back.conflicts)
    assert {(one.key, repr(one.a), repr(one.b)) for one in merge.conflicts} == {
        (one.key, repr(one.b), repr(one.a)) for one in back.conflicts
    }
    settled = merged(other, Side.B)
    assert plain_rows(applied(*settled)) == plain_rows(applied(*merged(case, Side.A)))
    assert len(applied(a, merge)) == len(applied(b, back))


@given(CASES)
@settings(max_examples=60)
def test_a_version_that_changed_nothing_adds_nothing(case: Case) -> None:
    """The base as B leaves A as it is; the base as A gives B; twice the same version is that version."""
    base, a, b = versions(case)
    for merge in (merge_rows(CLIENTS, base, a, base), merge_rows(CLIENTS, base, a, a)):
        assert not any((merge.cells, merge.new, merge.cleared, merge.conflicts, merge.rows))
    merge = merge_rows(CLIENTS, base, base, b)
    assert plain_rows(applied(base, merge)) == plain_rows(case.version(case.b))
    assert not any((merge.conflicts, merge.rows))


@given(CASES)
@settings(max_examples=60)
def test_a_preference_settles_all(case: Case) -> None:
    """With a preference for B, whatever B changed is as B has it."""
    a, merge = merged(case, Side.B)
    rows = {tuple(map(repr, row.values())) for row in applied(a, merge)}
    assert all(one.kept is Side.B for one in merge.conflicts)
    assert not any(row.stays for row in merge.rows if row.deleted is Side.B)
    for one in merge.conflicts:
        assert any(repr(one.b) in row for row in rows)


def test_readings_are_known_by_kpi_and_day() -> None:
    """Readings of one KPI, sorted by one and corrected by the other, are each the same reading."""
    days = [f"2026-0{month}-01" for month in range(1, 6)]
    base = [{"kpi": "CA", "date": day, "value": float(at)} for at, day in enumerate(days)]
    a = [*reversed(base), {"kpi": "CA", "date": "2026-06-01", "value": 9.0}]
    b = [dict(row, value=row["value"] + 100.0) if row["date"] == days[1] else row for row in base]
    merge = merge_rows(BLOCKS["readings"], listed(base), listed(a), listed(b))
    assert merge.cells == {3: {"value": 101.0}}
    assert not any((merge.new, merge.cleared, merge.conflicts))


def test_two_rows_of_one_name_are_told() -> None:
    """One renamed a client to what the other added: both stay, and that is told."""
    base = [{"name": "Dinan", "revenue": 1.0, "hours": 2.0}, {"name": "Belloc", "revenue": 3.0, "hours": 4.0}]
    a = [{**base[0], "name": "Dinan SA"}, base[1]]
    b = [*base, {"name": "Dinan SA", "revenue": 7.0, "hours": 8.0}]
    merge = merge_rows(CLIENTS, held(base), held(a), held(b))
    assert merge.doubled == ("Dinan SA",)
    assert len(merge.new) == 1


def test_columns_that_a_lacks_are_counted() -> None:
    """A column that only B has goes nowhere, and how many cells wait is known."""
    base = [{"name": "Dinan", "revenue": 1.0}]
    b = listed(base, **{"own:Région": ["Bretagne"]})
    merge = merge_rows(CLIENTS, listed(base), listed(base), b)
    assert merge.missing == {"own:Région": 1}
    assert not merge.cells
