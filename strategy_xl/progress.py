"""How far long work has come: told by those who do it, shown by whoever listens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal, NamedTuple

Stage = Literal["read", "compute", "write", "check"]

_PAUSE: Final = 0.25
"""Seconds between two tellings: more often nobody reads it."""


class Step(NamedTuple):
    """How far a workbook has come.

    Arguments:
        stage: what is being done.
        rows: rows of the sheet in hand that are done; 0 where none are counted.
        share: part of the stage that is done, 0–1; 0 where it is not known.
    """

    stage: Stage
    rows: int = 0
    share: float = 0.0


Listener = Callable[[Step], None]

_listener: ContextVar[_Paused | None] = ContextVar("listener", default=None)


class _Paused:
    """Passes on a step when the last one is some time ago."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._last = time.monotonic()

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        if now - self._last >= _PAUSE:
            self._last = now
            self._listener(step)


def tell(stage: Stage, rows: int = 0, share: float = 0.0) -> None:
    """Say how far the work has come; costs next to nothing when nobody listens.

    Arguments: those of ``Step``.
    """
    listener = _listener.get()
    if listener is not None:
        listener(Step(stage, rows, share))


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear of the steps of the work that is done within, a few times a second.

    Arguments:
        listener: called in the thread that works.
    """
    token = _listener.set(_Paused(listener))
    try:
        yield
    finally:
        _listener.reset(token)
