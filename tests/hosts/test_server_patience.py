"""Who asks for too much, sends too slowly, takes nothing in or calculates for ever, where caps are small."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from office_client import NEW
from office_server import Served, client_class, rest, running

from strategy_xl.hosts.web import office_pages as pages
from strategy_xl.hosts.web.limits import Limits
from strategy_xl.hosts.web.workers import usual_count
from strategy_xl.text.catalog import message

pytestmark = pytest.mark.xdist_group("server_patience")  # its server is started once
LIMITS = {
    "body": 3_000_000,
    "held": 7_000_000,
    "cells": 50_000,
    "head_seconds": 1.0,
    "body_seconds": 1.0,
    "wait_seconds": 1.0,
    "call_seconds": 1.0,
    "connections": 24,
}
GOOD = json.dumps(client_class(8, 9)).encode()
_TEXTS = [[f"Augmenter le chiffre d’affaires de {number} % avant le 31/12/2026"] for number in range(30_000)]
SLOW = json.dumps({"func_name": "STRAT_SMART_ADVICE", "args": [_TEXTS], "runtime": NEW}).encode()
"""A call of everyday data that takes seconds on any machine."""
JSON = {"content_type": "application/json", "accept_language": "fr"}


@pytest.fixture(scope="module")
def narrow(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with small caps, which has answered once."""
    with running(environment, tmp_path_factory.mktemp("narrow"), limits=LIMITS) as served:
        recovers(served)
        yield served


def recovers(served: Served) -> None:
    """Whether a plain call is answered, after a moment at most."""
    until = time.monotonic() + 60
    while (found := served.ask("POST", pages.CALL_PATH, GOOD, **JSON))[0] in {500, 503}:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert (found[0], json.loads(found[2])) == (200, {"result": [["Client idéal"]]})


def head(served: Served, *lines: str) -> bytes:
    """The headers of a call."""
    known = (
        f"Host: {served.host}",
        f"Authorization: Bearer {served.token}",
        "Content-Type: application/json",
    )
    return "\r\n".join((f"POST {pages.CALL_PATH} HTTP/1.1", *known, *lines, "", "")).encode()


def alive(connection: socket.socket, seconds: float, piece: bytes) -> float:
    """Send a piece again and again; seconds after which the other side ended, or all of them."""
    begun = time.monotonic()
    connection.settimeout(0.1)
    while (took := time.monotonic() - begun) < seconds:
        try:
            connection.sendall(piece)
            if not connection.recv(1 << 16):
                return took
        except TimeoutError:
            continue
        except ConnectionError:
            return took
    return took


def test_the_caps_of_the_server_are_wide_enough_for_excel() -> None:
    """Two whole columns fit; a request always ends."""
    usual = Limits()
    assert usual.cells > 2 * 1_048_576
    assert usual.body > 2 * 1_048_576 * len("[123456],")
    assert usual.held >= 4 * usual.body
    assert usual.request_seconds < 180


# -- size --------------------------------------------------------------------------------------------------


def test_too_large_a_body_is_refused_before_it_is_there(narrow: Served) -> None:
    """With its length told, and in pieces without: one sentence, and the connection ends."""
    for told, piece in (
        ("Content-Length: 1000000000", b" " * 65_536),
        ("Transfer-Encoding: chunked", b"10000\r\n" + b" " * 65_536 + b"\r\n"),
    ):
        with narrow.connect() as connection:
            connection.sendall(head(narrow, told))
            sent = 0
            try:
                while sent < 200:
                    connection.sendall(piece)
                    sent += 1
            except ConnectionError:
                pass
            answer = rest(connection)
        assert sent < 200
        assert not answer or answer.startswith(b"HTTP/1.1 413 ")
    status, _, body = narrow.ask("POST", pages.CALL_PATH, b" " * 3_000_001, **JSON)
    assert (status, body.decode()) == (413, message("web.refused.size", "fr"))
    recovers(narrow)


def test_too_many_cells_are_refused(narrow: Served) -> None:
    """A row of more cells than the cap is not computed, however few bytes it has."""
    for cells in ([[1] * 50_001], [[1]] * 50_001):
        data = json.dumps({"func_name": "STRAT_CLIENT_CLASS", "args": [cells]}).encode()
        status, _, body = narrow.ask("POST", pages.CALL_PATH, data, **JSON)
        assert (status, body.decode()) == (413, message("web.refused.size", "fr"))


def test_bodies_held_at_once_are_capped_and_forgotten(narrow: Served) -> None:
    """Callers that send nearly all and stop hold memory for a moment; later it is free again."""
    connections = [narrow.connect() for _ in range(4)]
    for connection in connections:
        connection.sendall(head(narrow, "Content-Length: 2900000") + b" " * 2_890_000)
    answers = []
    for connection in connections:
        answers.append(rest(connection)[9:12])
        connection.close()
    assert set(answers) <= {b"503", b"408"}
    assert b"503" in answers
    recovers(narrow)
    assert narrow.ask("POST", pages.CALL_PATH, b"{" + b" " * 2_900_000, **JSON)[0] == 400


# -- time --------------------------------------------------------------------------------------------------


def test_who_sends_slowly_is_cut_off(narrow: Served) -> None:
    """Nothing, headers letter by letter, the second request so, a body so: each ends within seconds."""
    slow = [
        (b"", b""),
        (b"GET / HTTP/1.1\r\n", b"X: y\r\n"),
        (b"GET / HTTP/1.1\r\nHost: %b\r\n\r\nGET / HTTP/1.1\r\n" % narrow.host.encode(), b"X: y\r\n"),
        (head(narrow, "Content-Length: 100"), b" "),
        (head(narrow, "Transfer-Encoding: chunked"), b"1\r\n \r\n"),
    ]
    connections = [narrow.connect() for _ in slow]
    with ThreadPoolExecutor(len(slow)) as threads:
        for connection, (first, _) in zip(connections, slow, strict=True):
            connection.sendall(first)
        pieces = [piece for _, piece in slow]
        took = list(threads.map(lambda one, piece: alive(one, 15, piece), connections, pieces))
    for connection in connections:
        connection.close()
    assert max(took) < 10, took
    recovers(narrow)


def test_who_does_not_read_is_cut_off(narrow: Served) -> None:
    """Answers that nobody takes in do not stay in memory for ever."""
    known = f"Host: {narrow.host}\r\nAuthorization: Bearer {narrow.token}\r\nX: {'x' * 3000}"
    asked = f"GET {pages.META_PATH} HTTP/1.1\r\n{known}\r\n\r\n".encode()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(narrow.door())
        connection.settimeout(60)
        with pytest.raises(ConnectionError):
            connection.sendall(asked * 10_000)
    recovers(narrow)


def test_many_idle_connections_do_not_keep_others_out_for_long(narrow: Served) -> None:
    """Beyond the cap they are closed at once, the others soon; then calls are answered as before."""
    idle = [narrow.connect() for _ in range(60)]
    closed = 0
    for connection in idle:
        connection.settimeout(10)
        closed += not rest(connection)
        connection.close()
    assert closed == 60
    recovers(narrow)


def test_an_answer_is_not_held_back(narrow: Served) -> None:
    """Its second piece does not wait for the caller to confirm the first, which takes 40 ms."""
    connection, took = http.client.HTTPConnection(*narrow.door(), timeout=60), []
    for _ in range(30):
        begun = time.monotonic()
        connection.request("GET", "/")
        assert connection.getresponse().read()
        took.append(time.monotonic() - begun)
    connection.close()
    assert min(took[1:]) < 0.03


# -- calculations ------------------------------------------------------------------------------------------


def workers_of(served: Served) -> set[int]:
    """The processes that compute for a server."""
    found = set()
    for task in Path(f"/proc/{served.process.pid}/task").iterdir():
        for pid in (task / "children").read_text().split():
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.add(int(pid))
    return found


on_linux = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no list of processes to look at")


def test_a_slow_calculation_is_a_sentence_and_its_process_is_gone(narrow: Served) -> None:
    """The cell says what to do; others are answered meanwhile, and afterwards as before."""
    begun = time.monotonic()
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(narrow.ask, "POST", pages.CALL_PATH, SLOW, **JSON)
        recovers(narrow)
        status, _, body = slow.result()
    assert (status, body.decode()) == (504, message("web.refused.slow", "fr"))
    assert time.monotonic() - begun < 20
    recovers(narrow)


def test_slow_calculations_of_many_do_not_hold_the_server(narrow: Served) -> None:
    """More of them than processes: all are told something within seconds, then calls are answered."""
    count = 3 * usual_count()
    with ThreadPoolExecutor(count) as threads:
        begun = time.monotonic()
        tried = [threads.submit(narrow.ask, "POST", pages.CALL_PATH, SLOW, **JSON) for _ in range(count)]
        statuses = [one.result()[0] for one in tried]
    assert time.monotonic() - begun < 30
    assert set(statuses) <= {503, 504}
    recovers(narrow)


@on_linux
def test_a_process_killed_in_mid_call_costs_its_call_only(narrow: Served) -> None:
    """Whoever asked is told to try again; the others notice nothing."""
    before = workers_of(narrow)
    assert len(before) == usual_count()
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(narrow.ask, "POST", pages.CALL_PATH, SLOW, **JSON)
        time.sleep(0.4)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        status, _, body = slow.result()
    assert (status, body.decode()) == (500, message("web.refused.lost", "fr"))
    recovers(narrow)
    assert not workers_of(narrow) & before


def test_who_hangs_up_leaves_nothing_behind(narrow: Served) -> None:
    """Callers that are gone in mid-call do not keep the processes from the others."""
    for _ in range(2 * usual_count()):
        with narrow.connect() as connection:
            connection.sendall(head(narrow, f"Content-Length: {len(SLOW)}") + SLOW)
    recovers(narrow)
