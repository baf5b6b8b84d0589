"""The button "Recalculer ce classeur" when others edit the workbook too, or Excel is unwilling."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlwings
from fake_excel import Excel, RefusedError, Source, opened
from openpyxl.utils import get_column_letter

from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import build
from strategy_xl.hosts.excel.open import open_book
from strategy_xl.hosts.excel.open.open_book import OpenReport, Windows, recompute_open_book
from strategy_xl.schema.loader import load_default

TODAY = date(2027, 3, 1)
SPEC = load_default()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """An example workbook, the clients only, whose results are not filled yet."""
    path = tmp_path_factory.mktemp("small") / "plan.xlsx"
    only = ("client_matrix",)
    build(SPEC, path, lang="en", company="Essai", only=only, example=True, today=TODAY, overwrite=False)
    return Source.read(path)


def run(book: xlwings.Book) -> OpenReport:
    """Press the button on Windows, without the message."""
    return recompute_open_book(book, SPEC, TODAY, Windows())


def clients(source: Source) -> Any:
    """The table of clients, as read from the file."""
    return read_workbook(source.path, SPEC).blocks["clients"]


# -- others edit it too --------------------------------------------------------------------------------------


class Meanwhile(Windows):
    """Windows, where something happens between the copy and the writing."""

    def __init__(self, happens: Callable[[Any], object]) -> None:
        """What happens to the open workbook."""
        self.happens = happens

    def saved_copy(self, book: Any, folder: Path) -> Path:
        """The copy as it was before."""
        path = super().saved_copy(book, folder)
        self.happens(book.impl)
        return path


def move_column(book: Any, block: Any) -> None:
    """A column put in: Excel moves the name of the header behind it."""
    place = block.places["class_final"]
    name = book.names("_sx.clients.class_final")
    name.refers_to = f"='{place.sheet}'!${get_column_letter(place.column + 1)}${place.row}"


def rename_sheet(book: Any, block: Any) -> None:
    """Another title: the names follow it."""
    for name in book.names.items.values():
        name.refers_to = name.refers_to.replace(f"'{block.sheet}'!", "Other!")
    book.list["Other"] = book.list.pop(block.sheet)


def delete_sheet(book: Any, block: Any) -> None:
    """Its names lead nowhere."""
    for name in book.names.items.values():
        name.refers_to = name.refers_to.replace(f"'{block.sheet}'!", "#REF!")
    del book.list[block.sheet]


def put_row_in(book: Any, block: Any) -> None:
    """The table grows by a row."""
    area = book.list[block.sheet].tables(block.table).range
    area.shape = (area.shape[0] + 1, area.shape[1])


def make_range(book: Any, block: Any) -> None:
    """The table is a table no longer."""
    del book.list[block.sheet].tables.items[block.table]


@pytest.mark.parametrize("happens", [move_column, rename_sheet, delete_sheet, put_row_in, make_range])
def test_what_moved_meanwhile_stops_before_anything_is_written(
    small: Source, happens: Callable[[Any, Any], None]
) -> None:
    """In a workbook that others edit too, nothing goes into a wrong line: the place that moved is named."""
    book, app = opened(small)
    block = clients(small)
    report = recompute_open_book(book, SPEC, TODAY, Meanwhile(lambda impl: happens(impl, block)))
    assert report.failure is not None
    assert (report.failure.code, report.failure.location.sheet) == ("SX995", block.sheet)
    assert str(report.failure.location.cell).endswith(str(block.first_row - 1))
    assert (app.writes, report.changed) == ([], 0)
    assert (app.screen_updating, app.enable_events, app.calculation) == (True, True, "automatic")


def test_what_moves_no_cell_does_not_stop(small: Source) -> None:
    """A line of totals switched on, a stored name deleted: everything stands where it stood."""
    book, _ = opened(small)
    block = clients(small)

    def harmless(impl: Any) -> None:
        put_row_in(impl, block)
        impl.list[block.sheet].tables(block.table).show_totals = True
        del impl.names.items["_sx.clients.class_final"]

    report = recompute_open_book(book, SPEC, TODAY, Meanwhile(harmless))
    assert report.failure is None
    assert report.changed


# -- what is unwilling ---------------------------------------------------------------------------------------


def test_a_fault_of_the_program_is_not_told_as_excels(monkeypatch: pytest.MonkeyPatch, small: Source) -> None:
    """It has a sentence of its own, and nothing is written."""

    def broken(*_: object) -> None:
        raise KeyError("score")

    monkeypatch.setattr(open_book, "plan_workbook", broken)
    book, app = opened(small)
    report = run(book)
    assert report.failure is not None
    assert (report.failure.code, report.failure.args) == ("SX997", {"detail": "KeyError: 'score'"})
    assert app.writes == []


def test_a_setting_that_stays_is_told_and_the_cells_are_counted(
    monkeypatch: pytest.MonkeyPatch, small: Source
) -> None:
    """When Excel refuses to calculate again by itself, what was written is not denied."""
    book, app = opened(small)

    def refuse(self: Excel, name: str, value: object) -> None:
        if name == "calculation" and value == "automatic":
            raise RefusedError("Calcul refusé.")
        object.__setattr__(self, name, value)

    monkeypatch.setattr(Excel, "__setattr__", refuse)
    report = run(book)
    assert report.failure is None
    assert report.changed == sum(cells for *_, cells in app.writes) > 0
    (note,) = [finding for finding in report.findings if finding.code == "SX996"]
    assert note.args == {"name": "calculation", "detail": "Calcul refusé."}
    assert (app.screen_updating, app.enable_events) == (True, True)
    assert app.correction.AutoFillFormulasInLists is True


def test_a_copy_that_cannot_be_deleted_does_not_stop(monkeypatch: pytest.MonkeyPatch, small: Source) -> None:
    """On Windows another program may hold the copy for a moment."""

    def held(*_: object, **__: object) -> None:
        raise PermissionError(13, "held")

    book, app = opened(small)
    with monkeypatch.context() as patch:
        patch.setattr("os.unlink", held)
        report = run(book)
    assert report.failure is None
    assert report.changed
    (copy,) = app.book.saved
    shutil.rmtree(copy.parent)
