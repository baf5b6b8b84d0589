"""Writing values into cells: what each kind of value becomes, and that nothing else moves."""

# ruff: noqa: E501 - XML reads better in one line
# ruff: noqa: DTZ001 - Excel has no time zones

from __future__ import annotations

import datetime as dt
import math
import zipfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import python_calamine

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.errors import PatchRefusedError, WorkbookError
from strategy_xl.ooxml.patch import Cached, Formula, set_cells

ROWS = (
    '<row r="1" spans="1:3"><c r="A1" s="2"><v>1</v></c><c r="B1" t="s"><v>0</v></c><c r="C1" t="b"><v>1</v></c></row>'
    '<row r="3" ht="20" customHeight="1"><c r="A3" t="inlineStr"><is><t>three</t></is></c>'
    '<c r="B3" t="str"><f>A3&amp;"!"</f><v>three!</v></c><c r="D3" s="1"/></row>'
)


@pytest.fixture
def book(kit: Any, sheet: Any, tmp_path: Path) -> Any:
    """Two sheets with cells of all common kinds."""
    head = '<dimension ref="A1:D3"/><cols><col min="5" max="5" width="9" style="2"/></cols>'
    rows = {"Feuille": sheet(ROWS, head=head), "Autre": sheet('<row r="1"><c r="A1"><v>7</v></c></row>')}
    return kit(
        rows,
        strings=["shared é", "<si><r><t>ri</t></r><r><t>ch</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si>"],
    ).write(tmp_path / "a.xlsx")


def changed(book: Path, edits: Any, part: Any, number: Any = 1, **options: Any) -> Any:
    """The sheet part after the edits; the report."""
    target = book.with_name("out.xlsx")
    report = set_cells(book, target, edits, **options)
    return part(target, number).decode(), report


class TestValues:
    """What each value becomes."""

    @pytest.mark.parametrize(
        ("value", "cell"),
        [
            (5, '<c r="A1" s="2"><v>5</v></c>'),
            (5.0, '<c r="A1" s="2"><v>5</v></c>'),
            (0.1, '<c r="A1" s="2"><v>0.1</v></c>'),
            (-1e300, '<c r="A1" s="2"><v>-1e+300</v></c>'),
            (True, '<c r="A1" s="2" t="b"><v>1</v></c>'),
            ("é", '<c r="A1" s="2" t="inlineStr"><is><t>é</t></is></c>'),
            (" é", '<c r="A1" s="2" t="inlineStr"><is><t xml:space="preserve"> é</t></is></c>'),
            ("=1+1", '<c r="A1" s="2" t="inlineStr"><is><t>=1+1</t></is></c>'),
            ("<&>", '<c r="A1" s="2" t="inlineStr"><is><t>&lt;&amp;&gt;</t></is></c>'),
            (
                "a\x01b\r",
                '<c r="A1" s="2" t="inlineStr"><is><t xml:space="preserve">a_x0001_b_x000D_</t></is></c>',
            ),
            ("_x0041_", '<c r="A1" s="2" t="inlineStr"><is><t>_x005F_x0041_</t></is></c>'),
            (None, '<c r="A1" s="2"/>'),
            ("", '<c r="A1" s="2"/>'),
            (dt.date(2025, 1, 2), '<c r="A1" s="2"><v>45659</v></c>'),
            (dt.datetime(2025, 1, 2, 18), '<c r="A1" s="2"><v>45659.75</v></c>'),
            (dt.date(1900, 2, 28), '<c r="A1" s="2"><v>59</v></c>'),
            (dt.date(1900, 3, 1), '<c r="A1" s="2"><v>61</v></c>'),
            (dt.time(6), '<c r="A1" s="2"><v>0.25</v></c>'),
            (ErrorValue("#N/A"), '<c r="A1" s="2" t="e"><v>#N/A</v></c>'),
            (Formula("=B1*2", 4), '<c r="A1" s="2"><f>B1*2</f><v>4</v></c>'),
            (
                Formula('IF(B1<2,"a","b")', "a"),
                '<c r="A1" s="2" t="str"><f>IF(B1&lt;2,"a","b")</f><v>a</v></c>',
            ),
            (Formula("B1", ""), '<c r="A1" s="2" t="str"><f>B1</f><v></v></c>'),
            (Formula("B1"), '<c r="A1" s="2"><f>B1</f></c>'),
            (
                Formula("SUM(B1:B3*1)", 0, array=True),
                '<c r="A1" s="2"><f t="array" ref="A1">SUM(B1:B3*1)</f><v>0</v></c>',
            ),
        ],
    )
    def test_each_kind_of_value(self, book: Path, part: Any, value: Any, cell: str) -> None:
        """Each value becomes the element Excel would write, under the cell's style."""
        content, report = changed(book, {"Feuille": {"A1": value}}, part)
        before = part(book).decode()
        assert content == before.replace('<c r="A1" s="2"><v>1</v></c>', cell)
        assert report.changed == {"Feuille": 1}

    @pytest.mark.parametrize(
        ("value", "code"),
        [
            (math.nan, "SX931"), (math.inf, "SX931"), (10**400, "SX931"), ("x" * 32_768, "SX930"),
            ("\U0001f600" * 16_384, "SX930"), ("\ud800", "SX932"), (dt.date(1899, 12, 30), "SX933"),
            (object(), "SX938"), ([1], "SX938"), (b"x", "SX938"), (Cached(1), "SX934"), (Formula(""), "SX935"),
            (Formula("A" * 8193), "SX935"), (dt.datetime(2025, 1, 2, tzinfo=ZoneInfo("Europe/Paris")), "SX938"),
        ],
    )  # fmt: skip
    def test_what_no_cell_can_hold(self, book: Path, value: Any, code: str) -> None:
        """A value that no cell can hold is refused with the place, and nothing is written."""
        target = book.with_name("out.xlsx")
        for ref in ("A1", "Z99"):
            with pytest.raises(PatchRefusedError) as error:
                set_cells(book, target, {"Feuille": {ref: value}})
            assert error.value.finding.code == code
            assert error.value.finding.location.cell == ref
            assert error.value.finding.location.sheet == "Feuille"
        assert [path.name for path in book.parent.iterdir()] == ["a.xlsx"]

    def test_longest_text_and_numpy(self, book: Path, part: Any) -> None:
        """32,767 characters still fit; NumPy scalars are taken as what they are."""
        import numpy as np
        import pandas as pd

        edits = {"A1": "x" * 32_767, "B1": np.float64(2.5), "C1": np.int64(3), "E1": np.array([True])[0]}
        content, _ = changed(book, {"Feuille": edits}, part)
        assert '<v>2.5</v></c><c r="C1"><v>3</v></c><c r="E1" s="2" t="b"><v>1</v></c>' in content
        for missing in (pd.NA, pd.NaT, np.float64("nan")):
            with pytest.raises(PatchRefusedError, match="SX931"):
                set_cells(book, book, {"Feuille": {"A1": missing}})

    def test_1904(self, kit: Any, sheet: Any, tmp_path: Path, part: Any) -> None:
        """In a workbook that counts from 1904 the same day has another number."""
        path = kit({"A": sheet()}, properties='<workbookPr date1904="true"/>').write(tmp_path / "a.xlsx")
        content, _ = changed(path, {"A": {"A1": dt.date(2025, 1, 2), "A2": dt.date(1904, 1, 1)}}, part)
        assert '<c r="A1"><v>44197</v></c>' in content
        assert '<c r="A2"><v>0</v></c>' in content
        with pytest.raises(PatchRefusedError, match="SX933"):
            set_cells(path, path, {"A": {"A1": dt.date(1903, 12, 31)}})

    def test_without_shared_strings(self, kit: Any, sheet: Any, tmp_path: Path, part: Any) -> None:
        """Without shared strings text goes in as t="str", white space and all."""
        path = kit({"A": sheet()}, strings=None).write(tmp_path / "a.xlsx")
        content, _ = changed(path, {"A": {"A1": "plain", "A2": "two\nlines"}}, part)
        assert '<c r="A1" t="str"><v>plain</v></c>' in content
        assert '<c r="A2" t="str"><v xml:space="preserve">two\nlines</v></c>' in content

    def test_two_readers_agree(self, book: Path) -> None:
        """Openpyxl and calamine read every value back."""
        edits = {
            "A1": "é\nà",
            "B2": 2.5,
            "C9": True,
            "AA3": dt.datetime(2024, 2, 29, 12),
            "D3": dt.date(2024, 2, 29),
        }
        target = book.with_name("out.xlsx")
        set_cells(book, target, {"Feuille": edits})
        by_openpyxl = openpyxl.load_workbook(target)["Feuille"]
        assert by_openpyxl["A1"].value == "é\nà"
        assert by_openpyxl["D3"].value == dt.datetime(2024, 2, 29)
        rows = python_calamine.load_workbook(target).get_sheet_by_name("Feuille").to_python()
        assert rows[0][0] == "é\nà"
        assert rows[1][1] == by_openpyxl["B2"].value == 2.5
        assert rows[8][2] is by_openpyxl["C9"].value is True
        assert rows[2][26] == by_openpyxl["AA3"].value == 45351.5


class TestNoChange:
    """What is there already is left as it is."""

    @pytest.mark.parametrize(
        "edits",
        [
            {"A1": 1, "B1": "shared é", "C1": True, "A3": "three", "B3": Formula('=A3&"!"', "three!")},
            {"A1": 1.0, "D3": None, "D1": None, "Z99": None, "B3": Cached("three!"), "ZZ1": ""},
            {},
        ],
    )
    def test_values_that_are_there(self, book: Path, edits: Any) -> None:
        """Edits that change nothing give the very same file, and in place do not write at all."""
        target = book.with_name("out.xlsx")
        report = set_cells(book, target, {"Feuille": edits})
        assert target.read_bytes() == book.read_bytes()
        assert (report.changed_cells, report.parts, report.written) == (0, (), True)
        stamp = book.stat()
        report = set_cells(book, book, {"Feuille": edits})
        assert not report.written
        assert book.stat().st_mtime_ns == stamp.st_mtime_ns
        assert book.stat().st_ino == stamp.st_ino

    def test_rich_shared_text(self, kit: Any, sheet: Any, tmp_path: Path) -> None:
        """Rich shared text that reads the same stays rich; phonetic helps do not count."""
        strings = ["a", "<si><r><t>ri</t></r><r><t>ch</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si>"]
        path = kit({"A": sheet('<row r="1"><c r="A1" t="s"><v>1</v></c></row>')}, strings=strings).write(
            tmp_path / "a.xlsx"
        )
        assert set_cells(path, path, {"A": {"A1": "rich"}}).changed_cells == 0
        assert set_cells(path, path, {"A": {"A1": "other"}}).changed_cells == 1

    def test_true_is_not_one(self, book: Path) -> None:
        """True and 1, text and number, text and formula are different values."""
        report = set_cells(book, book, {"Feuille": {"C1": 1, "A1": "1", "B3": "three!"}})
        assert report.changed_cells == 3

    def test_second_run(self, book: Path) -> None:
        """The same edits again change nothing, whatever they did the first time."""
        edits = {
            "A1": "x",
            "B2": 3,
            "C3": dt.date(2025, 1, 1),
            "B3": Formula("A3", "q"),
            "Q7": Formula("A1", "x"),
            "C1": None,
        }
        first = set_cells(book, book, {"Feuille": edits})
        assert first.changed_cells == 6
        content = book.read_bytes()
        assert not set_cells(book, book, {"Feuille": edits}).written
        assert book.read_bytes() == content

    def test_dry_run(self, book: Path) -> None:
        """A dry run tells what would change and writes nothing."""
        before = book.read_bytes()
        report = set_cells(book, book, {"Feuille": {"A1": 77}}, dry_run=True)
        assert (report.changed_cells, report.written) == (1, False)
        assert report.parts == ("xl/workbook.xml", "xl/worksheets/sheet1.xml")
        assert book.read_bytes() == before


class TestPlaces:
    """Where edits go."""

    def test_new_cells_and_rows(self, book: Path, part: Any) -> None:
        """New cells go where they belong, with their column's style; spans and dimension follow."""
        content, report = changed(book, {"Feuille": {"D1": 4, "E2": 5, "C3": 6, "A9": 7, "E1": 8}}, part)
        assert '<dimension ref="A1:E9"/>' in content
        assert '<row r="1" spans="1:5">' in content
        assert '<v>1</v></c><c r="D1"><v>4</v></c><c r="E1" s="2"><v>8</v></c></row>' in content
        assert '<row r="2"><c r="E2" s="2"><v>5</v></c></row><row r="3" ht="20" customHeight="1">' in content
        assert 'three!</v></c><c r="C3"><v>6</v></c><c r="D3" s="1"/></row>' in content
        assert '<row r="9"><c r="A9"><v>7</v></c></row></sheetData>' in content
        assert (report.inserted_cells, report.inserted_rows) == (5, 2)

    def test_row_style(self, kit: Any, sheet: Any, tmp_path: Path, part: Any) -> None:
        """A new cell in a row with a format of its own takes it."""
        rows = '<row r="2" s="1" customFormat="1"><c r="B2" s="1"/></row><row r="3" s="1"><c r="B3"/></row>'
        path = kit({"A": sheet(rows)}).write(tmp_path / "a.xlsx")
        content, _ = changed(path, {"A": {"A2": 1, "C2": 1, "C3": 1}}, part)
        assert '<c r="A2" s="1"><v>1</v></c><c r="B2" s="1"/><c r="C2" s="1"><v>1</v></c>' in content
        assert '<c r="C3"><v>1</v></c>' in content

    def test_a_style_that_is_none_goes_no_further(
        self, kit: Any, sheet: Any, tmp_path: Path, part: Any
    ) -> None:
        """What a damaged file says of a row's or column's style is not copied into new cells."""
        head = '<cols><col min="1" max="9" style="²"/></cols>'
        rows = '<row r="2" s="N7" customFormat="1"><c r="B2"/></row>'
        path = kit({"A": sheet(rows, head=head)}).write(tmp_path / "a.xlsx")
        content, _ = changed(path, {"A": {"A2": 1, "A3": 1}}, part)
        assert '<c r="A2"><v>1</v></c>' in content
        assert '<c r="A3"><v>1</v></c>' in content

    @pytest.mark.parametrize("cells", ["", '<row r="4"/>', '<row r="4" spans="2:2" ht="9"></row>'])
    def test_empty_sheets(self, kit: Any, sheet: Any, tmp_path: Path, part: Any, cells: Any) -> None:
        """Sheets without rows, or with empty ones, take cells."""
        path = kit({"A": sheet(cells)}).write(tmp_path / "a.xlsx")
        content, _ = changed(path, {"A": {"B4": 1, "A1": 2}}, part)
        assert content.index('<c r="A1"><v>2</v></c>') < content.index('<c r="B4"><v>1</v></c>')
        assert content.count("<row ") == 2
        assert openpyxl.load_workbook(path.with_name("out.xlsx"))["A"]["B4"].value == 1

    def test_self_closing_sheet_data(self, kit: Any, sheet: Any, tmp_path: Path, part: Any) -> None:
        """An empty sheetData element is opened for new rows."""
        xml = sheet().replace("<sheetData></sheetData>", "<sheetData/>")
        path = kit({"A": xml}).write(tmp_path / "a.xlsx")
        content, _ = changed(path, {"A": {"B4": 1}}, part)
        assert content == xml.replace(
            "<sheetData/>", '<sheetData><row r="4"><c r="B4"><v>1</v></c></row></sheetData>'
        )
        assert not set_cells(path, path, {"A": {"B4": None}}).written

    def test_unknown_sheet(self, book: Path) -> None:
        """A sheet that does not exist is refused with near names."""
        with pytest.raises(WorkbookError) as error:
            set_cells(book, book, {"Feuile": {"A1": 1}})
        assert error.value.finding.code == "SX920"
        assert error.value.finding.args["suggestions"].startswith("Feuille")

    @pytest.mark.parametrize("ref", ["A0", "XFE1", "A1048577", "", "1", "A1:B2", (0, 1), (1, 16385), 7])
    def test_impossible_cells(self, book: Path, ref: Any) -> None:
        """What is not a cell is refused."""
        with pytest.raises(PatchRefusedError, match="SX922"):
            set_cells(book, book, {"Feuille": {ref: 1}})

    def test_forms_of_edits(self, book: Path, part: Any) -> None:
        """Names, numbers, columns as mappings and as arrays are the same edits; case of sheets too."""
        by_name, _ = changed(book, {"Feuille": {"F1": 1, "F2": 2}}, part)
        assert changed(book, {"FEUILLE": {(1, 6): 1, (2, 6): 2}}, part)[0] == by_name
        assert changed(book, None, part, columns={"Feuille": {6: {1: 1, 2: 2}}})[0] == by_name
        assert changed(book, None, part, columns={"Feuille": {6: ([1, 2], [1, 2])}})[0] == by_name
        assert changed(book, {"feuille": {"F1": 1}}, part, columns={"Feuille": {6: {2: 2}}})[0] == by_name

    @pytest.mark.parametrize(
        "edits",
        [{"A": {"C7": 1, (7, 3): 2}}, {"A": {"C7": 1, "$C$7": True}}, {"A": {"C7": 1}, "a": {"C7": 2}}],
    )
    def test_two_values_for_one_cell(self, kit: Any, sheet: Any, tmp_path: Path, edits: Any) -> None:
        """Two different values for one cell are refused rather than one of them lost."""
        path = kit({"A": sheet()}).write(tmp_path / "a.xlsx")
        with pytest.raises(PatchRefusedError, match="SX922"):
            set_cells(path, path, edits)

    def test_several_sheets(self, book: Path, part: Any) -> None:
        """Edits of two sheets change two parts, and no other member."""
        target = book.with_name("out.xlsx")
        report = set_cells(book, target, {"Feuille": {"A1": 2}, "Autre": {"A1": 8}}, full_calc=False)
        assert report.parts == ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml")
        assert b"<v>8</v>" in part(target, 2)


class TestWarnings:
    """What is written and told."""

    def test_date_without_date_format(self, book: Path) -> None:
        """A date under a number format is written and told, one under a date format is not."""
        report = set_cells(book, book, {"Feuille": {"A1": dt.date(2025, 1, 2), "D3": dt.date(2025, 1, 2)}})
        assert [(w.code, w.location.cell, w.args["n"]) for w in report.warnings] == [("SX940", "A1", 1)]

    def test_many_dates_are_one_warning(self, book: Path) -> None:
        """A column of dates under a number format gives one warning with their number."""
        dates = {row: dt.date(2025, 1, row) for row in range(1, 20)}
        report = set_cells(book, book, columns={"Feuille": {7: dates}})
        assert [(w.code, w.location.cell, w.args["n"]) for w in report.warnings] == [("SX940", "G1", 19)]

    def test_digits(self, book: Path) -> None:
        """A whole number with more digits than a cell keeps is told."""
        report = set_cells(book, book, {"Feuille": {"A1": 10**17 + 1, "B1": 2**53}})
        assert [(w.code, w.location.cell) for w in report.warnings] == [("SX943", "A1")]


def test_nothing_heavy_is_imported(book: Path) -> None:
    """The patcher starts without pandas, NumPy, openpyxl, lxml or zipfile."""
    import subprocess
    import sys

    program = (
        "import sys; from strategy_xl.ooxml.patch import set_cells; set_cells(sys.argv[1], sys.argv[1],"
        "{'Feuille': {'A1': 5}}); heavy = {'pandas', 'numpy', 'openpyxl', 'lxml', 'zipfile', 'python_calamine'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", program, str(book)], check=True)
    with zipfile.ZipFile(book) as archive:
        assert archive.testzip() is None
