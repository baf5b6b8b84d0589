"""Speed of the cell functions: a 10,000-row range in one call against the bare rule, and one cell alone.

The bare rule gets a ready frame of typed columns; the call gets the nested lists that hosts hand over, reads
every cell, runs the same rule and gives nested lists back. Goal: at most 1.3 times the rule. Where the rule
takes less than a microsecond a row, that is out of reach: the column ``least`` says what the ratio would be
if the call did no more than take every cell out of its row, look at its type, make it a number or find it
among the others, and put the answers into rows. (A call can be under it: the rule need not look for choices
that were found once.) Such cases are shown as over the goal and held by a ceiling of their own.

A third table has every function: an example as people call it, which may take 200 ms at most, and ranges in
all of its arguments against what the function itself does with a ready frame (rule, labels and sentences).
Prints the tables; exits 1 above a ceiling. Seconds are those of the processor, so that other programs do not
count. Run ``python benchmarks/functions.py``; with names (``KPI SWOT``) only the third table, of those.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from function_cells import FEWER, ranges_of
from pandas.api.types import infer_dtype

from strategy_xl.functions import registry
from strategy_xl.functions.calling import call
from strategy_xl.functions.given import Given
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction, functions
from strategy_xl.rules import client_matrix, client_whatif, combien, persona, revenue, smart, stakeholders
from strategy_xl.rules.kpi import KpiParams, status

ROWS = 10_000
RUNS = 7
SECONDS = 2.0
"""Each comparison runs at least that often and that long."""

GOAL = 1.3
CALL_GOAL = 0.2
"""Seconds of one call on ordinary input, after which people notice that the sheet waits."""

OVER = {
    "STRAT_CLIENT_CLASS": 2.6,
    "STRAT_KPI_STATUS": 2.0,
    "STRAT_STAKEHOLDER_ROLE": 5.5,
    "STRAT_STAKEHOLDER_WHY": 2.2,
    "STRAT_STAKEHOLDER_COVERAGE": 2.2,
    "STRAT_STAKEHOLDER_ALERTS": 2.0,
    "STRAT_SWOT_SCORE": 1.6,
    "STRAT_POSITION_GAP": 2.6,
    "STRAT_POSITION_CROWDING": 3.6,
    "STRAT_REVENUE_ABC": 1.9,
    "STRAT_REVENUE_HHI": 2.1,
    "STRAT_FUNNEL_LEVER": 2.0,
}
"""Ceilings of functions whose rule takes a microsecond a row or less: to read a cell takes a third of that.
A funnel has five rows, and every call costs a millisecond."""

NOISE = 1.15
"""What the goal may be passed by before a function without a ceiling of its own is told to miss it."""

CELL_GOAL = 50e-6
"""Seconds for one given cell of a single call: guard, coercion, frame and answer, without the rule."""

DRAW = np.random.default_rng(0)


def gaps(values: np.ndarray) -> np.ndarray:
    """The values with one in ten missing."""
    values = values.astype(np.float64)
    values[DRAW.random(len(values)) < 0.1] = np.nan
    return values


def column(values: pd.Series) -> list[list[object]]:
    """A column as a host hands it over."""
    return [
        [None if missing else value] for value, missing in zip(values.tolist(), values.isna(), strict=True)
    ]


def best(work: Callable[[], object], runs: int) -> float:
    """Shortest time of some runs, in seconds."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def touch(args: Sequence[object], answer: Sequence[Sequence[object]]) -> None:
    """The least that can be done with the cells of a call in Python: see every one, build every row."""
    for arg in args:
        if not isinstance(arg, list):
            continue
        cells = np.fromiter([cell for (cell,) in arg], object, len(arg))
        if infer_dtype(cells, skipna=True) == "floating":
            cells.astype(np.float64)
        else:
            pd.factorize(cells)
    [list(row) for row in answer]


def in_turn(*works: Callable[[], object]) -> list[float]:
    """Shortest time of each, in seconds; they take turns, so that a busy moment of the machine hits all."""
    shortest = [float("inf")] * len(works)
    runs, until = 0, time.perf_counter() + SECONDS
    while runs < RUNS or time.perf_counter() < until:
        shortest = [min(known, best(work, 1)) for known, work in zip(shortest, works, strict=True)]
        runs += 1
    return shortest


@dataclasses.dataclass(frozen=True)
class Case:
    """One comparison: the function on its ranges, the rule on its frame, the most it may take."""

    name: str
    what: str
    args: Sequence[object]
    rule: Callable[[], object]
    ceiling: float = GOAL


def facts() -> pd.DataFrame:
    """Invented clients with gaps."""
    return pd.DataFrame(
        {
            "revenue": gaps(DRAW.lognormal(9, 1, ROWS)),
            "margin_rate": gaps(DRAW.uniform(0.1, 0.6, ROWS)),
            "hours": gaps(DRAW.gamma(2, 20, ROWS)),
            "satisfaction": gaps(DRAW.integers(0, 11, ROWS)),
            "impact": gaps(DRAW.integers(0, 5, ROWS)),
            "referrals": gaps(DRAW.poisson(0.6, ROWS)),
        }
    )


def client_cases() -> list[Case]:
    """Class by quick scores and by facts, reasons, what-if."""
    quick = pd.DataFrame({"quick_x": DRAW.uniform(0, 10, ROWS), "quick_y": DRAW.uniform(0, 10, ROWS)})
    clients = facts()
    ranges = [None, None, *(column(clients[key]) for key in clients)]

    def whatif() -> object:
        judged = client_matrix.classify(clients).frame
        return client_whatif.smallest_change(clients, judged)

    return [
        Case(
            "STRAT_CLIENT_CLASS",
            "2 ranges",
            [column(quick[key]) for key in quick],
            lambda: client_matrix.classify(quick),
            2.1,
        ),
        Case("STRAT_CLIENT_CLASS", "6 ranges", ranges, lambda: client_matrix.classify(clients), 3.0),
        Case("STRAT_CLIENT_WHATIF", "6 ranges", ranges, whatif, 2.0),
    ]


def text_cases() -> list[Case]:
    """Sentences and portraits."""
    sentences = pd.Series(
        [f"Augmenter le CA des PME de {n % 90 + 1} % d’ici fin juin 2027" for n in range(ROWS // 10)]
    )
    portrait = {
        key: pd.Series([f"{key} un deux trois {n}" for n in range(ROWS)])
        for key in ("q_problem", "q_jobs", "q_pains", "q_gains")
    }
    people = pd.DataFrame(portrait)
    blanks = [None] * 6
    return [
        Case(
            "STRAT_SMART_SCORE",
            f"{ROWS // 10} sentences",
            [column(sentences)],
            lambda: smart.assess_texts(sentences, None, EXAMPLE_DAY),
        ),
        Case(
            "STRAT_PERSONA_SCORE",
            "4 ranges",
            [*blanks, *map(column, portrait.values())],
            lambda: persona.assess(people),
            1.4,
        ),
    ]


def other_cases() -> list[Case]:
    """KPIs, contacts, plans, revenue."""
    kinds = DRAW.choice(["increase", "decrease"], ROWS)
    kpis = pd.DataFrame(
        {
            "kpi_type": kinds, "nature": "cumulative", "baseline": 0.0, "target": DRAW.uniform(10, 1e5, ROWS),
            "start": pd.Timestamp("2026-01-01"), "end": pd.Timestamp("2026-12-31"),
            "name": [f"#{n}" for n in range(ROWS)],
        }
    )  # fmt: skip
    values = pd.Series(DRAW.uniform(0, 5e4, ROWS))
    readings = pd.DataFrame({"kpi": kpis["name"], "date": pd.Timestamp(EXAMPLE_DAY), "value": values})
    labels = pd.Series(kinds).map({"increase": "Croissance", "decrease": "Baisse"})
    people = pd.DataFrame(
        {key: DRAW.choice(["yes", "no", "unknown"], ROWS) for key in ("decides", "signs", "direct")}
    )
    shown = {"yes": "Oui", "no": "Non", "unknown": "À demander"}
    plans = pd.DataFrame({"revenue_target": DRAW.uniform(1e4, 1e6, ROWS)}).assign(
        existing_revenue=0.0, basket=1e3, closing_rate=0.25, meeting_rate=0.3
    )
    lines = pd.DataFrame(
        {"revenue": DRAW.lognormal(9, 1, ROWS), "product": [f"P{n % 500}" for n in range(ROWS)]}
    )
    target = column(plans["revenue_target"])
    return [
        Case(
            "STRAT_KPI_STATUS", "3 ranges, 4 cells",
            [column(labels), "Cumul", 0, column(kpis["target"]), 46_023, 46_387, column(values)],
            lambda: status(kpis, readings, EXAMPLE_DAY, KpiParams()), 1.5,
        ),
        Case(
            "STRAT_STAKEHOLDER_ROLE", "3 ranges", [column(people[key].map(shown)) for key in people],
            lambda: stakeholders.roles(people, EXAMPLE_DAY), 1.8,
        ),
        Case(
            "STRAT_COMBIEN", "1 range, 4 cells", [target, 0, None, 1e3, 0.25, 0.3],
            lambda: combien.calculate(plans), 5.0,
        ),
        Case(
            "STRAT_REVENUE_ABC", "2 ranges", [column(lines["revenue"]), column(lines["product"])],
            lambda: revenue.split(lines), 1.9,
        ),
    ]  # fmt: skip


ALONE: Sequence[tuple[str, Sequence[object], float]] = (
    ("STRAT_CLIENT_CLASS", (8.0, 9.0), CELL_GOAL),
    (
        "STRAT_CLIENT_CLASS",
        (None, None, 24_000.0, 0.5, 60.0, 9.0, 4.0, 2.0, "Oui", 0.0, 0.0),
        CELL_GOAL,
    ),
    ("STRAT_COMBIEN", (150e3, 90e3, 0.8, 2_600.0, 0.25, 0.3, 46.0, 2.0, 0.25), CELL_GOAL),
    ("STRAT_KPI_STATUS", ("Croissance", "Cumul", 0.0, 120e3, 46_023.0, 46_388.0, 44e3), 1.5 * CELL_GOAL),
    ("STRAT_STAKEHOLDER_ROLE", ("Non", "Non", "Oui"), 1.5 * CELL_GOAL),
    ("STRAT_SMART_CHECK", ("Augmenter le CA des PME de 10 % d’ici fin décembre 2026",), 3.5 * CELL_GOAL),
)
"""Calls of one row, with the most that a given cell may cost. A call takes about 80 µs before its first cell,
and a frame that holds texts 50 µs more than one of numbers: few cells share that among them."""


def idle(name: str) -> Callable[[], None]:
    """Put a function in the registry whose rule does nothing; gives back what restores it."""
    known = dict(functions())
    function: CellFunction = known[name]
    width = len(function.results)
    known[name] = dataclasses.replace(function, run=lambda given: [[""] * len(given.frame)] * width)
    original = registry.functions
    registry.functions = lambda: known  # type: ignore[assignment]

    def restore() -> None:
        registry.functions = original

    return restore


def ranges() -> bool:
    """Print what ranges cost; whether every ceiling holds."""
    passed = True
    print(f"{'function':<24}{'cells':<20}{'rule ms':>9}{'call ms':>9}{'ratio':>7}{'least':>7}{'ceiling':>9}")
    for case in [*client_cases(), *text_cases(), *other_cases()]:
        answer = call(case.name, case.args, today=EXAMPLE_DAY)
        assert len(answer) > 1, answer
        rule, whole, touched = in_turn(
            case.rule,
            lambda case=case: call(case.name, case.args, today=EXAMPLE_DAY),  # type: ignore[misc]
            lambda case=case, answer=answer: touch(case.args, answer),  # type: ignore[misc]
        )
        fine = whole <= case.ceiling * rule
        passed &= fine
        mark = "" if fine else "  MISSED"
        over = "" if whole <= GOAL * rule else "  over the goal"
        print(
            f"{case.name:<24}{case.what:<20}{rule * 1e3:>9.1f}{whole * 1e3:>9.1f}{whole / rule:>7.2f}"
            f"{1 + touched / rule:>7.2f}{case.ceiling:>9.1f}{mark}{over}"
        )
    return passed


def alone() -> bool:
    """Print what one row costs; whether every ceiling holds."""
    passed = True
    print(f"{'one row alone':<24}{'cells':<7}{'all µs':>9}{'no rule µs':>12}{'a cell µs':>11}{'ceiling':>9}")
    for name, args, ceiling in ALONE:
        given = sum(value is not None for value in args)
        everything = best(lambda name=name, args=args: call(name, args, today=EXAMPLE_DAY), 300)  # type: ignore[misc]
        restore = idle(name)
        guard = best(lambda name=name, args=args: call(name, args, today=EXAMPLE_DAY), 2000)  # type: ignore[misc]
        restore()
        fine = guard / given <= ceiling
        passed &= fine
        mark = "" if fine else "  MISSED"
        over = "" if guard / given <= CELL_GOAL else "  over the goal"
        print(
            f"{name:<24}{given:<7}{everything * 1e6:>9.0f}{guard * 1e6:>12.0f}{guard / given * 1e6:>11.0f}"
            f"{ceiling * 1e6:>9.0f}{mark}{over}"
        )
    return passed


def ready(function: CellFunction, args: Sequence[object]) -> Given:
    """What a call gives to its function: the frame, the tables, the thresholds."""
    found: list[Given] = []
    known = dict(functions())

    def keep(given: Given) -> object:
        found.append(given)
        return function.run(given)

    known[function.name] = dataclasses.replace(function, run=keep)  # type: ignore[arg-type]
    original = registry.functions
    registry.functions = lambda: known  # type: ignore[assignment]
    try:
        call(function.name, args, today=EXAMPLE_DAY)
    finally:
        registry.functions = original
    return found[0]


def paired(function: CellFunction, args: Sequence[object]) -> tuple[float, float, float]:
    """Seconds of a function on a ready frame and of a call, medians; and the median of their ratios."""
    given = ready(function, args)
    pairs = [
        (
            best(lambda: function.run(given), 1),
            best(lambda: call(function.name, args, today=EXAMPLE_DAY), 1),
        )
        for _ in range(RUNS)
    ]
    bare, whole = (statistics.median(side) for side in zip(*pairs, strict=True))
    return bare, whole, statistics.median(one / other for other, one in pairs)


def every(wanted: Sequence[str]) -> bool:
    """Print what each function costs; whether every ceiling holds."""
    passed = True
    head = f"{'every function':<28}{'example ms':>11}{'rows':>8}{'ready ms':>10}{'call ms':>9}{'ratio':>7}"
    print(f"{head}{'ceiling':>9}")
    for function in functions().values():
        if wanted and not any(part in function.name for part in wanted):
            continue
        example = function.examples[0]

        def ask(function: CellFunction = function, args: Sequence[object] = example.args) -> object:
            return call(function.name, args, today=EXAMPLE_DAY)

        ask()
        single = statistics.median(best(ask, 1) for _ in range(2 * RUNS))
        rows = FEWER.get(function.name, ROWS)
        bare, whole, ratio = paired(function, ranges_of(function, rows))
        ceiling = OVER.get(function.name, GOAL * NOISE)
        fine = ratio <= ceiling and single <= CALL_GOAL
        passed &= fine
        mark = "  MISSED" if not fine else "  over the goal" if ratio > GOAL else ""
        print(
            f"{function.name:<28}{single * 1e3:>11.1f}{rows:>8}{bare * 1e3:>10.1f}{whole * 1e3:>9.1f}"
            f"{ratio:>7.2f}{ceiling:>9.2f}{mark}"
        )
    return passed


def main(wanted: Sequence[str]) -> int:
    """Print the tables; 1 when a ceiling is passed."""
    if wanted:
        return int(not every(wanted))
    passed = ranges()
    print()
    passed &= alone()
    print()
    return int(not (every(()) and passed))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
