"""The door: sockets, certificates, and connections that send nothing, or too slowly, or take nothing in.

uvicorn waits for ever for the headers of a request, for a handshake of TLS a minute, and for a caller that
does not read its answer without end; any of these would hold the server with a few hundred connections.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from strategy_xl.errors import Location, UsageError
from strategy_xl.hosts.web.answering import need
from strategy_xl.text.catalog import message

if TYPE_CHECKING:
    from strategy_xl.hosts.web.limits import Limits

_LOOK_SECONDS = 0.5
"""Between two looks at a connection."""
_SHUTDOWN_SECONDS = 2
"""That answers under way have when the server is ended."""
_REASONS = {9: "early", 10: "expired", 62: "name", 64: "name"}
"""What OpenSSL finds in a certificate, by its number (``X509_V_ERR_…``)."""
_HANDSHAKES = 20
"""Messages that the two sides of a handshake send at most; each certificate of a chain may take one."""


def listen(host: str, port: int) -> socket.socket:
    """An open door at that address.

    Raises UsageError SX993 when it cannot be had.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError("SX993", host=host, port=str(port), reason=reason) from error


# -- certificates ------------------------------------------------------------------------------------------


def _unusable(path: Path, key: str, lang: str) -> UsageError:
    return UsageError("SX994", Location(str(path)), reason=message(f"web.certificate.{key}", lang))


def secured(certificate: Path, private_key: Path | None, lang: str) -> ssl.SSLContext:
    """What speaks HTTPS with a certificate.

    Arguments:
        certificate: PEM file, with the chain behind it.
        private_key: PEM file of its key; None when it stands in the same file.
        lang: language of the reasons.

    Raises UsageError SX994, located at the file that cannot be used.
    """
    holder = private_key or certificate
    for path, mark, key in (
        (certificate, b"-----BEGIN CERTIFICATE", "none"),
        (holder, b"PRIVATE KEY", "key"),
    ):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UsageError("SX994", Location(str(path)), reason=error.strerror or str(error)) from error
        if mark not in content:
            raise _unusable(path, key, lang)
    asked = False

    def password() -> str:
        nonlocal asked
        asked = True  # nobody sits in front of a server: no question is asked
        return ""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, private_key, password)
    except (ssl.SSLError, ValueError) as error:
        if asked:
            raise _unusable(holder, "locked", lang) from error
        if getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
            raise _unusable(holder, "mismatch", lang) from error
        raise _unusable(certificate, "broken", lang) from error
    return context


def refusal_of(context: ssl.SSLContext, certificate: Path, name: str, lang: str) -> str:
    """Why a browser would refuse a certificate under a name, trusting whoever made it; ``""`` if not.

    Both sides of a handshake are played: what is expired, of another name or no certificate of a server is
    known before the first user waits in vain.
    """
    caller = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    caller.load_verify_locations(certificate)
    caller.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    to_server, to_caller = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = (
        caller.wrap_bio(to_caller, to_server, server_hostname=name),
        context.wrap_bio(to_server, to_caller, server_side=True),
    )
    for turn in range(_HANDSHAKES):
        try:
            sides[turn % 2].do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as error:
            key = _REASONS.get(error.verify_code)
            return message(f"web.certificate.{key}", lang) if key else error.verify_message
        except ssl.SSLError as error:
            return error.reason or str(error)
        if not turn % 2:
            return ""
    return "TLS"


def named(context: ssl.SSLContext, certificate: Path, names: Sequence[str], lang: str) -> list[str]:
    """The names that a certificate stands for, of those given.

    Raises UsageError SX647, located at the certificate, when there are none.
    """
    reasons = {name: refusal_of(context, certificate, name, lang) for name in names}
    good = [name for name, reason in reasons.items() if not reason]
    if not good:
        # What is wrong whatever the name, such as its date, says more than that a name is another.
        other = message("web.certificate.name", lang)
        reason = next((told for told in reasons.values() if told != other), other)
        raise UsageError("SX647", Location(str(certificate)), names=", ".join(names), reason=reason)
    return good


# -- connections -------------------------------------------------------------------------------------------


def _protocol(limits: Limits) -> type[asyncio.Protocol]:
    """A connection of uvicorn, which is cut when nothing goes on for too long."""
    h11 = need("uvicorn.protocols.http.h11_impl").H11Protocol

    class Watched(h11):  # type: ignore[misc, valid-type] # the extra may be missing
        """A connection and the clock of what it does: wait for headers, or answer a request."""

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            # An answer is written in two pieces: the second would wait 40 ms for news of the first. asyncio
            # sees to that only where a socket tells its protocol, which ``create_server`` does not ask for.
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if len(self.connections) > limits.connections:
                transport.abort()
                return
            self._state: tuple[object, bool] | None = None
            self._look()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            if hasattr(self, "_timer"):
                self._timer.cancel()

        def _look(self) -> None:
            busy = self.cycle is not None and not self.cycle.response_complete
            state, now = (self.cycle, busy), self.loop.time()
            if state != self._state:
                self._state, self._since = state, now
            elif now - self._since > (limits.request_seconds if busy else limits.head_seconds):
                self.transport.abort()  # not closed, which waits for what the other side does not read
                return
            self._timer = self.loop.call_later(_LOOK_SECONDS, self._look)

    return Watched


def _loop_class(limits: Limits) -> Callable[[], asyncio.AbstractEventLoop]:
    """The system's event loop, which is not patient with handshakes."""
    usual: Any = (
        asyncio.ProactorEventLoop if hasattr(asyncio, "ProactorEventLoop") else asyncio.SelectorEventLoop
    )

    class Loop(usual):  # type: ignore[misc]
        """As the system's, but for the time that a handshake may take."""

        async def create_server(self, *args: Any, **how: Any) -> asyncio.Server:
            if how.get("ssl") is not None:
                how["ssl_handshake_timeout"] = how["ssl_shutdown_timeout"] = limits.head_seconds
            found: asyncio.Server = await super().create_server(*args, **how)
            return found

    return Loop


def run(
    app: Any,
    door: socket.socket,
    context: ssl.SSLContext | None,
    limits: Limits,
    begin: Callable[[], None],
) -> None:
    """Answer at a door until the process is interrupted; ``begin`` is called once, in its event loop."""
    uvicorn = need("uvicorn")
    config = uvicorn.Config(
        app,
        http=_protocol(limits),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_level="warning",
        access_log=False,  # addresses hold the token
        proxy_headers=False,  # who asks does not say where it comes from
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    config.load()
    config.ssl = context

    async def answer() -> None:
        begin()
        await uvicorn.Server(config).serve(sockets=[door])

    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=_loop_class(limits)) as runner:
        runner.run(answer())
