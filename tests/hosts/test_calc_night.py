"""What the functions answer on the example workbook and what its night wrote: the same, or told why not."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import in_calc
import pytest
from host_table import record
from night_pairs import PAIRS, SERIES, TODAY, TOLD, Asked, Night, Pair, Span, alike

from strategy_xl.build.book import build
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import functions
from strategy_xl.hosts.calc.extension import build_oxt
from strategy_xl.hosts.calc.interface import SERVICE, method_name
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import recompute_workbook

pytestmark = pytest.mark.xdist_group("night in Calc")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The French example after its night."""
    path = tmp_path_factory.mktemp("nuit d’été") / "Mes ventes.xlsx"
    build(load_default(), path, lang="fr", example=True, today=TODAY)
    assert recompute_workbook(path, load_default(), TODAY).failure is None
    return path


@pytest.fixture(scope="module")
def night(plan: Path) -> Night:
    """The same, read."""
    return Night(plan)


def result_column(pair: Pair, result: str) -> int:
    """Which column of a function's answer holds a result."""
    return functions()[pair.function].results.index(result)


def unlike(found: list[Any], wanted: list[Any], result: str) -> Iterator[tuple[int, Any, Any]]:
    """Where a column of an answer is not what stands in the workbook; below it, nothing may stand there."""
    for row, shown in enumerate(wanted):
        cell = found[row] if row < len(found) else ""
        if result in TOLD and shown in ("", None) and isinstance(cell, str):
            continue
        if not alike(cell, shown):
            yield row, cell, shown


def judged(asked: Asked, answer: Sequence[Sequence[Any]], shown: Any) -> tuple[int, dict[str, list[Any]]]:
    """How many cells were compared, and the differences by result; ``shown`` tells what a place holds."""
    found, count = {}, 0
    for result, places in asked.places.items():
        column = [row[result_column(asked.pair, result)] for row in answer]
        wanted = [shown(place) for place in places]
        count += sum(cell not in ("", None) for cell in wanted)
        found[result] = list(unlike(column, wanted, result))
    return count, found


def told(differences: dict[str, list[Any]]) -> dict[str, int]:
    """How many rows differ, by result."""
    return {result: len(rows) for result, rows in differences.items() if rows}


def explained(pair: Pair) -> dict[str, int]:
    """How many rows may differ, by result."""
    return {result: rows for result, (rows, _why) in pair.differs.items()}


def test_every_function_has_its_pair() -> None:
    """None of those of the example's sheets is forgotten, and none is there twice."""
    paired = [pair.function for pair in PAIRS]
    assert len(paired) == len(set(paired)) == FUNCTIONS
    assert set(paired) <= set(functions())


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.function)
def test_the_function_says_what_the_night_wrote(pair: Pair, night: Night) -> None:
    """In every row, but for differences that are explained, and those are still there."""
    settings = night.settings()
    for asked in night.asked(pair):
        args = [night.cells(span) if span else None for span in asked.spans]
        answer = call(pair.function, args, settings=settings, lang="fr", today=TODAY)
        count, differences = judged(asked, answer, lambda place: night.cell(*place))
        assert count
        assert told(differences) == explained(pair), differences


# -- in LibreOffice ----------------------------------------------------------------------------------------

FUNCTIONS = 30
"""A further one has a pair when the night writes what it answers."""
CELLS = 600
"""At least so many cells with something in them are compared."""
ANSWERS = "Réponses"
_WIDE = 8
"""Columns kept for a function's answer."""


def reference(span: Span) -> str:
    """Cells as Calc's own grammar says them."""
    sheet = span.sheet.replace("'", "''")
    return f"$'{sheet}'.{cell_name(span.top, span.left)}:{cell_name(span.bottom, span.right)}"


def beside(night: Night) -> Iterator[tuple[Asked, str, str]]:
    """Every call, where its answer goes and its formula."""
    for number, asked in enumerate(asked for pair in PAIRS for asked in night.asked(pair)):
        rows = max(map(len, asked.places.values()))
        wide = len(functions()[asked.pair.function].results)
        assert wide <= _WIDE
        left = 1 + number * _WIDE
        place = f"{ANSWERS}!{cell_name(1, left)}:{cell_name(rows, left + wide - 1)}"
        given = ";".join(reference(span) if span else "" for span in asked.spans)
        yield asked, place, f"={SERVICE}.{method_name(functions()[asked.pair.function])}({given})"


def reach(places: Sequence[tuple[str, int, int]]) -> str:
    """The cells of a result, which stand below each other, as the driver wants them."""
    (sheet, *first), (_sheet, *last) = places[0], places[-1]
    assert len(places) == last[0] - first[0] + 1
    return f"{sheet}!{cell_name(*first)}:{cell_name(*last)}"


@pytest.mark.libreoffice
def test_libreoffice_shows_what_the_night_wrote(
    plan: Path, night: Night, soffice: str, tmp_path: Path
) -> None:
    """Each function beside the results, in LibreOffice: the cells of both are read there and compared."""
    python = in_calc.uno_python()
    if python is None:
        pytest.skip("no Python with UNO")
    calls = list(beside(night))
    day = night.data.blocks["params"]
    today = f"{day.sheet_of('reference_date')}!{day.a1('reference_date', 1)}"
    columns = {tuple(places): reach(places) for asked, _, _ in calls for places in asked.places.values()}
    extension = build_oxt(tmp_path / "strategy_xl.oxt", python=sys.executable)
    with in_calc.Calc(python, soffice, tmp_path / "profil d’été", extension) as calc:
        found = calc.step({
            "open": plan.as_uri(),
            "add": [SERIES, ANSWERS],
            "values": {f"{SERIES}!{cell_name(1, 1)}": night.amounts},
            "timed": {f"{today}": f"=DATE({TODAY:%Y;%m;%d})", **{place: text for _, place, text in calls}},
            "calculate": False,
            "show": [*(place for _, place, _ in calls), *columns.values()],
        })  # fmt: skip
    shown = {
        place: row[0] for at, area in columns.items() for place, row in zip(at, found[area], strict=True)
    }
    compared, wrong = Counter[str](), {}
    for asked, place, _formula in calls:
        answer = found[place]
        while len(answer) > 1 and all(cell in ("", None) for cell in answer[-1]):
            answer.pop()  # beyond the answer LibreOffice shows #N/A
        count, differences = judged(asked, answer, shown.__getitem__)
        compared[asked.pair.function] += count
        if told(differences) != explained(asked.pair):
            wrong[asked.pair.function] = differences
    assert wrong == {}
    assert compared.total() > CELLS
    record("calc", in_calc.program(soffice), compared)
