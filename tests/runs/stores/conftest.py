"""Two stores on loopback that are real but for their size: an S3 server, and an SFTP server."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncssh
import fsspec.config
import pytest
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from strategy_xl.runs.stores import remote, troubles
from strategy_xl.runs.stores.remote_path import RemotePath

Meddle = Callable[[str, str], str | None]


class Meddling:
    """The S3 server, with somebody in between: for a method and a path he says what is to go wrong.

    ``"503"`` and the like are answered in the server's place; ``"lost"`` treats the request and breaks the
    connection instead of answering; ``"broken"`` breaks it before; ``"deaf"`` forgets the condition.
    """

    def __init__(self) -> None:
        """Without anybody in between."""
        self.server = DomainDispatcherApplication(create_backend_app)
        self.meddle: Meddle = lambda _method, _path: None
        self.requests: list[tuple[str, str]] = []

    @staticmethod
    def save(bucket: str, key: str, content: bytes) -> None:
        """Save an object as somebody else, behind the server's door."""
        from moto.s3.models import s3_backends

        s3_backends["123456789012"]["aws"].put_object(bucket, key, content)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Answer a request."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.requests.append((method, path))
        fault = self.meddle(method, path)
        if fault == "deaf":
            environ.pop("HTTP_IF_MATCH", None)
        if fault in {None, "deaf"}:
            return self.server(environ, start_response)
        if fault.isdecimal():
            code = {"403": "AccessDenied", "501": "NotImplemented"}.get(fault, "SlowDown")
            body = b"" if method == "HEAD" else f"<Error><Code>{code}</Code></Error>".encode()
            start_response(f"{fault} Fault", [("Content-Length", str(len(body)))])
            return [body]
        if fault == "lost":
            list(self.server(environ, lambda *_arguments: None))
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise BrokenPipeError


@pytest.fixture(scope="session")
def s3_server() -> Iterator[tuple[Meddling, str]]:
    """The server, and where it listens."""
    application = Meddling()
    server = make_server("127.0.0.1", 0, application, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield application, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def s3(
    s3_server: tuple[Meddling, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Meddling]:
    """An S3 server with an empty bucket ``plans``."""
    application, address = s3_server
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(troubles, "DELAYS", (0.01, 0.01))
    monkeypatch.setattr("strategy_xl.runs.stores.s3.DELAYS", (0.01, 0.01))
    monkeypatch.setitem(
        fsspec.config.conf, "s3", {"config_kwargs": {"s3": {"addressing_style": "path"}, "read_timeout": 30}}
    )
    application.meddle = lambda _method, _path: None
    store = remote.store_of(RemotePath("s3://plans"))
    with suppress(FileNotFoundError):
        store.fs.rm("plans", recursive=True)
    store.fs.call_s3("create_bucket", Bucket="plans")
    application.requests.clear()
    yield application
    remote._opened.clear()


class _Server(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:  # noqa: ARG002 - as asyncssh calls it
        """Everybody may."""
        return False


class Sftp:
    """An SFTP server over a folder; ``refuse`` is asked before each renaming."""

    def __init__(self, folder: Path, keys: Path) -> None:
        """Start it in a thread of its own."""
        self.folder = folder
        self.connections: list[Any] = []
        self.before_rename: Callable[[asyncssh.SFTPServer], None] = lambda _server: None
        self.after_rename: Callable[[asyncssh.SFTPServer], None] = lambda _server: None
        self.loop = asyncio.new_event_loop()
        key = asyncssh.generate_private_key("ssh-ed25519")
        ready = threading.Event()

        outer = self

        class Files(asyncssh.SFTPServer):
            """The folder as if it were all there is."""

            def __init__(self, channel: Any) -> None:
                super().__init__(channel, chroot=str(folder).encode())
                outer.connections.append(channel.get_connection())

            def posix_rename(self, oldpath: bytes, newpath: bytes) -> Any:
                """Somebody may come in between, or the connection break afterwards."""
                outer.before_rename(self)
                super().posix_rename(oldpath, newpath)
                outer.after_rename(self)

            def rename(self, oldpath: bytes, newpath: bytes) -> Any:
                """As above."""
                outer.before_rename(self)
                super().rename(oldpath, newpath)
                outer.after_rename(self)

        async def begin() -> None:
            self.acceptor = await asyncssh.listen(
                "127.0.0.1", 0, server_factory=_Server, server_host_keys=[key], sftp_factory=Files
            )
            ready.set()

        def serve() -> None:
            self.loop.run_until_complete(begin())
            self.loop.run_forever()

        threading.Thread(target=serve, daemon=True).start()
        assert ready.wait(30)
        self.port = self.acceptor.get_port()
        self.known_hosts = keys / "known_hosts"
        self.known_hosts.write_text(
            f"[127.0.0.1]:{self.port} {key.export_public_key().decode()}", encoding="ascii"
        )
        self.address = f"sftp://somebody@127.0.0.1:{self.port}"

    async def _close(self) -> None:
        self.acceptor.close()
        await self.acceptor.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def end(self) -> None:
        """Stop it."""
        asyncio.run_coroutine_threadsafe(self._close(), self.loop).result(30)
        self.loop.call_soon_threadsafe(self.loop.stop)


@pytest.fixture(scope="session")
def sftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sftp]:
    """The server."""
    server = Sftp(tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("keys"))
    yield server
    server.end()


@pytest.fixture
def sftp(sftp_server: Sftp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sftp]:
    """An SFTP server that knows us and whose key we know."""
    monkeypatch.setitem(
        fsspec.config.conf, "sftp", {"known_hosts": str(sftp_server.known_hosts), "config": None}
    )
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(troubles, "DELAYS", (0.01, 0.01))
    monkeypatch.setattr("strategy_xl.runs.stores.sftp.DELAYS", (0.01, 0.01))
    shutil.rmtree(sftp_server.folder)
    sftp_server.folder.mkdir()
    sftp_server.after_rename = lambda _server: None
    sftp_server.before_rename = lambda _server: None
    yield sftp_server
    remote._opened.clear()
