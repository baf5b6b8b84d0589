"""LAMBDA ≡ Python rule: the functions that a workbook can carry, computed by IronCalc."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from host_table import record
from lambda_book import LambdaBook, differences, equal_cells
from made_books import NASTY, TODAY, generated

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions.arguments import Argument, Kind
from strategy_xl.functions.calling import call
from strategy_xl.functions.intake import block_fields
from strategy_xl.functions.lambdas.compiling import MOST_CHARACTERS
from strategy_xl.functions.lambdas.definitions import definitions
from strategy_xl.functions.lambdas.named import MOST_COMMENT, named_lambdas
from strategy_xl.functions.lambdas.scope import taken
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction, Shape, functions
from strategy_xl.rules.params import IN_ORDER
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import choice_name, setting_name

SPEC = load_default()
NAMED = sorted(definitions())
OTHERS = {
    "score_threshold": 62,
    "min_coverage": 0.3,
    "hourly_cost": 20,
    "kpi_pace_on_track": 0.95,
    "abc_a": 0.5,
    "hhi_low": 900,
    "swot_average": 3,
    "gap_adjust": 40,
    "crowding_distance": 45,
    "w_signatory": 0.1,
    "persona_ready": 40,
    "growth_stable": 0.2,
    "max_active_per_owner": 1,
    "capacity_hours_week": 30,
    "funnel_min_sample": 1000,
    "combien_max_weeks": 20,
}


def _compare(
    function: CellFunction, calls: list[list[object]], book: LambdaBook, path: Path, **how: object
) -> int:
    """Ask all, compare all; how many cells say the very same."""
    expected = [call(function.name, args, **how) for args in calls]  # type: ignore[arg-type]
    for args, block in zip(calls, expected, strict=True):
        book.ask(function.name, args, len(block), len(block[0]))
    wrong: list[str] = []
    equal = 0
    for args, block, got in zip(calls, expected, book.answers(path), strict=True):
        # A function says beside an error which cell it is; a LAMBDA has the error alone.
        alone = [
            [row[0], *seen[1:]] if row[0] is ErrorValue.NA else row
            for row, seen in zip(block, got, strict=True)
        ]
        equal += equal_cells(alone, got)
        wrong += [f"{str(args)[:400]}: {line}" for line in differences(function, alone, got)]
    if wrong:
        pytest.fail("\n".join(wrong[:6]))
    return equal


def test_at_least_twenty() -> None:
    """Two thirds of the functions need no Python."""
    assert len(NAMED) >= 20
    assert set(NAMED) <= set(functions())


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_fits_excel(lang: str) -> None:
    """Excel takes formulas of 8,192 characters and comments of 255, in our workbooks and in others."""
    ours = {setting_name(field.key) for field in block_fields("params").values()}
    ours |= {choice_name(held.key, choice.key) for held in SPEC.lists for choice in held.choices}
    for names in (ours, set()):
        for item in named_lambdas(lang, names):
            longest = len(item.formula), len(item.comment)
            assert longest <= (MOST_CHARACTERS, MOST_COMMENT), (item.name, longest)
            assert len(item.comment) <= MOST_COMMENT, item.name


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_is_within_the_limits_of_formulas(lang: str) -> None:
    """Texts of 255 characters, 64 calls within calls; no name that reads as a cell, no bare new function."""
    for item in named_lambdas(lang):
        texts = re.findall(r'"(?:[^"]|"")*"', item.formula)
        assert max(map(len, texts), default=0) <= 255 + 2, item.name
        bare = re.sub(r'"(?:[^"]|"")*"', "", item.formula)
        depth = deepest = 0
        for sign in bare:
            depth += (sign == "(") - (sign == ")")
            deepest = max(deepest, depth)
        assert (depth, deepest <= 64) == (0, True), (item.name, deepest)
        for own in set(re.findall(r"_xlpm\.(\w+)", bare)) | {item.name}:
            assert not re.fullmatch(r"[A-Za-z]{1,3}[0-9]{1,7}|[RrCc]", own), (item.name, own)
        assert not re.search(
            r"(?<![.\w])(?:LET|LAMBDA|MAP|MAKEARRAY|REDUCE|SEQUENCE|XMATCH|ISOMITTED)\(", bare
        )


@pytest.mark.parametrize("name", NAMED)
def test_equals_the_examples(name: str, tmp_path: Path) -> None:
    """Every example of the docs has the same answer, but for those with what a LAMBDA does not take."""
    function = functions()[name]
    arguments = taken(function, definitions()[name])
    calls = [
        list(example.args)
        for example in function.examples
        if example.lang == "fr" and not example.settings and len(_given(example.args)) <= len(arguments)
    ]
    assert calls
    assert _compare(
        function, calls, LambdaBook("fr", EXAMPLE_DAY), tmp_path / "book.xlsx", lang="fr", today=EXAMPLE_DAY
    )


def _given(args: tuple[object, ...]) -> list[object]:
    given = list(args)
    while given and given[-1] is None:
        given.pop()
    return given


@pytest.mark.parametrize("kind", ["ordinary", "odd"])
@pytest.mark.parametrize("name", NAMED)
def test_equals_the_rule(name: str, kind: str, tmp_path: Path) -> None:
    """The rows of the conformance set: ordinary ones in French, odd ones in English with other thresholds."""
    function, is_odd = functions()[name], kind == "odd"
    lang, settings = ("en", OTHERS) if is_odd else ("fr", {})
    fields = block_fields("params")
    known = {key: value for key, value in settings.items() if key in fields}
    for low, high in IN_ORDER:  # a rule is given no others, and a LAMBDA asks for none
        if known.get(low, fields[low].default) > known.get(high, fields[high].default):
            known = {key: value for key, value in known.items() if key not in {low, high}}
    book = LambdaBook(lang, TODAY, known)
    calls = list(_calls(function, lang, is_odd=is_odd))
    equal = _compare(
        function,
        calls,
        book,
        tmp_path / "book.xlsx",
        lang=lang,
        today=TODAY,
        settings={"language": lang, **known},
    )
    assert equal > 0
    record("lambda", f"IronCalc {version('ironcalc')}", {name: equal})


def _calls(function: CellFunction, lang: str, *, is_odd: bool) -> Iterator[list[object]]:
    """Ranges of several lengths, then single cells."""
    pick = random.Random(f"{function.name}{is_odd}")  # noqa: S311 (test data)
    rows = generated(SPEC, lang, 11 + is_odd)
    arguments = taken(function, definitions()[function.name])
    sizes = (
        [1, 1, 2, 3, 12, 60, 60] if function.shape in {Shape.COLUMN, Shape.ROWS} else [1, 2, 4, 5, 5, 5, 9]
    )
    by_row = function.shape in {Shape.COLUMN, Shape.ROWS} and not function.together
    for turn, size in enumerate(sizes):
        # One odd cell withholds an answer that rests on all rows: every other call has none.
        spoils = is_odd and (by_row or turn % 2 == 0)
        start = pick.randrange(4)
        args: list[object] = [
            _argument(item, rows, lang, start, size, pick, is_odd=spoils) for item in arguments
        ]
        yield args


def _argument(  # noqa: PLR0913 - what a cell is made of
    item: Argument, rows: dict[str, list[dict[str, object]]], lang: str, start: int, size: int,
    pick: random.Random, *, is_odd: bool,
) -> object:  # fmt: skip
    if item.kind is Kind.TABLE:
        fields = block_fields(item.field)
        keys = [key for key, spec in fields.items() if spec.role == "input"]
        lines = [[row.get(key) for key in keys] for row in rows[item.field.partition("+")[0]][:30]]
        return [[fields[key].label.get(lang) for key in keys], *lines]
    if item.kind is Kind.RANGE:
        return [
            [pick.choice([None, 0, 50, 100, 108, 133, -3]) for _ in range(size)] for _ in range(1 + start)
        ]
    block, _dot, key = item.field.partition(".")
    if item.kind is Kind.SCALAR or not block:
        words = (
            [None, "mois" if lang == "fr" else "month", "quarter"] if item.name == "frequency" else [None, 12]
        )
        return pick.choice(words)
    held = rows.get(block) or [{}]
    cells = [held[(start + at) % len(held)].get(key) for at in range(size)]
    if item.required and not is_odd and len(cells) > 1:
        filled = [cell for cell in cells if cell is not None] or [1]
        cells = [filled[0] if cell is None else cell for cell in cells]
    if is_odd:
        cells = [pick.choice(NASTY) if pick.random() < 0.2 else cell for cell in cells]
    if not item.required and size < 60 and pick.random() < 0.1:
        return None
    return [[cell] for cell in cells]
