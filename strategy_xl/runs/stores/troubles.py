"""What a store answers when it does not do what was asked: it passes, it is so, or somebody was faster."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from enum import Enum, auto
from typing import TypeVar

from strategy_xl.errors import Location, StrategyXlError, WorkbookError

DELAYS = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each further try, half of them up to all: a crowd of workers must not come back at once."""
_PASSING_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_PASSING_NAMES = frozenset(
    {
        "ConnectionError",  # Python's and botocore's: no connection
        "HTTPClientError",  # botocore: one that broke or took too long
        "IncompleteReadError",
        "ResponseStreamingError",
        "ClientConnectionError",  # aiohttp
        "ClientPayloadError",
        "ConnectionLost",  # asyncssh
        "SFTPConnectionLost",
        "SFTPNoConnection",
        "ChannelOpenError",
        "FSTimeoutError",
    }
)
_STORES = ("aiobotocore", "aiohttp", "asyncssh", "botocore", "fsspec", "s3fs", "sshfs")
_Result = TypeVar("_Result")


class Trouble(Enum):
    """How a store failed."""

    PASSING = auto()
    """Busy, or not to be reached: another try may do."""
    MISSING = auto()
    """There is no such thing."""
    CHANGED = auto()
    """A condition of the request does not hold."""
    REFUSED = auto()
    """It does not want to."""


def _chain(error: BaseException | None) -> list[BaseException]:
    """An error and those that it came from."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__
    return found


def status_of(error: BaseException) -> int | None:
    """The HTTP status that an error tells of."""
    for one in _chain(error):
        response = getattr(one, "response", None)
        if isinstance(response, dict):
            status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if isinstance(status, int):
                return status
    return None


def trouble_of(error: Exception) -> Trouble | None:
    """How a store failed; None when the error is none of a store, but one of the program."""
    chain = _chain(error)
    names = {kind.__name__ for one in chain for kind in type(one).__mro__}
    status = status_of(error)
    if status == 412:
        return Trouble.CHANGED
    if status == 404 or "SFTPNoSuchFile" in names or any(isinstance(one, FileNotFoundError) for one in chain):
        return Trouble.MISSING
    if status in _PASSING_STATUS or names & _PASSING_NAMES:
        return Trouble.PASSING
    if any(isinstance(one, TimeoutError) for one in chain):
        return Trouble.PASSING
    is_of_store = any(type(one).__module__.partition(".")[0] in _STORES for one in chain)
    return Trouble.REFUSED if is_of_store or isinstance(error, OSError) else None


def detail_of(error: BaseException) -> str:
    """What a store says, on one line."""
    status = status_of(error)
    said = " ".join(str(error).split()) or type(error).__name__
    return f"{status}, {said}" if status and str(status) not in said else said


def located(error: Exception, where: Location) -> StrategyXlError:
    """The error of a workbook that a store's error is."""
    trouble = trouble_of(error)
    if trouble is None:
        raise error
    if trouble is Trouble.MISSING:
        return WorkbookError("SX918", where, reason=detail_of(error))
    if trouble is Trouble.PASSING:
        return WorkbookError("SX812", where, n=len(DELAYS) + 1, detail=detail_of(error))
    return WorkbookError("SX813", where, detail=detail_of(error))


def pause(delay: float) -> None:
    """Wait before another try."""
    time.sleep(delay * random.uniform(0.5, 1.0))  # noqa: S311 - no secret


def patiently(step: Callable[[], _Result], where: Location, again: Callable[[], None]) -> _Result:
    """What a step gives that may be done any number of times: again, with a longer pause, while it may pass.

    Arguments:
        step: what is asked of the store.
        where: what it is about.
        again: done before each further try, such as connecting anew.

    Errors: WorkbookError SX918 nothing is there, SX812 no answer after all tries, SX813 the store refuses.
    """
    for delay in (*DELAYS, None):
        try:
            return step()
        except StrategyXlError:
            raise
        except Exception as error:
            if trouble_of(error) is not Trouble.PASSING or delay is None:
                raise located(error, where) from error
        pause(delay)
        again()
    raise AssertionError  # the last turn returns or raises
