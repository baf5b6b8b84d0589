"""What runs in a worker of a Dask cluster: what it needs to know of a run, and what it does with a bundle.

What crosses is packed by pickle at both ends: Dask would look into each part of it, workbook by workbook.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from distributed import WorkerPlugin, get_worker

from strategy_xl.runs.engines.held_memory import keep_memory
from strategy_xl.runs.interrupts import SIGNALS
from strategy_xl.runs.marks import Mark, program
from strategy_xl.runs.outcome import Answer, Job, failed, guarded

if TYPE_CHECKING:
    from distributed import Worker

_ALONE = threading.Lock()


@dataclass
class _Progress:
    """How far a worker has come with a bundle: when it began each workbook, and what came of it."""

    bundle: int
    begun: list[float] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


class Duty(WorkerPlugin):
    """What a worker needs to know of a run; the scheduler gives it to those who come later too.

    Arguments:
        job: what to do with each workbook.
        program: which program the run is, as ``marks.program`` tells it.
        ours: whether the workers belong to the run.
    """

    def __init__(self, job: Job, program: str, *, ours: bool) -> None:
        """Made in the run's own process."""
        self.job, self.program, self.ours = job, program, ours
        self.progress: _Progress | None = None

    def setup(self, worker: Worker) -> None:  # noqa: ARG002 - as Dask calls it
        """Make a worker ready."""
        keep_memory()
        gc.freeze()  # what it has imported stays: it is not looked through for garbage with each workbook
        if self.ours and threading.current_thread() is threading.main_thread():
            for number in SIGNALS:  # Ctrl-C reaches all processes of a terminal; the run decides
                if number != signal.SIGTERM:
                    signal.signal(number, signal.SIG_IGN)


def treated(packed: bytes, bundle: int, run: str) -> bytes:
    """Treat the workbooks of a bundle, one after the other.

    Arguments:
        packed: paths, each with its mark or None.
        bundle: its number.
        run: the name of the run's ``Duty``.

    Returns:
        Packed: seconds that it took, and an answer for each.
    """
    worker = get_worker()
    duty = cast("Duty", worker.plugins[run])
    books: list[tuple[Path, Mark | None]] = pickle.loads(packed)  # noqa: S301 - from the run, as the job is
    if program() != duty.program:
        return pickle.dumps((0.0, [failed(path, "SX805", worker=worker.address) for path, _mark in books]))
    with _ALONE:  # one at a time, however many threads a worker was given: the work is not made for threads
        worker.log_event(run, (bundle, worker.address))
        start = time.monotonic()
        duty.progress = progress = _Progress(bundle)
        for path, mark in books:
            progress.begun.append(time.monotonic())
            progress.answers.append(guarded(path, duty.job, mark))
        duty.progress = None
        return pickle.dumps((time.monotonic() - start, progress.answers))


def how_far(bundle: int, run: str, dask_worker: Worker) -> bytes:
    """Tell how far a bundle has come, from another thread.

    Arguments:
        bundle: its number.
        run: the name of the run's ``Duty``.
        dask_worker: the worker, which Dask fills in.

    Returns:
        Packed: seconds since the workbook was begun that is in hand, 0 when it is none of this bundle; and
        the answers of those before it.
    """
    progress = cast("Duty", dask_worker.plugins[run]).progress
    if progress is not None and progress.bundle == bundle and progress.begun:
        number, since = len(progress.begun), progress.begun[-1]
        answers = list(progress.answers)
        if len(answers) == number - 1:  # else it goes on while we look
            return pickle.dumps((time.monotonic() - since, answers))
    return pickle.dumps((0.0, []))


def looks(folder: str) -> tuple[str, bool]:
    """Tell what a worker is: its program, and whether it sees a folder.

    Arguments:
        folder: where the workbooks are.
    """
    return program(), os.path.isdir(folder)  # noqa: PTH112 - as in discover
