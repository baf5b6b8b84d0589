"""Do a workbook's files all the harm that happens on a share, and count what comes of it.

Runs are killed at random moments and at every call of the system in the write, somebody saves meanwhile, two
runs meet, the disk is full. Afterwards every workbook must be the old or the new one, whole, and the next run
must finish. ``--write`` puts the counts into docs/reliability.md.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.ooxml import replace
from strategy_xl.ooxml.backups import Backups
from strategy_xl.ooxml.replace import remove_stale
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import BookPlan, plan_workbook, recompute_workbook

ROOT = Path(__file__).parents[1]
SPEC = load_default()
TODAY = date(2027, 3, 1)
HARMED = "HARMED"


def small_book(path: Path, modules: tuple[str, ...] = ("client_matrix",), clients: int = 40) -> Path:
    """A workbook of a few modules, as people filled it and nobody has recomputed it yet."""
    chance = random.Random(clients)  # noqa: S311 - not for secrets
    rows = [
        {"name": f"Client {n}", "revenue": chance.randrange(500, 90_000), "hours": chance.randrange(1, 160)}
        for n in range(clients)
    ]
    spec = only(SPEC, modules)
    path.write_bytes(render(spec, lang="fr", company="", today=TODAY, rows={"clients": rows}))
    return path


@dataclass
class Work:
    """A workbook to do harm to, with what it was and what it is to be."""

    book: Path
    old: bytes
    new: bytes
    seconds: float

    @classmethod
    def prepare(cls, folder: Path) -> Work:
        """A book in a folder of its own, and how long a run of it takes."""
        folder.mkdir(parents=True)
        book = small_book(folder / "plan.xlsx")
        old = book.read_bytes()
        start = time.perf_counter()
        report = recompute_workbook(book, SPEC, TODAY, backups=0)
        assert report.failure is None, report.failure
        work = cls(book, old, book.read_bytes(), time.perf_counter() - start)
        assert work.old != work.new
        work.reset()
        return work

    def reset(self) -> None:
        """The book as it was, without earlier versions."""
        self.book.write_bytes(self.old)
        shutil.rmtree(self.book.parent / ".strategy_xl", ignore_errors=True)

    def plan(self) -> BookPlan:
        """What the old book is to show."""
        self.reset()
        return plan_workbook(Snapshot.take(self.book), SPEC, TODAY, grows=True)

    def state(self) -> str:
        """What became of the book."""
        try:
            now = self.book.read_bytes()
        except FileNotFoundError:
            return HARMED
        if now == self.new:
            kept = [version.path.read_bytes() for version in Backups(self.book, 1).versions()]
            return "new" if self.old in kept else "new, old version not kept"
        return "old" if now == self.old else HARMED

    def left(self) -> list[Path]:
        """Temporary files of ours."""
        return [path for path in self.book.parent.iterdir() if path.name.startswith(".sx-")]

    def finish(self) -> str:
        """Whether the next run completes, and leaves nothing behind."""
        remove_stale(self.book.parent)
        report = recompute_workbook(self.book, SPEC, TODAY)
        is_done = report.failure is None and self.book.read_bytes() == self.new and not self.left()
        return "next run finished" if is_done else HARMED


def child(work: Callable[[], object]) -> int:
    """A copy of this process that does some work; its number. It never comes back."""
    number = os.fork()
    if number:
        return number
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


# -- killed ------------------------------------------------------------------------------------------------


def killed_at_random(work: Work, count: int, chance: random.Random) -> Counter[str]:
    """Runs killed at random moments: one half anywhere in the run, the other in the write."""
    found: Counter[str] = Counter()
    plan = work.plan()
    writing, left = _time_of(work, plan), 0
    for turn in range(count):
        work.reset()
        if turn % 2:
            number = child(lambda: recompute_workbook(work.book, SPEC, TODAY))
            time.sleep(chance.uniform(0, 1.1 * work.seconds))
        else:
            ready, tell = os.pipe()
            number = child(lambda tell=tell: _write(work.book, plan, tell))
            os.close(tell)
            os.read(ready, 1)
            time.sleep(chance.uniform(0, 1.2 * writing))
            os.close(ready)
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)
        found[work.state()] += 1
        found["temporary file left for the next run"] += len(work.left()) > left
        left = len(work.left())
        if turn % 10 == 9:
            found[work.finish()] += 1
            left = 0
    return found


def _write(book: Path, plan: BookPlan, tell: int) -> None:
    """Write the plan; say when the writing begins."""
    real = replace._temporary  # noqa: SLF001

    def temporary(folder: Path) -> Path:
        with contextlib.suppress(OSError):
            os.write(tell, b"x")
        return real(folder)

    replace._temporary = temporary  # noqa: SLF001
    plan.write(Snapshot.take(book), book, backups=1)


def _time_of(work: Work, plan: BookPlan) -> float:
    work.reset()
    begun: list[float] = []
    real = replace._temporary  # noqa: SLF001

    def temporary(folder: Path) -> Path:
        begun.append(time.perf_counter())
        return real(folder)

    replace._temporary = temporary  # noqa: SLF001
    try:
        plan.write(Snapshot.take(work.book), work.book, backups=1)
    finally:
        replace._temporary = real  # noqa: SLF001
    return time.perf_counter() - begun[0]


def killed_at_calls(work: Work, step: int = 1, passed: frozenset[str] = frozenset()) -> Counter[str]:
    """The write killed before and after its every call of the system; or at some, certain calls passed."""
    found: Counter[str] = Counter()
    plan = work.plan()
    at, code = 1, -signal.SIGKILL
    while code:
        work.reset()
        number = child(lambda at=at: _killed_write(work.book, plan, at, passed))
        code = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        assert code in (0, -signal.SIGKILL), code
        found[work.state()] += 1
        if code:
            found["kills"] += 1
            found[work.finish()] += 1
        at += step
    return found


def _killed_write(book: Path, plan: BookPlan, at: int, passed: frozenset[str]) -> None:
    """The write, killed at the ``at``-th event of a call of the system."""
    calls = 0

    def look(_frame: FrameType, event: str, called: Any) -> None:
        nonlocal calls
        if event not in ("c_call", "c_return") or called.__name__ in passed:
            return
        module = getattr(called, "__module__", None)
        owner = type(getattr(called, "__self__", None)).__module__
        if module in ("posix", "_posixsubprocess", "fcntl") or owner in ("_io", "ctypes"):
            calls += 1
            if calls == at:
                os.kill(os.getpid(), signal.SIGKILL)

    snapshot = Snapshot.take(book)
    real = replace.atomic_replace.__wrapped__  # type: ignore[attr-defined]

    @contextlib.contextmanager
    def watched(*args: Any, **options: Any) -> Iterator[Any]:
        sys.setprofile(look)
        try:
            yield from real(*args, **options)
        finally:
            sys.setprofile(None)

    sys.modules["strategy_xl.ooxml.patch"].atomic_replace = watched  # type: ignore[attr-defined]
    plan.write(snapshot, book, backups=1)


# -- somebody saves meanwhile ------------------------------------------------------------------------------

SAVER = """
import os, random, sys, time
import openpyxl
from python_calamine import load_workbook
path, stop, chance = sys.argv[1], time.time() + float(sys.argv[2]), random.Random(int(sys.argv[3]))
book = openpyxl.load_workbook(path)
sheet, row, column = book[sys.argv[4]], int(sys.argv[5]), int(sys.argv[6])
mark = saves = lost = 0
def seen():
    rows = load_workbook(path).get_sheet_by_name(sys.argv[4]).to_python(skip_empty_area=False)
    return rows[row - 1][column - 1]
while time.time() < stop:
    mark = saves + 1
    sheet.cell(row, column).value = mark
    if chance.random() < 0.5:
        book.save(path)
    else:
        book.save(path + ".theirs")
        os.replace(path + ".theirs", path)
    saves += 1
    time.sleep(chance.choice((0.0, 0.02, 0.1, 0.3)) * chance.random())
    if seen() != mark:
        time.sleep(0.3)  # while a run trades names back, its file is to be seen
        lost += seen() != mark
print(saves, lost)
"""


def saved_meanwhile(folder: Path, seconds: float, chance: random.Random) -> Counter[str]:
    """Another program saves at random moments, in place or by a rename, while runs follow each other."""
    folder.mkdir(parents=True)
    book = small_book(folder / "plan.xlsx")
    block = read_workbook(book, SPEC, blocks=["clients"]).blocks["clients"]
    row, column = block.cell("hours", block.first_row)
    arguments = [book, seconds, chance.randrange(10**6), block.sheet, row, column]
    saver = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", SAVER, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )
    found: Counter[str] = Counter()
    while saver.poll() is None:
        report = recompute_workbook(book, SPEC, TODAY)
        if report.failure is not None:
            found[f"left alone, {report.failure.code}"] += 1
        else:
            found["recomputed" if report.changed else "nothing to do"] += 1
    saves, lost = map(int, saver.communicate()[0].split())
    found["saves"], found[HARMED] = saves, found[HARMED] + lost
    report = recompute_workbook(book, SPEC, TODAY)
    found["next run finished" if report.failure is None else HARMED] += 1
    return found


def changed_between(work: Work, count: int) -> Counter[str]:
    """A change forced in between the reading and the writing: the file stays as it is then."""
    found: Counter[str] = Counter()
    plan = work.plan()
    for turn in range(count):
        work.reset()
        snapshot = Snapshot.take(work.book)
        theirs = work.old + b"%d" % turn
        work.book.write_bytes(theirs)
        with contextlib.suppress(Exception):
            plan.write(snapshot, work.book, backups=1)
        found["untouched" if work.book.read_bytes() == theirs else HARMED] += 1
    return found


def two_at_once(work: Work, rounds: int, chance: random.Random) -> Counter[str]:
    """Two runs of the same workbook at once."""
    found: Counter[str] = Counter()
    for _ in range(rounds):
        work.reset()
        delay = chance.uniform(0, work.seconds)
        numbers = [child(lambda: recompute_workbook(work.book, SPEC, TODAY))]
        time.sleep(delay * chance.random())
        numbers.append(child(lambda: recompute_workbook(work.book, SPEC, TODAY)))
        for number in numbers:
            os.waitpid(number, 0)
        found[work.state()] += 1
        found[work.finish()] += 1
    return found


# -- no room -----------------------------------------------------------------------------------------------


def full_disk(work: Work, count: int, chance: random.Random) -> Counter[str]:
    """A disk that is full after some bytes: a limit of the process."""
    found: Counter[str] = Counter()
    for _ in range(count):
        work.reset()
        limit = chance.randrange(len(work.new))
        number = child(lambda limit=limit: _with_limit(work.book, limit))
        code = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        found["reported" if code == 0 else HARMED] += 1
        found[work.state()] += 1
        found[HARMED] += bool(work.left())
    found[work.finish()] += 1
    return found


def _with_limit(book: Path, limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    report = recompute_workbook(book, SPEC, TODAY)
    assert report.failure is not None
    assert report.failure.code in ("SX917", "SX109"), report.failure


def full_file_system(folder: Path, count: int, chance: random.Random) -> Counter[str]:
    """A file system in memory with no room for the new file; only root may make one."""
    found: Counter[str] = Counter()
    folder.mkdir(parents=True)
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, check=False, capture_output=True).returncode:  # noqa: S603
        found["not tried: no right to mount"] += 1
        return found
    try:
        work = Work.prepare(folder / "w")
        filler = folder / "filler"
        for _ in range(count):
            work.reset()
            free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
            room = chance.randrange(len(work.new) // 2)
            filler.write_bytes(b"x" * max(free - room, 0))
            report = recompute_workbook(work.book, SPEC, TODAY)
            told = report.failure is not None and report.failure.args["reason"] == os.strerror(errno.ENOSPC)
            found["reported" if told else HARMED] += 1
            found[work.state()] += 1
            filler.unlink()
        found[work.finish()] += 1
    finally:
        subprocess.run([unmount or "umount", str(folder)], check=True)  # noqa: S603
    return found


# -- the whole ---------------------------------------------------------------------------------------------


def main() -> int:
    """Do all of it, print a table; 1 when anything was harmed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=600)
    parser.add_argument("--seconds", type=float, default=120, help="how long somebody saves meanwhile")
    parser.add_argument("--rounds", type=int, default=50, help="of two runs at once, of full disks")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--folder", type=Path, help="where (a share to be tried); a temporary one else")
    parser.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)  # noqa: S311 - not for secrets
    harmed = False
    lines = ["| what | counts |", "|---|---|"]
    print(f"seed {arguments.seed}", *lines, sep="\n")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        place = Path(name)
        work = Work.prepare(place / "work")
        rounds = arguments.rounds
        stages: dict[str, Callable[[], Counter[str]]] = {
            "killed at random moments": lambda: killed_at_random(work, arguments.kills, chance),
            "killed at every call of the system in the write": lambda: killed_at_calls(work),
            "changed between reading and writing": lambda: changed_between(work, rounds),
            "somebody saves meanwhile": lambda: saved_meanwhile(place / "saved", arguments.seconds, chance),
            "two runs at once": lambda: two_at_once(work, rounds, chance),
            "full disk (limit of the process)": lambda: full_disk(work, rounds, chance),
            "full disk (file system in memory)": lambda: full_file_system(place / "full", rounds, chance),
        }
        for what, stage in stages.items():
            counts = +stage()
            harmed |= bool(counts[HARMED])
            shown = ", ".join(f"{key} {counts[key]}" for key in sorted(counts))
            lines.append(f"| {what} | {shown or '–'}{'' if counts[HARMED] else ', harmed 0'} |")
            print(lines[-1], flush=True)
    if arguments.write:
        write_docs(lines, arguments.seed)
    return int(harmed)


def write_docs(lines: list[str], seed: int) -> None:
    """Put the table into the page, between its marks."""
    page = ROOT / "docs" / "reliability.md"
    begin, end = "<!-- faults -->", "<!-- /faults -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    told = f"Seed {seed}, {sys.platform}, Python {sys.version.split()[0]}."
    page.write_text("\n".join([before + begin, told, "", *lines, end + after]), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
