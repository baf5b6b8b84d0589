"""What Dask costs: the same run with local processes, and with a cluster of this machine.

    .venv/bin/python benchmarks/engines.py [NUMBER OF WORKBOOKS …] [--rounds N]
    .venv/bin/python benchmarks/engines.py 1000 10000 --empty

Small workbooks, since the engine's own work shows most there. Each engine gets fresh copies, in turns,
and the best of the rounds counts. Wall time is what people wait; processor time, of all processes, is
what stays comparable when something else runs on the machine. From 1,000 workbooks on, the script fails when
Dask costs more than 15 % (of the processor time).

With ``--empty`` there is nothing to do with a workbook: what is left is its way there and back, without the
start; the second line of each number has each workbook go alone.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
DAY = "2027-03-01"
MOST, FROM = 0.15, 1000
ENGINES = ("local", "dask")


class Cost(NamedTuple):
    """Seconds of one run: on the clock, and of the processors."""

    wall: float
    processor: float


def _seed(folder: Path) -> Path:
    """A small workbook in which the next run changes an answer."""
    from strategy_xl.book.read import read_workbook
    from strategy_xl.ooxml.patch import set_cells
    from strategy_xl.schema.loader import load_default

    path = folder / "seed.xlsx"
    order = ["new", str(path), "--only", "client_matrix", "--with-example", "--today", DAY]
    subprocess.run([sys.executable, str(ROOT / "cli.py"), *order], check=True, stdout=subprocess.DEVNULL)
    block = read_workbook(path, load_default()).blocks["clients"]
    set_cells(path, path, {block.sheet: {block.a1("class_final", block.first_row): "?"}})
    return path


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measured(seed: Path, books: int, engine: str, jobs: int) -> Cost:
    """One run on fresh copies."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(books):
            shutil.copyfile(seed, Path(folder, f"{number:06}.xlsx"))
        order = ["recompute", folder, "--engine", engine, "--jobs", str(jobs), "--today", DAY, "--json"]
        before, start = _spent(), time.perf_counter()
        done = subprocess.run(
            [sys.executable, str(ROOT / "cli.py"), *order, "--no-history", "--backup", "none"],
            check=False,
            capture_output=True,
            text=True,
        )
        cost = Cost(time.perf_counter() - start, _spent() - before)
        assert done.returncode in {0, 1}, done.stderr
        assert done.stdout.count('"changed"') == books
    return cost


def _nothing(path: Path) -> object:
    """There is nothing to do with a workbook."""
    from strategy_xl.work.recompute import JobReport

    return JobReport(path)


def way(books: int, jobs: int, *, alone: bool) -> Cost:
    """The way to the workers and back, of workbooks with which there is nothing to do."""
    from strategy_xl.runs.engines import bundles
    from strategy_xl.runs.engines.dask import DaskEngine
    from strategy_xl.runs.interrupts import Interrupts
    from strategy_xl.runs.journal import Journal

    most, bundles.MOST = bundles.MOST, 1 if alone else bundles.MOST
    paths = [Path(f"{number:06}.xlsx") for number in range(books)]
    with DaskEngine(None, jobs) as engine:
        engine.check(None)

        def spent() -> float:
            return time.process_time() + sum(engine.client.run(time.process_time).values())

        before, start = spent(), time.perf_counter()
        answers = engine.treat(
            paths, _nothing, 0, limit=600.0, interrupts=Interrupts(), watch=Journal(None, Path())
        )
        assert {answer.report.path for answer in answers if answer.report.failure is None} == set(paths)
        cost = Cost(time.perf_counter() - start, spent() - before)
    bundles.MOST = most
    return cost


def main() -> int:
    """Measure and print; 1 when Dask costs too much."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("books", nargs="*", type=int, default=[100])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--empty", action="store_true")
    chosen = parser.parse_args()
    if chosen.empty:
        print(f"{'workbooks':>9} {'together':>8} {'wall s':>8} {'cpu s':>8} {'cpu ms/book':>12}")
        for books in chosen.books:
            for alone in (False, True):
                cost = way(books, chosen.jobs, alone=alone)
                each = 1000 * cost.processor / books
                together = "no" if alone else "yes"
                print(
                    f"{books:9} {together:>8} {cost.wall:8.1f} {cost.processor:8.1f} {each:12.2f}", flush=True
                )
        return 0
    too_much = False
    print(f"{'workbooks':>9} {'engine':>7} {'wall s':>8} {'cpu s':>8} {'cpu ms/book':>12} {'over local':>11}")
    with tempfile.TemporaryDirectory() as folder:
        seed = _seed(Path(folder))
        for books in chosen.books:
            rounds = [
                {engine: measured(seed, books, engine, chosen.jobs) for engine in ENGINES}
                for _ in range(chosen.rounds)
            ]
            best = {
                engine: Cost(
                    min(turn[engine].wall for turn in rounds), min(turn[engine].processor for turn in rounds)
                )
                for engine in ENGINES
            }
            for engine, cost in best.items():
                over = cost.processor / best["local"].processor - 1
                too_much |= books >= FROM and over > MOST
                print(
                    f"{books:9} {engine:>7} {cost.wall:8.1f} {cost.processor:8.1f} "
                    f"{1000 * cost.processor / books:12.1f} {over:11.1%}",
                    flush=True,
                )
    return int(too_much)


if __name__ == "__main__":
    raise SystemExit(main())
