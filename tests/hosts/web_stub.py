"""What a process of the server does in the tests of ``workers``: it sleeps, dies or gets stuck on demand."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable

from strategy_xl.hosts.web.workers import _Process


def fail() -> Callable[[str], str]:
    """No function: what it needs is missing."""
    raise SystemExit(1)


def prepare() -> Callable[[str], str]:
    """The function that answers."""
    return answer


def answer(asked: str) -> str:
    """The process and what it was asked, after doing it."""
    word, _, rest = asked.partition(" ")
    if word == "sleep":
        time.sleep(float(rest))
    elif word == "die":
        os._exit(3)
    elif word == "stuck":
        re.fullmatch(r"(a|a)*b", "a" * 60)  # in C, letting no other thread of Python run
    return f"{os.getpid()} {asked}"


def main() -> None:
    """Start a process that gets stuck, tell which, and be gone without ending it."""
    process = _Process.start(prepare, 1.0)
    process.pipe.recv()
    process.pipe.send("stuck")
    sys.stdout.write(f"{process.process.pid}\n")
    sys.stdout.flush()
    os._exit(1)


if __name__ == "__main__":
    main()
