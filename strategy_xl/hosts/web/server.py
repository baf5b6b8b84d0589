"""The cell functions for Excel on the web and on Mac: an add-in served through xlwings Server.

Optional, extra ``server``. xlwings Server belongs to xlwings PRO, which is free for noncommercial use
only (PolyForm Noncommercial 1.0.0) and paid otherwise; it does not even load without a licence key. It is
loaded when a server starts, here and nowhere else. The functions, the page and the script are the
program's own.

A call carries the cells of the formula and nothing else: the names of the workbook cannot be read, so the
thresholds are the defaults or those of the formula's ``settings`` argument. Who may ask is seen to by
``guarding``, how long by ``listening``; what is asked is computed elsewhere (``workers``, ``answering``).
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from strategy_xl import __version__
from strategy_xl.errors import UsageError
from strategy_xl.functions.registry import functions
from strategy_xl.hosts.web import answering, listening, tokens
from strategy_xl.hosts.web import office_pages as pages
from strategy_xl.hosts.web.addresses import LOOPBACK, Addresses, addresses, is_loopback, names_of
from strategy_xl.hosts.web.answering import Asked, Reply, need
from strategy_xl.hosts.web.guarding import Guard
from strategy_xl.hosts.web.limits import Limits
from strategy_xl.hosts.web.workers import BusyError, LostError, SlowError, Workers
from strategy_xl.languages import HOUSE, language_of
from strategy_xl.text.catalog import message

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

DEFAULT_PORT = 8321
_JSON = "application/json"
_TROUBLES = {
    BusyError: (503, "web.refused.busy"),
    SlowError: (504, "web.refused.slow"),
    LostError: (500, "web.refused.lost"),
}


def health() -> dict[str, object]:
    """What runs, of which version, under which licences."""
    return {
        "program": "strategy_xl",
        "version": __version__,
        "licence": "MIT",
        "functions": len(functions()),
        "xlwings": version("xlwings"),
        "xlwings_server_licence": "PolyForm Noncommercial 1.0.0 or xlwings PRO, paid",
        "xlwings_server_licence_url": pages.PRO_LICENCE_URL,
    }


class _TooMuchError(Exception):
    """A body is too large, or too many are held at once."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(status, key)
        self.refusal = status, key


class _Site:
    """The answers to the requests of Excel's add-in loader, of the add-in's script and of a browser.

    Arguments:
        lang: language where a request asks for none.
        base: address of the server, for the manifest.
        token: what the manifest, the page and the script take to Excel.
        limits: caps on calls.
        ask: computes a call.
    """

    def __init__(
        self, lang: str, base: str, token: str, limits: Limits, ask: Callable[[Asked], Awaitable[Reply]]
    ) -> None:
        """What is missing is told now, not at the first call."""
        self.lang, self.base, self.token, self.limits, self.ask = lang, base, token, limits, ask
        self.held = 0
        self.requests, self.responses = need("starlette.requests"), need("starlette.responses")
        self.server = answering.xlwings_server()
        answering.function_module(lang)

    def language(self, request: Request) -> str:
        accepted = language_of(request.headers.get("accept-language", ""), self.lang)
        return language_of(request.query_params.get("lang", ""), accepted)

    def text(self, content: str | bytes, kind: str) -> Response:
        found: Response = self.responses.Response(content, media_type=kind)
        return found

    def refusal(self, status: int, key: str, request: Request) -> Response:
        sentence = message(key, self.language(request))
        more = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        found: Response = self.responses.PlainTextResponse(sentence, status_code=status, headers=more)
        return found

    def refuse(self, status: int, key: str, scope: Any) -> Any:
        """The same for the guard, which has no request yet."""
        return self.refusal(status, key, self.requests.Request(scope))

    async def body(self, request: Request) -> bytes:
        """The body of a call, which counts as held. Raises _TooMuchError; TimeoutError when it is slow."""
        content = bytearray()
        try:
            async with asyncio.timeout(self.limits.body_seconds):
                async for piece in request.stream():
                    content += piece
                    self.held += len(piece)
                    self.refuse_more(len(content))
        except BaseException:
            self.held -= len(content)
            raise
        return bytes(content)

    def refuse_more(self, size: int) -> None:
        """Raises _TooMuchError when a body of that size is too large, or more than can be held."""
        if size > self.limits.body:
            raise _TooMuchError(413, "web.refused.size")
        if self.held > self.limits.held:
            raise _TooMuchError(503, "web.refused.busy")

    async def call(self, request: Request) -> Response:
        # Only a page of this server may send JSON: another site's would need a permission it never gets.
        if request.headers.get("content-type", "").partition(";")[0].strip() != _JSON:
            return self.closing(self.refusal(415, "web.refused.json", request))
        try:
            content = await self.body(request)
        except _TooMuchError as error:
            return self.closing(self.refusal(*error.refusal, request))
        except TimeoutError:
            return self.closing(self.refusal(408, "web.refused.time", request))
        today = date.today()  # noqa: DTZ011 - people's calendar day
        try:
            reply = await self.ask(Asked(content, self.language(request), today))
        except (BusyError, SlowError, LostError) as error:
            return self.refusal(*_TROUBLES[type(error)], request)
        finally:
            self.held -= len(content)
        if reply.refusal:
            return self.refusal(reply.status, reply.refusal, request)
        return self.text(reply.content, _JSON)

    @staticmethod
    def closing(response: Response) -> Response:
        """An answer before the body has come whole: the rest is not waited for."""
        response.headers["Connection"] = "close"
        return response

    async def meta(self, request: Request) -> Response:
        described = self.server.custom_functions_meta(answering.function_module(self.language(request)))
        return self.text(json.dumps(described, ensure_ascii=False), _JSON)

    async def code(self, _request: Request) -> Response:
        return self.text(pages.script(functions(), self.token), "text/javascript")

    async def manifest(self, request: Request) -> Response:
        return self.text(pages.manifest(self.base, self.language(request), self.token), "application/xml")

    async def home(self, request: Request) -> Response:
        return self.text(pages.home(self.language(request)), "text/html")

    async def pane(self, request: Request) -> Response:
        return self.text(pages.pane(self.language(request), len(functions()), self.token), "text/html")

    async def health(self, _request: Request) -> Response:
        return self.text(json.dumps(health()), _JSON)

    async def icon(self, request: Request) -> Response:
        size = request.path_params["size"]
        if size not in pages.ICON_SIZES:
            return self.refusal(404, "web.refused.icon", request)
        return self.text(pages.icon(size), "image/png")

    async def wrong(self, request: Request, error: Exception) -> Response:
        """No such page, or another method: said in the language of the others."""
        status = int(getattr(error, "status_code", 404))
        return self.refusal(status, "web.refused.page", request)

    async def fault(self, request: Request, _error: Exception) -> Response:
        """The program failed: the guard logs it."""
        return self.refusal(500, "web.refused.fault", request)


def make_app(
    lang: str,
    reached: Addresses,
    token: str,
    ask: Callable[[Asked], Awaitable[Reply]],
    limits: Limits,
) -> Guard:
    """The web application (ASGI) that an Office.js add-in of Excel talks to.

    Arguments:
        lang: language where a request asks for none.
        reached: the addresses under which it is asked.
        token: what a request must know.
        ask: computes a call.
        limits: caps on calls.

    Raises UsageError: SX991 when the extra ``server`` is not installed, SX992 without a licence key.
    """
    applications, route = need("starlette.applications"), need("starlette.routing").Route
    wrong = need("starlette.exceptions").HTTPException
    site = _Site(lang, reached.base, token, limits, ask)
    app = applications.Starlette(
        routes=[
            route(pages.HOME_PATH, site.home),
            route(pages.PANE_PATH, site.pane),
            route(pages.HEALTH_PATH, site.health),
            route(pages.MANIFEST_PATH, site.manifest),
            route(pages.META_PATH, site.meta),
            route(pages.CODE_PATH, site.code),
            route(pages.CALL_PATH, site.call, methods=["POST"]),
            route(pages.ICON_PATH + "{size:int}.png", site.icon),
        ],
        exception_handlers={wrong: site.wrong, Exception: site.fault},
    )
    app.router.redirect_slashes = False
    return Guard(app, reached, token, site.refuse)


# -- running it --------------------------------------------------------------------------------------------


def _say(_: str, lines: Sequence[str]) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stderr.flush()


@dataclass(frozen=True, slots=True)
class Door:
    """Where the server listens, and how it is reached.

    Arguments:
        host, port: where to listen; by default this machine only. Port 0 takes a free one.
        url: the address under which Excel reaches it, when it is another: ``https://plan.example``.
        certificate, private_key: PEM files for HTTPS, without which Excel loads no add-in, and no other
            machine is listened to.
    """

    host: str = LOOPBACK
    port: int = DEFAULT_PORT
    url: str | None = None
    certificate: Path | None = None
    private_key: Path | None = None

    def speaks(self, lang: str) -> tuple[ssl.SSLContext | None, list[str]]:
        """What speaks HTTPS, and the names under which the server is asked for, the best one first.

        Raises UsageError: SX646 other machines without HTTPS, SX647, SX649, SX994.
        """
        names = names_of(self.host, self.url)
        if self.certificate is None:
            if not is_loopback(self.host):
                raise UsageError("SX646", host=self.host)
            return None, names
        context = listening.secured(self.certificate, self.private_key, lang)
        good = listening.named(context, self.certificate, names, lang)
        return context, [*good, *(name for name in names if name not in good)]


def serve(
    door: Door,
    *,
    lang: str = HOUSE,
    folder: Path | None = None,
    told: Callable[[str, Sequence[str]], None] = _say,
    limits: Limits | None = None,
) -> None:
    """Serve the add-in until the process is interrupted; the licence is stated first.

    Arguments:
        door: where to listen.
        lang: language of the texts where Excel asks for none.
        folder: where the token and the manifest are kept; the user's own by default.
        told: takes the address and the lines to tell, as soon as it listens.
        limits: caps on calls and connections.

    Raises UsageError: SX991 extra not installed, SX992 no licence key, SX993 address taken, SX994
    certificate that cannot be used, SX646 other machines without HTTPS, SX647 certificate of other names,
    SX648 token or manifest that cannot be kept, SX649 no address that Excel could ask for.
    """
    limits = limits or Limits()
    for package in ("uvicorn", "starlette.applications"):
        need(package)
    context, names = door.speaks(lang)
    answering.function_module(lang)
    folder = folder or tokens.usual_folder()
    token = tokens.kept_token(folder, lang)
    with listening.listen(door.host, door.port) as opened:
        reached = addresses("https" if context else "http", names, opened.getsockname()[1], door.url)
        manifest = tokens.write_manifest(folder, pages.manifest(reached.base, lang, token))
        workers = Workers(partial(answering.prepare, limits), limits.call_seconds, limits.wait_seconds)
        try:
            app = make_app(lang, reached, token, workers.ask, limits)
            told(reached.base, _lines(reached.base, manifest, lang, host=door.host))
            listening.run(app, opened, context, limits, workers.start)
        finally:
            workers.close()


def _lines(base: str, manifest: Path, lang: str, *, host: str) -> list[str]:
    """What to tell whoever started it."""
    lines = [message("web.started", lang, address=base), message("web.page.licence", lang)]
    lines.append(message("web.manifest.written", lang, path=str(manifest)))
    if not base.startswith("https:"):
        lines.append(message("web.no_https", lang))
    if not is_loopback(host):
        lines.append(message("web.open", lang))
    return lines
