"""What goes wrong in the program itself while it treats a workbook: a finding of that one, and a log."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.ooxml.backups import make_folder

logger = logging.getLogger("strategy_xl.runs")
_LARGEST = 1_000_000


def fault(path: object, error: Exception) -> Finding:
    """The finding of a workbook on which the program failed."""
    args = {"kind": type(error).__name__, "detail": str(error)}
    return Finding("SX190", Location(str(path)), args, Severity.ERROR)


def trace(error: BaseException) -> str:
    """Where in the program an error came from, for the log: its kind and places, causes first.

    What the error says is left out: it may quote a cell, and a log names no person and no client.
    """
    chain = [error]
    while (before := chain[-1].__cause__ or chain[-1].__context__) is not None and before not in chain:
        chain.append(before)
    return "\n".join(
        "".join(
            (
                "Traceback (most recent call last):\n",
                *traceback.format_tb(each.__traceback__),
                type(each).__name__,
            )
        )
        for each in reversed(chain)
    )


class _Log(RotatingFileHandler):
    """A log file whose folder is made when there is something to log."""

    def _open(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the type of the base is private
        make_folder(Path(self.baseFilename).parent)
        return super()._open()


@contextmanager
def logging_to(home: Path) -> Iterator[None]:
    """Write the traces of faults into ``errors.log`` of a folder: a megabyte at most, and one older file.

    Arguments:
        home: the folder that keeps what is the run's own; it is made when there is something to log.
    """
    handler = _Log(
        home / "errors.log",
        maxBytes=_LARGEST,
        backupCount=1,
        encoding="utf-8",
        errors="backslashreplace",
        delay=True,
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = True
        handler.close()
