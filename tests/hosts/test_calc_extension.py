"""The extension's parts agree with the registry; its worker and the client that keeps it."""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from strategy_xl.cellvalues import ErrorValue, to_serial
from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import EXAMPLE_DAY, functions
from strategy_xl.hosts.calc import worker
from strategy_xl.hosts.calc.extension import build_oxt, described, parts
from strategy_xl.hosts.calc.interface import argument_name, method_name, methods
from strategy_xl.hosts.calc.office import client, columns, document, uno_cells
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.names import anchor_name, setting_name

OOR = "{http://openoffice.org/2001/registry}"


# -- what the extension says -------------------------------------------------------------------------------


def test_types_are_those_of_the_registry() -> None:
    """Every function is a method with its arguments in order, the workbook before them."""
    found = dict(re.findall(r"any (\w+)\((.*)\);", parts("python")["types.idl"]))
    assert list(found) == [method_name(function) for function in functions().values()]
    for function in functions().values():
        given = [item.split()[-1] for item in found[method_name(function)].split(", ")]
        assert given == ["workbook", *map(argument_name, function.arguments)]
    assert len(set(methods().values())) == len(functions())


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_wizard_says_what_the_registry_says(lang: str) -> None:
    """Names, descriptions and arguments of every function, in both languages."""
    tree = etree.fromstring(parts("python")["CalcAddIns.xcu"].encode())
    (listed,) = tree.iterfind(f".//node[@{OOR}name='AddInFunctions']")

    def text(node: Any, name: str) -> str:
        (found,) = node.iterfind(
            f"prop[@{OOR}name='{name}']/value[@{{http://www.w3.org/XML/1998/namespace}}lang='{lang}']"
        )
        return str(found.text)

    nodes = {node.get(f"{OOR}name"): node for node in listed}
    assert len(nodes) == len(functions())
    for function in functions().values():
        node = nodes[method_name(function)]
        assert text(node, "DisplayName") == text(node, "CompatibilityName") == function.name
        assert text(node, "Description") == described(function, lang)
        (arguments,) = node.iterfind(f"node[@{OOR}name='Parameters']")
        assert [(text(item, "DisplayName"), text(item, "Description")) for item in arguments] == [
            (item.name, function.describe(item, lang)) for item in function.arguments
        ]


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    """It depends on the program and the Python only; every part that the manifest names is there."""
    first, second = (build_oxt(tmp_path / f"{name}.oxt", python="py") for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    assert build_oxt(tmp_path / "c.oxt", python="other").read_bytes() != first.read_bytes()
    with zipfile.ZipFile(first) as archive:
        named = re.findall(r'full-path="([^"]+)"', archive.read("META-INF/manifest.xml").decode())
        assert set(named) <= set(archive.namelist())
        assert json.loads(archive.read("pythonpath/strategy_xl_office/config.json"))["python"] == "py"
        for name in archive.namelist():
            if name.endswith(".py"):
                compile(archive.read(name), name, "exec", dont_inherit=True)


# -- the worker --------------------------------------------------------------------------------------------


def ask(*requests: dict[str, Any]) -> list[Any]:
    """The worker's answers, its greeting first."""
    lines = b"".join(json.dumps(request).encode() + b"\n" for request in requests)
    out = io.BytesIO()
    worker.serve(io.BytesIO(lines), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_worker_answers_as_the_registry() -> None:
    """Every example, as it is written on the line and read back."""
    for name, function in functions().items():
        for example in function.examples:
            settings = {"reference_date": to_serial(EXAMPLE_DAY), **example.settings}
            request = {"function": name, "args": json.loads(json.dumps(example.args)), "lang": example.lang}
            greeting, answer = ask({**request, "settings": settings})
            wanted = call(name, example.args, settings=settings, lang=example.lang, today=EXAMPLE_DAY)
            assert "ready" in greeting
            assert answer["rows"] == [
                [{"e": str(cell)} if isinstance(cell, ErrorValue) else cell for cell in row] for row in wanted
            ]


def test_settings_are_those_of_the_book() -> None:
    """They are kept between requests, each workbook its own."""
    request = {"function": "STRAT_CLIENT_CLASS", "args": [6, 6], "lang": "en"}
    _ready, *answers = ask(
        {**request, "book": "a", "settings": {"score_threshold": 70}},
        {**request, "book": "b"},
        {**request, "book": "a"},
    )
    assert [answer["rows"][0][0] for answer in answers] == [
        "Client to avoid",
        "Ideal client",
        "Client to avoid",
    ]


def test_a_line_that_makes_no_sense_is_an_error_value() -> None:
    """The next line is answered all the same."""
    out = io.BytesIO()
    worker.serve(io.BytesIO(b'nonsense\n{"function":"STRAT_CLIENT_CLASS","args":[8,9],"lang":"en"}\n'), out)
    _ready, bad, good = map(json.loads, out.getvalue().splitlines())
    assert bad == {"rows": [[{"e": "#VALUE!"}]]}
    assert good == {"rows": [["Ideal client"]]}


# -- the client --------------------------------------------------------------------------------------------

REQUEST = {"function": "STRAT_CLIENT_CLASS", "args": [8, 9], "lang": "en"}
RUN = "import strategy_xl.hosts.calc.worker as worker; worker.main()"
ONCE = "import json,sys; print(json.dumps({'ready': ''}), flush=True); sys.stdin.readline(); %s"


def test_a_dead_worker_is_started_once_more() -> None:
    """After the process was killed, the next call answers."""
    kept = client.Worker(client.command_of(sys.executable))
    try:
        assert kept.call(REQUEST) == [["Ideal client"]]
        kept._process._popen.kill()
        assert kept.call(REQUEST) == [["Ideal client"]]
    finally:
        kept.close()


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (["/no/such/python"], "NO_PYTHON"),
        ([sys.executable, "-c", "raise SystemExit(1)"], "NO_PACKAGE"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "NO_ANSWER"),
        ([sys.executable, "-c", ONCE % "import time; time.sleep(60)"], "NO_ANSWER"),
        ([sys.executable, "-c", ONCE % "raise SystemExit(1)"], "DIED"),
    ],
)
def test_a_worker_that_fails_is_told(command: list[str], key: str) -> None:
    """By its kind, within the patience given; the cells that follow do not try again at once."""
    kept = client.Worker(command, start_seconds=1.0, call_seconds=1.0, rest_seconds=60.0)
    for _again in range(2):
        with pytest.raises(client.WorkerError) as failure:
            kept.call(REQUEST)
        assert failure.value.key == key
    kept.close()


def test_settings_are_found_by_their_own_cells() -> None:
    """The names that the extension looks for are those of the templates."""
    assert anchor_name(SETTINGS_BLOCK, "hourly_cost") == document.ANCHOR + "hourly_cost"
    assert setting_name("hourly_cost") == document.SETTING + "hourly_cost"


def test_error_values_go_in_and_out() -> None:
    """Calc's error numbers become names and are found again."""
    for name in ("#N/A", "#VALUE!"):
        number = uno_cells.error_number(name)
        assert uno_cells.error_name(number) == name
        assert uno_cells.argument(((number, 1.0),)) == [[{"e": name}, 1.0]]
    assert uno_cells.result([["a"]], {}) == "a"
    assert uno_cells.result([["a"], [True]], {}) == (("a",), (1.0,))


NUMBERS = st.floats(allow_nan=False, width=64)
"""Also endless ones, which are no cells but must not be lost."""
COLUMN = st.one_of(
    st.lists(NUMBERS, min_size=1),
    st.lists(st.one_of(NUMBERS, st.just("")), min_size=1),
    st.lists(st.sampled_from(["", "a", "#N/A"]), min_size=1),
    st.lists(st.one_of(NUMBERS, st.text(), st.just(uno_cells.error_number("#N/A"))), min_size=1),
)


@settings(max_examples=60)
@given(COLUMN, st.sampled_from(["", "Titre"]))
def test_many_cells_come_over_as_few(cells: list[Any], title: str) -> None:
    """Columns of any content, with a title or without: the same cells, said fast or one by one."""
    column = [title, *cells] if title else cells
    rows = tuple((cell,) for cell in column * -(-columns.FEW // len(column)))
    few = [worker.argument([[uno_cells.argument(cell)]])[0][0] for (cell,) in rows]
    sent = json.loads(json.dumps(uno_cells.argument(rows)))
    assert columns.is_packed(sent)
    assert [cell or None if cell == "" else cell for cell in worker.argument(sent)] == few
    assert worker.argument(sent, rows=True) == [[cell] for cell in worker.argument(sent)]


def test_an_answer_of_many_comes_back() -> None:
    """Texts, numbers with gaps, error values and booleans, column by column."""
    block: list[list[object]] = [["a", 1.5, ErrorValue.NA], ["", "", True]] * columns.FEW
    said = json.loads(json.dumps(columns.packed(block, worker.said)))
    found = uno_cells.result(said, {})
    assert isinstance(found, tuple)
    assert len(found) == len(block)
    assert found[1] == ("", "", 1.0)
    assert found[0][:2] == ("a", 1.5)
    assert uno_cells.error_name(found[0][2]) == "#N/A"


def test_a_whole_column_ends_at_its_last_cell() -> None:
    """Ranges of a length stay of one length, others of another; the answer has its blank rows back."""
    whole, used = uno_cells.LONG * 2, 3
    filled = tuple((float(row),) for row in range(used)) + (("",),) * (whole - used)
    shorter = tuple((float(row),) for row in range(used - 1)) + (("",),) * (whole - used + 1)
    short = (("a",),) * used
    values, lengths = uno_cells.cut([filled, shorter, 5.0])
    assert [len(values[0]), len(values[1]), values[2]] == [used, used, 5.0]
    found = uno_cells.result([["a"], ["b"], ["c"]], lengths)
    assert found == (("a",), ("b",), ("c",), *(("",),) * uno_cells.BELOW)
    assert uno_cells.result([["a", 1.0]], lengths) == (("a", 1.0),)
    values, _lengths = uno_cells.cut([filled, short])
    assert len(values[0]) != len(values[1])


def test_a_missing_package_is_told_as_such(tmp_path: Path) -> None:
    """Where pandas cannot be loaded the worker does not say that it is ready: the cell would show #VALUE!."""
    broken = tmp_path / "pandas.py"
    broken.write_text('raise ImportError("DLL load failed")\n')
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {RUN}"]
    kept = client.Worker(command)
    with pytest.raises(client.WorkerError) as failure:
        kept.call(REQUEST)
    assert failure.value.key == "NO_PACKAGE"


def test_a_worker_prepared_answers_the_first_call() -> None:
    """It is started once; what fails meanwhile is told by the first call, without another try."""
    kept = client.Worker(client.command_of(sys.executable))
    try:
        kept.prepare()
        kept.prepare()
        assert kept.call(REQUEST) == [["Ideal client"]]
    finally:
        kept.close()
    gone = client.Worker(["/no/such/python"], rest_seconds=60.0)
    gone._prepare()
    assert gone._failure == "NO_PYTHON"
    with pytest.raises(client.WorkerError):
        gone.call(REQUEST)
