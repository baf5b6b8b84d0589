"""Workbooks treated by the workers of a Dask cluster: a scheduler that is there, or one of this machine.

Dask decides which worker takes a workbook, and gives it to another one when the worker dies. That is safe
since treating a workbook again changes nothing: it is read, found as it should be, and left. Should two
workers have the same one in hand (one that was thought dead), the second finds the file changed and starts
over.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import CancelledError
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import dask.config
from distributed import Client, LocalCluster
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker

from strategy_xl.errors import Finding, Location, Severity, StrategyXlError
from strategy_xl.runs.engines.bundles import Bundling
from strategy_xl.runs.engines.dask_worker import Duty, how_far, looks, treated
from strategy_xl.runs.faults import fault, logger, trace
from strategy_xl.runs.interrupts import Interrupts
from strategy_xl.runs.marks import Mark, program
from strategy_xl.runs.outcome import LOST, TOO_LONG, Answer, Heard, Job, Watch, failed
from strategy_xl.work.recompute import JobReport

if TYPE_CHECKING:
    from distributed import Future

_AHEAD = 2
"""Bundles handed out for each thread of a worker: the one that it treats, and one that lies ready."""
_TICK = 0.2
"""Seconds between two looks at clocks and signals."""
_LOOK = 2.0
"""Seconds between two questions to the scheduler how many workers it has."""
_REPLY = 10.0
"""Seconds that the scheduler has for an answer."""
_QUIET = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.client.scheduler-info-interval": "10s",
}
"""What Dask watches many times a second for pages that nobody looks at here."""
_DASK = logging.getLogger("distributed")


class _Begun(NamedTuple):
    """Since when a bundle is treated, or may be without another look; and where."""

    since: float
    worker: str


class DaskEngine:
    """The workers of one cluster.

    Arguments:
        address: of the scheduler; without one a scheduler and workers are started on this machine.
        workers: how many of them then.
        patience: seconds that a run waits for a worker when there is none.

    Errors: on entering StrategyXlError SX802 when the scheduler does not answer.
    """

    def __init__(self, address: str | None, workers: int, *, patience: float = 60.0) -> None:
        """Nothing is started or asked yet."""
        self.fault: Finding | None = None
        self._address, self._workers, self._patience = address, workers, patience
        self._cluster: LocalCluster | None = None
        self._level = logging.NOTSET
        self._said: queue.SimpleQueue[Future[bytes] | tuple[int, str]] = queue.SimpleQueue()

    def __enter__(self) -> Self:
        """Connect to the scheduler, or start one."""
        self._level = _DASK.level
        _DASK.setLevel(logging.CRITICAL)  # what it would tell of people's network and workers, findings tell
        try:
            if self._address is None:
                # Its own certificates: whoever may talk to a scheduler may run anything.
                with dask.config.set(_QUIET):
                    self._cluster = LocalCluster(
                        n_workers=self._workers,
                        threads_per_worker=1,
                        processes=True,
                        host="127.0.0.1",
                        memory_limit=None,
                        dashboard_address="127.0.0.1:0",
                        scheduler_kwargs={"dashboard": False},
                        worker_dashboard_address=None,
                        silence_logs=logging.CRITICAL,
                        security=True,
                    )
            self.client = Client(self._cluster or self._address, timeout=_REPLY, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            self._end()
            where = Location(self._address)
            raise StrategyXlError("SX802", where, detail=str(error) or type(error).__name__) from error
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Leave the scheduler; one that was started for this run ends with its workers."""
        self.client.close(timeout=_REPLY)
        self._end()

    def _end(self) -> None:
        if self._cluster is not None:
            self._cluster.close(timeout=_REPLY)
        _DASK.setLevel(self._level)

    def check(self, folder: str | None) -> None:
        """Make sure that the workers run this very program, and see the folder of the workbooks.

        Arguments:
            folder: None when it is nowhere in a file system.

        Errors: StrategyXlError SX804 there is no worker, SX805 it is another program, SX806 the folder is not
        there.
        """
        deadline = time.monotonic() + self._patience
        while not self._threads():
            if time.monotonic() > deadline:
                raise StrategyXlError("SX804", Location(self._address), seconds=self._patience)
            time.sleep(_TICK)
        for worker, (theirs, sees) in self.client.run(looks, folder or os.sep).items():
            if theirs != program():
                raise StrategyXlError("SX805", Location(self._address), worker=worker)
            if not sees:
                raise StrategyXlError("SX806", Location(folder), worker=worker)

    def _workers_now(self) -> Mapping[str, int]:
        """Address and threads of each worker; a scheduler that does not answer has none."""
        scheduler = self.client.scheduler
        if scheduler is None:  # closed
            return {}
        try:
            counts: Mapping[str, int] = self.client.sync(
                scheduler.ncores, workers=None, callback_timeout=_REPLY
            )
        except (TimeoutError, OSError):
            return {}
        return counts

    def _threads(self) -> int:
        """Threads of all workers."""
        return sum(self._workers_now().values())

    def treat(  # noqa: PLR0913 - as outcome.Treat says
        self,
        paths: Collection[Path],
        job: Job,
        jobs: int,
        *,
        limit: float,
        interrupts: Interrupts,
        watch: Watch,
        heard: Heard = lambda _path, _step: None,  # noqa: ARG002 - steps stay where they are taken
        marks: Mapping[Path, Mark] = MappingProxyType({}),
    ) -> Iterator[Answer]:
        """Treat workbooks on the workers: as ``outcome.Treat`` says.

        No more bundles are in hand than twice the workers' threads, so that neither they wait nor the
        scheduler fills up; a bundle is a workbook, or several small ones that take a second together. When
        the scheduler is lost, or has no worker for too long, ``fault`` says so, and the workbooks that remain
        are left.

        Arguments:
            jobs: how many bundles at once; 0 for as many as there are workers. With 1 each workbook goes
                alone.
        """
        if not paths or self.fault is not None:
            return
        run = f"strategy_xl-{os.urandom(8).hex()}"
        try:
            self.client.register_plugin(Duty(job, program(), ours=self._cluster is not None), name=run)
            self.client.subscribe_topic(run, lambda event: self._said.put(event[1]))
            hand = _Hand(self.client, run, self._said, self._workers_now)
            try:
                yield from self._through(deque(paths), hand, jobs, limit, interrupts, watch, marks)
            finally:
                if self.client.status == "running":
                    hand.drop()
                    self.client.unsubscribe_topic(run)
                    self.client.unregister_worker_plugin(run)
        except (CommClosedError, CancelledError) as error:
            logger.warning("%s", error)
            self.fault = self._broken("SX803")

    def _through(  # noqa: PLR0913, PLR0917 - what treat was given
        self,
        waiting: deque[Path],
        hand: _Hand,
        jobs: int,
        limit: float,
        interrupts: Interrupts,
        watch: Watch,
        marks: Mapping[Path, Mark],
    ) -> Iterator[Answer]:
        looked, seen = -_LOOK, time.monotonic()
        threads = 0
        while not interrupts.at_once:
            watch.beat()
            now = time.monotonic()
            if self.client.status != "running":
                self.fault = self._broken("SX803")
                return
            if now - looked >= _LOOK:
                threads, looked = self._threads(), now
                seen = now if threads else seen
                if now - seen > self._patience:
                    self.fault = self._broken("SX804", seconds=self._patience)
                    return
            places = jobs or _AHEAD * threads
            while len(hand) < places and (hand.bundling or (waiting and not interrupts.ending)):
                hand.take([(path, marks.get(path)) for path in hand.bundling.next(waiting, places)])
            if not hand and not hand.bundling and (not waiting or interrupts.ending):
                return
            yield from hand.answers(watch, limit)

    def _broken(self, code: str, **args: object) -> Finding:
        return Finding(code, Location(self._address), args, Severity.ERROR)


class _Hand:
    """The bundles that the workers have in hand."""

    def __init__(
        self,
        client: Client,
        run: str,
        said: queue.SimpleQueue[Any],
        workers: Callable[[], Mapping[str, int]],
    ) -> None:
        self._client, self._run, self._said, self._workers = client, run, said, workers
        self.bundling = Bundling()
        self._number = 0
        self._bundles: dict[Future[bytes], int] = {}
        self._paths: dict[int, list[Path]] = {}
        self._begun: dict[int, _Begun] = {}

    def __len__(self) -> int:
        return len(self._bundles)

    def take(self, books: list[tuple[Path, Mark | None]]) -> None:
        """Hand a bundle out."""
        self._number += 1
        future = self._client.submit(treated, pickle.dumps(books), self._number, self._run, pure=False)
        self._bundles[future] = self._number
        self._paths[self._number] = [path for path, _mark in books]
        future.add_done_callback(self._said.put)

    def drop(self) -> None:
        """Take back what no worker has begun; what one has in hand it finishes, or its process ends."""
        if self._bundles:
            self._client.cancel(list(self._bundles))

    def answers(self, watch: Watch, limit: float) -> Iterator[Answer]:
        """What came of the workbooks in hand, after a moment."""
        done: list[Future[bytes]] = []
        wait = _TICK
        while True:
            try:
                said = self._said.get(timeout=wait) if wait else self._said.get_nowait()
            except queue.Empty:
                break
            wait = 0.0
            if not isinstance(said, tuple):
                done.append(said)
            else:
                number, worker = said
                if number in self._paths:  # else it was given up meanwhile
                    self._begun[number] = _Begun(time.monotonic(), worker)
                    for path in self._paths[number]:
                        watch.started(path)
        for future in done:
            if future in self._bundles:
                yield from self._answers(future)
        if limit:
            yield from self._overdue(limit)

    def _answers(self, future: Future[bytes]) -> Iterator[Answer]:
        """The answers of a bundle; none when its workbooks have to go again, one by one.

        Errors: CancelledError when the scheduler is gone, and with it all that is known of it.
        """
        try:
            packed = future.result()
            seconds, answers = pickle.loads(packed)  # noqa: S301 - from workers that run what they are told
        except (CommClosedError, CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 - what does not come through is this workbook's
            path, *more = paths = self._forget(future)
            if more:
                self.bundling.part(paths)
            elif isinstance(error, KilledWorker):
                yield failed(path, LOST, detail=f"{error.allowed_failures + 1} × {type(error).__name__}")
            else:
                yield Answer(JobReport(path, failure=fault(path, error)), trace=trace(error))
            return
        self.bundling.learn(seconds, len(answers))
        self._forget(future)
        yield from answers

    def _forget(self, future: Future[bytes]) -> list[Path]:
        number = self._bundles.pop(future)
        self._begun.pop(number, None)
        return self._paths.pop(number)

    def _overdue(self, limit: float) -> Iterator[Answer]:
        """End the workers whose workbook takes too long; the scheduler gives the others' to the next one."""
        now = time.monotonic()
        for future, number in list(self._bundles.items()):
            begun = self._begun.get(number)
            if begun is None or now - begun.since <= limit:
                continue
            workers = self._workers()
            if begun.worker not in workers:
                if workers:  # it has died: the time counts anew when another begins; else nobody knows
                    del self._begun[number]
                continue
            taken, answers = now - begun.since, list[Answer]()
            told = len(self._paths[number]) == 1
            if not told:
                heard = self._how_far(number, begun.worker)
                told = heard is not None
                taken, answers = heard or (taken, answers)
                if taken <= limit:  # it has begun another meanwhile
                    self._begun[number] = _Begun(now - taken, begun.worker)
                    continue
            rest = self._forget(future)
            self._client.cancel([future])
            try:
                self._client.restart_workers([begun.worker], timeout=_REPLY, raise_for_error=False)
            except (KeyError, ValueError, OSError) as error:  # it has died, or has no nanny to end it
                logger.warning("%s: %s", begun.worker, error)
            yield from answers
            del rest[: len(answers)]
            if told:
                yield failed(rest.pop(0), TOO_LONG, taken, minutes=limit / 60)
            self.bundling.part(rest)

    def _how_far(self, number: int, worker: str) -> tuple[float, list[Answer]] | None:
        """What a worker says of a bundle: see ``how_far``; None when it does not say a word."""
        try:
            said: Mapping[str, bytes] = self._client.sync(
                self._client.run,
                how_far,
                number,
                self._run,
                workers=[worker],
                on_error="ignore",
                callback_timeout=_REPLY,
            )
            seconds, answers = pickle.loads(said[worker])  # noqa: S301 - from workers that run what they are told
        except (
            TimeoutError,
            OSError,
            KeyError,
        ) as error:  # it has died, or what hangs does not let it answer
            logger.warning("%s: %s", worker, error)
            return None
        return seconds, answers
