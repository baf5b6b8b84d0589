"""The add-in for Excel on the web and on Mac: every function through xlwings Server, and what is refused.

The licence key for noncommercial use is set in processes of their own, never in this one.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from office_client import NEW, OLD, TOKEN, expected, requests
from office_server import CLIENT, Served, refused, running

from strategy_xl.errors import UsageError
from strategy_xl.functions.registry import functions
from strategy_xl.hosts.web import listening, office_pages, server
from strategy_xl.hosts.web.addresses import LOOPBACK
from strategy_xl.languages import LANGUAGES
from strategy_xl.text.catalog import message


@pytest.fixture(scope="session")
def answers(environment: dict[str, str]) -> dict[str, Any]:
    """What the application answers in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(CLIENT), "answers"], env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def served(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for the tests over HTTP."""
    with running(environment, tmp_path_factory.mktemp("server")) as found:
        yield found


# -- the functions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("runtime", [NEW, OLD])
def test_every_example_of_every_function_answers_as_the_registry(
    answers: dict[str, Any], runtime: str
) -> None:
    """Through xlwings Server a formula gives what it gives everywhere, real error values included."""
    wanted = expected(runtime)
    assert len(wanted) >= len(functions())
    asked = [data["func_name"] for data in requests(runtime)]
    wrong = [
        (name, got, block)
        for name, got, block in zip(asked, answers["calls"][runtime], wanted, strict=True)
        if got != block
    ]
    assert wrong == []


def test_an_error_cell_makes_an_error_in_its_row_only(answers: dict[str, Any]) -> None:
    """Excel sends error cells as data; they are not lost on the way."""
    assert answers["odd"]["error"] == [
        200,
        [[{"type": "Error", "errorType": "NotAvailable"}], ["Client idéal"]],
    ]


def test_blanks_give_nothing_and_faults_a_real_error(answers: dict[str, Any]) -> None:
    """An empty formula stays empty; what cannot be converted is #VALUE!, as that runtime takes it."""
    assert answers["odd"]["blank"] == [200, [[""]]]
    assert answers["odd"]["entity"] == [200, [[{"type": "Error", "errorType": "Value"}]]]
    assert answers["odd"]["old_fault"] == [200, [["#VALUE!"]]]


def test_settings_come_with_the_formula(answers: dict[str, Any]) -> None:
    """The settings argument changes the answer; there is no other way to the workbook's thresholds."""
    assert answers["odd"]["settings"] == [200, [["Client à éviter"]]]


def test_a_fault_of_the_program_is_a_sentence(answers: dict[str, Any]) -> None:
    """What an exception says stays in the log."""
    assert answers["fault"] == [500, message("web.refused.fault", "fr")]


def test_half_a_character_is_answered(answers: dict[str, Any]) -> None:
    """Excel cuts texts where it likes; what is no UTF-8 comes back all the same."""
    assert answers["odd"]["half_character"][0] == 200


def test_an_unknown_language_is_answered_in_the_servers(answers: dict[str, Any]) -> None:
    """Excel in German gets the language the server was started with."""
    assert answers["odd"]["german"] == [200, [["Client idéal"]]]


def test_what_is_no_call_is_refused(answers: dict[str, Any]) -> None:
    """Another site's form, unknown names, other shapes and too many cells are refused with a sentence."""
    assert answers["form"] == [415, message("web.refused.json", "fr")]
    assert answers["odd"]["no_list"] == [400, message("web.refused.json", "fr")]
    assert answers["deep"] == [400, message("web.refused.json", "fr")]
    assert answers["odd"]["unknown"] == [404, message("web.refused.function", "fr")]
    assert answers["odd"]["no_rows"] == [400, message("web.refused.json", "fr")]
    assert answers["large"] == [413, message("web.refused.size", "fr")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_metadata_describe_every_function(answers: dict[str, Any], lang: str) -> None:
    """Excel's list of functions has our names, descriptions and arguments, optional ones marked."""
    meta = answers["meta"][lang]
    assert meta["allowErrorForDataTypeAny"] is True
    found = {item["name"]: item for item in meta["functions"]}
    assert found.keys() == functions().keys()
    for function in functions().values():
        item = found[function.name]
        assert item["id"] == function.name
        assert item["description"] == function.title(lang)
        assert [(p["name"], p["description"]) for p in item["parameters"]] == [
            (argument.name, function.describe(argument, lang)) for argument in function.arguments
        ]
        assert all(p["dimensionality"] == "matrix" for p in item["parameters"])
        optional = [p.get("optional", False) for p in item["parameters"]]
        # Excel takes no required argument after an optional one: the function itself says what is missing.
        required = list(itertools.takewhile(lambda argument: argument.required, function.arguments))
        assert optional == [place >= len(required) for place in range(len(optional))]
        assert item["result"] == {"dimensionality": "matrix", "type": "any"}


# -- pages -------------------------------------------------------------------------------------------------


def test_pages_say_what_runs_and_under_which_licence(answers: dict[str, Any]) -> None:
    """The task pane and the health report state the licence; the pane loads Microsoft's library and ours."""
    pane = answers["gets"]["/taskpane.html?lang=en"][2]
    assert f'<script src="{office_pages.OFFICE_JS}"></script>' in pane
    assert f'<script src="{office_pages.CODE_PATH}?token={TOKEN}"></script>' in pane
    assert "PolyForm Noncommercial 1.0.0" in pane
    assert "paid otherwise" in pane
    health = json.loads(answers["gets"]["/health"][2])
    assert health["functions"] == len(functions())
    assert "PolyForm Noncommercial" in health["xlwings_server_licence"]


def test_the_home_page_tells_nothing(answers: dict[str, Any]) -> None:
    """Whoever opens the address by hand learns that Excel is answered, and no more."""
    status, kind, home = answers["gets"]["/"]
    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert message("web.page.home", "fr") in home
    for told in ("strategy", "STRAT", "xlwings", TOKEN, "manifest", "script", "href"):
        assert told not in home


def test_icons_are_pictures(answers: dict[str, Any]) -> None:
    """The icons of the manifest are PNG files; other sizes do not exist."""
    status, kind, body = answers["gets"]["/icon-32.png"]
    assert (status, kind, body[:4]) == (200, "image/png", "\x89PNG")
    assert answers["gets"]["/icon-31.png"][0] == 404
    assert int.from_bytes(office_pages.icon(64)[16:20]) == 64


@pytest.mark.parametrize("lang", LANGUAGES)
def test_manifest_is_whole(answers: dict[str, Any], lang: str) -> None:
    """Every reference of the manifest leads somewhere, texts fit, addresses are the server's own."""
    manifest = office_pages.manifest("https://plan.example:8443", lang, TOKEN)
    if lang == "en":
        assert answers["gets"]["/manifest.xml?lang=en"][2] == manifest
    root = ET.fromstring(manifest)  # noqa: S314 - our own text
    ids = {element.get("id"): element.get("DefaultValue", "") for element in root.iter() if element.get("id")}
    used = {element.get("resid") for element in root.iter() if element.get("resid")}
    assert used <= ids.keys()
    assert all(len(name or "") <= 32 for name in used)
    texts = {element.tag.rpartition("}")[2]: element.get("DefaultValue", "") for element in root.iter()}
    assert len(texts["Description"]) <= 250
    for kind, longest in (("ShortStrings", 125), ("LongStrings", 250)):
        strings = root.find(f".//{{*}}{kind}")
        assert strings is not None
        assert all(0 < len(item.get("DefaultValue", "")) <= longest for item in strings)
    addresses = [text for text in ids.values() if "://" in (text or "")]
    assert len(addresses) == 6
    assert all(urlsplit(text).netloc == "plan.example:8443" for text in addresses)
    assert all(parse_qs(urlsplit(text).query)["token"] == [TOKEN] for text in addresses)
    assert TOKEN not in texts["SupportUrl"]
    assert office_pages.manifest("https://other.example", lang, TOKEN).count("<Id>") == 1
    assert root.findtext("{*}Id") != ET.fromstring(  # noqa: S314
        office_pages.manifest("https://other.example", lang, TOKEN)
    ).findtext("{*}Id")


def test_manifest_takes_no_markup_from_an_address() -> None:
    """A strange host name stays text."""
    manifest = office_pages.manifest('https://x"><Evil a="', "en", TOKEN)
    ET.fromstring(manifest)  # noqa: S314 - our own text
    assert "Evil a=" not in manifest


# -- over HTTP ---------------------------------------------------------------------------------------------


def test_calls_over_http(served: Served) -> None:
    """A few functions answer over a real connection; the licence and the manifest's place are told first."""
    assert served.address.startswith("http://127.0.0.1:")
    assert "PolyForm Noncommercial 1.0.0" in served.told[1]
    assert str(served.log.parent / "strategy_xl.xml") in served.told[2]
    assert "HTTPS" in served.told[3]
    every = list(zip(requests(NEW), expected(NEW), strict=True))
    for data, block in every[::10]:
        assert served.call(data) == block


def test_the_manifest_on_the_disk_is_what_the_server_gives(served: Served) -> None:
    """The file that is loaded into Excel leads to this server, with its token; only its owner reads it."""
    path = served.log.parent / "strategy_xl.xml"
    assert served.ask("GET", "/manifest.xml?lang=fr")[2].decode() == path.read_text()
    assert f"{served.address}/taskpane.html?lang=fr&amp;token={served.token}" in path.read_text()
    if os.name == "posix":
        assert {stat.S_IMODE((path.parent / name).stat().st_mode) for name in ("token", path.name)} == {0o600}


_EXCEL = """
const [address, token, called, runtime, name, args] = process.argv.slice(-6);
const functions = {};
class CellError { constructor(code, message) { this.error = code; this.message = message; } }
globalThis.CustomFunctions = {
  Error: CellError,
  ErrorCode: { notAvailable: "#N/A", invalidValue: "#VALUE!" },
  associate: (name, run) => { functions[name] = run; },
};
globalThis.Office = { onReady: async () => {}, context: {
  displayLanguage: "en-US",
  requirements: { isSetSupported: (_set, version) => Number(version) <= Number(runtime) },
} };
const realFetch = fetch;
globalThis.fetch = (path, options) => realFetch(called + path, options);
const code = await (await realFetch(address + "/xlwings/custom-functions-code?token=" + token)).text();
(0, eval)(code);
try {
  const answer = await functions[name](...JSON.parse(args), { address: "Sheet1!A1" });
  console.log(JSON.stringify({ names: Object.keys(functions), answer }));
} catch (error) {
  console.log(JSON.stringify({ thrown: error.error, message: error.message }));
}
"""


@pytest.fixture(scope="session")
def excel(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """A stand-in for Excel's JavaScript that runs the add-in's own script under Node."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node to run the add-in's script with")
    path = tmp_path_factory.mktemp("excel") / "excel.mjs"
    path.write_text(_EXCEL)

    def run(*arguments: str) -> Any:
        done = subprocess.run([node, str(path), *arguments], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    return run


def test_the_script_binds_every_function_and_asks_the_server(
    served: Served, excel: Callable[..., Any]
) -> None:
    """The JavaScript of the add-in calls the server and hands Excel its cells, in Excel's language."""
    found = excel(
        served.address, served.token, served.address, NEW, "STRAT_CLIENT_CLASS", "[[[8]],[[9]],null]"
    )
    assert found == {"names": list(functions()), "answer": [["Ideal client"]]}


def test_the_script_makes_errors_of_every_runtime(served: Served, excel: Callable[..., Any]) -> None:
    """Error data from runtime 1.4 on, CustomFunctions.Error from 1.2 on, text before."""
    args = json.dumps([[[8]], [[{"type": "Error", "basicValue": "#N/A"}]]])
    forms = {NEW: {"type": "Error", "errorType": "NotAvailable"}, "1.2": {"error": "#N/A"}, OLD: "#N/A"}
    for runtime, form in forms.items():
        assert excel(served.address, served.token, served.address, runtime, "STRAT_CLIENT_CLASS", args)[
            "answer"
        ] == [[form]]


def test_the_script_tells_what_the_server_refuses(served: Served, excel: Callable[..., Any]) -> None:
    """A refusal is #VALUE! with its sentence, or the sentence where Excel is too old for that."""
    lost, gone = f"{served.address}/elsewhere", f"http://127.0.0.1:{_free_port()}"
    for called, sentence in ((lost, message("web.refused.page", "en")), (gone, "fetch failed")):
        thrown = excel(served.address, served.token, called, "1.2", "STRAT_CLIENT_CLASS", "[]")
        assert thrown["thrown"] == "#VALUE!"
        assert sentence in thrown["message"]
        ((shown,),) = excel(served.address, served.token, called, OLD, "STRAT_CLIENT_CLASS", "[]")["answer"]
        assert sentence in shown


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


# -- what may be missing -----------------------------------------------------------------------------------


def test_without_the_key_the_message_says_what_to_do(bare_environment: dict[str, str]) -> None:
    """No licence key: a code, a sentence and the way out, before anything listens."""
    pytest.importorskip("uvicorn", reason="the extra is not installed: pip install -e .[server]")
    said = refused(bare_environment)
    assert said.startswith("SX992 ")
    assert "XLWINGS_LICENSE_KEY=noncommercial" in said


@pytest.mark.parametrize("package", ["uvicorn", "starlette.applications", "xlwings"])
def test_without_the_extra_the_message_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: str
) -> None:
    """A missing package is told with the extra that brings it."""
    if package != "uvicorn":
        pytest.importorskip("uvicorn", reason="the extra is not installed: pip install -e .[server]")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError) as told:
        server.serve(server.Door(port=0), folder=tmp_path)
    assert told.value.finding.code == "SX991"
    assert told.value.finding.args == {"package": package.partition(".")[0]}
    for lang in LANGUAGES:
        assert "strategy-xl[server]" in message("SX991.hint", lang)


def test_an_address_in_use_is_told() -> None:
    """A port that another program has, or a host that does not exist, is a sentence."""
    with socket.create_server((LOOPBACK, 0)) as other, pytest.raises(UsageError) as told:
        listening.listen(LOOPBACK, other.getsockname()[1])
    assert told.value.finding.code == "SX993"
    for host in ("no.such.host.invalid", "a" * 70):
        with pytest.raises(UsageError):
            listening.listen(host, 0)
