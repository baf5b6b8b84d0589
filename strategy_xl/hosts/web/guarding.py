"""Who may ask the server: Host, Origin and token of each request, before anything else looks at it.

The server listens on a machine where a browser shows pages of strangers. A page cannot read what is answered
to it (no CORS), but it can send; and a name of its own that it turns to 127.0.0.1 makes this server a part of
it (DNS rebinding). So a request must name an address of ours, must not come from another site, and must know
the token. No answer, of whatever status, tells anything of this machine.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from strategy_xl.hosts.web import office_pages as pages

if TYPE_CHECKING:
    from strategy_xl.hosts.web.addresses import Addresses

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]

_FOR_ALL = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",  # the token stands in addresses
    "x-robots-tag": "noindex",
}
_NO_STORE = {"cache-control": "no-store"}
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Office.js brings scripts, styles and pictures of Microsoft's own, and Excel on the web shows the pane in a
# frame of whatever address the firm has there. Who has no token gets no pane to put in a frame.
_PANE = (
    "default-src 'none'; script-src 'self' https://*.microsoft.com https://ajax.aspnetcdn.com; "
    "connect-src 'self' https:; style-src 'self' 'unsafe-inline'; img-src 'self' data: https:; "
    "frame-src https:; base-uri 'none'; form-action 'none'; frame-ancestors https:"
)
_KEPT_SECONDS = 86_400
_OFFICE = (".officeapps.live.com", ".office.com", ".cloud.microsoft", ".microsoft365.com", ".sharepoint.com")
"""Sites of Excel on the web, which reads the list of functions itself, from another origin."""

logger = logging.getLogger(__name__)


def _headers(path: str) -> dict[str, str]:
    """What an answer about a path carries beside its content."""
    # Excel shows no icon that it may not keep.
    kept = path.startswith(pages.ICON_PATH)
    cache = {"cache-control": f"private, max-age={_KEPT_SECONDS}"} if kept else _NO_STORE
    policy = _PANE if path == pages.PANE_PATH else _NOTHING
    return {**_FOR_ALL, **cache, "content-security-policy": policy}


def is_office(origin: str) -> bool:
    """Whether an Origin is one of Microsoft's, from which Excel on the web asks for the list of functions."""
    scheme, _, host = origin.partition("://")
    return scheme == "https" and host.endswith(_OFFICE) and host.replace("-", "").replace(".", "").isalnum()


def token_of(headers: Mapping[str, str], query: str) -> str:
    """The token that a request brings: in its header, or in its address."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return token.strip()
    return parse_qs(query, max_num_fields=10).get(pages.TOKEN, [""])[0]


class Guard:
    """The application behind its checks.

    Arguments:
        app: what answers those who may ask.
        addresses: where the server is reached.
        token: what a request must know.
        refuse: makes the answer that refuses a request: status, key of the sentence, its scope.
    """

    def __init__(
        self, app: App, addresses: Addresses, token: str, refuse: Callable[[int, str, _Scope], App]
    ) -> None:
        """As told."""
        self._app, self._addresses, self._refuse = app, addresses, refuse
        self._token = token.encode()

    def _chosen(self, scope: _Scope, headers: Mapping[str, str], named: list[str]) -> App:
        """What answers a request: the application, or a refusal."""
        if len(named) != 1 or named[0] not in self._addresses.hosts:
            return self._refuse(421, "web.refused.host", scope)
        is_call = scope["method"] not in {"GET", "HEAD"}
        origin = headers.get("origin")
        if is_call and origin is not None and origin.lower() not in self._addresses.origins:
            return self._refuse(403, "web.refused.origin", scope)
        if scope["path"] == pages.HOME_PATH:
            return self._app
        # What calculates takes the header only: addresses end up in other programs' logs.
        try:
            token = token_of(headers, "" if is_call else scope["query_string"].decode("latin-1"))
        except ValueError:  # too many fields
            token = ""
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self._token):
            return self._refuse(401, "web.refused.token", scope)
        return self._app

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        pairs = [
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]
        ]
        headers = dict(pairs)
        added = _headers(scope["path"])
        origin = headers.get("origin", "")
        if scope["path"] == pages.META_PATH and is_office(origin):
            added |= {"access-control-allow-origin": origin, "vary": "Origin"}
        begun = False

        async def send_safely(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                kept = [pair for pair in message.get("headers", ()) if pair[0].decode().lower() not in added]
                extra = [(name.encode(), value.encode("latin-1")) for name, value in added.items()]
                message = {**message, "headers": [*kept, *extra]}
            await send(message)

        chosen = self._chosen(scope, headers, [value.lower() for name, value in pairs if name == "host"])
        try:
            await chosen(scope, receive, send_safely)
        except asyncio.CancelledError:  # the server ends while it computes
            if not begun:
                await self._refuse(503, "web.refused.busy", scope)(scope, receive, send_safely)
        except Exception:  # the answer tells nothing of it; the log does
            logger.exception("%r failed", scope["path"])
            if not begun:
                await self._refuse(500, "web.refused.fault", scope)(scope, receive, send_safely)
