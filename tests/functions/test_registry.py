"""The registry: every function is described, named well, exampled, guarded and cheap to list."""

from __future__ import annotations

import platform
import re
import subprocess
import sys

import pytest
from cell_examples import readable
from host_table import record

from strategy_xl.functions import registry
from strategy_xl.functions.arguments import Argument, Kind
from strategy_xl.functions.calling import call
from strategy_xl.functions.intake import block_fields, field_of
from strategy_xl.functions.registry import (
    EXAMPLE_DAY,
    CellFunction,
    Shape,
    cell_function,
    find,
    functions,
)
from strategy_xl.functions.results import MAX_TEXT
from strategy_xl.languages import LANGUAGES
from strategy_xl.text.catalog import has_message

ALL = list(functions().values())
NAMES = [function.name for function in ALL]
MAX_NAME = 31
"""Longest name of a function that hosts show whole."""

WANTED = (
    "CLIENT_CLASS", "CLIENT_SCORES", "CLIENT_WHY", "CLIENT_WHATIF", "SMART_CHECK", "SMART_SCORE",
    "SMART_ADVICE", "KPI_STATUS", "KPI_PROGRESS", "KPI_FORECAST", "KPI_PRIORITY", "STAKEHOLDER_ROLE",
    "STAKEHOLDER_COVERAGE", "STAKEHOLDER_PATH", "SWOT_SCORE", "TOWS", "POSITION_GAP", "POSITION_CROWDING",
    "REVENUE_ABC", "REVENUE_HHI", "GROWTH", "COMBIEN", "FUNNEL_LEVER", "PERSONA_SCORE", "CQQCOQP_SCORE",
    "ICP_CRITERIA", "PROSPECT_SCORE",
)  # fmt: skip

# Reserved identifiers of VBA (MS-VBAL 3.3.5.2) and statements that older editors choke on as a name.
VBA_KEYWORDS = frozenset({
    "abs", "addressof", "and", "any", "array", "as", "attribute", "boolean", "byref", "byte", "byval",
    "call", "case", "cbool", "cbyte", "ccur", "cdate", "cdbl", "cdec", "cint", "circle", "clng", "clnglng",
    "clngptr", "close", "const", "csng", "cstr", "currency", "cvar", "cverr", "date", "debug", "decimal",
    "declare", "defbool", "defbyte", "defcur", "defdate", "defdbl", "defint", "deflng", "defobj", "defsng",
    "defstr", "defvar", "dim", "do", "doevents", "double", "each", "else", "elseif", "empty", "end",
    "endif", "enum", "eqv", "erase", "error", "event", "exit", "false", "fix", "for", "friend", "function",
    "get", "global", "gosub", "goto", "if", "imp", "implements", "in", "input", "inputb", "int", "integer",
    "is", "lbound", "left", "len", "lenb", "let", "like", "line", "lock", "long", "longlong", "longptr",
    "loop", "lset", "me", "mid", "mod", "name", "new", "next", "not", "nothing", "null", "object", "on",
    "open", "option", "optional", "or", "paramarray", "preserve", "print", "private", "property", "pset",
    "public", "put", "raiseevent", "redim", "rem", "resume", "return", "rset", "scale", "seek", "select",
    "set", "sgn", "shared", "single", "spc", "static", "step", "stop", "string", "sub", "tab", "text",
    "then", "to", "true", "type", "typeof", "ubound", "unlock", "until", "variant", "wend", "while",
    "width", "with", "withevents", "write", "xor", "base", "binary", "explicit", "module", "compare", "lib",
    "alias", "random", "read", "output", "append", "access", "reset", "time",
})  # fmt: skip


def vba_parameter(name: str) -> bool:
    """Whether a name can stand as a parameter of a VBA function."""
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is not None and name.lower() not in VBA_KEYWORDS


def cell_reference(name: str) -> bool:
    """Whether Excel takes a name for a cell (KPI1, R1C1)."""
    return bool(re.fullmatch(r"[A-Za-z]{1,3}[0-9]{1,7}|[Rr][0-9]*[Cc][0-9]*|[RrCc]", name))


def test_every_function_asked_for_is_there() -> None:
    """Nothing that people were promised is missing."""
    assert {f"STRAT_{name}" for name in WANTED} <= set(NAMES)


@pytest.mark.parametrize("function", ALL, ids=NAMES)
def test_names_suit_every_host(function: CellFunction) -> None:
    """Names are ASCII, short, no cell reference and no word of VBA."""
    assert re.fullmatch(r"STRAT_[A-Z0-9_]+", function.name)
    assert len(function.name) <= MAX_NAME
    assert not cell_reference(function.name)
    names = [argument.name for argument in function.arguments]
    assert len({name.lower() for name in names}) == len(names)
    assert [name for name in names if not vba_parameter(name) or cell_reference(name)] == []


@pytest.mark.parametrize("function", ALL, ids=NAMES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_is_described_in_both_languages(function: CellFunction, lang: str) -> None:
    """Function, category, arguments and results all have a text, short enough for the function wizard."""
    texts = [function.title(lang), function.category_title(lang), *function.result_titles(lang)]
    texts += [function.describe(argument, lang) for argument in function.arguments]
    assert all(texts)
    assert max(map(len, texts)) <= MAX_TEXT
    assert len(function.results) == 1 or function.shape is not Shape.COLUMN


@pytest.mark.parametrize("function", ALL, ids=NAMES)
def test_arguments_name_fields_that_exist(function: CellFunction) -> None:
    """Every field, block and list that an argument rests on is in the templates."""
    for argument in function.arguments:
        if argument.kind is Kind.TABLE:
            assert block_fields(argument.field)
        elif argument.field:
            assert field_of(argument).key == argument.key
        if argument.table:
            keys = {item.key for item in function.arguments if item.kind is Kind.CELLS}
            assert argument.key in block_fields(argument.table)
            assert keys & set(block_fields(argument.table))


@pytest.mark.parametrize("function", ALL, ids=NAMES)
def test_examples_are_true(function: CellFunction) -> None:
    """Every example gives what it says."""
    assert function.examples
    cells = sum(len(row) for example in function.examples for row in example.expected)
    for example in function.examples:
        found = call(
            function.name, example.args, settings=example.settings, lang=example.lang, today=EXAMPLE_DAY
        )
        assert readable(found) == [list(row) for row in example.expected]
    record("python", f"Python {platform.python_version()}", {function.name: cells})


@pytest.mark.parametrize("function", ALL, ids=NAMES)
def test_examples_say_the_same_in_the_other_language(function: CellFunction) -> None:
    """The language changes words, never a number or the shape."""
    for example in function.examples:
        french, english = (
            call(function.name, example.args, settings=example.settings, lang=lang, today=EXAMPLE_DAY)
            for lang in ("fr", "en")
        )
        numbers = [
            [[cell for cell in row if isinstance(cell, float)] for row in block]
            for block in (french, english)
        ]
        assert numbers[0] == numbers[1]
        assert [[type(cell) for cell in row] for row in french] == [
            [type(cell) for cell in row] for row in english
        ]


@pytest.mark.parametrize("function", ALL, ids=NAMES)
def test_nothing_given_gives_nothing(function: CellFunction) -> None:
    """A formula on empty cells stays empty."""
    assert call(function.name, (), today=EXAMPLE_DAY) == [[""]]
    blanks = [None if place % 2 else "" for place in range(len(function.arguments))]
    assert call(function.name, blanks, today=EXAMPLE_DAY) == [[""]]


def test_decorator_returns_the_function_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recorded function stays an ordinary function, and a name is given once."""
    monkeypatch.setattr(registry, "_REGISTRY", {})

    def answer(_given: object) -> list[list[object]]:
        return [[1.0]]

    record = cell_function(
        "STRAT_TEST",
        category="clients",
        arguments=(Argument("amount"),),
        shape=Shape.COLUMN,
        results=("value",),
        examples=(),
    )
    assert record(answer) is answer
    with pytest.raises(ValueError, match="STRAT_TEST"):
        cell_function(
            "STRAT_TEST", category="clients", arguments=(), shape=Shape.COLUMN, results=(), examples=()
        )


def test_find_takes_short_names_and_dots() -> None:
    """People find a function without prefix, in any case, and with LibreOffice's dot."""
    assert find("client_class") is find("STRAT.CLIENT_CLASS") is functions()["STRAT_CLIENT_CLASS"]
    assert find("nothing") is None


def test_listing_imports_nothing_heavy() -> None:
    """The list of functions comes without pandas, numpy, pydantic or openpyxl."""
    script = (
        "import sys\n"
        "from strategy_xl.commands.functions_ import functions\n"
        "functions([], standalone_mode=False)\n"
        "print([name for name in ('pandas', 'numpy', 'pydantic', 'openpyxl') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_message_of_the_area_is_used() -> None:
    """The catalogue keeps no text of a function that is gone."""
    from strategy_xl.text.catalog import _catalogue

    keys = {str(key) for key in _catalogue("fr")[0] if str(key).startswith("functions.STRAT_")}
    known: set[str] = set()
    for function in ALL:
        base = f"functions.{function.name}"
        known |= {base, f"{base}.remark", *(f"{base}.{argument.name}" for argument in function.arguments)}
    assert keys <= known
    assert has_message("functions.argument.lang")
