"""The process that answers the LibreOffice extension: one JSON object a line in, one a line out.

A request holds ``function``, ``args`` (for each argument a cell, rows of cells, or columns of many as
``columns.packed`` says them; an error is ``{"e": "#N/A"}``), ``lang`` and ``book``; ``settings`` when those
of that book have changed; ``days``, the days from 1899-12-30 to the book's null date, when they differ. The
answer holds ``rows``, said alike. The first line out says that the worker is ready: all that it needs could
be loaded. The end of the input ends it.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import IO, Any

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import EXAMPLE_DAY, functions
from strategy_xl.hosts.calc.office import columns

logger = logging.getLogger(__name__)

TRY = "--try"
"""With this on its command line the worker answers one call without being asked, and ends."""
_PAUSE = 0.002
"""Seconds between two calls that nobody waits for."""


def cell(value: Any) -> Any:
    """A cell of a request as ``calling.call`` takes it."""
    if isinstance(value, dict):
        return ErrorValue.NA if value.get("e") == str(ErrorValue.NA) else ErrorValue.VALUE
    return value


def argument(value: Any, *, rows: bool = False) -> Any:
    """An argument of a request as ``calling.call`` takes it.

    Arguments: rows: a range of one column too is rows of cells, not a list of cells.
    """
    if columns.is_packed(value):
        every = columns.unpacked(value, None, cell)
        return every[0] if len(every) == 1 and not rows else list(map(list, zip(*every, strict=True)))
    if not isinstance(value, list):
        return cell(value)
    return [[cell(each) if type(each) is dict else each for each in row] for row in value]


def said(each: object) -> object:
    """A cell of an answer as JSON can say it."""
    return {"e": str(each)} if isinstance(each, ErrorValue) else each


class Answers:
    """What the worker knows between two requests: the settings of each workbook."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._settings: dict[str, Mapping[str, Any]] = {}

    def rows(self, request: Mapping[str, Any]) -> Any:
        """The cells that answer a request, as JSON can say them."""
        book, days = str(request.get("book", "")), float(request.get("days", 0))
        if "settings" in request:
            settings = {key: cell(value) for key, value in request["settings"].items()}
            if days:
                from strategy_xl.hosts.calc.null_date import shifted_settings

                settings = shifted_settings(settings, days)
            self._settings[book] = settings
        name = str(request["function"])
        args = [argument(value, rows=bool(days)) for value in request["args"]]
        if days:
            from strategy_xl.hosts.calc.null_date import shifted

            args = shifted(name, args, days)
        block = call(
            name,
            args,
            settings=self._settings.get(book, {}),
            lang=str(request.get("lang", "fr")),
            today=date.today(),  # noqa: DTZ011 - the day on the user's calendar
        )
        return columns.packed(block, said)

    def line(self, line: bytes) -> bytes:
        """The line that answers a line; one that makes no sense is answered by #VALUE! and logged."""
        try:
            answer = {"rows": self.rows(json.loads(line))}
            text = json.dumps(answer, separators=(",", ":"), allow_nan=False)
        except Exception:  # one bad request must not take the sheet's other cells with it
            logger.exception("request not understood")
            text = '{"rows":[[{"e":"#VALUE!"}]]}'
        return text.encode() + b"\n"


def load() -> None:
    """Load what answers. Raises ImportError when a package is missing or broken."""
    import strategy_xl.functions.running  # noqa: F401

    functions()


def try_out(answers: IO[bytes]) -> None:
    """Answer one call without being asked, and end: how ``doctor`` sees whether this Python can.

    Errors: SystemExit 1 when the answer is not what it should be; the error stream says why.
    """
    load()
    function = next(iter(functions().values()))
    example = function.examples[0]
    line = Answers().line(json.dumps({"function": function.name, "args": example.args}).encode())
    if json.loads(line)["rows"] != example.expected:
        raise SystemExit(1)
    answers.write(line)


def practise() -> None:
    """Call every function once: what the first call of each loads and computes is there afterwards."""
    for function in functions().values():
        call(function.name, function.examples[0].args, today=EXAMPLE_DAY)
        time.sleep(_PAUSE)  # a real call goes first


def serve(requests: IO[bytes], answers: IO[bytes], meanwhile: Callable[[], None] | None = None) -> None:
    """Answer until the input ends.

    Arguments: meanwhile: what is done beside, once the worker is ready.
    """
    try:
        release = version("strategy-xl")
    except PackageNotFoundError:  # a checkout that is not installed
        release = ""
    load()
    answers.write(json.dumps({"ready": release}).encode() + b"\n")
    answers.flush()
    if meanwhile is not None:
        threading.Thread(target=meanwhile, daemon=True).start()
    known = Answers()
    for line in requests:
        answers.write(known.line(line))
        answers.flush()


def main() -> int:
    """Serve the standard streams; what anything prints goes to the error stream, never among the answers."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        try:
            if TRY in sys.argv[1:]:
                try_out(answers)
            else:
                serve(sys.stdin.buffer, answers, practise)
        except (BrokenPipeError, KeyboardInterrupt):  # LibreOffice ended
            return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
