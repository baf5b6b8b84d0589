"""Processes that compute the calls: one call at a time each, killed when it takes too long.

A thread cannot be ended: a call that never returns would keep its thread, and enough of them the server. The
process that serves only carries bytes, so that one large call keeps nobody else waiting either.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

_CONTEXT = multiprocessing.get_context("spawn")  # the server has threads: forking it is not safe
_START_SECONDS = 120.0
"""Longest start of a process: imports on a cold disk, looked through by a virus scanner."""
_PATIENCE = 2.0
"""Seconds that a killed process has to end."""
_MARGIN = 5.0
"""Seconds beyond the cap after which a process that nobody ends any more ends itself."""

logger = logging.getLogger(__name__)


class BusyError(Exception):
    """No process was free in time."""


class SlowError(Exception):
    """The call took too long; its process is gone."""


class LostError(Exception):
    """The process died of the call, or could not be started."""


def usual_count() -> int:
    """Processes for this machine: one slow call leaves another one free, and memory is not wasted."""
    return max(2, min(4, os.cpu_count() or 1))


def _work(pipe: Connection, prepare: Callable[[], Callable[[Any], Any]], life: float) -> None:
    """Answer what comes through the pipe until the server ends; ``life``: seconds of one answer at most."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all processes of a terminal
    answer = prepare()
    with suppress(EOFError, OSError), Path(os.devnull).open("w") as nowhere:
        pipe.send(None)
        while True:
            request = pipe.recv()
            # A server that is killed in mid-call can end nobody: the process sees to it itself, even when
            # it is stuck in a calculation that lets no other Python run.
            faulthandler.dump_traceback_later(life, exit=True, file=nowhere)
            reply = answer(request)
            faulthandler.cancel_dump_traceback_later()
            pipe.send(reply)


@dataclass(slots=True)
class _Process:
    """A process and the server's end of its pipe."""

    process: BaseProcess
    pipe: Connection

    @classmethod
    def start(cls, *args: Any) -> _Process:
        ours, theirs = _CONTEXT.Pipe()
        process = _CONTEXT.Process(target=_work, args=(theirs, *args), daemon=True)
        try:
            process.start()
        finally:
            theirs.close()
        return cls(process, ours)

    def receive(self, seconds: float) -> Any:
        """What it sends. Errors: TimeoutError; EOFError or OSError when it has died."""
        if not self.pipe.poll(seconds):
            raise TimeoutError
        return self.pipe.recv()

    def end(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.join(_PATIENCE)
        self.pipe.close()


class _Place:
    """Where one process at a time works; a dead one has a successor."""

    def __init__(self, start: Callable[[], _Process]) -> None:
        self._start = start
        self._closed = False
        self._process: _Process | None = None
        self.ready = False

    def begin(self) -> None:
        """Start a process and wait until it can be asked; when that fails, the log says why."""
        if self._closed:
            return
        try:
            self._process = self._start()
            self._process.receive(_START_SECONDS)
        except (EOFError, OSError) as error:  # TimeoutError too
            if not self._closed:
                logger.warning("no process to compute with: %r", error)
                self._drop()
        else:
            self.ready = True

    def ask(self, request: object, seconds: float) -> Any:
        """What the process answers. Errors: SlowError, LostError."""
        process = self._process
        if process is None or not self.ready:
            raise LostError
        try:
            process.pipe.send(request)
            return process.receive(seconds)
        except TimeoutError as error:
            self._drop()
            raise SlowError from error
        except (EOFError, OSError) as error:
            self._drop()
            raise LostError from error

    def _drop(self) -> None:
        process, self._process, self.ready = self._process, None, False
        if process is not None:
            process.end()

    def close(self) -> None:
        """End the process for good."""
        self._closed = True
        self._drop()


class Workers:
    """The processes of a server; for use within one event loop.

    Arguments:
        prepare: makes, in each process, the function that answers a request; both must pickle.
        seconds: that one call may take.
        wait_seconds: that a call waits for a free process.
        count: how many.
    """

    def __init__(
        self,
        prepare: Callable[[], Callable[[Any], Any]],
        seconds: float,
        wait_seconds: float,
        count: int | None = None,
    ) -> None:
        """Nothing runs yet."""
        count = count or usual_count()
        self._seconds, self._wait_seconds = seconds, wait_seconds
        start = partial(_Process.start, prepare, seconds + _MARGIN)
        self._places = [_Place(start) for _ in range(count)]
        self._threads = ThreadPoolExecutor(count, "call")  # one for each place, so that none waits for one
        self._idle: asyncio.Queue[_Place] = asyncio.Queue()

    def start(self) -> None:
        """Start the processes; nobody waits until they are ready."""
        for place in self._places:
            self._submit(place, place.begin)

    def _submit(self, place: _Place, do: Callable[[], Any]) -> Future[Any]:
        """Do something that blocks with a place, which can be asked again when that has ended."""
        loop = asyncio.get_running_loop()
        done = self._threads.submit(do)

        def leave(_: Future[Any]) -> None:
            with suppress(RuntimeError):  # the server has ended meanwhile
                loop.call_soon_threadsafe(self._leave, place, do)

        done.add_done_callback(leave)
        return done

    def _leave(self, place: _Place, did: Callable[[], Any]) -> None:
        if place.ready or did == place.begin:  # one that cannot begin says so to those who ask
            self._idle.put_nowait(place)
        else:
            with suppress(RuntimeError):
                self._submit(place, place.begin)

    async def ask(self, request: object) -> Any:
        """The answer to a request. Errors: BusyError, SlowError, LostError."""
        try:
            async with asyncio.timeout(self._wait_seconds):
                place = await self._idle.get()
        except TimeoutError as error:
            raise BusyError from error
        # Whoever asks may be gone before the process has answered: it is free only then.
        done = self._submit(place, partial(place.ask, request, self._seconds))
        return await asyncio.shield(asyncio.wrap_future(done))

    def close(self) -> None:
        """End them all, whatever they do."""
        for place in self._places:
            place.close()
        self._threads.shutdown(wait=True, cancel_futures=True)
