"""The button "Recalculer ce classeur": in an open workbook what the batch gives in a file, or nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwings
from fake_excel import Cell, Excel, FakeSheet, RefusedError, Source, opened, taken

from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import build
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.hosts.excel import macros
from strategy_xl.hosts.excel.macros import FINDINGS_SHOWN, told
from strategy_xl.hosts.excel.open.open_book import Mac, OpenReport, Windows, recompute_open_book, this_system
from strategy_xl.hosts.excel.open.open_cells import ARRAY_TEXT, Run, Shown, Writer, holds, typed_text
from strategy_xl.ooxml.patch import Formula
from strategy_xl.schema.loader import load_default
from strategy_xl.text.catalog import message
from strategy_xl.work.recompute import recompute_workbook

pytestmark = pytest.mark.xdist_group("open book")  # its workbooks are made once
TODAY = date(2027, 3, 1)
SPEC = load_default()
NORMAL = (True, True, "automatic")


def made(folder: Path, lang: str, *only: str, protect: bool = False) -> Source:
    """An example workbook whose results are not filled yet, as Excel has it open."""
    path = folder / f"plan_{lang}.xlsx"
    build(
        SPEC,
        path,
        lang=lang,
        company="Essai",
        only=only,
        example=True,
        today=TODAY,
        overwrite=False,
        protect=protect,
    )
    return Source.read(path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """Every module, in French."""
    return made(tmp_path_factory.mktemp("whole"), "fr")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """The clients only, in English, made for those who want locks."""
    return made(tmp_path_factory.mktemp("small"), "en", "client_matrix", protect=True)


@pytest.fixture(scope="module")
def small_french(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """The clients only, in French."""
    return made(tmp_path_factory.mktemp("small"), "fr", "client_matrix")


def run(book: xlwings.Book) -> OpenReport:
    """Press the button on Windows, without the message."""
    return recompute_open_book(book, SPEC, TODAY, Windows())


def settings(app: Excel) -> tuple[object, ...]:
    """What people had set in Excel."""
    return app.screen_updating, app.enable_events, app.calculation


def clients(source: Source) -> Any:
    """The table of clients, as read from the file."""
    return read_workbook(source.path, SPEC).blocks["clients"]


def assert_as_the_batch(book: Any, file: Path) -> None:
    """Every cell of the open workbook is what the batch makes of the file; formulas stay Excel's."""
    before = Source.read(file).sheets
    assert recompute_workbook(file, SPEC, TODAY).failure is None
    after = Source.read(file).sheets
    compared = 0
    for title, sheet in book.list.items():
        for at in sheet.cells.keys() | after[title].keys():
            was, wanted, found = (
                cells.get(at, Cell()) for cells in (before[title], after[title], sheet.cells)
            )
            if was.formula and was.formula == wanted.formula:
                assert found == was, (title, at)
            else:
                assert (found.text, found.value) == (wanted.text, wanted.value), (title, at)
                compared += wanted != was
    assert compared


# -- the same as in the file -------------------------------------------------------------------------------


def test_open_workbook_gets_what_the_file_gets_and_then_nothing(whole: Source, tmp_path: Path) -> None:
    """All owned cells are the batch's, formulas are untouched; a second run writes nothing."""
    book, app = opened(whole)
    report = run(book)
    assert report.failure is None
    assert report.changed == sum(cells for *_, cells in app.writes) > 800
    file = Path(shutil.copy(whole.path, tmp_path))
    assert_as_the_batch(app.book, file)
    assert (app.states, settings(app)) == ({(False, False, "manual")}, NORMAL)
    assert not any(path.exists() for path in app.book.saved)
    written = list(app.writes)
    again = run(book)
    assert (again.failure, again.changed, app.writes) == (None, 0, written)


def test_a_changed_answer_writes_its_cells_only(small: Source, tmp_path: Path) -> None:
    """After a new score, what differs from the file before the batch is all that is written."""
    book, app = opened(small)
    run(book)
    block = clients(small)
    app.book.type_in(block.sheet, block.cell("satisfaction", block.first_row + 2), 1)
    file = tmp_path / "typed.xlsx"
    app.book.SaveCopyAs(str(file))
    before, count = app.book.state(), len(app.writes)
    report = run(book)
    after = app.book.state()
    changed = {
        (title, at)
        for title, cells in after.items()
        for at in cells.keys() | before[title].keys()
        if cells.get(at) != before[title].get(at)
    }
    assert 0 < len(changed) == report.changed == sum(cells for *_, cells in app.writes[count:]) < 40
    assert_as_the_batch(app.book, file)


def test_a_run_of_a_column_is_one_write(whole: Source) -> None:
    """Cells below each other go to Excel together: no write begins where another of its kind ended."""
    book, app = opened(whole)
    run(book)
    for one, other in pairwise(app.writes):
        if one[:1] + one[2:3] == other[:1] + other[2:3] and one[1] + one[3] == other[1]:
            kinds = [bool(app.book.list[item[0]].cell(item[1:3]).formula) for item in (one, other)]
            assert kinds[0] != kinds[1]
    block = clients(whole)
    owned = [write for write in app.writes if write[0] == block.sheet and write[3] == len(block.frame)]
    assert len(owned) >= 2
    assert app.reads < 1000


def test_rows_behind_a_filter_are_written_too(small: Source) -> None:
    """Excel leaves filtered rows out of a write to several cells; they are written one by one."""
    book, app = opened(small)
    block = clients(small)
    sheet = app.book.list[block.sheet]
    sheet.filtered = {block.first_row + 1, block.first_row + 3}
    report = run(book)
    plain, other = opened(small)
    assert (report.failure, report.findings) == (None, run(plain).findings)
    assert app.book.state() == other.book.state()


def test_a_cell_that_keeps_something_else_is_told(small: Source) -> None:
    """A column formatted as text makes text of a number: told once a column, the rest is written."""
    book, app = opened(small)
    block = clients(small)
    at = block.cell("class_final", block.first_row)
    app.book.list[block.sheet].stored[at] = "1"
    report = run(book)
    assert report.failure is None
    (note,) = [finding for finding in report.findings if finding.code == "SX990"]
    assert (note.location.sheet, note.location.cell) == (
        block.sheet,
        block.a1("class_final", block.first_row),
    )
    assert note.args == {"n": 1}


# -- what Excel would take for something else --------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+33 6 12", "-", "- note", "@nom", "'cité'", "12", "3,5", "01/02/2027", "VRAI", "false"),
        *("#N/A", "Client idéal", "À revoir dans 3 mois", "x" * 300, "=" + "x" * 300, "« 5 »"),
    ],
)
def test_text_stays_text(text: str) -> None:
    """Whatever a text looks like, Excel keeps it as this text."""
    assert taken(typed_text(text)) == Cell(text)


def test_ordinary_text_gets_no_apostrophe() -> None:
    """Sentences and labels go as they are."""
    assert typed_text("Client idéal") == "Client idéal"
    long = "Chiffre d’affaires très concentré : le premier client fait 43 % à lui seul."
    assert typed_text(long) == long


DAY = datetime(2027, 3, 1)  # noqa: DTZ001 - Excel's days


@pytest.mark.parametrize(
    ("value", "formula", "wanted"),
    [
        (None, "", None),
        (None, "", ""),
        ("a", "a", "a"),
        ("=a", "=a", "=a"),
        (3.0, "3", 3),
        (0.3, "0.3", 0.1 + 0.2),
        (Decimal("0.3333"), "0.333333333333333", 1 / 3),
        (True, "TRUE", True),
        (DAY, "46447", date(2027, 3, 1)),
        (46447.0, "46447", date(2027, 3, 1)),
        ("Clients", '=HYPERLINK("#a","b")', Formula('HYPERLINK("#a","b")', cached="Clients")),
    ],
)
def test_what_a_cell_holds_already(value: object, formula: str, wanted: object) -> None:
    """The same value in Excel's ways of giving it."""
    assert holds(Shown(value, formula), wanted)


@pytest.mark.parametrize(
    ("value", "formula", "wanted"),
    [
        (None, "#N/A", None),
        (None, '=""', ""),
        ("a", "=B1", "a"),
        ("a", "a", None),
        ("3", "3", 3),
        (3.0, "3", "3"),
        (1.0, "1", True),
        (True, "TRUE", 1),
        (Decimal("0.3333"), "0.3333", 1 / 3),
        (DAY, "46447", date(2027, 3, 2)),
        ("b", '=HYPERLINK("#a","b")', Formula('HYPERLINK("#c","b")')),
        ("=B1", "=B1", Formula("B1")),
    ],
)
def test_what_a_cell_does_not_hold(value: object, formula: str, wanted: object) -> None:
    """Another value, kind or formula; an error or a formula is not blank."""
    assert not holds(Shown(value, formula), wanted)


def test_dates_of_a_workbook_that_counts_from_1904() -> None:
    """A day without date format is its number in the workbook's own count."""
    assert holds(Shown(44985.0, "44985"), date(2027, 3, 1), is_1904=True)
    assert not holds(Shown(46447.0, "46447"), date(2027, 3, 1), is_1904=True)


# -- writing and taking back -------------------------------------------------------------------------------


def plain_sheet(app: Excel, **cells: Cell) -> FakeSheet:
    """A sheet of its own in an open workbook: column A, by row."""
    held = {(int(name[1:]), 1): cell for name, cell in cells.items()}
    sheet = FakeSheet(app, "S", held, None)
    app.book.list["S"] = sheet
    app.correction.AutoFillFormulasInLists = False
    return sheet


def test_values_come_back_as_they_were(small: Source) -> None:
    """Numbers, dates, answers, formulas and texts that look like them are put back, kind and all."""
    book, app = opened(small)
    held = {
        "a1": Cell(1 / 8),
        "a2": Cell("=texte"),
        "a3": Cell("'x"),
        "a4": Cell(),
        "a5": Cell("12"),
        "a6": Cell("b", '=HYPERLINK("#a","b")'),
        "a7": Cell(None, "#N/A"),
    }
    sheet = plain_sheet(app, **held)
    writer = Writer(book, is_1904=False)
    (step,) = writer.runs({"S": {1: {row: f"neu {row}" for row in range(1, 8)}}})
    assert writer.write(step) is None
    assert [sheet.cell((row, 1)).value for row in range(1, 8)] == [f"neu {row}" for row in range(1, 8)]
    writer.undo()
    assert [sheet.cell((row, 1)) for row in range(1, 8)] == list(held.values())


def test_cells_behind_a_filter_come_back_too(small: Source) -> None:
    """What a filter hides from a write to several cells is put back one by one."""
    book, app = opened(small)
    sheet = plain_sheet(app, a1=Cell("a"), a2=Cell(2.0), a3=Cell())
    sheet.filtered = {2, 3}
    writer = Writer(book, is_1904=False)
    (step,) = writer.runs({"S": {1: dict.fromkeys((1, 2, 3), "neu")}})
    assert writer.write(step) is None
    writer.undo()
    assert [sheet.cell((row, 1)) for row in (1, 2, 3)] == [Cell("a"), Cell(2.0), Cell()]


def test_gaps_kinds_and_very_long_texts_part_runs(small: Source) -> None:
    """What holds its value already, a link, and a text too long for an array each part a column."""
    book, app = opened(small)
    plain_sheet(app, a3=Cell("same"))
    long = "x" * (ARRAY_TEXT + 1)
    link = Formula('HYPERLINK("#a","b")', cached="b")
    plan: dict[int, Any] = {
        1: "a",
        2: None,
        3: "same",
        4: "b",
        5: 5,
        6: link,
        7: link,
        8: long,
        9: "c",
        11: "d",
    }
    found = Writer(book, is_1904=False).runs({"S": {1: plan}})
    assert [(each.first, each.last) for each in found] == [(1, 1), (4, 5), (6, 7), (8, 8), (9, 9), (11, 11)]


@pytest.mark.parametrize("place", [1, 4, -1])
def test_a_failure_puts_everything_back(small: Source, place: int) -> None:
    """Wherever Excel refuses, all cells, settings and protections are as before, and the cell is named."""
    plain, count = opened(small)
    run(plain)
    number = place % len(count.writes) if place < 0 else place
    number = number or len(count.writes)
    book, app = opened(small)
    app.fail_at = (number,)
    app.calculation = "semiautomatic"
    before = app.book.state()
    report = run(book)
    assert report.failure is not None
    assert (report.failure.code, report.changed, report.lang) == ("SX987", 0, "en")
    where, what = report.failure.location, report.failure.args["detail"]
    assert where.workbook == small.path.name
    assert where.sheet == count.writes[number - 1][0]
    assert what == "Impossible de modifier une partie de matrice."
    assert app.book.state() == before
    assert settings(app) == (True, True, "semiautomatic")
    assert app.correction.AutoFillFormulasInLists is True
    assert {title: sheet.ProtectContents for title, sheet in app.book.list.items()} == {
        title: title in small.rights for title in app.book.list
    }


def test_what_cannot_be_put_back_is_named(small: Source) -> None:
    """When the undoing fails at a cell too, that cell is told and the others are put back."""
    book, app = opened(small)
    app.fail_at = (4, 5)  # the fifth write puts the third run back
    before = app.book.state()
    report = run(book)
    assert report.failure is not None
    assert report.failure.code == "SX988"
    sheet, row, column, cells = app.writes[2]
    assert report.failure.location == Location(small.path.name, sheet, cell_name(row, column))
    after = app.book.state()
    lost = {(row + down, column) for down in range(cells)}
    differs = {
        (title, at)
        for title, found in after.items()
        for at in found.keys() | before[title].keys()
        if found.get(at) != before[title].get(at)
    }
    assert differs
    assert differs <= {(sheet, at) for at in lost}
    assert settings(app) == NORMAL


def test_a_copy_that_cannot_be_saved(small: Source) -> None:
    """Excel's own words, and nothing is written."""
    book, app = opened(small)
    app.book.broken = "Disque plein."
    report = run(book)
    assert report.failure is not None
    assert (report.failure.code, report.failure.args) == ("SX983", {"detail": "Disque plein."})
    assert (app.writes, report.lang) == ([], None)


def test_a_workbook_that_is_not_ours(tmp_path: Path) -> None:
    """It is named and left alone."""
    path = tmp_path / "budget.xlsx"
    openpyxl.Workbook().save(path)
    book, app = opened(Source.read(path))
    report = run(book)
    assert report.failure is not None
    assert (report.failure.code, report.failure.location.workbook) == ("SX110", "budget.xlsx")
    assert (app.writes, report.lang) == ([], None)


# -- protection --------------------------------------------------------------------------------------------


def test_sheets_are_protected_again_with_the_same_rights(small: Source) -> None:
    """Protected sheets are so afterwards, with what people may do on them; the others stay open."""
    book, app = opened(small)
    block = clients(small)
    odd = tuple(place % 2 == 0 for place in range(len(Windows.RIGHTS)))
    app.book.list[block.sheet].rights = odd
    assert run(book).changed
    for title, sheet in app.book.list.items():
        assert sheet.ProtectContents == (title in small.rights)
        assert sheet.rights == (odd if title == block.sheet else small.rights.get(title))
        assert sheet.password == ""


def test_a_protection_against_people_only_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, small: Source
) -> None:
    """Where programs may write anyway, even a password stands in nobody's way."""
    book, app = opened(small)
    monkeypatch.setattr(FakeSheet, "ProtectionMode", True)
    for sheet in app.book.list.values():
        sheet.password = "secret"  # noqa: S105 - a test
    report = run(book)
    assert report.failure is None
    assert report.changed


def test_a_workbook_without_a_file_can_be_copied(small: Source) -> None:
    """On Windows a workbook that was never saved is read from its copy, which needs an ending."""
    book, app = opened(small, "Plan1")
    assert run(book).changed
    assert [path.name for path in app.book.saved] == ["Plan1.xlsx"]


def test_a_password_stops_before_anything_is_written(small: Source) -> None:
    """The sheet is named; no cell, setting or protection has changed."""
    book, app = opened(small)
    block = clients(small)
    app.book.list[block.sheet].password = "secret"  # noqa: S105 - a test
    report = run(book)
    assert report.failure is not None
    assert (report.failure.code, report.failure.location.sheet) == ("SX984", block.sheet)
    assert app.writes == []
    assert settings(app) == NORMAL
    assert all(sheet.ProtectContents == (title in small.rights) for title, sheet in app.book.list.items())


def test_a_sheet_that_stays_open_is_told(small: Source) -> None:
    """The cells are written; people are told to protect the sheet."""
    book, app = opened(small)
    block = clients(small)
    app.book.list[block.sheet].refuses_protection = True
    report = run(book)
    assert report.failure is None
    assert report.changed
    assert [note.location.sheet for note in report.findings if note.code == "SX989"] == [block.sheet]
    assert message("SX989.hint", "en")


def test_mac_reads_the_saved_file_and_leaves_protected_sheets(small: Source, tmp_path: Path) -> None:
    """On a Mac the workbook is saved first; a protected sheet is named, an open one is written."""
    source = replace(small, path=Path(shutil.copy(small.path, tmp_path / "mac.xlsx")))
    book, app = opened(source)
    report = recompute_open_book(book, SPEC, TODAY, Mac())
    assert report.failure is not None
    assert (report.failure.code, report.failure.location.workbook) == ("SX986", "mac.xlsx")
    assert (app.writes, app.book.saved) == ([], [source.path])
    for sheet in app.book.list.values():
        sheet.ProtectContents = False
    app.correction.AutoFillFormulasInLists = False
    assert recompute_open_book(book, SPEC, TODAY, Mac()).changed
    other, windows = opened(small)
    run(other)
    assert app.book.state() == windows.book.state()


def test_mac_cannot_read_what_was_never_saved(small: Source) -> None:
    """A workbook without a file is named."""
    book, app = opened(small, "Plan1")
    app.book.fullname = "Plan1"
    report = recompute_open_book(book, SPEC, TODAY, Mac())
    assert report.failure is not None
    assert (report.failure.code, report.failure.location.workbook) == ("SX985", "Plan1")


def test_the_system_is_the_one_it_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mac on a Mac, else Windows."""
    monkeypatch.setattr("sys.platform", "darwin")
    assert isinstance(this_system(), Mac)
    monkeypatch.setattr("sys.platform", "win32")
    assert isinstance(this_system(), Windows)


# -- what people are told ----------------------------------------------------------------------------------


def pressed(monkeypatch: pytest.MonkeyPatch, book: xlwings.Book, app: Excel) -> tuple[str, str, str]:
    """Press the button: title, text and kind of the one message."""
    monkeypatch.setattr(macros, "active_book", lambda: book)
    monkeypatch.setattr("sys.platform", "win32")
    macros.recompute_active_book()
    (alert,) = app.alerts
    return alert


def test_english_message(monkeypatch: pytest.MonkeyPatch, small: Source) -> None:
    """Cells, clients by class and what to look at with its address, in the workbook's language."""
    book, app = opened(small)
    block = clients(small)
    row = block.first_row + 1
    app.book.type_in(block.sheet, block.cell("satisfaction", row), 15)
    title, text, mode = pressed(monkeypatch, book, app)
    assert (title, mode) == ("Sales strategy", "info")
    lines = text.splitlines()
    changed = sum(cells for *_, cells in app.writes)
    assert lines[0] == f"{changed} cells changed."
    assert lines[1] == f"Clients: {len(block.frame)}"
    by_class = [line for line in lines if line.startswith("– ")]
    assert [line.split(":")[0] for line in by_class] == [
        "– Ideal client",
        "– Happy client",
        "– At-risk client",
        "– Client to avoid",
        "– To complete",
    ]
    assert sum(int(line.rpartition(" ")[2]) for line in by_class) == len(block.frame)
    shown = [line for line in lines if line.startswith(f"{block.sheet}!{block.a1('satisfaction', row)} SX")]
    assert len(shown) == 1


def test_french_message_and_an_up_to_date_workbook(
    monkeypatch: pytest.MonkeyPatch, small_french: Source
) -> None:
    """French for a French workbook, also in an English Excel; nothing to change is said."""
    book, app = opened(small_french)
    app.language = 1033
    title, text, mode = pressed(monkeypatch, book, app)
    assert (title, mode) == ("Stratégie commerciale", "info")
    assert "cellules changées." in text
    assert "– Client idéal\N{NO-BREAK SPACE}: " in text
    app.alerts.clear()
    _, text, _ = pressed(monkeypatch, book, app)
    assert text.startswith("Rien à changer\N{NO-BREAK SPACE}: le classeur est à jour.")


@pytest.mark.parametrize(("language", "lang"), [(1036, "fr"), (3084, "fr"), (1033, "en"), (1031, "en")])
def test_a_failure_before_reading_is_told_in_excels_language(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: int, lang: str
) -> None:
    """The workbook's name, the sentence and what to do."""
    path = tmp_path / "budget.xlsx"
    openpyxl.Workbook().save(path)
    book, app = opened(Source.read(path))
    app.language = language
    _, text, mode = pressed(monkeypatch, book, app)
    assert mode == "critical"
    assert text == f"budget.xlsx SX110 {message('SX110', lang)}\n\n→ {message('SX110.hint', lang)}"


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_findings_are_ranked_cut_and_counted(lang: str) -> None:
    """The weightiest first, a long one cut, the rest counted; a failure shows its notes too."""
    place = Location("plan.xlsx", "Clients", "C7")
    notes = tuple(Finding("SX990", place, {"n": 2}, Severity.NOTE) for _ in range(FINDINGS_SHOWN))
    heavy = Finding("SX989", replace(place, cell=None), {"detail": "x" * 300}, Severity.ERROR)
    lines = told(OpenReport(1, lang, findings=(*notes, heavy)), lang).splitlines()
    first = lines.index(message("excel_book.findings", lang, n=len(notes) + 1)) + 1
    assert lines[first].startswith("Clients SX989 ")
    assert lines[first].endswith("…")
    assert len(lines[first]) == macros.LINE
    assert lines[first + 1].startswith("Clients!C7 SX990 ")
    assert lines[-1] == message("excel_book.more", lang, n=1)
    failed = told(OpenReport(findings=(heavy,), failure=Finding("SX985", Location("Plan1"))), lang)
    assert failed.startswith("Plan1 SX985 ")
    assert "Clients SX989 " in failed


def test_every_refusal_has_its_sentences() -> None:
    """All codes of the button can be told in both languages."""
    for lang in ("fr", "en"):
        for code in (*range(983, 991), 995, 996, 997):
            args = {"detail": "d", "n": 3, "name": "calculation"}
            finding = Finding(f"SX{code}", Location("a.xlsx", "S", "A1"), args)
            assert "a.xlsx" not in told(OpenReport(failure=finding), lang)
            assert "→" in told(OpenReport(failure=finding), lang)


def test_active_book_is_the_one_in_front(monkeypatch: pytest.MonkeyPatch, small: Source) -> None:
    """Of the Excel that called; of the one in front when xlwings cannot tell the caller."""
    book, app = opened(small)

    class Apps:
        """Another Excel, in front."""

        active = type("App", (), {"books": type("Books", (), {"active": "in front"})})

    monkeypatch.setattr(xlwings, "apps", Apps)
    monkeypatch.setattr(xlwings.Book, "caller", lambda: (_ for _ in ()).throw(RefusedError("no")))
    assert macros.active_book() == "in front"
    monkeypatch.setattr(xlwings.Book, "caller", lambda: book)
    app.books = type("Books", (), {"active": app.book})  # type: ignore[attr-defined]
    assert macros.active_book() == book


def test_language_of_a_system_without_excels_menus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere than on Windows the system's language counts, French when it is neither."""
    monkeypatch.setattr("sys.platform", "darwin")
    for system, lang in (("en_GB", "en"), ("fr_CA", "fr"), ("de_DE", "fr"), (None, "fr")):
        monkeypatch.setattr("locale.getlocale", lambda system=system: (system, "UTF-8"))
        assert macros.ui_language(None) == lang


def test_a_run_knows_its_place() -> None:
    """First cell and last row."""
    step = Run("S", 3, 7, ("a", "b"), (Shown(None, ""),) * 2)
    assert (step.last, step.where) == (8, Location(None, "S", "C7"))
