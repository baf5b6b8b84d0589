"""What ``performance.py`` measures: one function each, run in a process of its own.

``python benchmarks/subjects.py NAME '{"turns": 3, …}'`` warms up, does the work so many times, and prints the
medians of CPU and wall seconds and the process's peak memory as JSON, with what the work gave.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

TODAY = date(2027, 3, 1)
STATEMENTS = Path(__file__).parent.parent / "tests" / "data" / "smart_statements.csv"

TYPED = {
    "clients": (
        "name", "revenue", "margin_rate", "hours", "satisfaction", "impact", "referrals", "complaints",
    ),
    "objectives": ("title",),
    "readings": ("kpi", "date", "value"),
}  # fmt: skip
"""Block → what people type in it, here."""

Work = Callable[[], object]


# -- books -------------------------------------------------------------------------------------------------


class Clients(Sequence[dict[str, object]]):
    """Invented clients, about one in ten of their cells empty; they are objects only when they are asked for.

    What a caller holds of its own rows is not what making a workbook of them takes.
    """

    def __init__(self, rows: int) -> None:
        """Draw so many."""
        import numpy as np

        draw = np.random.default_rng(rows)
        self._rows = rows
        self._columns: dict[str, Any] = {
            "revenue": draw.integers(500, 90_000, rows).astype(float),
            "margin_rate": draw.uniform(0.1, 0.6, rows).round(3),
            "hours": draw.integers(1, 160, rows).astype(float),
            "satisfaction": draw.integers(0, 11, rows).astype(float),
            "impact": draw.integers(0, 5, rows).astype(float),
            "referrals": draw.integers(0, 4, rows).astype(float),
            "complaints": draw.integers(0, 4, rows).astype(float),
        }
        self._kept = draw.random((len(self._columns), rows)) > 0.1

    def __len__(self) -> int:
        """How many they are."""
        return self._rows

    def __getitem__(self, at: Any) -> Any:
        """One of them, or some."""
        return list(self)[at]

    def __iter__(self) -> Iterator[dict[str, object]]:
        """All of them, drawn a thousand at a time."""
        for first in range(0, self._rows, 1000):
            part = slice(first, first + 1000)
            columns = {key: values[part].tolist() for key, values in self._columns.items()}
            kept = self._kept[:, part].tolist()
            for at in range(min(1000, self._rows - first)):
                yield {"name": f"Client {first + at:07d}"} | {
                    key: values[at]
                    for keep, (key, values) in zip(kept, columns.items(), strict=True)
                    if keep[at]
                }


def rows_of(block: str, rows: int) -> dict[str, Sequence[dict[str, Any]]]:
    """Content of a workbook with so many rows in one block."""
    if block == "clients":
        return {block: Clients(rows)}
    if block == "objectives":
        with STATEMENTS.open(encoding="utf-8", newline="") as stream:
            texts = [row["text"] for row in csv.DictReader(stream)]
        return {block: [{"title": f"{texts[at % len(texts)]} ({at})"} for at in range(rows)]}
    names = [f"KPI {at}" for at in range(20)]
    begin = TODAY - timedelta(days=rows // len(names))
    return {
        "kpis": [{"name": name, "target": 100.0, "start": begin, "end": TODAY} for name in names],
        "readings": [
            {
                "kpi": names[at % len(names)],
                "date": begin + timedelta(days=at // len(names)),
                "value": float(at % 97),
            }
            for at in range(rows)
        ],
    }


def made(block: str, rows: int) -> bytes:
    """The bytes of a new workbook with so many rows in one block."""
    from strategy_xl.build.book import render
    from strategy_xl.schema.loader import load_default

    return render(load_default(), lang="fr", company="", today=TODAY, rows=rows_of(block, rows))


def book(folder: str, block: str, rows: int) -> dict[str, object]:
    """Workbooks with so many rows: new, computed, and as two nights find it: three cells typed since."""
    from strategy_xl.book.read import read_workbook
    from strategy_xl.ooxml.package import Package
    from strategy_xl.ooxml.patch import set_cells
    from strategy_xl.schema.loader import load_default

    new, done, night, later = (
        str(Path(folder, f"{block}-{rows}-{state}.xlsx")) for state in ("new", "done", "night", "later")
    )
    Path(new).write_bytes(made(block, rows))
    shutil.copyfile(new, done)
    _recomputed(done)
    data = read_workbook(done, load_default())
    at = data.blocks[block]
    field = {"clients": "hours", "readings": "value"}.get(block, "title")
    typed = ("Gagner 10 clients avant juin", "Gagner 12 clients") if field == "title" else (77.0, 5.0)
    for path, value in zip((night, later), typed, strict=True):
        edits = {at.cell(field, row): value for row in range(at.first_row, at.first_row + min(rows, 3))}
        set_cells(done, path, {at.sheet: edits})
    with Package.open(night) as package:
        largest = max(package.members.values(), key=lambda member: member.size).name
    sheets = sorted({other.sheet for other in data.blocks.values()})
    return {"new": new, "done": done, "night": night, "later": later, "part": largest, "sheets": sheets}


def _recomputed(path: str) -> int:
    """Recompute a workbook; how many cells were written."""
    from strategy_xl.schema.loader import load_default
    from strategy_xl.work.recompute import recompute_workbook

    report = recompute_workbook(Path(path), load_default(), TODAY, backups=0)
    if report.failure is not None:
        raise RuntimeError(report.failure)
    return report.changed


# -- subjects: each gives the work that is measured ----------------------------------------------------------


def ours(source: str, target: str) -> Work:
    """Recompute a workbook in place."""

    def work() -> int:
        shutil.copyfile(source, target)
        return _recomputed(target)

    return work


def peer(source: str, target: str) -> Work:
    """What everybody would use: openpyxl's load and save."""
    import warnings

    import openpyxl

    warnings.simplefilter("ignore")  # it says of what it drops

    return lambda: openpyxl.load_workbook(source).save(target)


def limit(source: str, target: str, sheets: list[str], part: str) -> Work:
    """What nobody can be faster than: calamine reads the input sheets, a raw copy, the big part deflated."""
    import zipfile

    from isal import isal_zlib
    from python_calamine import CalamineWorkbook

    def work() -> None:
        found = CalamineWorkbook.from_path(source)
        for name in sheets:
            found.get_sheet_by_name(name).to_python()
        shutil.copyfile(source, target)
        with zipfile.ZipFile(source) as package:
            isal_zlib.compress(package.read(part), 1)

    return work


def _marked(source: str, target: str) -> Any:
    """The mark of a workbook on which there is nothing more to do."""
    from strategy_xl.runs.marks import Mark
    from strategy_xl.schema.loader import load_default
    from strategy_xl.work.recompute import recompute_workbook

    shutil.copyfile(source, target)
    recompute_workbook(Path(target), load_default(), TODAY, backups=0)
    known = Mark.of(recompute_workbook(Path(target), load_default(), TODAY, backups=0))
    if known is None:
        raise RuntimeError(target)
    return known


def mark(source: str, target: str) -> Work:
    """An unchanged workbook is told from its mark."""
    known = _marked(source, target)

    def work() -> None:
        for _ in range(100):
            assert known.report(Path(target), TODAY) is not None

    return work


def new(rows: int) -> Work:
    """Make a file of a workbook with so many clients."""
    from strategy_xl.build.book import write
    from strategy_xl.schema.loader import load_default

    spec, given = load_default(), rows_of("clients", rows)

    def work() -> int:
        with tempfile.TemporaryFile() as stream:
            write(stream, spec, lang="fr", company="", today=TODAY, rows=given)
            return stream.tell()

    return work


def list_in(source: str, target: str, rows: int) -> Work:
    """Import so many clients from a CSV file into a workbook that has none."""
    from strategy_xl.book.read import read_workbook
    from strategy_xl.schema.loader import load_default
    from strategy_xl.work.importing.plan import apply, plan

    listed = Path(target).with_suffix(".csv")
    labels = {field.key: field.label.fr for field in load_default().data_blocks()["clients"][1].fields}
    with listed.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, TYPED["clients"])
        writer.writerow({key: labels[key] for key in TYPED["clients"]})
        writer.writerows(Clients(rows))

    def work() -> int:
        shutil.copyfile(source, target)
        planned = plan(listed, "clients", read_workbook(target, load_default(), grows=True))
        added = apply(planned, Path(target), backups=0).added
        assert added == rows, added
        return added

    return work


def texts(rows: int) -> Work:
    """Judge texts that were never read before."""
    import pandas as pd

    from strategy_xl.rules.smart import assess_texts

    turn = iter(range(1000))

    def work() -> None:
        copy = next(turn)
        found = [f"{row['title']} {copy}" for row in rows_of("objectives", rows)["objectives"]]
        assess_texts(pd.Series(found), today=TODAY)

    return work


def run(source: str, folder: str, books: int, jobs: int) -> Work:
    """A run on copies of a workbook on which there is something to do."""
    from strategy_xl.runs.runner import Task
    from strategy_xl.runs.runner import run as treat

    def work() -> int:
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir()
        paths = [Path(folder, f"{number}.xlsx") for number in range(books)]
        for path in paths:
            shutil.copyfile(source, path)
        start = time.perf_counter()
        reports = treat(paths, Task(None, TODAY, backups=0), jobs, lambda _report: None)
        assert all(report.failure is None and report.changed for report in reports)
        return round(1e6 * (time.perf_counter() - start))

    return work


def around(source: str, target: str, folder: str, books: int) -> Work:
    """A run on so many workbooks that all have their mark: what a run costs beside its workbooks.

    They are one file under many names, so that many can be had.
    """
    from strategy_xl.runs.interrupts import Interrupts
    from strategy_xl.runs.journal import Journal
    from strategy_xl.runs.runner import Frame, Task
    from strategy_xl.runs.runner import run as treat

    known = _marked(source, target)
    shutil.rmtree(folder, ignore_errors=True)
    Path(folder).mkdir()
    paths = [Path(folder, f"{number}.xlsx") for number in range(books)]
    shutil.copyfile(target, paths[0])
    for path in paths[1:]:
        path.hardlink_to(paths[0])

    def work() -> None:
        journal = Journal(Path(folder, ".journal", "journal.sqlite"), Path(folder))
        journal.begin(paths, "bench", TODAY)
        frame = Frame(Interrupts(), journal, marks=dict.fromkeys(paths, known))
        reports = treat(paths, Task(None, TODAY), 2, lambda _report: None, frame)
        assert all(report.failure is None and not report.changed for report in reports)

    return work


def remembered(source: str, other: str, target: str, folder: str, books: int) -> Work:
    """What the history costs: nights with and without it in turn, each on the next day and three other cells.

    The work gives CPU seconds, medians so far: a night without, one with a history, what of that the parent
    process does, and the first night of the history. A run writes what a second brings: so many ``books`` at
    once.
    """
    import pickle
    from dataclasses import replace

    from strategy_xl.history.writing import RunEntry
    from strategy_xl.runs.histories import Target
    from strategy_xl.runs.journal import Journal
    from strategy_xl.runs.outcome import Answer
    from strategy_xl.runs.remembering import Memory
    from strategy_xl.schema.loader import load_default
    from strategy_xl.work.recompute import recompute_workbook

    home, spec = Path(folder), load_default()
    home.mkdir()
    where = Target(str(home / "history.sqlite"), Path(target).parent, is_beside=False)
    told: dict[str, list[float]] = {"without": [], "with": [], "parent": [], "first": []}

    def night(content: str, *, remembers: bool) -> tuple[Any, float]:
        shutil.copyfile(content, target)
        begin = _cpu()
        report = recompute_workbook(Path(target), spec, TODAY, backups=0, remembers=remembers)
        if report.failure is not None:
            raise RuntimeError(report.failure)
        return report, _cpu() - begin

    def work() -> dict[str, float]:
        day = TODAY + timedelta(days=len(told["without"]))
        content = (source, other)[day.toordinal() % 2]
        told["without"].append(night(content, remembers=False)[1])
        report, seconds = night(content, remembers=True)
        begin = _cpu()
        memory = Memory(where, Journal(None, home), RunEntry(str(day), day, str(day), "bench"), spec)
        memory.begin()
        opened = _cpu()
        for number in range(books):
            crossed = pickle.loads(pickle.dumps(report))  # noqa: S301 - our own bytes
            memory.take(Answer(replace(crossed, path=Path(target).with_stem(str(number)))))
        memory.flush()
        parent = (_cpu() - opened) / books
        memory.end(str(day), whole=True)
        if memory.findings:
            raise RuntimeError(memory.findings)
        told["parent" if told["first"] else "first"].append(parent)
        told["with"].append(seconds + parent)
        kept = {name: values[1:] if name in {"with", "without"} else values for name, values in told.items()}
        return {name: statistics.median(values) for name, values in kept.items() if values} | {
            "opening": opened - begin,
            "size": Path(where.where).stat().st_size / 1e6,
        }

    return work


def worker() -> Work:
    """Start a process that treats workbooks, the program being imported, until it answers."""
    from strategy_xl.runs.engines.local import _Worker
    from strategy_xl.work.recompute import JobReport

    def work() -> None:
        begun = _Worker.start(JobReport)
        begun.hand(Path("none.xlsx"))
        begun.pipe.recv()
        begun.end()

    return work


def same(source: str, target: str, other: str, block: str) -> Work:
    """Whether two results hold what people typed in the source, and the first is final."""
    from strategy_xl.book.read import read_workbook
    from strategy_xl.schema.loader import load_default

    def work() -> bool:
        spec, keys = load_default(), list(TYPED[block])
        paths = [path for path in (source, target, other) if path]
        books = [read_workbook(path, spec, blocks=[block]) for path in paths]
        one, *others = (book.blocks[block].frame[keys] for book in books)
        return all(one.equals(frame) for frame in others) and not _recomputed(target)

    return work


SUBJECTS: dict[str, Callable[..., Work]] = {
    one.__name__: one
    for one in (ours, peer, limit, mark, new, list_in, texts, run, around, worker, same, remembered)
}


# -- measuring ----------------------------------------------------------------------------------------------


@contextmanager
def _clock(into: list[tuple[float, float]]) -> Iterator[None]:
    """CPU seconds, those of children that have ended included, and wall seconds of a block."""
    begin, wall = _cpu(), time.perf_counter()
    yield
    into.append((_cpu() - begin, time.perf_counter() - wall))


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def measured(name: str, turns: int, arguments: dict[str, Any]) -> dict[str, object]:
    """Medians of so many turns after one that warms up, and the peak memory of this process."""
    work = SUBJECTS[name](**arguments)
    given = work() if turns > 1 else None
    clocks: list[tuple[float, float]] = []
    for _ in range(turns):
        with _clock(clocks):
            given = work()
    cpu, wall = (statistics.median(values) for values in zip(*clocks, strict=True))
    scale = 1024 if sys.platform != "darwin" else 1024 * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
    return {"cpu": cpu, "wall": wall, "peak": peak, "given": given}


if __name__ == "__main__":
    multiprocessing.freeze_support()
    told = json.loads(sys.argv[2])
    found = book(**told) if sys.argv[1] == "book" else measured(sys.argv[1], told.pop("turns"), told)
    print(json.dumps(found))
