"""A real server in a process of its own, and callers of it; shared by the tests of ``serve``."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from office_client import NEW

from strategy_xl.hosts.web import office_pages

CLIENT = Path(__file__).parent / "office_client.py"
_BEGUN = "PolyForm"
_T = TypeVar("_T")


@dataclass(frozen=True)
class Served:
    """A server that runs.

    Arguments:
        address: where it is.
        told: what it told when it started.
        token: what it wants to know.
        process: it.
        log: where its error stream goes.
        context: what speaks HTTPS with it.
    """

    address: str
    told: Sequence[str]
    token: str
    process: subprocess.Popen[str]
    log: Path
    context: ssl.SSLContext | None = None

    @property
    def host(self) -> str:
        """What the Host of a request must be."""
        return urlsplit(self.address).netloc

    def door(self) -> tuple[str, int]:
        """Host and port to connect to."""
        return "127.0.0.1", urlsplit(self.address).port or 0

    def connect(self, seconds: float = 60) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(self.door(), timeout=seconds)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        **headers: str | None,
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request with the token, unless its header is given: status, headers (in lower case), body."""
        host, port = self.door()
        connection = (
            http.client.HTTPConnection(host, port, timeout=60)
            if self.context is None
            else http.client.HTTPSConnection(host, port, timeout=60, context=self.context)
        )
        known = {"authorization": f"Bearer {self.token}", **headers}
        sent = {name.replace("_", "-"): value for name, value in known.items() if value is not None}
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        found = (
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            response.read(),
        )
        connection.close()
        return found

    def call(self, data: object, **more: str) -> Any:
        """The cells that answer a call."""
        headers = {"content_type": "application/json", **more}
        status, _, body = self.ask("POST", office_pages.CALL_PATH, json.dumps(data).encode(), **headers)
        assert status == 200, (status, body)
        return json.loads(body)["result"]


def client_class(*scores: object, lang: str = "fr", settings: object = None) -> dict[str, Any]:
    """A call that classes a client by two quick scores."""
    args = [[[score]] for score in scores]
    if settings is not None:
        args = [*args, *[None] * (13 - len(args)), settings]  # type: ignore[list-item]
    return {"func_name": "STRAT_CLIENT_CLASS", "args": args, "runtime": NEW, "content_language": lang}


@contextmanager
def running(environment: Mapping[str, str], folder: Path, **options: Any) -> Iterator[Served]:
    """A server on a free port that keeps its token in a folder; it must end well."""
    folder.mkdir(exist_ok=True)
    log = folder / "log"
    given = {"folder": str(folder), **{name: _plain(value) for name, value in options.items()}}
    command = [sys.executable, str(CLIENT), "serve", json.dumps(given)]
    with log.open("w") as errors:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(3 if "certificate" in options else 4)]
    assert _BEGUN in lines[1], log.read_text()
    try:
        address = next(word for word in lines[0].split() if word.startswith("http"))
        yield Served(address, lines, (folder / "token").read_text().strip(), process, log)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        process.stdout.close()


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


def refused(environment: Mapping[str, str], **options: Any) -> str:
    """What a server says that does not start."""
    given = {name: _plain(value) for name, value in options.items()}
    command = [sys.executable, str(CLIENT), "serve", json.dumps(given)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def certificate(folder: Path, names: str, *, days: int = 2, password: str = "") -> tuple[Path, Path]:
    """A certificate for names (``DNS:localhost,IP:127.0.0.1``) and its key; skips without openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    made, key = folder / "c.pem", folder / "k.pem"
    locked = ["-passout", f"pass:{password}"] if password else ["-nodes"]
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", *locked]
    subject = ["-subj", "/CN=plan", "-addext", f"subjectAltName={names}", "-days", str(days)]
    files = ["-keyout", str(key), "-out", str(made)]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True)
    return made, key


def rest(connection: socket.socket) -> bytes:
    """All that comes until the other side ends, well or not."""
    pieces = []
    with suppress(ConnectionError):
        while piece := connection.recv(1 << 20):
            pieces.append(piece)
    return b"".join(pieces)


def apart(work: Callable[[], _T]) -> _T:
    """Do something in a thread of its own: where a browser was started, this one has an event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()
