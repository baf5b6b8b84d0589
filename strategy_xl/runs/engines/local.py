"""Processes that treat one workbook at a time: one that dies costs that one, and none outlives its parent.

The pools of the standard library do not say which task killed a process, lose all others with it, cannot end
one that hangs, and their processes go on when the parent is killed.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import MappingProxyType

from strategy_xl.progress import Step, listening
from strategy_xl.runs.engines.held_memory import keep_memory
from strategy_xl.runs.interrupts import SIGNALS, Interrupts
from strategy_xl.runs.marks import Mark
from strategy_xl.runs.outcome import LOST, TOO_LONG, Answer, Heard, Job, Watch, failed, guarded

_TICK = 0.2
"""Seconds between two looks at clocks and signals."""
_PATIENCE = 2.0
"""Seconds that a killed process has to end; one that waits for a dead file server takes longer."""
_PR_SET_PDEATHSIG = 1

# A process that is forked has everything imported; elsewhere forking is not there, or not safe.
if sys.platform == "linux":
    _CONTEXT = multiprocessing.get_context("fork")
else:
    _CONTEXT = multiprocessing.get_context("spawn")


def _follow_parent() -> None:
    """End this process when its parent has died: a pipe (Windows: a handle) that becomes ready then."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # only a worker calls this
    wait([parent.sentinel])
    os._exit(1)


def _die_with(parent: int) -> None:
    """See to it that this process does not outlive its parent."""
    if sys.platform == "linux":
        # The kernel does it, without a moment in between. (It watches the thread that started this process.)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_follow_parent, daemon=True).start()
    if os.getppid() != parent:
        os._exit(1)  # it died while we began


def _serve(pipe: Connection, parent: int, job: Job) -> None:
    """Treat the workbooks that the parent sends, until it ends this process."""
    for number in SIGNALS:  # Ctrl-C reaches all processes of a terminal; the parent decides
        signal.signal(number, signal.SIG_IGN)
    _die_with(parent)
    keep_memory()
    gc.freeze()  # what the parent had stays: it is not looked through for garbage with each workbook
    while os.getppid() == parent:
        with listening(pipe.send):
            path, mark = pipe.recv()
            answer = guarded(path, job, mark)
        pipe.send(answer)


@dataclass(slots=True)
class _Worker:
    """One process, and the workbook that it has in hand."""

    process: BaseProcess
    pipe: Connection
    path: Path | None = None
    since: float = 0.0

    @classmethod
    def start(cls, job: Job) -> _Worker:
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_serve, args=(theirs, os.getpid(), job), daemon=True)
        try:
            process.start()
        finally:
            theirs.close()
        return cls(process, ours)

    def hand(self, path: Path, mark: Mark | None = None) -> None:
        self.path, self.since = path, time.monotonic()
        self.pipe.send((path, mark))

    def end(self) -> str:
        """Kill the process if it is still there; what it died of."""
        self.process.kill()
        self.process.join(_PATIENCE)
        self.pipe.close()
        code = self.process.exitcode or 0
        return f"signal {-code}" if code < 0 else f"exit {code}"


class _Crew:
    """The processes of one pass over workbooks."""

    def __init__(self, job: Job, size: int, heard: Heard) -> None:
        self.job, self.size, self.heard = job, size, heard
        self.workers: list[_Worker] = []

    def has_room(self) -> bool:
        """Whether a workbook can be handed out now."""
        return len(self.workers) < self.size or any(worker.path is None for worker in self.workers)

    def hand(self, path: Path, mark: Mark | None) -> Answer | None:
        """Give a workbook to a process that has none, or to a new one; an answer when that failed."""
        worker = next((worker for worker in self.workers if worker.path is None), None)
        try:
            if worker is None:
                worker = _Worker.start(self.job)
                self.workers.append(worker)
            worker.hand(path, mark)
        except OSError as error:  # no process can be had, or it has died while it had nothing to do
            if worker is not None:
                self.dismiss(worker)
            return failed(path, LOST, detail=error.strerror or str(error))
        return None

    def dismiss(self, worker: _Worker) -> str:
        """End a process; what it died of."""
        self.workers.remove(worker)
        return worker.end()

    def answers(self, limit: float) -> Iterator[Answer]:
        """What came of the workbooks in hand, after a moment."""
        busy = [(worker, worker.path) for worker in self.workers if worker.path is not None]
        ready = wait([worker.pipe for worker, _path in busy], _TICK)
        for worker, path in busy:
            taken = time.monotonic() - worker.since
            if worker.pipe in ready:
                answer = self._received(worker, path, taken)
                if answer is not None:
                    yield answer
                    continue
            if limit and taken > limit:
                self.dismiss(worker)
                yield failed(path, TOO_LONG, taken, minutes=limit / 60)

    def _received(self, worker: _Worker, path: Path, taken: float) -> Answer | None:
        """An answer; None when a process only said how far it has come."""
        try:
            said: Answer | Step = worker.pipe.recv()
        except (EOFError, OSError):
            return failed(path, LOST, taken, detail=self.dismiss(worker))
        if isinstance(said, Step):
            self.heard(path, said)
            return None
        worker.path = None
        return said


def treat(  # noqa: PLR0913 - paths, job, processes; the rest are keywords
    paths: Collection[Path],
    job: Job,
    jobs: int,
    *,
    limit: float,
    interrupts: Interrupts,
    watch: Watch,
    heard: Heard = lambda _path, _step: None,
    marks: Mapping[Path, Mark] = MappingProxyType({}),
) -> Iterator[Answer]:
    """Treat workbooks in processes of this machine: as ``outcome.Treat`` says.

    A process that dies answers SX108 for its workbook, one that takes too long is killed and answers SX195;
    the others go on, and another process takes its place.
    """
    waiting = deque(paths)
    crew = _Crew(job, jobs, heard)
    try:
        while not interrupts.at_once:
            watch.beat()
            while waiting and crew.has_room() and not interrupts.ending:
                path = waiting.popleft()
                watch.started(path)
                broken = crew.hand(path, marks.get(path))
                if broken is not None:
                    yield broken
            if all(worker.path is None for worker in crew.workers):
                return
            yield from crew.answers(limit)
    finally:
        for worker in crew.workers:
            worker.end()
