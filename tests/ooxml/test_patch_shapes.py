"""Sheets as other programs write them: every shape takes the same edits with the same result."""

# ruff: noqa: E501 - XML reads better in one line

from __future__ import annotations

import codecs
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from strategy_xl.errors import PatchRefusedError, WorkbookError
from strategy_xl.ooxml.patch import Cached, Formula, set_cells

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

PLAIN = (
    '<row r="2"><c r="A2" s="1"><v>1</v></c><c r="C2" t="str"><v>x</v></c></row>'
    '<row r="4"><c r="B4"><f>A2+1</f><v>2</v></c></row>'
)
EDITS = {"A2": "new", "B2": 5, "C2": None, "B4": Cached(9), "A3": True, "D9": Formula("A2", "new")}
EXPECTED = {"A2": "new", "B2": 5, "C2": None, "B4": "=A2+1", "A3": True, "D9": "=A2"}

SHAPES = {
    "as Excel": PLAIN,
    "indented": re.sub(r"(<row|<c |<f|<v|</c>|</row>)", r"\n  \1", PLAIN),
    "comments between": PLAIN.replace("<row", "<!-- <row r='9'> </row> </sheetData> --><row"),
    "comments inside": PLAIN.replace("<v>", "<!-- > --><v>").replace("</row>", "<!--</row>--></row>"),
    "CDATA": PLAIN.replace("<v>x</v>", '<v><![CDATA[</row><c r="A2">x]]></v>'),
    "instruction": "<?keep </row> ?>" + PLAIN,
    "single quotes": PLAIN.replace('"', "'"),
    "attributes turned": re.sub(r'r="([A-C]\d)" ([st]="\w+")', r'\2 r="\1"', PLAIN).replace(
        '<row r="4"', '<row spans="1:2" r="4"'
    ),
    "spaces in tags": PLAIN.replace('"/>', '" />')
    .replace('">', '"  >')
    .replace("<c ", "<c\n")
    .replace("</c>", "</c >"),
    "rows without numbers": PLAIN.replace('<row r="2">', "<row/><row>").replace(
        '<row r="4">', "<row></row><row>"
    ),
    "cells without references": re.sub(
        r'<c r="[A-C]\d"', "<c", PLAIN.replace('<c r="C2"', '<c r="B2"/><c').replace('<c r="B4"', "<c/><c")
    ).replace('<row r="4"><c/>', '<row r="4"><c s="0"/>'),
    "empty rows": '<row r="1" ht="5"/>'
    + PLAIN.replace("</row>", '</row><row r="3" s="1" ht="7"/>', 1)
    + '<row r="8"/><row r="9"/><row r="12"/>',
    "extension lists": PLAIN.replace("</c>", '<extLst><ext uri="{1}"><y/></ext></extLst></c>').replace(
        "</row>", "<extLst><ext uri='{2}'><c r='ZZ2'/></ext></extLst></row>"
    ),
}


def values(path: Path) -> dict[str, object]:
    """The edited cells as openpyxl reads them."""
    found = openpyxl.load_workbook(path)["S"]
    return {ref: found[ref].value for ref in EXPECTED}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape(kit: Any, sheet: Any, tmp_path: Path, part: Any, name: str) -> None:
    """Whatever the shape, the edits arrive, stay away from all else, and are found in place the second time."""
    path = kit({"S": sheet(SHAPES[name])}).write(tmp_path / "a.xlsx")
    report = set_cells(path, tmp_path / "b.xlsx", {"S": EDITS})
    assert values(tmp_path / "b.xlsx") == EXPECTED
    assert openpyxl.load_workbook(tmp_path / "b.xlsx", data_only=True)["S"]["B4"].value == 9
    assert report.changed_cells == 6
    assert not set_cells(tmp_path / "b.xlsx", tmp_path / "b.xlsx", {"S": EDITS}).written
    for markup in re.findall(r"<!--.*?-->|<\?keep.*?\?>|<ext .*?</ext>|ht=.\d.", SHAPES[name]):
        assert markup.encode() in part(tmp_path / "b.xlsx") or markup == "<!-- > -->"


@pytest.mark.parametrize("name", SHAPES)
def test_no_edit_no_byte(kit: Any, sheet: Any, tmp_path: Path, part: Any, name: str) -> None:
    """Editing one far cell keeps every byte of the rows."""
    path = kit({"S": sheet(SHAPES[name])}).write(tmp_path / "a.xlsx")
    set_cells(path, tmp_path / "b.xlsx", {"S": {"A50": 1}})
    before, after = part(path), part(tmp_path / "b.xlsx")
    assert after == before.replace(
        b"</sheetData></worksheet>", b'<row r="50"><c r="A50"><v>1</v></c></row></sheetData></worksheet>'
    )


@pytest.mark.parametrize("prefix", ["x", "ss"])
def test_prefixes(kit: Any, tmp_path: Path, part: Any, prefix: str) -> None:
    """Sheets whose elements carry a prefix get new elements with it."""
    rows = re.sub(r"<(/?)(\w)", rf"<\1{prefix}:\2", PLAIN)
    xml = f'<{prefix}:worksheet xmlns:{prefix}="{MAIN}"><{prefix}:sheetData>{rows}</{prefix}:sheetData></{prefix}:worksheet>'
    path = kit({"S": xml}).write(tmp_path / "a.xlsx")
    set_cells(path, tmp_path / "b.xlsx", {"S": EDITS})
    assert values(tmp_path / "b.xlsx") == EXPECTED
    assert (
        f'<{prefix}:row r="3"><{prefix}:c r="A3" t="b"><{prefix}:v>1</{prefix}:v></{prefix}:c></{prefix}:row>'.encode()
        in part(tmp_path / "b.xlsx")
    )


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-le", None), ("utf-16-be", None),
     ("iso-8859-1", "ISO-8859-1"), ("cp1252", "windows-1252"), ("ascii", "US-ASCII")],
)  # fmt: skip
def test_encodings(kit: Any, tmp_path: Path, part: Any, encoding: str, declared: Any) -> None:
    """Parts in other encodings stay in them; characters that they lack become references."""
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    kept = "kept" if encoding == "ascii" else "été"
    xml = f'{head}<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="str"><v>{kept}</v></c></row></sheetData></worksheet>'
    path = kit({"S": xml.encode(encoding)}).write(tmp_path / "a.xlsx")
    target = tmp_path / "b.xlsx"
    report = set_cells(path, target, {"S": {"A1": kept, "B1": "€ ✓ ñ"}})
    assert (report.changed_cells, report.unchanged) == (1, 1)
    content = part(target)
    decoded = content.decode(encoding)
    assert decoded.startswith(xml.split("</c></row>", maxsplit=1)[0])
    written = decoded.split('<c r="B1" t="inlineStr"><is><t>')[1].split("</t>")[0]
    assert written == "€ ✓ ñ".encode(encoding, "xmlcharrefreplace").decode(encoding).removeprefix("\ufeff")
    assert content.startswith(codecs.BOM_UTF16) == (encoding == "utf-16")
    if encoding != "ascii" and declared:
        assert openpyxl.load_workbook(target)["S"]["B1"].value == "€ ✓ ñ"


@pytest.mark.parametrize("declared", ["shift_jis", "no-such-encoding", "utf-7"])
def test_encodings_that_do_not_come_back(kit: Any, tmp_path: Path, declared: Any) -> None:
    """An encoding that cannot be written back byte for byte is refused by name."""
    xml = f'<?xml version="1.0" encoding="{declared}"?><worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
    path = kit({"S": xml}).write(tmp_path / "a.xlsx")
    with pytest.raises(WorkbookError, match="SX915"):
        set_cells(path, path, {"S": {"A1": 1}})


def test_strict_namespace(kit: Any, sheet: Any, tmp_path: Path) -> None:
    """A strict workbook is edited alike; ISO dates are compared as dates."""
    import datetime as dt

    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    rows = '<row r="1"><c r="A1" t="d"><v>2025-01-02T00:00:00</v></c></row>'
    path = kit({"S": sheet(rows).replace(MAIN, strict)}).write(tmp_path / "a.xlsx")
    assert set_cells(path, path, {"S": {"A1": dt.date(2025, 1, 2)}}).changed_cells == 0
    assert set_cells(path, path, {"S": {"A1": dt.date(2025, 1, 3)}}).changed_cells == 1


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="3"/><row r="2"/>',
        '<row r="2"/><row r="2"/>',
        '<row r="2"><c r="B2"/><c r="A2"/></row>',
        '<row r="2"><c s="1" r="A2"/><c r="A2"/></row>',
        '<row r="2"><c r="A3"/></row>',
        "<rows/>",
    ],
)
def test_broken_order(kit: Any, sheet: Any, tmp_path: Path, rows: str) -> None:
    """Rows or cells out of order are refused rather than guessed at."""
    path = kit({"S": sheet(rows)}).write(tmp_path / "a.xlsx")
    with pytest.raises(PatchRefusedError, match="SX937"):
        set_cells(path, path, {"S": {"A2": 5, "C2": 5, "ZZ2": 5}})


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (f'<worksheet xmlns="{MAIN}"/>', "SX937"),
        (f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">', "SX914"),
        (f'<worksheet xmlns="{MAIN}"><sheetData><sheetData/></sheetData></worksheet>', "SX937"),
        (f'<worksheet xmlns="{MAIN}"><sheetData/><sheetData></sheetData></worksheet>', "SX937"),
        (f'<worksheet xmlns="{MAIN}"><sheetData></sheetData><!-- --><sheetData/></worksheet>', "SX937"),
    ],
)
def test_no_cells_at_all(kit: Any, tmp_path: Path, xml: str, code: str) -> None:
    """A part without sheetData, with two, or cut, is refused."""
    path = kit({"S": xml}).write(tmp_path / "a.xlsx")
    with pytest.raises(WorkbookError, match=code):
        set_cells(path, path, {"S": {"A2": 5}})


def test_a_dimension_is_only_widened(kit: Any, sheet: Any, tmp_path: Path, part: Any) -> None:
    """A declared dimension grows to hold the edits and is otherwise left alone, wrong or not."""
    for before, after in (
        ("A1", "A1:C9"),
        ("A1:XFD1048576", "A1:XFD1048576"),
        ("nonsense", "nonsense"),
        ("B3:C9", "B2:C9"),
    ):
        path = kit({"S": sheet(PLAIN, head=f'<dimension ref="{before}"/>')}).write(tmp_path / "a.xlsx")
        set_cells(path, path, {"S": {"B2": 1, "C9": 1, "ZZ99": None}})
        assert f'<dimension ref="{after}"/>'.encode() in part(path)


def test_large_sheets_go_in_pieces(kit: Any, sheet: Any, tmp_path: Path, part: Any) -> None:
    """A sheet of several megabytes, cut anywhere by the stream, gives what a small one gives."""
    rows = 60_000
    lines = [
        f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}" t="str"><v>text {r} &amp;</v></c></row>'
        for r in range(1, rows + 1)
    ]
    path = kit({"S": sheet("".join(lines))}).write(tmp_path / "a.xlsx")
    assert len(part(path)) > 4 << 20
    values = {row: f"v{row}" for row in range(1, rows + 1, 2)}
    target = tmp_path / "b.xlsx"
    report = set_cells(path, target, columns={"S": {2: values}})
    assert report.changed["S"] == len(values)
    for row in range(1, rows + 1, 2):
        lines[row - 1] = (
            f'<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="B{row}" t="inlineStr"><is><t>v{row}</t></is></c></row>'
        )
    assert part(target).decode() == sheet("".join(lines))
    assert not set_cells(target, target, columns={"S": {2: values}}).written
    with zipfile.ZipFile(target) as book:
        assert book.testzip() is None


def test_failure_in_a_large_sheet(kit: Any, sheet: Any, tmp_path: Path) -> None:
    """A refusal far down a large sheet ends all threads and leaves no file behind."""
    import threading

    lines = [
        f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}" t="str"><v>text {r} &amp;</v></c></row>'
        for r in range(1, 90_001)
    ]
    path = kit({"S": sheet("".join(lines))}).write(tmp_path / "a.xlsx")
    for row in (1, 89_999):
        with pytest.raises(PatchRefusedError, match="SX931"):
            set_cells(path, path, {"S": {f"B{row}": float("nan")}})
    assert [thread.name for thread in threading.enumerate() if thread.name in ("inflate", "deflate")] == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.xlsx"]


def test_shared_texts_beside_the_inflating_thread(kit: Any, sheet: Any, tmp_path: Path) -> None:
    """Shared texts are read while another thread reads the sheet from the same file, and both come out right."""
    rows = 40_000
    strings = [f"text {number} " + "x" * 40 for number in range(2_000)]
    lines = [
        f'<row r="{r}"><c r="A{r}" t="s"><v>{r % 2000}</v></c><c r="B{r}"><v>{r}.25</v></c><c r="C{r}" s="1"/><c r="D{r}" s="2"/></row>'
        for r in range(1, rows + 1)
    ]
    path = kit({"S": sheet("".join(lines))}, strings=strings).write(tmp_path / "a.xlsx")
    same = {row: strings[row % 2000] for row in range(1, rows + 1)}
    assert set_cells(path, path, columns={"S": {1: same}}).changed_cells == 0
    same[rows] = "other"
    assert set_cells(path, path, columns={"S": {1: same}}).changed_cells == 1


def test_many_columns_at_once(kit: Any, sheet: Any, tmp_path: Path, part: Any) -> None:
    """Values and cached values of many columns, arrays included, give what single cells give."""
    import numpy as np

    rows = 300
    lines = [
        f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="Z{r}" s="1"><f>A{r}*2</f><v>0</v></c>'
        f'<c r="AA{r}"><f>A{r}&amp;""</f></c><c r="AB{r}" t="str"><v>old</v></c><c r="AZ{r}"/></row>'
        for r in range(1, rows + 1)
    ]
    path = kit({"S": sheet("".join(lines))}).write(tmp_path / "a.xlsx")
    numbers = np.arange(1, rows + 1)
    columns = {
        26: (numbers, [Cached(float(n) * 2) for n in numbers]),
        27: (numbers, [Cached(str(n)) for n in numbers]),
        28: (numbers, np.array([f"class {n % 3}" for n in numbers])),
        52: (numbers, numbers / 8),
    }
    report = set_cells(path, tmp_path / "b.xlsx", columns={"S": columns})
    assert report.changed_cells == 4 * rows
    single = {
        (int(row), column): value.item() if hasattr(value, "item") else value
        for column, (where, given) in columns.items()
        for row, value in zip(where, given, strict=True)
    }
    for cell, value in single.items():
        if cell[0] % 60 == 1:  # cell by cell in some rows is enough to compare
            set_cells(path, path, {"S": {cell: value}}, full_calc=False)
    by_cell, together = part(path).split(b"</row>"), part(tmp_path / "b.xlsx").split(b"</row>")
    assert [by_cell[row] for row in range(0, rows, 60)] == [together[row] for row in range(0, rows, 60)]
    assert not set_cells(tmp_path / "b.xlsx", tmp_path / "b.xlsx", columns={"S": columns}).written
