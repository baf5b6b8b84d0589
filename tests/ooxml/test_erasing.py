"""A name goes from every text of a workbook; what makes up the workbook stays, and is told."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from strategy_xl.errors import PatchRefusedError, WorkbookChangedError
from strategy_xl.ooxml.erasing import Erased, document_property, erase_text, holds_text
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.text.sought import Sought

NAME, OTHER = "Anne & Lefèvre", "Nom effacé 1"
SOUGHT = Sought([NAME])


def saved(path: Path, change: Callable[[Workbook], None]) -> Path:
    """A workbook with a list, changed."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Liste"
    for row in (["Nom", "Somme"], [NAME, 1], ["anne  & LEFÈVRE", 2], ["Anne & Lefebvre", 3]):
        sheet.append(row)
    change(book)
    book.save(path)
    return path


def erase(path: Path, **options: object) -> Erased:
    """Erase the name in a file."""
    return erase_text(
        Snapshot.take(path),
        lambda text: SOUGHT.replaced(text, OTHER),
        SOUGHT.is_in,
        SOUGHT.in_bytes,
        **options,
    )  # type: ignore[arg-type]


def parts(path: Path) -> dict[str, bytes]:
    """The parts of a package, unpacked."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def found(path: Path) -> list[str]:
    """Parts in which the name is, by a search of its own."""
    forms = [
        form.encode(code)
        for form in ("Anne &amp; Lefèvre", NAME, "LEFÈVRE")
        for code in ("utf-8", "utf-16-le")
    ]
    return [name for name, data in parts(path).items() if any(form in data for form in forms)]


def everywhere(book: Workbook) -> None:
    """The name in all that people read."""
    sheet = book["Liste"]
    sheet["A1"].comment = Comment(f"Voir {NAME}.", NAME)
    sheet["D2"] = f'=IF(A2="{NAME}",1,0)'
    sheet["D3"] = f'chez {NAME}, "vite" <b>'
    sheet["D3"].hyperlink = "https://example.org/"
    sheet["D3"].hyperlink.tooltip = NAME
    validation = DataValidation(type="list", formula1=f'"{NAME},Paul"')
    validation.prompt = f"Comme {NAME}"
    validation.add("E2")
    sheet.add_data_validation(validation)
    chart = BarChart()
    chart.title = f"CA de {NAME}"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=4), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=4))
    sheet.add_chart(chart, "G2")
    sheet.oddFooter.center.text = f"Suivi de {NAME}"
    book.properties.creator = NAME
    book.properties.lastModifiedBy = NAME
    book.defined_names["constante"] = DefinedName("constante", attr_text=f'"{NAME}"')


def test_no_text_holds_it_any_more(tmp_path: Path) -> None:
    """Cells, comments, formulas' texts, links, lists, charts, footers, properties; it opens as before."""
    path = saved(tmp_path / "a.xlsx", everywhere)
    assert len(holds_text(path, SOUGHT.is_in, SOUGHT.in_bytes)) >= 5
    assert len(found(path)) >= 4
    before = parts(path)
    done = erase(path)
    assert (found(path), done.left) == ([], [])
    assert holds_text(path, SOUGHT.is_in, SOUGHT.in_bytes) == []
    after = parts(path)
    assert {name for name in before if before[name] != after[name]} == set(done.changed)
    sheet = load_workbook(path)["Liste"]
    assert [sheet.cell(row, 1).value for row in range(1, 5)] == ["Nom", OTHER, OTHER, "Anne & Lefebvre"]
    assert sheet["D2"].value == f'=IF(A2="{OTHER}",1,0)'
    assert sheet["D3"].value == f'chez {OTHER}, "vite" <b>'
    assert sheet["A1"].comment is not None
    assert sheet["A1"].comment.text == f"Voir {OTHER}."
    assert load_workbook(path).properties.creator == OTHER
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]  # no earlier version


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    """Neither does a workbook without the name, nor a dry run."""
    path = saved(tmp_path / "a.xlsx", everywhere)
    content = path.read_bytes()
    planned = erase(path, dry_run=True)
    assert path.read_bytes() == content
    assert erase(path) == planned
    content = path.read_bytes()
    assert erase(path) == Erased({}, [])
    assert path.read_bytes() == content


def test_what_is_left_is_told(tmp_path: Path) -> None:
    """A title of a sheet, a text cut into runs, bytes that are no text."""

    def change(book: Workbook) -> None:
        book.create_sheet(NAME)
        bold = TextBlock(InlineFont(b=True), "An")
        book["Liste"]["F1"] = CellRichText(bold, "ne & Lefèvre")

    path = saved(tmp_path / "a.xlsx", change)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/media/image1.bin", b"\0\1" + NAME.encode("utf-16-le") + b"\0\0")
    done = erase(path)
    assert set(done.left) >= {"xl/workbook.xml", "xl/media/image1.bin"}
    assert any("worksheets" in part or "sharedStrings" in part for part in done.left)
    assert load_workbook(path).sheetnames == ["Liste", NAME]


def test_a_header_of_a_table_is_refused(tmp_path: Path) -> None:
    """Its formulas are written with it: nothing is changed."""

    def change(book: Workbook) -> None:
        sheet = book["Liste"]
        sheet["A1"] = NAME
        sheet.add_table(Table(displayName="Liste1", ref="A1:B4"))

    path = saved(tmp_path / "a.xlsx", change)
    content = path.read_bytes()
    with pytest.raises(PatchRefusedError, match="SX117"):
        erase(path)
    assert path.read_bytes() == content


def test_texts_of_emptied_cells_go_too(tmp_path: Path, kit: Any, sheet: Callable[..., str]) -> None:
    """From the table of texts, unless another cell shows the same; numbers of texts stay."""
    strings = [
        "Paul",
        "06 12",
        "<si><r><t>06 </t></r><r><t>13</t></r></si>",
        "06 14",
        NAME.replace("&", "&amp;"),
    ]
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="9"><c r="A9" s="1" t="s"><v>3</v></c></row>'
    path = kit({"Liste": sheet(rows)}, strings=strings).write(tmp_path / "a.xlsx")
    assert erase(path, gone={"06 12", "06 13", "06 14"}).left == []
    after = parts(path)["xl/sharedStrings.xml"].decode()
    items = "".join(f"<si><t>{text}</t></si>" for text in ("Paul", "", "", "06 14", OTHER))
    assert items in after


def test_somebody_saves_meanwhile(tmp_path: Path) -> None:
    """What was saved since it was read stays."""
    path = saved(tmp_path / "a.xlsx", lambda _book: None)
    snapshot = Snapshot.take(path)
    saved(path, everywhere)
    content = path.read_bytes()
    with pytest.raises(WorkbookChangedError):
        erase_text(snapshot, lambda text: SOUGHT.replaced(text, OTHER), SOUGHT.is_in, SOUGHT.in_bytes)
    assert path.read_bytes() == content


def test_who_made_it(tmp_path: Path) -> None:
    """What the properties of a package name."""

    def named(book: Workbook) -> None:
        book.properties.creator, book.properties.title = "Nous", "Été & automne"

    path = saved(tmp_path / "a.xlsx", named)
    assert [document_property(path, name) for name in ("creator", "title")] == ["Nous", "Été & automne"]
    path = saved(tmp_path / "b.xlsx", lambda _book: None)
    assert [document_property(path, name) for name in ("creator", "title")] == ["openpyxl", ""]
