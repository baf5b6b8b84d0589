"""What a LAMBDA says of what it cannot use: a clear value, never a wrong number."""

from __future__ import annotations

from pathlib import Path

import pytest
from lambda_book import LambdaBook

from strategy_xl.functions.registry import EXAMPLE_DAY
from strategy_xl.text.catalog import message

COLUMN = [[8], [7], [3]]
TABLE = [["Name", "Company"], ["Anne", "Alpha"]]


def _answers(tmp_path: Path, *calls: tuple[str, list[object]], lang: str = "en") -> list[object]:
    book = LambdaBook(lang, EXAMPLE_DAY)
    for function, args in calls:
        book.ask(function, args, 1, 1)
    return [block[0][0] for block in book.answers(tmp_path / "book.xlsx")]


def _said(key: str, **args: object) -> str:
    return message(f"functions.lambda.{key}", "en", **args)


@pytest.mark.parametrize(
    ("function", "args", "key"),
    [
        ("STRAT_CLIENT_CLASS", [COLUMN, [[9], [2]]], "LENGTHS"),
        ("STRAT_CLIENT_CLASS", [COLUMN, [[9, 2, 6]]], "LENGTHS"),
        ("STRAT_REVENUE_HHI", [COLUMN, [["a"], ["b"]]], "LENGTHS"),
        ("STRAT_CLIENT_SCORES", [[[8, 7], [3, 2]], None], "ONE_LINE"),
        ("STRAT_GROWTH", [[[100, 110, 120]], "week"], "BAD_FREQUENCY"),
        ("STRAT_FUNNEL_LEVER", [[[9], [8], [7], [6], [5], [4]], [[None], *[[0.5]] * 5]], "STAGES"),
        ("STRAT_KPI_PRIORITY", [[[5], [3]], [[0.8], [0.9]], [[2], [3]], None, None, None, -1], "NOT_COUNTED"),
        ("STRAT_REVENUE_ABC", [[[5], [None]], [["a"], ["b"]]], "LACKING"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, function: str, args: list[object], key: str) -> None:
    """Ranges of unequal shapes, blocks, unknown periods, too many stages: one sentence for the whole call."""
    assert _answers(tmp_path, (function, args)) == [_said(key)]


def test_refuses_whole_columns(tmp_path: Path) -> None:
    """With a million cells a formula would hold up the sheet."""
    book = LambdaBook("en", EXAMPLE_DAY)
    book.ask("STRAT_CLIENT_CLASS", [[[8]] * 10_001, [[9]] * 10_001], 1, 1)
    assert next(iter(book.answers(tmp_path / "book.xlsx"))) == [[_said("MANY")]]


def test_knows_titles_of_its_language_alone(tmp_path: Path) -> None:
    """Labels of another language would not be known: not covered, it would say of an account that is."""
    french = [["Nom", "Compte", "Décide", "Niveau de contact"], ["Anne", "Alpha", "Oui", "Soutien"]]
    calls = [("STRAT_STAKEHOLDER_COVERAGE", ["Alpha", table]) for table in (french, TABLE)]
    assert _answers(tmp_path, *calls) == [_said("NO_TITLE", title="Account")] * 2


def test_passes_errors_on(tmp_path: Path) -> None:
    """An error cell is an error, in its row alone where each row has an answer of its own."""
    book = LambdaBook("fr", EXAMPLE_DAY)
    book.ask("STRAT_CLIENT_CLASS", [[["#N/A"], [8]], [[9], [9]]], 2, 1)
    book.ask("STRAT_REVENUE_HHI", [[["#DIV/0!"], [8]]], 1, 1)
    rows, whole = book.answers(tmp_path / "book.xlsx")
    assert [line[0] for line in rows] == ["#N/A", "Client idéal"]
    assert whole == [["#N/A"]]


def test_takes_no_text_for_a_number(tmp_path: Path) -> None:
    """Text, a boolean and a number out of its scale are missing, as in the formulas of the sheets."""
    calls = [("STRAT_CLIENT_CLASS", [value, 9]) for value in ("8", "abc", True, 12, -1, "x" * 32_767)]
    assert _answers(tmp_path, *calls) == ["To complete"] * len(calls)
