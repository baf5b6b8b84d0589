"""One call of a custom function: what Office.js sends, checked, through xlwings Server to the function.

It runs in a process of its own (``workers``); what comes is bytes of whoever knows the token, not yet JSON.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import inspect
import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from importlib import import_module
from importlib.metadata import version
from itertools import chain
from types import ModuleType
from typing import Any, cast

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.errors import UsageError
from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import CellFunction, functions
from strategy_xl.hosts.web.limits import Limits
from strategy_xl.languages import HOUSE, language_of

ERROR_TYPES = {
    ErrorValue.DIV0: "Div0",
    ErrorValue.NA: "NotAvailable",
    ErrorValue.NAME: "Name",
    ErrorValue.NULL: "Null",
    ErrorValue.NUM: "Num",
    ErrorValue.REF: "Ref",
    ErrorValue.VALUE: "Value",
}
"""Error values as ``Excel.ErrorCellValueType`` names them."""

_RUNTIME = re.compile(r"\d{1,2}\.\d{1,2}")
_VALUE_TYPES = 1.4
"""Runtime of custom functions from which Excel takes error values as data."""

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_NO_BRACKET = bytes(code for code in range(256) if code not in b"[]{}")
_ONE_KIND = bytes.maketrans(b"{}", b"[]")

logger = logging.getLogger(__name__)


# -- what may be missing -----------------------------------------------------------------------------------


def need(name: str) -> Any:
    """A module of the extra.

    Raises UsageError SX991 when it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise UsageError("SX991", package=name.partition(".")[0]) from error


def xlwings_server() -> Any:
    """``xlwings.server``.

    Raises UsageError: SX991 when xlwings has none, SX992 without a valid licence key.
    """
    xlwings = need("xlwings")
    try:
        found = need("xlwings.server")
    except xlwings.LicenseError as error:
        raise UsageError("SX992", detail=str(error)) from error
    if all(engine.name != "officejs" for engine in xlwings.engines):
        # xlwings looks for the key when it is first imported; one that came later counts after a restart.
        raise UsageError("SX992", detail="XLWINGS_LICENSE_KEY")
    return found


xlwings_version = cache(partial(version, "xlwings"))
"""The release of xlwings; looked up once, which costs more than a call."""


# -- the functions as xlwings wants them -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Caller:
    """What a call brings beside its cells."""

    lang: str
    today: date
    runtime: str


_caller: ContextVar[_Caller] = ContextVar("caller")


def _read(value: Any) -> Any:
    """A cell, or rows of cells, as ``call`` takes them: errors and data types by their plain value.

    xlwings could do it, but looks for Pyodide at each cell: seconds for ten thousand.
    """
    if not isinstance(value, list):
        return value["basicValue"] if isinstance(value, dict) else value
    if value and not isinstance(value[0], list):
        value = [value]  # xlwings gives a single row without its rows
    cells = list(chain.from_iterable(value))
    if dict not in set(map(type, cells)) and "" not in cells:
        return value
    return [
        [None if cell == "" else cell if type(cell) is not dict else cell["basicValue"] for cell in row]
        for row in value
    ]


def _error(value: ErrorValue, runtime: str) -> object:
    """An error value as that version of Excel takes it."""
    if float(runtime) < _VALUE_TYPES:
        return str(value)
    return {"type": "Error", "errorType": ERROR_TYPES.get(value, ERROR_TYPES[ErrorValue.VALUE])}


def _answer(name: str, args: Sequence[object]) -> list[list[object]]:
    caller = _caller.get()
    block = call(name, [_read(value) for value in args], lang=caller.lang, today=caller.today)
    if ErrorValue not in set(map(type, chain.from_iterable(block))):
        return cast("list[list[object]]", block)
    return [
        [_error(cell, caller.runtime) if type(cell) is ErrorValue else cell for cell in row] for row in block
    ]


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


def _exposed(server: Any, function: CellFunction, lang: str) -> Callable[..., object]:
    """A function with xlwings' marks; arguments and answer pass as they are."""

    def cells(*args: object) -> object:
        return _answer(function.name, args)

    cells.__name__ = cells.__qualname__ = function.name
    cells.__doc__ = function.title(lang)
    cells.__annotations__ = {}  # xlwings takes them for converters
    cells.__signature__ = _signature(function)  # type: ignore[attr-defined]
    server.func(cells)
    server.ret("raw")(cells)
    for argument in function.arguments:
        server.arg(argument.name, "raw", ndim=2, doc=function.describe(argument, lang))(cells)
    return cells


@cache
def function_module(lang: str) -> ModuleType:
    """A module that holds every cell function for xlwings, described in a language.

    Raises UsageError when xlwings Server is missing or has no licence key.
    """
    server = xlwings_server()
    module = ModuleType(f"strategy_xl_functions_{lang}")
    for function in functions().values():
        setattr(module, function.name, _exposed(server, function, lang))
    return module


# -- one call ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as it came.

    Arguments:
        body: what should be JSON.
        lang: language when the call's is none of ours.
        today: people's calendar day.
    """

    body: bytes
    lang: str
    today: date


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer: JSON with status 200, else the key of a sentence."""

    status: int
    content: bytes = b""
    refusal: str = ""


def too_deep(body: bytes, depth: int) -> bool:
    """Whether brackets of a JSON text nest deeper than that, or do not close; it need not be JSON."""
    brackets = _STRING.sub(b"", body).translate(_ONE_KIND, _NO_BRACKET)
    for _ in range(depth):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and the infinities are no JSON, whatever Python thinks


def _parsed(body: bytes) -> Mapping[str, Any] | None:
    """The call that a body holds; None when it holds none."""
    try:
        data = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("args"), list):
        return None
    known = isinstance(data.get("func_name"), str) and isinstance(data.get("content_language"), str | None)
    return data if known else None


def count_cells(args: Sequence[object]) -> int:
    """Cells of the arguments of a call. Raises TypeError when one is neither a cell nor rows of cells."""
    return sum(sum(map(len, value)) if isinstance(value, list) else 1 for value in args)


async def answer_call(data: Mapping[str, Any], lang: str, today: date) -> list[list[object]]:
    """One call of a custom function.

    Arguments:
        data: ``func_name``, ``args`` (a cell or rows of cells each, None for one left out), ``runtime`` of
            custom functions, ``content_language`` of Excel.
        lang: language when Excel's is none of ours.
        today: people's calendar day.

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
        "version": xlwings_version(),
    }
    _caller.set(_Caller(language_of(data.get("content_language") or "", lang), today, runtime))
    try:
        found = await xlwings_server().custom_functions_call(request, function_module(lang))
    except Exception:  # Excel would show the message of an exception in the cell; the log has it
        logger.exception("%s failed", name)
        return [[_error(ErrorValue.VALUE, runtime)]]
    return list(found)


def answer(runner: asyncio.Runner, limits: Limits, asked: Asked) -> Reply:
    """What to answer to a body, whatever it is."""
    if too_deep(asked.body, limits.depth) or (data := _parsed(asked.body)) is None:
        return Reply(400, refusal="web.refused.json")
    try:
        if count_cells(data["args"]) > limits.cells:
            return Reply(413, refusal="web.refused.size")
    except TypeError:  # a range without rows
        return Reply(400, refusal="web.refused.json")
    if data["func_name"] not in functions():
        return Reply(404, refusal="web.refused.function")
    found = runner.run(answer_call(data, asked.lang, asked.today), context=contextvars.copy_context())
    # In ASCII: half a character, which a cell of Excel may hold, is no UTF-8.
    return Reply(200, json.dumps({"result": found}, separators=(",", ":"), allow_nan=False).encode())


def prepare(limits: Limits) -> Callable[[Asked], Reply]:
    """The function that answers calls in this process; what it needs is imported.

    Raises UsageError when xlwings Server is missing or has no licence key.
    """
    function_module(HOUSE)
    first = next(iter(functions().values()))  # with it comes what all of them import
    call(first.name, first.examples[0].args, lang=HOUSE, today=date(2000, 1, 1))
    gc.freeze()  # what is loaded stays: it is not looked through for garbage with each call
    return partial(answer, asyncio.Runner(), limits)
