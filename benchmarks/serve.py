"""What the server costs: one call over HTTP on this machine, fifty at once, and ranges of 10,000 rows.

Each is compared with the bare ``calling.call`` on the same cells. What the server adds is JSON both ways, the
way to the process that computes and back, and xlwings; it cannot be less than reading and writing the JSON
(column ``json``). Needs the extra ``server`` and sets the key for noncommercial use of xlwings, as the tests
do. Run ``python benchmarks/serve.py``; exits 1 when an answer differs or a range takes longer than ``MOST``
seconds.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from strategy_xl.functions.calling import call
from strategy_xl.hosts.web.office_pages import CALL_PATH

ROWS, RUNS, AT_ONCE = 10_000, 9, 50
MOST = 0.2
DRAW = np.random.default_rng(0)


def best(work: Callable[[], object], runs: int = RUNS) -> float:
    """Shortest time of some runs, in milliseconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def scores(rows: int) -> list[list[int]]:
    """A column of quick scores."""
    return [[value] for value in DRAW.integers(0, 11, rows).tolist()]


class Server:
    """A server in a process of its own, and calls of it."""

    def __init__(self, folder: Path) -> None:
        """Starts it."""
        command = [
            sys.executable,
            "-m",
            "strategy_xl",
            "serve",
            "--port",
            "0",
            "--json",
            "--folder",
            str(folder),
        ]
        key = {"XLWINGS_LICENSE_KEY": "noncommercial"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **key}, text=True)
        assert self.process.stdout is not None
        self.place = urlsplit(json.loads(self.process.stdout.readline())["address"])
        token = (folder / "token").read_text().strip()
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}

    def connect(self) -> http.client.HTTPConnection:
        """A connection to it."""
        return http.client.HTTPConnection(self.place.hostname or "", self.place.port)

    def call(self, args: list[Any], connection: http.client.HTTPConnection | None = None) -> Any:
        """The cells of a call, over a connection of its own unless one is given."""
        through = connection or self.connect()
        data = {"func_name": "STRAT_CLIENT_CLASS", "args": args, "runtime": "1.4", "content_language": "fr"}
        through.request("POST", CALL_PATH, json.dumps(data, separators=(",", ":")), self.headers)
        answer = through.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return json.loads(body)["result"]

    def cost(self, args: list[Any]) -> float:
        """Milliseconds of a call over a connection that is there."""
        connection = self.connect()
        return best(lambda: self.call(args, connection))


def bare(args: list[Any]) -> Any:
    """The same without a server."""
    return call("STRAT_CLIENT_CLASS", args, lang="fr", today=date(2026, 1, 1))


def show(what: str, *milliseconds: float) -> None:
    """A line of the table."""
    print(f"{what:32}" + "".join(f"{value:10.1f}" for value in milliseconds))


def measure(server: Server) -> bool:
    """Print the table; whether all is as it should be."""
    one, column = [[[8]], [[9]]], [scores(ROWS), scores(ROWS)]
    good = server.call(column) == bare(column)
    text = json.dumps(bare(column))
    print(f"{'':32}{'server':>10}{'bare':>10}{'json':>10}   milliseconds, best of {RUNS}")
    show("one cell, connection kept", server.cost(one), best(lambda: bare(one)))
    show("one cell, connection anew", best(lambda: server.call(one)))
    took = server.cost(column)
    ways = best(lambda: (json.loads(json.dumps(column)), json.loads(json.dumps(json.loads(text)))))
    show(f"{ROWS} rows", took, best(lambda: bare(column)), ways)
    asked = [[[[x]], [[y]]] for x in range(1, 6) for y in range(1, 11)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        at_once = best(lambda: list(threads.map(server.call, asked)))
        good &= list(threads.map(server.call, asked)) == [bare(args) for args in asked]
    show(f"{AT_ONCE} calls at once, all of them", at_once, best(lambda: [bare(args) for args in asked]))
    return good and took < MOST * 1000


def main() -> int:
    """Measure; 1 when something is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            return 0 if measure(server) else 1
        finally:
            server.process.terminate()
            server.process.wait()


if __name__ == "__main__":
    raise SystemExit(main())
