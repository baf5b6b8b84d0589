"""What strangers, broken programs and other pages may try on the server, over real connections."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import sys
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from host_table import record
from office_client import NEW, TOKEN, ask, expected, requests
from office_server import Served, apart, client_class, rest

from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import EXAMPLE_DAY
from strategy_xl.hosts.web import office_pages as pages
from strategy_xl.hosts.web.addresses import addresses
from strategy_xl.hosts.web.guarding import Guard, is_office
from strategy_xl.languages import LANGUAGES
from strategy_xl.text.catalog import message

pytestmark = pytest.mark.xdist_group("server_safe")  # its server is started once
GOOD = client_class(8, 9)
PAGES = (pages.PANE_PATH, pages.MANIFEST_PATH, pages.META_PATH, pages.CODE_PATH, pages.HEALTH_PATH)
EVIL = "https://evil.example"


def tells_nothing(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer is free of paths, tracebacks and names of programs."""
    told = body.decode("utf-8", "replace") + json.dumps(dict(headers))
    signs = ("Traceback", "site-packages", ".py", "uvicorn", "starlette", sys.prefix, str(Path.home()))
    return not any(sign in told for sign in signs)


def test_every_example_over_https(safe: Served) -> None:
    """With a certificate the server speaks HTTPS, as Excel asks, and answers there as the registry does."""
    assert safe.address.startswith("https://127.0.0.1:")
    compared: Counter[str] = Counter()
    for data, block in zip(requests(NEW), expected(NEW), strict=True):
        assert safe.call(data) == block
        compared[data["func_name"]] += sum(map(len, block))
    record("server", f"xlwings {version('xlwings')}, uvicorn {version('uvicorn')}, HTTPS", compared)


# -- token -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, "/icon-32.png", "/nothing", "//", "/%2e%2e/etc/passwd"])
def test_nothing_is_had_without_the_token(safe: Served, path: str) -> None:
    """Every page, and what is none, is answered with the same refusal."""
    for given in (None, "Bearer", f"Bearer {TOKEN}", f"Basic {safe.token}"):
        status, headers, body = safe.ask("GET", path, authorization=given, accept_language="fr")
        assert (status, body.decode()) == (401, message("web.refused.token", "fr"))
        assert headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: t + "x", str.swapcase, lambda _: ""])
def test_a_token_that_is_nearly_right_is_wrong(safe: Served, change: Any) -> None:
    """A part of it, more than it, or other letters open nothing: in the header and in the address."""
    body = json.dumps(GOOD).encode()
    given = {"authorization": f"Bearer {change(safe.token)}", "content_type": "application/json"}
    assert safe.ask("POST", pages.CALL_PATH, body, **given)[0] == 401
    address = f"{pages.MANIFEST_PATH}?token={change(safe.token)}"
    assert safe.ask("GET", address, authorization=None)[0] == 401


def test_pages_take_the_token_from_the_address_and_calls_do_not(safe: Served) -> None:
    """Excel loads pages by their address; what calculates must show that it read one of them."""
    for path in PAGES:
        assert safe.ask("GET", f"{path}?token={safe.token}&lang=en", authorization=None)[0] == 200
    address = f"{pages.CALL_PATH}?token={safe.token}"
    found = safe.ask("POST", address, b"{}", authorization=None, content_type="application/json")
    assert found[0] == 401
    many = "&".join(f"a{number}=1" for number in range(50))
    assert safe.ask("GET", f"{pages.META_PATH}?{many}&token={safe.token}", authorization=None)[0] == 401


# -- addresses ---------------------------------------------------------------------------------------------


def test_a_name_that_is_turned_to_this_machine_is_refused(safe: Served) -> None:
    """DNS rebinding: the page of a stranger's name is not answered, with the right token either."""
    port = safe.host.rpartition(":")[2]
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        f"127.0.0.1.evil:{port}",
        "",
    ):
        status, _, body = safe.ask("GET", pages.MANIFEST_PATH, host=host, accept_language="en")
        assert (status, body.decode()) == (421, message("web.refused.host", "en"))
        assert safe.ask("GET", "/", host=host)[0] == 421
    for host in (f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}"):
        assert safe.ask("GET", "/", host=host)[0] == 200


def test_the_manifest_never_names_a_callers_host(safe: Served) -> None:
    """Whatever name of ours a caller uses, Excel is sent to the one that the certificate stands for."""
    port = safe.host.rpartition(":")[2]
    found = safe.ask("GET", pages.MANIFEST_PATH, host=f"localhost:{port}", x_forwarded_host="evil.example")
    assert b"https://127.0.0.1:" in found[2]
    assert b"localhost" not in found[2]
    assert b"evil" not in found[2]


def test_calls_of_other_pages_are_refused(safe: Served) -> None:
    """Another origin is refused although it may know the token; nobody is allowed to read across sites."""
    port = safe.host.rpartition(":")[2]
    data = json.dumps(GOOD).encode()
    for origin in (EVIL, "null", f"http://127.0.0.1:{port}", "https://127.0.0.1", "https://localhost:1", "*"):
        known = {"origin": origin, "content_type": "application/json"}
        status, headers, body = safe.ask("POST", pages.CALL_PATH, data, accept_language="fr", **known)
        assert (status, body.decode()) == (403, message("web.refused.origin", "fr"))
        status, more, _ = safe.ask("OPTIONS", pages.CALL_PATH, origin=origin)
        assert status == 403
        assert not [name for name in (*headers, *more) if name.startswith("access-control")]
    for origin in (f"https://127.0.0.1:{port}", f"https://localhost:{port}"):
        assert safe.call(GOOD, origin=origin) == [["Client idéal"]]


def test_only_excel_on_the_web_reads_the_list_of_functions_across_sites(safe: Served) -> None:
    """Its metadata, which it asks for itself, may be read by Microsoft's sites; nothing else by anybody."""
    office = "https://euc-excel.officeapps.live.com"
    allowed = "access-control-allow-origin"
    assert safe.ask("GET", pages.META_PATH, origin=office)[1][allowed] == office
    for path in (pages.CODE_PATH, pages.PANE_PATH, pages.MANIFEST_PATH, "/"):
        assert allowed not in safe.ask("GET", path, origin=office)[1]
    for origin in (
        EVIL,
        "null",
        "http://excel.office.com",
        "https://evil-office.com",
        "https://x@a.office.com",
    ):
        assert allowed not in safe.ask("GET", pages.META_PATH, origin=origin)[1]
        assert not is_office(origin)


# -- answers -----------------------------------------------------------------------------------------------


def test_every_answer_is_guarded_and_tells_nothing_of_the_machine(safe: Served) -> None:
    """Whatever the status: no path, no traceback, no guessing of types, no referrer, nothing kept."""
    json_kind = {"content_type": "application/json"}
    tried: dict[int, tuple[str, str, bytes | None, dict[str, Any]]] = {
        200: ("GET", "/", None, {}),
        400: ("POST", pages.CALL_PATH, b"{", json_kind),
        401: ("GET", "/x", None, {"authorization": None}),
        403: ("POST", pages.CALL_PATH, b"", {"origin": EVIL}),
        404: ("GET", "/../../etc/passwd", None, {}),
        405: ("PUT", pages.MANIFEST_PATH, b"", {}),
        415: ("POST", pages.CALL_PATH, b"a=1", {"content_type": "application/x-www-form-urlencoded"}),
        421: ("GET", "/", None, {"host": "evil.example"}),
    }
    for wanted, (method, path, body, more) in tried.items():
        status, headers, content = safe.ask(method, path, body, **more)
        assert status == wanted
        assert tells_nothing(headers, content)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "server" not in headers


def test_the_pane_loads_what_it_needs_and_no_more(safe: Served) -> None:
    """Scripts of Microsoft's and ours, none within the page; icons may be kept, or Excel shows none."""
    policy = safe.ask("GET", pages.PANE_PATH)[1]["content-security-policy"]
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["script-src"].split()[0] == "'self'"
    assert "unsafe" not in parts["script-src"]
    assert parts["default-src"] == "'none'"
    assert "max-age" in safe.ask("GET", "/icon-32.png")[1]["cache-control"]


async def _fails(*_: object) -> None:
    raise RuntimeError(__file__)


def test_a_fault_of_the_program_is_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    """What an exception says goes to the log only."""

    async def said(_: object, __: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"refused"})

    guard = Guard(_fails, addresses("https", ["plan.example"], 8443, None), TOKEN, lambda *_: said)
    status, headers, body = apart(lambda: asyncio.run(ask(guard, f"{pages.META_PATH}?token={TOKEN}")))
    assert (status, body) == (500, b"refused")
    assert tells_nothing(headers, body)
    assert __file__ in caplog.text
    assert TOKEN not in caplog.text


# -- bodies ------------------------------------------------------------------------------------------------


def _nested(opening: bytes, closing: bytes, depth: int) -> bytes:
    return b'{"func_name": "STRAT_CLIENT_CLASS", "args": [%b1%b]}' % (opening * depth, closing * depth)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe\x00",
        b'{"func_name": "STRAT_CLIENT_CLASS", "args": [[[NaN]]]}',
        b'{"func_name": "STRAT_CLIENT_CLASS", "args": [[[-Infinity]]]}',
        b'{"func_name": "STRAT_CLIENT_CLASS", "args": [[[%b]]]}' % (b"9" * 5000),
        b'{"func_name": ["STRAT_CLIENT_CLASS"], "args": []}',
        b'{"func_name": "STRAT_CLIENT_CLASS", "args": [[8, 9]]}',
        b'{"func_name": "STRAT_CLIENT_CLASS", "args": [], "content_language": 7}',
        _nested(b"[", b"]", 11),
        _nested(b"[", b"]", 1_000_000),
        _nested(b'{"a":', b"}", 500_000),
        b"[" * 5_000_000,
        b"]" * 5_000_000,
        b'"' * 5_000_001,
        b'"' + b"\\" * 5_000_001,
    ],
)
def test_what_is_no_call_is_refused_at_once(safe: Served, body: bytes) -> None:
    """Broken, deep or odd JSON is one sentence, in less than the time of an ordinary calculation."""
    begun = time.monotonic()
    status, _, told = safe.ask("POST", f"{pages.CALL_PATH}?lang=en", body, content_type="application/json")
    assert (status, told.decode()) == (400, message("web.refused.json", "en"))
    assert time.monotonic() - begun < 10
    assert safe.call(GOOD) == [["Client idéal"]]


def test_cells_of_data_types_are_not_too_deep(safe: Served) -> None:
    """What Excel does send within a cell is taken."""
    number = {"type": "FormattedNumber", "basicValue": 8, "properties": {"a": {"b": [["x", {"c": 1}]]}}}
    assert safe.call(client_class(number, 9)) == [["Client idéal"]]
    assert safe.call(client_class("[[[[[[[[[[[[[[[[", 9))[0][0] != "Client idéal"


# -- fifty at once -----------------------------------------------------------------------------------------


def test_fifty_calls_at_once_hold(safe: Served) -> None:
    """Each gets its own answer, in its own language and with its own settings."""
    reach = [[["score_threshold", threshold]] for threshold in (40, 70)]
    asked = [
        (scores, LANGUAGES[number % 2], reach[number // 2 % 2])
        for number, scores in enumerate((x, y) for x in range(1, 6) for y in range(1, 11))
    ]
    assert len(asked) == 50
    with ThreadPoolExecutor(50) as threads:
        found = list(
            threads.map(lambda one: safe.call(client_class(*one[0], lang=one[1], settings=one[2])), asked)
        )
    wanted = [
        call(
            "STRAT_CLIENT_CLASS",
            [[[x]], [[y]], *[None] * 11, settings],
            lang=lang,
            today=EXAMPLE_DAY,
        )
        for (x, y), lang, settings in asked
    ]
    assert found == wanted
    assert len({str(block) for block in wanted}) > 4


# -- raw connections ---------------------------------------------------------------------------------------


def test_what_is_no_http_is_refused(safe: Served) -> None:
    """Two hosts, none, bytes at random, plain HTTP at the door of HTTPS: no answer that tells anything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    host = safe.host.encode()
    for lines in (
        b"GET / HTTP/1.1\r\nHost: %b\r\nHost: evil.example\r\n\r\n" % host,
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /%b HTTP/1.1\r\nHost: %b\r\n\r\n" % (b"a" * 100_000, host),
        b"POST / HTTP/1.1\r\nHost: %b\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" % host,
        b"\x00\xff\r\n\r\n",
    ):
        with safe.connect() as bare, context.wrap_socket(bare) as connection:
            connection.sendall(lines)
            answer = connection.recv(65_536)
        assert re.match(rb"HTTP/1\.1 4\d\d ", answer), lines[:60]
        assert tells_nothing({}, answer)
    with safe.connect() as bare:
        bare.sendall(b"GET / HTTP/1.1\r\nHost: %b\r\n\r\n" % host)
        assert not rest(bare).startswith(b"HTTP")
    assert safe.call(GOOD) == [["Client idéal"]]
