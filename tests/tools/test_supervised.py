"""Every way in which a case can end is told, and the next case is treated as if nothing had been."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Iterator

import pytest

if sys.platform != "linux":
    pytest.skip("processes are forked and measured in /proc", allow_module_level=True)

from supervised import Limits, OracleError, RefusedError, Supervised, judging

from strategy_xl.errors import WorkbookError

LIMITS = Limits(cpu=0.3, wall=20, memory=64 << 20, judging=0.6)


def spin(seconds: float) -> None:
    """Use the processor."""
    start = time.process_time()
    while time.process_time() - start < seconds:
        pass


def treat(case: str) -> str:  # noqa: C901, PLR0912 - one arm a way to end
    """End in the way that the case names."""
    match case:
        case "refused":
            raise WorkbookError("SX914")
        case "other refusal":
            raise RefusedError("400")
        case "fault":
            raise OracleError("not the same")
        case "crash":
            raise ZeroDivisionError
        case "depth":
            return treat(case)
        case "exit":
            sys.exit(3)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            spin(60)
        case "hang in C":
            re.match(r"(a|aa)+$", "a" * 60 + "b")
        case "memory":
            return str(len(bytearray(1 << 30)))
        case "much memory":
            return str(len(bytearray(80 << 20)))
        case "judged":
            with judging():
                spin(0.4)
                return str(len(bytearray(80 << 20)))
        case "judged for long":
            with judging():
                spin(60)
    return case


@pytest.fixture(scope="module")
def treatment() -> Iterator[Supervised[str]]:
    """A process that treats the cases of all tests here."""
    with Supervised(treat, LIMITS) as found:
        yield found


@pytest.mark.parametrize(
    ("case", "kind", "detail"),
    [
        ("plain", "ok", ""),
        ("refused", "refused", "SX914"),
        ("other refusal", "refused", "400"),
        ("fault", "fault", "not the same"),
        ("crash", "crash", "ZeroDivisionError"),
        ("depth", "crash", "RecursionError"),
        ("exit", "crash", "SystemExit"),
        ("killed", "crash", "-9"),
        ("hang", "hang", "spin"),
        ("hang in C", "hang", "match"),
        ("memory", "memory", "MemoryError"),
        ("much memory", "memory", "MiB"),
        ("judged", "ok", ""),
        ("judged for long", "not judged", "spin"),
    ],
)
def test_every_end_is_told(treatment: Supervised[str], case: str, kind: str, detail: str) -> None:
    """What became of a case, and why; the case after it goes well."""
    found = treatment(case)
    assert (found.kind, detail in found.detail) == (kind, True), found
    assert treatment("after").value == "after"


def test_failures_of_one_cause_have_one_signature(treatment: Supervised[str]) -> None:
    """Two crashes at one place are told apart from one at another."""
    first, second, other = (treatment(case).signature for case in ("crash", "crash", "depth"))
    assert first == second != other


def test_a_new_process_takes_over_in_time() -> None:
    """What piles up in a process ends with it."""
    with Supervised(lambda _case: os.getpid(), Limits(cases=2)) as treatment:
        pids = [treatment(number).value for number in range(5)]
    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]
