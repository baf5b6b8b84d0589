"""A night against what everybody would use and against what nobody can beat, from 200 clients to a million.

Writes ``docs/performance.md`` with its picture, and its figures (``docs/performance.json``, which keeps those
of sizes that a run leaves out). CPU and wall seconds are medians, peak memory is the process's. Results are
checked: what people typed is the same in ours, the peer's and the source, and a second night on ours writes
nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import performance_page

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
SIZES, FULL = (200, 1_000, 10_000), (200, 1_000, 10_000, 50_000, 200_000, 1_000_000)
PEER_UP_TO = 200_000  # openpyxl holds every cell as an object: about 50 GB for a million clients
REMEMBERED_UP_TO = 10_000  # two nights a turn, many turns: shares of a few percent are small differences
SMALL = SIZES[0]
AROUND = (100, 1_000, 10_000)
"""Workbooks of runs of which only what surrounds the workbooks is measured."""
TODAY = "2027-03-01"  # that of the subjects

# People's Python keeps compiled files; one that is told not to would measure its compiler.
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}

Figures = dict[str, dict[str, Any]]


class Bench:
    """Measures subjects in processes of their own and collects the figures, by ``subject/…`` name."""

    def __init__(self, folder: Path, figures: Figures) -> None:
        """Work in a folder, on top of what is known."""
        self.folder, self.figures = folder, figures
        self.target, self.other = str(folder / "target.xlsx"), str(folder / "peer.xlsx")

    def _note(self, name: str, found: dict[str, Any]) -> None:
        self.figures[name] = found | {"on": datetime.now(UTC).date().isoformat()}
        shown = {key: round(found[key], 4) for key in ("cpu", "wall", "peak")}
        print(f"{name:<28} {shown}", flush=True)

    def subject(self, name: str, subject: str, turns: int, **arguments: object) -> dict[str, Any]:
        """Measure one subject."""
        found = _python(str(HERE / "subjects.py"), subject, json.dumps(arguments | {"turns": turns}))
        self._note(name, found)
        return found

    def command(self, name: str, turns: int, *words: str) -> None:
        """Measure a whole process; the exit code of findings is none of failure."""
        cpu, wall = [], []
        for _ in range(turns + 1):
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            done = subprocess.run([sys.executable, *words], env=ENVIRONMENT, capture_output=True, check=False)
            if done.returncode > 1:
                raise RuntimeError(done.stderr.decode())
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            wall.append(time.perf_counter() - start)
            cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        found = {"cpu": statistics.median(cpu[1:]), "wall": statistics.median(wall[1:]), "peak": 0.0}
        self._note(name, found)

    def book(self, block: str, rows: int) -> dict[str, Any]:
        """Make the workbooks of a size."""
        told = {"folder": str(self.folder), "block": block, "rows": rows}
        return _python(str(HERE / "subjects.py"), "book", json.dumps(told))

    def night(self, rows: int) -> None:
        """Nights on so many clients (changed, unchanged, first), the peer and the limit; results checked."""
        turns = 5 if rows <= 1_000 else 3 if rows <= 10_000 else 1
        books = self.book("clients", rows)
        for name, state in (("night", "night"), ("unchanged", "done"), ("first", "new")):
            self.subject(f"{name}/{rows}", "ours", turns, source=books[state], target=self.target)
        limits = {"sheets": books["sheets"], "part": books["part"]}
        self.subject(f"limit/{rows}", "limit", turns, source=books["night"], target=self.other, **limits)
        has_peer = rows <= PEER_UP_TO
        if has_peer:
            self.subject(f"peer/{rows}", "peer", turns, source=books["night"], target=self.other)
        if rows <= REMEMBERED_UP_TO:
            self.history(rows, books, 4 * turns)
        self.same("clients", rows, books, self.other if has_peer else "")
        self.subject(f"new/{rows}", "new", turns, rows=rows)
        for state in ("new", "done", "night", "later"):
            Path(books[state]).unlink()

    def history(self, rows: int, books: dict[str, Any], turns: int) -> None:
        """What the history costs, of a night on so many clients."""
        places = {"target": self.target, "folder": str(self.folder / f"history-{rows}")}
        both = {"source": books["night"], "other": books["later"], "books": max(2_000 // rows, 1)}
        self.subject(f"remembered/{rows}", "remembered", turns, **both, **places)

    def same(self, block: str, rows: int, books: dict[str, Any], other: str) -> None:
        """Check the result of a night on a changed workbook, and that of the peer, if any."""
        script, both = (
            str(HERE / "subjects.py"),
            {"turns": 1, "source": books["night"], "target": self.target},
        )
        _python(script, "ours", json.dumps(both))
        if not _python(script, "same", json.dumps(both | {"other": other, "block": block}))["given"]:
            raise RuntimeError("results differ", block, rows)
        print(f"{block}/{rows}: results are the same", flush=True)

    def small(self, books: int) -> None:
        """What depends on no size: marks, whole processes, runs on many workbooks, texts."""
        made = self.book("clients", SMALL)
        night, done, many = made["night"], made["done"], str(self.folder / "many")
        self.subject("mark", "mark", 5, source=done, target=self.target)
        for jobs in (1, 2):
            arguments = {"source": night, "folder": many, "books": books, "jobs": jobs}
            self.subject(f"run/{jobs}", "run", 3 if books < 100 else 1, **arguments)
            self.figures[f"run/{jobs}"]["books"] = books
        for many_books in AROUND:
            arguments = {"source": done, "target": self.target, "folder": many, "books": many_books}
            self.subject(f"around/{many_books}", "around", 1, **arguments)
        self.marked(done, books)
        self.subject("worker", "worker", 9)
        self.command("process/pandas", 5, "-c", "import pandas")
        self.command("process/help", 9, "-m", "strategy_xl", "--help")
        self.command("process/one", 5, "-m", "strategy_xl", "recompute", done, "--today", TODAY)
        self.subject("texts", "texts", 3, rows=5_000)
        self.figures["texts"]["rows"] = 5_000

    def marked(self, done: str, books: int) -> None:
        """A whole run on copies of a workbook that all have their mark: the first turn gives it to them."""
        folder = self.folder / "marked"
        folder.mkdir()
        for number in range(books):
            shutil.copyfile(done, folder / f"{number}.xlsx")
        words = ("-m", "strategy_xl", "recompute", str(folder), "--json", "--today", TODAY)
        self.command("marked", 3, *words)
        self.figures["marked"]["books"] = books

    def tables(self, rows: int) -> None:
        """Other tables of so many rows, and a list of so many clients imported."""
        for block in ("objectives", "readings"):
            made = self.book(block, rows)
            self.subject(f"{block}/{rows}", "ours", 3, source=made["night"], target=self.target)
            self.same(block, rows, made, "")
        empty = self.book("clients", 0)["new"]
        self.subject(f"import/{rows}", "list_in", 3, source=empty, target=self.target, rows=rows)


def _python(*words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, *words], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, keep the figures, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="with 50,000, 200,000 and 1,000,000 clients")
    parser.add_argument("--sizes", type=int, nargs="*", help="other numbers of clients")
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the other tables")
    parser.add_argument("--books", type=int, default=40, help="workbooks of a run; 1,000 with --full")
    parser.add_argument("--history", action="store_true", help="only what the history costs")
    parser.add_argument("--out", type=Path, default=DOCS, help="folder of the page")
    given = parser.parse_args(arguments)
    kept = given.out / "performance.json"
    figures: Figures = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), figures)
        if given.history:
            for rows in (200, 1_000, REMEMBERED_UP_TO):
                bench.history(rows, bench.book("clients", rows), 20)
            given.sizes = ()
        else:
            bench.small(1_000 if given.full else given.books)
        for rows in given.sizes if given.sizes is not None else FULL if given.full else SIZES:
            bench.night(rows)
            _keep(kept, figures)  # the long sizes may be stopped
        if not given.history:
            bench.tables(given.rows)
    _keep(kept, figures)
    performance_page.write(given.out, figures)


def _keep(file: Path, figures: Figures) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
