"""The end of a run before its last workbook: a signal, or the time that it was given is over."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)


class Interrupts:
    """Whether a run is to end. The first signal lets the workbooks in hand be finished, a second does not.

    As a context manager it takes the signals over, those excepted that whoever started the program chose to
    ignore (``nohup``). Outside the main thread no signal arrives, and only the time counts.
    """

    def __init__(self, minutes: float | None = None, told: Callable[[], None] = lambda: None) -> None:
        """Begin the time.

        Arguments:
            minutes: the time that the run is given; None for as long as it takes.
            told: called once when a signal was heard, outside the signal's handler.
        """
        self._deadline = None if minutes is None else time.monotonic() + 60 * minutes
        self._told = told
        self._heard = self._answered = 0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Take the signals over."""
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self._heard += 1

    @property
    def at_once(self) -> bool:
        """Whether even the workbooks in hand are to be left, as they are."""
        return self._heard > 1

    @property
    def ending(self) -> bool:
        """Whether no further workbook is to be begun."""
        if self._heard and not self._answered:
            self._answered = 1
            self._told()
        return self._heard > 0 or (self._deadline is not None and time.monotonic() >= self._deadline)
