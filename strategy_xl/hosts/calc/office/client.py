"""The worker process as the extension sees it: started when needed, never waited for without end."""

from __future__ import annotations

import collections
import json
import os
import queue
import subprocess
import threading
import time
from typing import Any, Callable, Deque, Dict, List, Mapping, Optional, Sequence

START_SECONDS = 60.0
CALL_SECONDS = 30.0
BYTES_A_SECOND = 50_000
"""Long ranges get a second more for so many bytes; the slowest function takes a tenth of it."""
REST_SECONDS = 15.0
"""After a failure, how long cells get the message at once: a sheet of cells must not try one by one."""

NO_PYTHON = "NO_PYTHON"
NO_PACKAGE = "NO_PACKAGE"
NO_ANSWER = "NO_ANSWER"
DIED = "DIED"

_LIBREOFFICE_ONLY = ("PYTHONHOME", "PYTHONPATH", "PYTHONEXECUTABLE", "LD_LIBRARY_PATH", "UNO_PATH")
_STDERR_LINES = 50


class WorkerError(Exception):
    """The worker gave no answer.

    Arguments:
        key: NO_PYTHON, NO_PACKAGE, NO_ANSWER or DIED.
    """

    def __init__(self, key: str) -> None:
        """Keep the key."""
        super().__init__(key)
        self.key = key


def command_of(python: str) -> List[str]:
    """The worker's command line; ``-P`` so that no module beside a workbook is ever imported."""
    return [python, "-P", "-m", "strategy_xl.hosts.calc.worker"]


def environment(given: Mapping[str, str]) -> Dict[str, str]:
    """The worker's environment: without what LibreOffice sets for its own Python."""
    return {name: value for name, value in given.items() if name not in _LIBREOFFICE_ONLY}


class _Process:
    """One running worker: three threads keep its pipes flowing, so nothing here can block."""

    def __init__(self, command: Sequence[str]) -> None:
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows: no console window
        try:
            self._popen = subprocess.Popen(  # noqa: S603 - the Python that the extension was made for
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=os.path.expanduser("~"),  # noqa: PTH111 - as the command line is: plain text
                env=environment(os.environ),
                creationflags=flags,
            )
        except OSError as error:
            raise WorkerError(NO_PYTHON) from error
        self.sent: Dict[str, Any] = {}  # settings by workbook that this process knows
        self.stderr: Deque[bytes] = collections.deque(maxlen=_STDERR_LINES)
        self._out: "queue.Queue[Optional[bytes]]" = queue.Queue()
        self._in: "queue.Queue[Optional[bytes]]" = queue.Queue()
        for work in (self._write, self._read, self._drain):
            threading.Thread(target=work, daemon=True).start()

    def _write(self) -> None:
        stdin = self._popen.stdin
        assert stdin is not None
        try:
            while True:
                line = self._out.get()
                if line is None:
                    break
                stdin.write(line)
                stdin.flush()
            stdin.close()
        except (OSError, ValueError):
            return  # the worker is gone: the reader tells

    def _read(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            self._in.put(line)
        self._in.put(None)

    def _drain(self) -> None:
        assert self._popen.stderr is not None
        self.stderr.extend(self._popen.stderr)

    def send(self, message: Mapping[str, Any]) -> int:
        """Hand a message over; its bytes."""
        line = json.dumps(message, separators=(",", ":")).encode("utf-8") + b"\n"
        self._out.put(line)
        return len(line)

    def receive(self, seconds: float) -> Optional[Dict[str, Any]]:
        """The next answer; None when the worker ended. Raises WorkerError when there is none in time."""
        try:
            line = self._in.get(timeout=seconds)
        except queue.Empty:
            raise WorkerError(NO_ANSWER) from None
        if line is None:
            return None
        try:
            answer: Dict[str, Any] = json.loads(line)
        except ValueError:
            return None  # half a line: it ended while it spoke
        return answer

    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self._popen.poll() is not None

    def end(self) -> None:
        """Ask it to end, and make it."""
        self._out.put(None)
        if self._popen.poll() is None:
            self._popen.kill()
        self._popen.wait()


class Worker:
    """The worker that answers calls; started at the first, started again once when it has died.

    Arguments:
        command: its command line.
        start_seconds, call_seconds: how long to wait for it to start and to answer.
        rest_seconds: how long a failure is told without another try.
        clock: seconds, ever growing.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        start_seconds: float = START_SECONDS,
        call_seconds: float = CALL_SECONDS,
        rest_seconds: float = REST_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is started yet."""
        self._command = command
        self._start_seconds = start_seconds
        self._call_seconds = call_seconds
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._process: Optional[_Process] = None
        self._resting = 0.0
        self._failure = ""

    def call(
        self, request: Dict[str, Any], book: str = "", settings: Optional[Mapping[str, Any]] = None
    ) -> Any:
        """The cells that the worker answers, as JSON says them.

        Arguments:
            request: the message, see ``strategy_xl.hosts.calc.worker``.
            book: name of the workbook whose settings count.
            settings: these settings; sent when the worker does not have them as they are.

        Raises WorkerError.
        """
        with self._lock:
            if self._failure and self._clock() < self._resting:
                raise WorkerError(self._failure)
            try:
                rows = self._ask_twice(request, book, settings)
            except WorkerError as error:
                self._fail(error)
                raise
            self._failure = ""
            return rows

    def prepare(self) -> None:
        """Have the worker started meanwhile: the first call finds it, or has less to wait for."""
        if self._process is None:
            threading.Thread(target=self._prepare, daemon=True).start()

    def _prepare(self) -> None:
        with self._lock:
            if self._process is None and (not self._failure or self._clock() >= self._resting):
                try:
                    self._process = self._start()
                except WorkerError as error:  # told by the cells, if there are any
                    self._fail(error)

    def _fail(self, error: WorkerError) -> None:
        self._failure = error.key
        self._resting = self._clock() + self._rest_seconds
        self._drop()

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None

    def _ask_twice(self, request: Dict[str, Any], book: str, settings: Optional[Mapping[str, Any]]) -> Any:
        if self._process is not None and self._process.has_ended():  # while nobody asked: no try is lost
            self._drop()
        for _try in range(2):
            process = self._process or self._start()
            self._process = process
            message = {**request, "book": book}
            if process.sent.get(book) != settings:
                message["settings"] = settings or {}
                process.sent[book] = settings
            size = process.send(message)
            answer = process.receive(self._call_seconds + size / BYTES_A_SECOND)
            if answer is not None:
                return answer["rows"]
            self._drop()
        raise WorkerError(DIED)

    def _start(self) -> _Process:
        process = _Process(self._command)
        try:
            greeting = process.receive(self._start_seconds)
        except WorkerError:
            process.end()
            raise
        if greeting is None:
            process.end()
            raise WorkerError(NO_PACKAGE)
        return process
