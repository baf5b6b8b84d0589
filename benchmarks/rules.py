"""Speed of the rules: a million clients, a hundred thousand KPIs, ten thousand accounts.

Each case runs in its own process, so that its peak memory is its own (data included). Prints a table;
exits 1 when a goal is missed. Run ``python benchmarks/rules.py``.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from strategy_xl.rules.client_matrix import classify
from strategy_xl.rules.client_whatif import smallest_change
from strategy_xl.rules.kpi import status
from strategy_xl.rules.stakeholders import coverage, roles

TODAY = date(2026, 6, 1)
RUNS = 3
MEGABYTE = 1024 if sys.platform != "darwin" else 1024 * 1024
"""Units of ``ru_maxrss`` in a megabyte."""


def make_clients(rows: int) -> pd.DataFrame:
    """Invented clients with gaps in every column."""
    draw = np.random.default_rng(0)

    def gaps(values: np.ndarray) -> np.ndarray:
        values = values.astype(np.float64)
        values[draw.random(rows) < 0.1] = np.nan
        return values

    competing = pd.array(draw.random(rows) < 0.3, dtype="boolean")
    competing[draw.random(rows) < 0.1] = pd.NA
    return pd.DataFrame(
        {
            "revenue": gaps(draw.lognormal(9, 1, rows)),
            "margin_rate": gaps(draw.uniform(0.1, 0.6, rows)),
            "hours": gaps(draw.gamma(2, 20, rows)),
            "satisfaction": gaps(draw.integers(0, 11, rows)),
            "impact": gaps(draw.integers(0, 5, rows)),
            "referrals": gaps(draw.poisson(0.6, rows)),
            "order_change": gaps(draw.normal(0, 0.2, rows)),
            "complaints": gaps(draw.poisson(0.5, rows)),
            "competing": competing,
            "red_flag_1": np.where(draw.random(rows) < 0.05, "Impayés", None),
        }
    )


def clients_case(rows: int = 1_000_000) -> tuple[Callable[[], object], str]:
    """Classification with reasons, red flags and hysteresis."""
    clients = make_clients(rows)
    flags = pd.DataFrame({"label": ["Impayés"], "severity": ["major"]})
    previous = pd.Series(np.where(np.arange(rows) % 2, "ideal", "avoid"))
    return (
        lambda: classify(clients, None, flags, previous).explained(),
        f"{rows:,} clients classified, reasons spelled out",
    )


def whatif_case(rows: int = 200_000) -> tuple[Callable[[], object], str]:
    """Smallest change of a large base."""
    clients = make_clients(rows)
    classified = classify(clients).frame
    return lambda: smallest_change(clients, classified), f"{rows:,} clients, smallest change"


def kpis_case(rows: int = 100_000, points: int = 12) -> tuple[Callable[[], object], str]:
    """Status with forecasts; readings in no order."""
    draw = np.random.default_rng(0)
    names = [f"kpi {number}" for number in range(rows)]
    kpis = pd.DataFrame(
        {
            "name": names,
            "kpi_type": draw.choice(["increase", "decrease", "keep_above", "keep_below"], rows),
            "nature": draw.choice(["level", "cumulative"], rows),
            "baseline": draw.normal(10, 1, rows),
            "target": draw.normal(30, 1, rows),
            "start": pd.Timestamp("2025-06-01"),
            "end": pd.Timestamp("2026-12-31"),
            "frequency_days": 30.0,
        }
    )
    table = pd.DataFrame(
        {
            "kpi": np.repeat(np.array(names, dtype=object), points),
            "date": np.tile(pd.date_range("2025-06-30", periods=points, freq="ME"), rows),
            "value": draw.normal(20, 3, rows * points),
        }
    ).sample(frac=1, random_state=1)
    return lambda: status(kpis, table, TODAY), f"{rows:,} KPIs × {points} readings"


def make_contacts(accounts: int, each: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Invented accounts and contacts."""
    draw = np.random.default_rng(0)
    rows = accounts * each
    names = pd.DataFrame({"name": [f"Compte {number}" for number in range(accounts)]})
    contacts = pd.DataFrame(
        {
            "name": [f"Personne {number % each}" for number in range(rows)],
            "account": np.repeat(names["name"].to_numpy(dtype=object), each),
            **{
                fact: draw.choice(["yes", "no", "unknown"], rows)
                for fact in ("decides", "signs", "direct", "indirect", "linked")
            },
            "contact_level": draw.choice(["unknown", "identified", "met", "regular", "supporter"], rows),
            "opponent": pd.array(draw.random(rows) < 0.05, dtype="boolean"),
            "last_contact": pd.Timestamp(TODAY) - pd.to_timedelta(draw.integers(0, 200, rows), unit="D"),
        }
    )
    return names, contacts


def coverage_case(accounts: int = 10_000, each: int = 8) -> tuple[Callable[[], object], str]:
    """Roles of everyone and coverage of every account."""
    names, contacts = make_contacts(accounts, each)
    return (
        lambda: (roles(contacts, TODAY), coverage(names, contacts, TODAY)),
        f"{accounts:,} accounts × {each} contacts, roles and coverage",
    )


CASES: dict[str, tuple[Callable[[], tuple[Callable[[], object], str]], float, float]] = {
    "clients": (clients_case, 3.0, 1024.0),
    "whatif": (whatif_case, 10.0, 1024.0),
    "kpis": (kpis_case, 5.0, 2048.0),
    "coverage": (coverage_case, 2.0, 1024.0),
}
"""Case by name: maker, goal in seconds, goal in megabytes."""


def measure(name: str) -> dict[str, object]:
    """Best time of a few runs and peak memory of this process."""
    run, label = CASES[name][0]()
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    return {"label": label, "first": times[0], "best": min(times), "peak": peak}


def main() -> int:
    """All cases, one process each."""
    print(f"{'case':<52}{'first s':>9}{'best s':>9}{'goal s':>9}{'peak MB':>9}")
    missed = False
    for name, (_, seconds, megabytes) in CASES.items():
        done = subprocess.run([sys.executable, __file__, name], check=True, capture_output=True, text=True)
        found = json.loads(done.stdout)
        late = found["first"] > seconds or found["peak"] > megabytes
        missed |= late
        figures = f"{found['first']:>9.2f}{found['best']:>9.2f}{seconds:>9.1f}{found['peak']:>9.0f}"
        print(f"{found['label']:<52}{figures}{'  missed' if late else ''}")
    return int(missed)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
        raise SystemExit(0)
    raise SystemExit(main())
