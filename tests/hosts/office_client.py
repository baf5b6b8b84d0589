"""What the tests of the hosts for Excel on the web share: calls as Office.js makes them, and their answers.

Run as a script it stands in a process of its own, because xlwings reads its licence key once, when it is
first imported: ``answers`` prints what the application says, ``serve`` starts the real server with options
of a JSON object (``limits`` and paths among them).
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.commands.render import show_error
from strategy_xl.errors import UsageError
from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import EXAMPLE_DAY, functions

TOKEN, HOST = "t" * 40, "plan.example"
ERROR_TYPES = {ErrorValue.NA: "NotAvailable", ErrorValue.VALUE: "Value"}
NEW, OLD = "1.4", "1.1"
"""Runtimes of custom functions: with and without error values as data."""


class ExampleDay(date):
    """A calendar that always stands at the day of the examples."""

    @classmethod
    def today(cls) -> date:  # type: ignore[override]
        """The day of the examples."""
        return EXAMPLE_DAY


def cells_of(value: object) -> object:
    """An argument of an example as Excel sends it: rows of cells, a blank cell as an empty text."""
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        return [[value]]
    rows = value if value and isinstance(value[0], list | tuple) else [[cell] for cell in value]
    return [["" if cell is None else cell for cell in row] for row in rows]


def requests(runtime: str) -> list[dict[str, Any]]:
    """A call for every example of every function."""
    return [
        {
            "func_name": function.name,
            "args": [cells_of(value) for value in example.args],
            "runtime": runtime,
            "content_language": {"fr": "fr-FR", "en": "en-US"}[example.lang],
        }
        for function in functions().values()
        for example in function.examples
    ]


def expected(runtime: str) -> list[list[list[object]]]:
    """What Excel must get for each of them."""
    return [
        as_data(call(function.name, example.args, lang=example.lang, today=EXAMPLE_DAY), runtime)
        for function in functions().values()
        for example in function.examples
    ]


def as_data(block: Sequence[Sequence[object]], runtime: str) -> list[list[object]]:
    """Cells as JSON; an error as that runtime takes it."""

    def cell(value: object) -> object:
        if not isinstance(value, ErrorValue):
            return value
        return {"type": "Error", "errorType": ERROR_TYPES[value]} if runtime == NEW else str(value)

    return [[cell(value) for value in row] for row in block]


_KNOWN = {"host": f"{HOST}:8443", "authorization": f"Bearer {TOKEN}"}


async def ask(
    app: Any, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """One request to an ASGI application: status, headers and body of the answer."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET" if body is None else "POST",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in {**_KNOWN, **headers}.items()
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8443),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body or b"", "more_body": False}

    async def send(piece: dict[str, Any]) -> None:
        sent.append(piece)

    await app(scope, receive, send)
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(piece.get("body", b"") for piece in sent[1:])


async def _answers() -> dict[str, Any]:
    from strategy_xl.hosts.web import answering, server
    from strategy_xl.hosts.web import office_pages as pages
    from strategy_xl.hosts.web.addresses import addresses
    from strategy_xl.hosts.web.limits import Limits

    limits = Limits()
    answer = answering.prepare(limits)

    def computed(asked: answering.Asked) -> Awaitable[answering.Reply]:
        return asyncio.to_thread(answer, asked)

    reached = addresses("https", [HOST], 8443, None)
    app = server.make_app("fr", reached, TOKEN, computed, limits)
    narrow = server.make_app("fr", reached, TOKEN, computed, Limits(body=10))

    def failing(_: answering.Asked) -> Awaitable[answering.Reply]:
        raise RuntimeError(__file__)

    broken = server.make_app("fr", reached, TOKEN, failing, limits)

    async def called(data: object, app: Any = app, **headers: str) -> tuple[int, Any]:
        kind = {"content_type": "application/json", **headers}
        status, _, body = await ask(app, pages.CALL_PATH, json.dumps(data).encode(), **kind)
        return status, json.loads(body)["result"] if status == 200 else body.decode()

    odd = {
        "error": {"func_name": "STRAT_CLIENT_CLASS", "args": error_args(), "runtime": NEW},
        "blank": {"func_name": "STRAT_CLIENT_CLASS", "args": [None, [[""]]], "runtime": NEW},
        "entity": {"func_name": "STRAT_CLIENT_CLASS", "args": [[[{"type": "Entity"}]]], "runtime": NEW},
        "old_fault": {"func_name": "STRAT_CLIENT_CLASS", "args": [[[{"type": "Entity"}]]], "runtime": "x"},
        "unknown": {"func_name": "__builtins__", "args": []},
        "no_list": {"func_name": "STRAT_CLIENT_CLASS", "args": "8"},
        "no_rows": {"func_name": "STRAT_CLIENT_CLASS", "args": [[8, 9]]},
        "half_character": {"func_name": "STRAT_STAKEHOLDER_ROLE", "args": [[["\ud83d"]]], "runtime": NEW},
        "german": {"func_name": "STRAT_CLIENT_CLASS", "args": [[[8]], [[9]]], "content_language": "de-DE"},
        "settings": {
            "func_name": "STRAT_CLIENT_CLASS",
            "args": [[[6]], [[6]], *[None] * 11, [["score_threshold", 70]]],
            "runtime": NEW,
        },
    }
    gets = ("/", "/taskpane.html?lang=en", "/manifest.xml?lang=en", "/health", "/icon-32.png", "/icon-31.png")
    answers = {
        "calls": {runtime: [(await called(data))[1] for data in requests(runtime)] for runtime in (NEW, OLD)},
        "odd": {key: await called(data) for key, data in odd.items()},
        "form": await called(odd["german"], content_type="text/plain"),
        "meta": {
            lang: json.loads((await ask(app, f"{pages.META_PATH}?lang={lang}"))[2]) for lang in ("fr", "en")
        },
        "code": (await ask(app, pages.CODE_PATH))[2].decode(),
        "gets": {
            path: (status, headers["content-type"], body.decode("latin-1" if "png" in path else "utf-8"))
            for path in gets
            for status, headers, body in [await ask(app, path, accept_language="fr-CH,fr;q=0.9")]
        },
    }
    deep = b'{"func_name": "STRAT_CLIENT_CLASS", "args": %b%b}' % (b"[" * 100_000, b"]" * 100_000)
    status, _, body = await ask(app, pages.CALL_PATH, deep, content_type="application/json")
    answers["deep"] = (status, body.decode())
    answers["fault"] = await called(odd["german"], broken)
    return {**answers, "large": await called(odd["german"], narrow)}


def error_args() -> list[object]:
    """A row with an error cell above a good one."""
    return [[[8], [8]], [[{"type": "Error", "basicValue": "#DIV/0!"}], [9]]]


def main() -> None:
    """Run in a process of its own."""
    from strategy_xl.hosts.web import server
    from strategy_xl.hosts.web.limits import Limits

    server.date = ExampleDay  # type: ignore[attr-defined]
    mode, *rest = sys.argv[1:]
    if mode == "answers":
        print(json.dumps(asyncio.run(_answers())))  # noqa: T201
        return
    options = json.loads(rest[0]) if rest else {}
    folder, limits = Path(options.pop("folder", "nowhere")), Limits(**options.pop("limits", {}))
    files = {name: Path(options.pop(name)) for name in ("certificate", "private_key") if name in options}
    try:
        server.serve(
            server.Door(**{"port": 0, **options, **files}),
            folder=folder,
            limits=limits,
            told=lambda _, lines: print(*lines, sep="\n", flush=True),  # noqa: T201
        )
    except UsageError as error:
        show_error(error)


if __name__ == "__main__":
    main()
