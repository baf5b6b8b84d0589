"""Settings of an open workbook: lazy, kept for a moment, used by the functions."""

from __future__ import annotations

from datetime import date

from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import EXAMPLE_DAY, find
from strategy_xl.hosts.settings import KEPT_SECONDS, BookSettings


class Book:
    """Named cells that count how often they are read."""

    def __init__(self, **cells: object) -> None:
        """Fill the cells."""
        self.cells = cells
        self.asked: list[str] = []
        self.now = 0.0

    def read(self, name: str) -> object:
        """What a host reads by name."""
        self.asked.append(name)
        return self.cells.get(name.removeprefix("SX_"))

    @property
    def settings(self) -> BookSettings:
        """The settings as a host keeps them."""
        return BookSettings(self.read, lambda: self.now)


def test_a_function_uses_the_thresholds_of_the_workbook() -> None:
    """A client of 60/60 is ideal at the default threshold and is not at 70."""
    assert call("CLIENT_CLASS", (6, 6), settings=Book().settings, today=EXAMPLE_DAY) == [["Client idéal"]]
    book = Book(score_threshold=70)
    assert call("CLIENT_CLASS", (6, 6), settings=book.settings, today=EXAMPLE_DAY) == [["Client à éviter"]]


def test_the_language_of_the_workbook_counts() -> None:
    """An English workbook answers in English; the argument outranks it."""
    book = Book(language="English")
    english = call("CLIENT_CLASS", (8, 9), settings=book.settings, today=EXAMPLE_DAY)
    assert english == [["Ideal client"]]
    lang = [None] * 12 + ["fr"]
    assert call("CLIENT_CLASS", (8, 9, *lang), settings=book.settings, today=EXAMPLE_DAY) == [
        ["Client idéal"]
    ]


def test_the_day_of_the_workbook_counts() -> None:
    """A reference date in the settings outranks today: the indicator has not started yet on that day."""
    examples = find("KPI_STATUS").examples  # type: ignore[union-attr]
    args = examples[0].args
    late = call(
        "KPI_STATUS", args, settings=Book(reference_date=date(2000, 1, 1)).settings, today=EXAMPLE_DAY
    )
    assert late != call("KPI_STATUS", args, today=EXAMPLE_DAY)
    assert late == call("KPI_STATUS", args, today=date(2000, 1, 1))


def test_only_what_a_rule_needs_is_read_and_once_a_moment() -> None:
    """Two calls in a row read each setting once; after a moment it is read again."""
    book = Book()
    settings = book.settings
    for _ in range(2):
        call("CLIENT_CLASS", (8, 9), settings=settings, today=EXAMPLE_DAY)
    assert len(book.asked) == len(set(book.asked))
    assert "SX_score_threshold" in book.asked
    assert "SX_company" not in book.asked
    book.now += KEPT_SECONDS
    call("CLIENT_CLASS", (8, 9), settings=settings, today=EXAMPLE_DAY)
    assert book.asked.count("SX_score_threshold") == 2


def test_a_setting_that_cannot_be_used_withholds_the_answer() -> None:
    """A text in a number's place is told instead of another answer."""
    ((cell,),) = call(
        "CLIENT_CLASS", (8, 9), settings=Book(score_threshold="abc").settings, today=EXAMPLE_DAY
    )
    assert "abc" in str(cell)


def test_it_is_a_mapping() -> None:
    """Keys, length and membership speak of the same settings."""
    settings = Book().settings
    assert len(list(settings)) == len(settings)
    assert all(key in settings for key in settings)
    assert "nothing" not in settings
