"""The cell functions for Excel on the web and on Mac: an add-in served through xlwings Server.

Optional, extra ``server``. xlwings Server belongs to xlwings PRO, which is free for noncommercial use
only (PolyForm Noncommercial 1.0.0) and paid otherwise; it does not even load without a licence key. It is
loaded when a server starts, here and nowhere else. The functions, the page and the script are the
program's own.

A call carries the cells of the formula and nothing else: the names of the workbook cannot be read, so the
thresholds are the defaults or those of the formula's ``settings`` argument.
"""

from __future__ import annotations

import asyncio
import inspect
import ipaddress
import json
import logging
import re
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from datetime import date
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from strategy_xl import __version__
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.errors import UsageError
from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import CellFunction, functions
from strategy_xl.functions.results import with_error_texts
from strategy_xl.hosts.web import office_pages as pages
from strategy_xl.languages import HOUSE, language_of
from strategy_xl.text.catalog import message

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8321
MAX_BODY = 32 << 20
"""Largest call, in bytes: some hundred thousand cells."""

_RUNTIME = re.compile(r"\d{1,2}\.\d{1,2}")
_VALUE_TYPES = 1.4
"""Runtime of custom functions from which Excel takes error values as data."""

logger = logging.getLogger(__name__)
_language: ContextVar[str] = ContextVar("language", default=HOUSE)


# -- what may be missing -----------------------------------------------------------------------------------


def _need(name: str) -> Any:
    """A module of the extra.

    Raises UsageError SX991 when it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise UsageError("SX991", package=name.partition(".")[0]) from error


def _xlwings_server() -> Any:
    """``xlwings.server``.

    Raises UsageError: SX991 when xlwings has none, SX992 without a valid licence key.
    """
    xlwings = _need("xlwings")
    try:
        found = _need("xlwings.server")
    except xlwings.LicenseError as error:
        raise UsageError("SX992", detail=str(error)) from error
    if all(engine.name != "officejs" for engine in xlwings.engines):
        # xlwings looks for the key when it is first imported; one that came later counts after a restart.
        raise UsageError("SX992", detail="XLWINGS_LICENSE_KEY")
    return found


# -- the functions as xlwings wants them -------------------------------------------------------------------


def _answer(name: str, args: Sequence[object]) -> list[list[object]]:
    today = date.today()  # noqa: DTZ011 - people's calendar day
    return with_error_texts(call(name, args, lang=_language.get(), today=today))


def _signature(function: CellFunction) -> inspect.Signature:
    """The arguments by name; Excel takes optional ones after the required ones only."""
    parameters = []
    optional = False
    for argument in function.arguments:
        optional = optional or not argument.required
        default = None if optional else inspect.Parameter.empty
        parameters.append(
            inspect.Parameter(argument.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)
        )
    return inspect.Signature(parameters)


def _exposed(server: Any, function: CellFunction, lang: str) -> Callable[..., Awaitable[object]]:
    """A function with xlwings' marks: all arguments as rows of cells, errors as text instead of nothing."""

    async def cells(*args: object) -> object:
        # A long calculation must not keep the others waiting.
        return await asyncio.to_thread(_answer, function.name, args)

    cells.__name__ = cells.__qualname__ = function.name
    cells.__doc__ = function.title(lang)
    cells.__annotations__ = {}  # xlwings takes them for converters
    cells.__signature__ = _signature(function)  # type: ignore[attr-defined]
    server.func(cells)
    for argument in function.arguments:
        server.arg(argument.name, ndim=2, err_to_str=True, doc=function.describe(argument, lang))(cells)
    return cells


@cache
def function_module(lang: str) -> ModuleType:
    """A module that holds every cell function for xlwings, described in a language.

    Raises UsageError when xlwings Server is missing or has no licence key.
    """
    server = _xlwings_server()
    module = ModuleType(f"strategy_xl_functions_{lang}")
    for function in functions().values():
        setattr(module, function.name, _exposed(server, function, lang))
    return module


# -- endpoints ---------------------------------------------------------------------------------------------


def _chosen(wanted: str | None, default: str) -> str:
    """A language we have: of a tag such as ``fr-CH``, or of a browser's list of them."""
    return language_of(wanted or "", default)


def _fault(runtime: str) -> list[list[object]]:
    """#VALUE! as that version of Excel takes it."""
    as_data = float(runtime) >= _VALUE_TYPES
    return [[{"type": "Error", "errorType": "Value"} if as_data else str(ErrorValue.VALUE)]]


async def answer_call(data: Mapping[str, Any], lang: str) -> list[list[object]]:
    """One call of a custom function.

    Arguments:
        data: ``func_name``, ``args`` (a cell or rows of cells each, None for one left out), ``runtime`` of
            custom functions, ``content_language`` of Excel.
        lang: language when Excel's is none of ours.

    Returns rows of cells, with error values as Excel's runtime takes them. Raises KeyError for an unknown
    function; what goes wrong in a conversion is logged and gives #VALUE!.
    """
    name = functions()[data["func_name"]].name
    runtime = str(data.get("runtime"))
    runtime = runtime if _RUNTIME.fullmatch(runtime) else "1.1"
    request = {
        "func_name": name,
        "args": list(data["args"]),
        "runtime": runtime,
        # The page is our own, of whatever xlwings: no versions to compare.
        "client": "Office.js",
        "version": version("xlwings"),
    }
    _language.set(_chosen(data.get("content_language"), lang))
    server = _xlwings_server()
    try:
        found = await server.custom_functions_call(request, function_module(lang))
    except Exception:  # Excel would show the message of an exception in the cell; the log has it
        logger.exception("%s failed", name)
        return _fault(runtime)
    return list(found)


async def _body(request: Request) -> bytes | None:
    """The body of a request; None when it is too large."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MAX_BODY:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _is_call(data: object) -> bool:
    if not isinstance(data, dict) or not isinstance(data.get("args"), list):
        return False
    return isinstance(data.get("func_name"), str) and isinstance(data.get("content_language"), str | None)


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


class _Site:
    """The answers to the requests of Excel's add-in loader, of the add-in's script and of a browser."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.responses = _need("starlette.responses")
        self.server = _xlwings_server()
        function_module(lang)  # what is missing is told at the start, not at the first call

    def language(self, request: Request) -> str:
        accepted = _chosen(request.headers.get("accept-language"), self.lang)
        return _chosen(request.query_params.get("lang"), accepted)

    def text(self, content: str | bytes, kind: str) -> Response:
        headers = {"Cache-Control": "no-cache"}
        found: Response = self.responses.Response(content, media_type=kind, headers=headers)
        return found

    def refusal(self, status: int, key: str, request: Request) -> Response:
        sentence = message(key, self.language(request))
        found: Response = self.responses.PlainTextResponse(sentence, status_code=status)
        return found

    async def call(self, request: Request) -> Response:
        # Only a page of this server may send JSON: another site's would need a permission it never gets.
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return self.refusal(415, "web.refused.json", request)
        content = await _body(request)
        if content is None:
            return self.refusal(413, "web.refused.size", request)
        try:
            data = json.loads(content)
        except (ValueError, RecursionError):  # no JSON, or nested without end
            data = None
        if not _is_call(data):
            return self.refusal(400, "web.refused.json", request)
        if data["func_name"] not in functions():
            return self.refusal(404, "web.refused.function", request)
        found: Response = self.responses.JSONResponse({"result": await answer_call(data, self.lang)})
        return found

    async def meta(self, request: Request) -> Response:
        described = self.server.custom_functions_meta(function_module(self.language(request)))
        return self.text(json.dumps(described, ensure_ascii=False), "application/json")

    async def code(self, _request: Request) -> Response:
        return self.text(pages.script(functions()), "text/javascript")

    async def manifest(self, request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        return self.text(pages.manifest(base, self.language(request)), "application/xml")

    async def page(self, request: Request) -> Response:
        pane = request.url.path == pages.PANE_PATH
        return self.text(pages.page(self.language(request), len(functions()), pane=pane), "text/html")

    async def health(self, _request: Request) -> Response:
        return self.text(json.dumps(health()), "application/json")

    async def icon(self, request: Request) -> Response:
        size = request.path_params["size"]
        if size not in pages.ICON_SIZES:
            return self.refusal(404, "web.refused.icon", request)
        return self.text(pages.icon(size), "image/png")


def make_app(lang: str = HOUSE) -> Starlette:
    """The web application (ASGI) that an Office.js add-in of Excel talks to.

    Arguments:
        lang: language where a request asks for none.

    Raises UsageError: SX991 when the extra ``server`` is not installed, SX992 without a licence key.
    """
    applications, route = _need("starlette.applications"), _need("starlette.routing").Route
    site = _Site(lang)
    app: Starlette = applications.Starlette(
        routes=[
            route("/", site.page),
            route(pages.PANE_PATH, site.page),
            route(pages.HEALTH_PATH, site.health),
            route(pages.MANIFEST_PATH, site.manifest),
            route(pages.META_PATH, site.meta),
            route(pages.CODE_PATH, site.code),
            route(pages.CALL_PATH, site.call, methods=["POST"]),
            route("/icon-{size:int}.png", site.icon),
        ]
    )
    return app


# -- running it --------------------------------------------------------------------------------------------


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    """An open door at that address.

    Raises UsageError SX993 when it cannot be had.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError("SX993", host=host, port=str(port), reason=reason) from error


def _say(_: str, lines: Sequence[str]) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    sys.stderr.flush()


def serve(
    host: str = LOOPBACK,
    port: int = DEFAULT_PORT,
    *,
    lang: str = HOUSE,
    certificate: Path | None = None,
    private_key: Path | None = None,
    told: Callable[[str, Sequence[str]], None] = _say,
) -> None:
    """Serve the add-in until the process is interrupted; the licence is stated first.

    Arguments:
        host, port: where to listen; by default this machine only. Port 0 takes a free one.
        lang: language of the texts where Excel asks for none.
        certificate, private_key: PEM files for HTTPS, without which Excel loads no add-in.
        told: takes the address and the lines to tell, as soon as it listens.

    Raises UsageError: SX991 extra not installed, SX992 no licence key, SX993 address taken, SX994
    certificate that cannot be used.
    """
    uvicorn = _need("uvicorn")
    app = make_app(lang)
    with _listen(host, port) as door:
        config = uvicorn.Config(
            app, log_level="warning", ssl_certfile=certificate, ssl_keyfile=private_key, lifespan="off"
        )
        try:
            config.load()
        except OSError as error:  # also what OpenSSL has to say
            raise UsageError("SX994", reason=error.strerror or str(error)) from error
        shown = f"[{host}]" if ":" in host else host
        address = f"{'https' if certificate else 'http'}://{shown}:{door.getsockname()[1]}"
        lines = [message("web.started", lang, address=address), message("web.page.licence", lang)]
        if not certificate:
            lines.append(message("web.no_https", lang))
        if not _is_loopback(host):
            lines.append(message("web.open", lang))
        told(address, lines)
        with suppress(KeyboardInterrupt):  # how people end it
            uvicorn.Server(config).run(sockets=[door])
