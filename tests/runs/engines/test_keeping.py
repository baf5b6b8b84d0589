"""A worker asks for no memory that it has had before."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

_WORK = """
import resource, sys, threading
from strategy_xl.runs.engines.held_memory import keep_memory

if sys.argv[1] == "keep":
    keep_memory()

size = 100_000

def work():
    for turn in range(12):
        if turn == 2:
            start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        blocks = [b"x" * size for _ in range(100)]
        blocks.append(b"x" * 50 * size)
        del blocks
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - start)

thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def new_pages(how: str) -> int:
    """Pages that a thread is given anew in ten rounds of the same work, where Dask says to give back all."""
    told = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "65536"}
    done = subprocess.run(
        [sys.executable, "-c", _WORK, how], env=told, check=True, capture_output=True, text=True
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc is told what to keep")
def test_kept() -> None:
    """A round needs 3,600 pages of 4 kB: nearly none of them is new."""
    assert new_pages("give back") > 5_000
    assert new_pages("keep") < 500
