"""Treat many cases in a process of their own, each within a time and a memory, and tell what became of each.

The process lives on from case to case. It is forked, with all that was imported, so that another one costs
some hundredths of a second when one hangs, dies or grows too large. For systems with ``/proc`` (Linux).
"""

from __future__ import annotations

import faulthandler
import gc
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Generic, Self, TypeVar

from strategy_xl.errors import StrategyXlError

OK, REFUSED, UNJUDGED = "ok", "refused", "not judged"
FAULT, CRASH, HANG, MEMORY = "fault", "crash", "hang", "memory"
BAD = (FAULT, CRASH, HANG, MEMORY)

_TICKS = os.sysconf("SC_CLK_TCK")
_LOOK = 0.1
_Case = TypeVar("_Case")


class RefusedError(Exception):
    """A treatment ended with findings; the argument is their code."""


class OracleError(Exception):
    """What a treatment gave is not what it should be; the argument says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a case may take.

    Arguments:
        cpu: seconds of processor time. A machine that is shared gives a case little of its time, so that
            the clock on the wall says little.
        wall: seconds on the wall, for what waits.
        memory: bytes beyond what the process holds between two cases.
        judging: seconds of processor time for what judges the result, which the case is not charged.
        cases: cases after which a new process takes over, so that nothing piles up.
    """

    cpu: float = 5.0
    wall: float = 120.0
    memory: int = 512 << 20
    judging: float = 60.0
    cases: int = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case.

    Arguments:
        kind: ``ok``, ``refused``, ``not judged`` (that took too long), ``fault`` (a wrong result), ``crash``,
            ``hang`` or ``memory``.
        detail: the code of a refusal, what is wrong with a result, the traceback of all else.
        cpu: seconds of processor time.
        memory: bytes at the peak beyond those at the start.
        value: what the treatment gave.
    """

    kind: str
    detail: str = ""
    cpu: float = 0.0
    memory: int = 0
    value: Any = None

    @property
    def signature(self) -> str:
        """What failures of one cause have in common: kind, error, and the last place in the program."""
        lines = self.detail.strip().splitlines() or [""]
        places = [line.strip() for line in lines if "strategy_xl/" in line and "line " in line]
        if self.kind == HANG:  # faulthandler begins with the innermost call
            return f"{self.kind} {places[0] if places else ''}"
        last = lines[-1].partition(":")[0] if self.kind in (CRASH, MEMORY) else lines[0]
        return f"{self.kind} {last[:150]} {places[-1] if places else ''}".strip()


def _status(name: str, pid: int | str = "self") -> int:
    """A figure of a process in bytes, such as VmHWM."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) << 10
    return 0


def _cpu(pid: int) -> float:
    """Processor seconds that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass
class _Meter:
    """What a case has taken, in its own process; ``tell`` tells the parent that judging begins or ends."""

    tell: Callable[[bool], None]
    cpu: float = 0.0
    memory: int = 0
    _start: float = 0.0
    _before: int = 0

    def go(self) -> None:
        with Path("/proc/self/clear_refs").open("w") as refs:
            refs.write("5")  # the peak counts from here
        self._before, self._start = _status("VmRSS"), time.process_time()

    def stop(self) -> None:
        self.cpu += time.process_time() - self._start
        self.memory = max(self.memory, _status("VmHWM") - self._before)


_meters: list[_Meter] = []


@contextmanager
def judging() -> Iterator[None]:
    """What is done inside is not charged to the case that is treated."""
    meter = _meters[-1] if _meters else _Meter(lambda _on: None)
    meter.stop()
    meter.tell(True)  # noqa: FBT003 - on
    try:
        yield
    finally:
        meter.tell(False)  # noqa: FBT003 - off
        meter.go()


def _tried(treat: Callable[[Any], Any], case: Any) -> Outcome:
    try:
        return Outcome(OK, value=treat(case))
    except StrategyXlError as error:
        return Outcome(REFUSED, error.finding.code)
    except RefusedError as error:
        return Outcome(REFUSED, str(error))
    except OracleError as error:
        return Outcome(FAULT, str(error))
    except MemoryError:
        return Outcome(MEMORY, traceback.format_exc())
    except BaseException:  # noqa: BLE001 - whatever it is, it is a crash of this case
        return Outcome(CRASH, traceback.format_exc())


def _measured(
    treat: Callable[[Any], Any], case: Any, limits: Limits, tell: Callable[[bool], None]
) -> Outcome:
    meter = _Meter(tell)
    _meters[:] = [meter]
    meter.go()
    found = _tried(treat, case)
    meter.stop()
    if meter.memory > limits.memory and found.kind in (OK, REFUSED):
        found = Outcome(MEMORY, f"{meter.memory >> 20} MiB")
    return Outcome(found.kind, found.detail, meter.cpu, meter.memory, found.value)


def _work(treat: Callable[[Any], Any], cases: Connection, limits: Limits, dump: IO[bytes]) -> None:
    """Treat cases until there are no more; the parent is told when it can begin, and after each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.register(signal.SIGUSR1, dump, all_threads=True, chain=False)
    gc.collect()
    gc.freeze()
    space = _status("VmSize") + limits.memory + (64 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    cases.send("ready")  # what it took to begin is not charged to the first case
    while True:
        try:
            case = cases.recv()
        except EOFError:
            return
        found = _measured(treat, case, limits, cases.send)
        cases.send(found)
        if found.kind == MEMORY:
            return  # what is left of this process is of no use


class Supervised(Generic[_Case]):
    """A treatment, and the process in which it runs.

    >>> with Supervised(int) as treatment:
    ...     [treatment(case).kind for case in ("1", "x")]
    ['ok', 'crash']
    """

    def __init__(self, treat: Callable[[_Case], Any], limits: Limits | None = None) -> None:
        """For a function of one case; what it gives and raises must be small and must pickle."""
        self._treat = treat
        self._limits = limits or Limits()
        self._process: Any = None
        self._done = 0
        self._dump: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process

    def __enter__(self) -> Self:
        """Nothing is started before the first case."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        """End the process."""
        self._end()
        self._dump.close()

    def __call__(self, case: _Case) -> Outcome:
        """Treat a case and tell what became of it; never raises for what the case does."""
        if self._process is None:
            self._start()
        self._done += 1
        self._pipe.send(case)
        found: Outcome | bool = False
        while not isinstance(found, Outcome):
            found = self._next(is_judging=found)
        if found.cpu > self._limits.cpu and found.kind != UNJUDGED:
            found = Outcome(HANG, f"{found.cpu:.1f} s\n{found.detail}", found.cpu, found.memory)
        if found.kind == MEMORY or self._done >= self._limits.cases:
            self._end()
        return found

    def _next(self, *, is_judging: bool) -> Outcome | bool:
        """What the process tells next: the outcome, or whether judging begins or ends."""
        limit, kind = (self._limits.judging, UNJUDGED) if is_judging else (self._limits.cpu, HANG)
        start, used = time.monotonic(), _cpu(self._process.pid)
        while not self._pipe.poll(_LOOK):
            cpu = _cpu(self._process.pid) - used
            if cpu > limit or time.monotonic() - start > self._limits.wall:
                return Outcome(kind, self._stopped(), cpu)
        try:
            found: Outcome | bool = self._pipe.recv()
        except EOFError:
            self._process.join(10)
            number = self._process.exitcode
            self._end()
            return Outcome(CRASH, f"the process ended with {number}")
        return found

    def _start(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self._dump.truncate(0)
        self._dump.seek(0)
        context = get_context("fork")
        self._pipe, theirs = context.Pipe()
        args = (self._treat, theirs, self._limits, self._dump)
        self._process = context.Process(target=_child, args=(self._pipe, *args), daemon=True)
        self._process.start()
        theirs.close()
        self._done = 0
        self._pipe.recv()

    def _stopped(self) -> str:
        """Where the process is; it is ended."""
        os.kill(self._process.pid, signal.SIGUSR1)
        time.sleep(0.3)
        self._end()
        self._dump.seek(0)
        return self._dump.read().decode("utf-8", "replace")

    def _end(self) -> None:
        if self._process is None:
            return
        self._pipe.close()
        self._process.kill()
        self._process.join()
        self._process = None


def _child(
    parents: Connection, treat: Callable[[Any], Any], theirs: Connection, limits: Limits, dump: Any
) -> None:
    parents.close()  # else the end of the parent would not be seen
    _work(treat, theirs, limits, dump)
