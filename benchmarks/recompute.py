"""Recompute against openpyxl's load and save, whole process and warm, on books of 200 to 200,000 clients.

The book is as a night finds it: recomputed the day before, three clients changed since. ``first`` is the
heavier run on a book that never was recomputed, where every answer and shown value is new. The floor is
calamine reading every sheet and the zip copied as it is. Machines are shared: quote the ratios.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

TODAY = date(2027, 3, 1)

SCRIPTS = {
    "recompute": """
from datetime import date
from pathlib import Path
from strategy_xl.work.recompute import recompute_workbook
from strategy_xl.schema.loader import load_default
def work(path):
    report = recompute_workbook(Path(path), load_default(), date(2027, 3, 1))
    assert report.failure is None, report.failure
    return report.changed
""",
    "openpyxl load+save": """
import openpyxl
def work(path):
    book = openpyxl.load_workbook(path)
    book.save(path + ".saved.xlsx")
""",
    "calamine read + raw copy": """
import shutil
from python_calamine import CalamineWorkbook
def work(path):
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()
    shutil.copyfile(path, path + ".copied.xlsx")
""",
}

RUNNER = """
import json, resource, shutil, sys, time
path, fresh = sys.argv[1], sys.argv[2]
times = []
for turn in range(int(sys.argv[3])):
    shutil.copyfile(fresh, path)
    start = time.perf_counter()
    work(path)
    times.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"times": times, "peak_mb": peak}))
"""


def book(folder: Path, clients: int) -> Path:
    """Two workbooks with that many clients, about one in ten of their cells empty: new, and after a day."""
    import numpy as np

    from strategy_xl.book.read import read_workbook
    from strategy_xl.build.book import render
    from strategy_xl.ooxml.patch import set_cells
    from strategy_xl.schema.loader import load_default
    from strategy_xl.work.recompute import recompute_workbook

    random = np.random.default_rng(clients)
    keys = {
        "revenue": lambda: float(random.integers(500, 90_000)),
        "margin_rate": lambda: round(float(random.uniform(0.1, 0.6)), 3),
        "hours": lambda: float(random.integers(1, 160)),
        "satisfaction": lambda: float(random.integers(0, 11)),
        "impact": lambda: float(random.integers(0, 5)),
        "referrals": lambda: float(random.integers(0, 4)),
        "complaints": lambda: float(random.integers(0, 4)),
    }
    rows = [
        {"name": f"Client {number:06d}"}
        | {key: make() for key, make in keys.items() if random.random() > 0.1}
        for number in range(clients)
    ]
    path = folder / f"{clients}.xlsx"
    path.write_bytes(render(load_default(), lang="fr", company="", today=TODAY, rows={"clients": rows}))
    night = path.with_name(f"{clients}-night.xlsx")
    shutil.copyfile(path, night)
    spec = load_default()
    assert recompute_workbook(night, spec, TODAY - timedelta(days=1)).failure is None
    block = read_workbook(night, spec, blocks=["clients"]).blocks["clients"]
    edits = {block.a1("hours", row): 77.0 for row in range(block.first_row, block.first_row + 3)}
    set_cells(night, night, {block.sheet: edits})
    return path


def measure(script: str, fresh: Path, turns: int) -> tuple[float, float, float]:
    """Wall seconds of a process with one turn, of a process's later turns, and its peak in MB."""
    code = SCRIPTS[script] + RUNNER
    work = fresh.with_name(f"work-{fresh.name}")
    whole, warm, peaks = [], [], []
    for _ in range(turns):
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code, str(work), str(fresh), "1"],
            check=True,
            capture_output=True,
            text=True,
        )
        whole.append(time.perf_counter() - start)
        peaks.append(json.loads(done.stdout)["peak_mb"])
    done = subprocess.run(
        [sys.executable, "-c", code, str(work), str(fresh), str(turns + 1)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    warm = json.loads(done.stdout)["times"][1:]
    return statistics.median(whole), statistics.median(warm), statistics.median(peaks)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="*", default=[200, 10_000, 200_000])
    arguments = parser.parse_args()
    print("| clients | what | whole s | warm s | peak MB | recompute is … × faster (whole, warm) |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for clients in arguments.clients:
            # In a process of its own: a child's peak memory starts from its parent's.
            worker = multiprocessing.get_context("spawn").Process(target=book, args=(Path(name), clients))
            worker.start()
            worker.join()
            fresh, night = Path(name) / f"{clients}.xlsx", Path(name) / f"{clients}-night.xlsx"
            turns = 5 if clients <= 10_000 else 1
            figures = {script: measure(script, night, turns) for script in SCRIPTS}
            figures["first recompute"] = measure("recompute", fresh, turns)
            ours = figures["recompute"]
            for script, (whole, warm, peak) in figures.items():
                ratio = f"{whole / ours[0]:.1f}, {warm / ours[1]:.1f}"
                print(
                    f"| {clients:,} | {script} | {whole:.2f} | {warm:.2f} | {peak:.0f} | {ratio} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
