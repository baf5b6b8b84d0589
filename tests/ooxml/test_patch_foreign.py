"""What other programs write and Excel takes: nothing of it is lost, and nothing refused without need."""

# ruff: noqa: E501 - XML reads better in one line

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine

from strategy_xl.errors import WorkbookError
from strategy_xl.ooxml import pipeline
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import Cached, Formula, set_cells
from strategy_xl.ooxml.tables import append_rows
from strategy_xl.ooxml.workbook_part import WorkbookInfo

SIGNATURE = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature"
SIGNATURE_TYPE = "application/vnd.openxmlformats-package.digital-signature"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
ROWS = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>2</v></c><c r="C1"><f>B1*2</f><v>4</v></c></row>'


def renamed(path: Path, change: Callable[[str], str]) -> Path:
    """The workbook with other names of its zip's members."""
    with zipfile.ZipFile(path) as book:
        parts = [(change(name), book.read(name)) for name in book.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts:
            info = zipfile.ZipInfo(name)
            info.filename = name  # the constructor makes slashes of backslashes on Windows alone
            book.writestr(info, content)
    return path


def with_text(path: Path, part: str, old: str, new: str) -> Path:
    """The workbook with another text in a part."""
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return path


def refusal(path: Path, edits: Any, **options: Any) -> str:
    """The code of the refusal; the file is as it was."""
    before = path.read_bytes()
    with pytest.raises(WorkbookError) as error:
        set_cells(path, path, edits, **options)
    assert path.read_bytes() == before
    return error.value.finding.code


@pytest.fixture
def book(kit: Any, sheet: Any, tmp_path: Path) -> Path:
    """A small workbook."""
    return Path(kit({"S": sheet(ROWS)}, strings=["x"]).write(tmp_path / "a.xlsx"))


class TestTables:
    """Tables that grow, and what stands around them."""

    @pytest.fixture
    def make(self, kit: Any, sheet: Any, table: Any, tmp_path: Path) -> Any:
        """A workbook with one table in A1:C2."""

        def write(row: str = "", tail: str = "", extra: str = "") -> Path:
            rows = "".join(f'<c r="{c}1" t="s"><v>{n}</v></c>' for n, c in enumerate("ABC"))
            tail = f'{tail.partition("<ext")[0]}<tableParts count="1"><tablePart r:id="rId1"/></tableParts>{"".join(tail.partition("<ext")[1:])}'
            part = "xl/tables/table1.xml"
            made = kit(
                {"S": sheet(f'<row r="1">{rows}</row>{row}', tail=tail)},
                strings=["a", "b", "c"],
                sheet_relations={1: [("table", "../tables/table1.xml")]},
                parts={part: table("T", "A1:C2", ["a", "b", "c"], extra=extra)},
                types={f"/{part}": f"{SPREADSHEET}.table+xml"},
            )
            return Path(made.write(tmp_path / "a.xlsx"))

        return write

    @pytest.mark.parametrize("prefix", ["x14", "s"])
    def test_a_sparkline_is_one_cell(self, make: Any, part: Any, prefix: str, tmp_path: Path) -> None:
        """In a table of one row, whose data rows a sparkline's cell covers exactly, each new row gets its own."""
        p = prefix
        rule = f'<{p}:dataValidations count="1"><{p}:dataValidation type="list"><{p}:formula1><xm:f>$A$1</xm:f></{p}:formula1><xm:sqref>B2</xm:sqref></{p}:dataValidation></{p}:dataValidations>'
        lines = f'<{p}:sparklineGroups><{p}:sparklineGroup displayEmptyCellsAs="gap"><{p}:sparklines><{p}:sparkline><xm:f>S!A2:B2</xm:f><xm:sqref>C2</xm:sqref></{p}:sparkline></{p}:sparklines></{p}:sparklineGroup></{p}:sparklineGroups>'
        spaces = f'xmlns:{p}="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"'
        view = '<customSheetViews><customSheetView guid="{0}"><selection sqref="A2:C2"/></customSheetView></customSheetViews>'
        tail = f'{view}<dataValidations count="1"><dataValidation type="whole" sqref="A2"/></dataValidations><extLst><ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" {spaces}>{rule}</ext><ext uri="{{05C60535-1F16-4fd2-B633-F4F36F0B64E0}}" {spaces}>{lines}</ext></extLst>'
        path, target = (
            make('<row r="2"><c r="A2"><v>3</v></c><c r="B2"><v>4</v></c></row>', tail),
            tmp_path / "b.xlsx",
        )
        append_rows(path, target, "T", [{0: 1}, {0: 2}])
        content = part(target).decode()
        own = [
            f"<{p}:sparkline><xm:f>S!A{row}:B{row}</xm:f><xm:sqref>C{row}</xm:sqref></{p}:sparkline>"
            for row in (2, 3, 4)
        ]
        assert lines.replace(own[0], "".join(own)) in content
        assert view in content
        assert "<xm:sqref>B2:B4</xm:sqref>" in content
        assert '<dataValidation type="whole" sqref="A2:A4"/>' in content

    @pytest.mark.parametrize("extra", [' insertRow="1"', ' insertRow="true" insertRowShift="1"'])
    def test_a_table_that_gets_its_first_row(
        self, make: Any, extra: str, tmp_path: Path, new_findings: Any
    ) -> None:
        """It does not say any more that its blank row is only there to be typed into."""
        target = tmp_path / "b.xlsx"
        for change in (
            lambda path: set_cells(path, target, {"S": {"B2": 1}}),
            lambda path: set_cells(path, target, {"S": {"C2": Formula("A2&B2")}}),
            lambda path: append_rows(path, target, "T", [{0: 1}]),
            lambda path: append_rows(path, target, "T", [], edits={"S": {"A2": "x"}}),
        ):
            report = change(make(extra=extra))
            assert "xl/tables/table1.xml" in report.parts
            with zipfile.ZipFile(target) as written:
                assert b"insertRow" not in written.read("xl/tables/table1.xml")
            assert new_findings(tmp_path / "a.xlsx", target) == []

    def test_a_table_that_stays_blank(self, make: Any) -> None:
        """Elsewhere on the sheet, or for nothing, the table keeps its bytes."""
        path = make('<row r="2"><c r="A2" t="inlineStr"><is><t/></is></c></row>', extra=' insertRow="1"')
        assert "xl/tables/table1.xml" not in set_cells(path, path, {"S": {"A2": None, "E5": 1}}).parts


class TestNames:
    """Names of members that are not as the standard has them."""

    def test_backslashes(self, book: Path) -> None:
        """A zip made with backslashes is patched, its calculation chain included, and keeps its names."""
        renamed(book, lambda name: name if name.startswith("[") else name.replace("/", "\\"))
        report = set_cells(book, book, {"S": {"B1": 5, "C1": 7, "D1": "é"}})
        assert report.changed_cells == 3
        with zipfile.ZipFile(book) as written:
            listed = [info.orig_filename for info in written.infolist()]
            assert b"<v>5</v>" in written.read(r"xl\worksheets\sheet1.xml".replace("\\", listed[-1][2]))
        assert all("/" not in name for name in listed)

    def test_backslashes_and_a_chain_that_goes(self, kit: Any, sheet: Any, tmp_path: Path) -> None:
        """The chain's part, its relationship and its content type go together under any spelling."""
        chain = '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="C1" i="5"/></calcChain>'
        path = kit(
            {"S": sheet(ROWS)},
            strings=["x"],
            workbook_relations=[("calcChain", "calcChain.xml")],
            parts={"xl/calcChain.xml": chain},
            types={"/xl/calcChain.xml": f"{SPREADSHEET}.calcChain+xml"},
        ).write(tmp_path / "a.xlsx")
        renamed(path, lambda name: name if name.startswith("[") else name.replace("/", "\\"))
        set_cells(path, path, {"S": {"C1": 7}})
        with zipfile.ZipFile(path) as written:
            assert not [name for name in written.namelist() if "calcChain" in name]
            assert all(b"calcChain" not in written.read(name) for name in written.namelist())

    @pytest.mark.parametrize(
        "folder", ["xl/ctrlProps/", "XL/CTRLPROPS/", "xl/worksheets/", "_xmlsignatures/"]
    )
    def test_folders_as_entries(self, kit: Any, sheet: Any, tmp_path: Path, folder: str) -> None:
        """A zip may list its folders: they are no parts."""
        path = kit({"S": sheet(ROWS)}, strings=["x"], parts={folder: b""}).write(tmp_path / "a.xlsx")
        assert set_cells(path, path, {"S": {"B1": 5}}).changed_cells == 1

    def test_controls_are_found_by_relationship(self, kit: Any, sheet: Any, tmp_path: Path) -> None:
        """The state of a check box is told wherever its part stands, also from another sheet; a stray part is not."""
        control = '<formControlPr objectType="CheckBox" fmlaLink="{}"/>'
        path = kit(
            {"S": sheet(), "Other": sheet()},
            sheet_relations={
                1: [("ctrlProp", "/xl/other/here.xml")],
                2: [("ctrlProp", "/xl/other/there.xml")],
            },
            parts={
                "xl/other/here.xml": control.format("$D$4"),
                "xl/other/there.xml": control.format("S!$D$5"),
                "xl/ctrlProps/stray.xml": "<not xml",
            },
        ).write(tmp_path / "a.xlsx")
        report = set_cells(path, path, {"S": {"D4": True, "D5": True}, "Other": {"D4": 1}})
        assert [(w.code, str(w.location.cell), w.args["control"]) for w in report.warnings] == [
            ("SX942", "D4", "here.xml"),
            ("SX942", "D5", "there.xml"),
        ]


class TestModuleSheets:
    """Sheets of Excel 5 macros, which have no part."""

    @pytest.fixture
    def path(self, book: Path) -> Path:
        """A workbook with two of them."""
        modules = '<sheet name="M1" sheetId="98" state="veryHidden" r:id=""/><sheet name="M2" sheetId="99"/></sheets>'
        return with_text(book, "xl/workbook.xml", "</sheets>", modules)

    def test_other_sheets_are_edited(self, path: Path) -> None:
        """The rest of the workbook is like any other."""
        assert set_cells(path, path, {"S": {"B1": 5}}).changed_cells == 1
        with Package.open(path) as package:
            info = WorkbookInfo(package)
            assert [(sheet.name, sheet.kind) for sheet in info.sheets] == [
                ("S", "worksheet"),
                ("M1", "module"),
                ("M2", "module"),
            ]
            assert info.tables == ()

    def test_they_are_not(self, path: Path) -> None:
        """They have no cells."""
        assert refusal(path, {"M1": {"A1": 1}}) == "SX921"

    def test_a_lost_part_is_something_else(self, book: Path) -> None:
        """A sheet whose relationship is not there makes a damaged file."""
        with_text(book, "xl/workbook.xml", "</sheets>", '<sheet name="M" sheetId="9" r:id="rId99"/></sheets>')
        assert refusal(book, {"S": {"B1": 5}}) == "SX911"


class TestSignatures:
    """Signatures of the package, wherever the program that signed keeps them."""

    def signed(self, kit: Any, sheet: Any, path: Path, *, relation: bool, types: str) -> Path:
        """A workbook with the origin of a signature in some folder."""
        kit({"S": sheet(ROWS)}, strings=["x"], parts={"some/where.psdsor": b""}).write(path)
        if relation:
            root = f'<Relationship Id="r9" Type="{SIGNATURE}/origin" Target="/some/where.psdsor"/></Relationships>'
            with_text(path, "_rels/.rels", "</Relationships>", root)
        return with_text(path, "[Content_Types].xml", "</Types>", f"{types}</Types>")

    @pytest.mark.parametrize(
        ("relation", "types"),
        [
            (True, ""),
            (False, f'<Default Extension="PSDSOR" ContentType="{SIGNATURE_TYPE}-origin"/>'),
            (
                False,
                f'<Override PartName="/Some/where.psdsor" ContentType="{SIGNATURE_TYPE}-xmlsignature+xml"/>',
            ),
        ],
    )
    def test_each_sign_of_one(self, kit: Any, sheet: Any, tmp_path: Path, relation: bool, types: str) -> None:
        """Relationship or content type: the edit is refused, and done with a word when told to."""
        path = self.signed(kit, sheet, tmp_path / "a.xlsx", relation=relation, types=types)
        assert refusal(path, {"S": {"B1": 5}}) == "SX923"
        report = set_cells(path, path, {"S": {"B1": 5}}, allow_breaking_signature=True)
        assert [warning.code for warning in report.warnings] == ["SX944"]

    def test_a_type_without_a_part(self, kit: Any, sheet: Any, tmp_path: Path) -> None:
        """What is left in the list of types of a signature that went is none."""
        types = f'<Default Extension="sigs" ContentType="{SIGNATURE_TYPE}-origin"/><Override PartName="/gone.xml" ContentType="{SIGNATURE_TYPE}-xmlsignature+xml"/>'
        path = self.signed(kit, sheet, tmp_path / "a.xlsx", relation=False, types=types)
        assert set_cells(path, path, {"S": {"B1": 5}}).changed_cells == 1


class TestTexts:
    """Empty texts, and white space that counts."""

    @pytest.fixture
    def make(self, kit: Any, sheet: Any, tmp_path: Path) -> Any:
        """A workbook of these rows and shared strings."""
        return lambda rows, strings: kit({"S": sheet(rows)}, strings=strings).write(tmp_path / "a.xlsx")

    @pytest.mark.parametrize(
        "cell",
        [
            '<c r="A1" s="1" t="s"><v>0</v></c>',
            '<c r="A1" s="1" t="s"/>',
            '<c r="A1" s="1" t="str"><v></v></c>',
            '<c s="1" r="A1" t="str"><v/></c>',
            '<c r="A1" s="1" t="inlineStr"><is><t></t></is></c>',
            '<c r="A1" s="1" t="inlineStr"><is><r><t/></r></is></c>',
        ],
    )
    @pytest.mark.parametrize("nothing", [None, ""])
    def test_an_empty_text_is_cleared(self, make: Any, part: Any, cell: str, nothing: Any) -> None:
        """COUNTA counts a cell with an empty text; a cleared cell holds none, and keeps its style."""
        row = f'<row r="1">{cell}<c r="B1"><f>COUNTA(A1)</f><v>1</v></c></row>'
        path = make(row, ["<si><t/></si>"])
        report = set_cells(path, path, {"S": {"A1": nothing}})
        assert (report.changed_cells, report.unchanged) == (1, 0)
        assert b' t="' not in part(path)
        assert b's="1"' in part(path)
        assert b"fullCalcOnLoad" in zipfile.ZipFile(path).read("xl/workbook.xml")
        assert not set_cells(path, path, {"S": {"A1": nothing}}).written

    @pytest.mark.parametrize("text", [" a ", "a ", "\ta", "two\nlines", " ", "\n"])
    @pytest.mark.parametrize("strings", [("x",), None])
    @pytest.mark.parametrize("space", [" ", "  "], ids=["fast", "careful"])
    def test_white_space_counts(
        self, make: Any, part: Any, new_findings: Any, text: str, strings: Any, space: str
    ) -> None:
        """Constants and shown values say so, in books with and without shared strings; both readers give it back."""
        path = make((ROWS if strings else ROWS.replace(' t="s"', "")).replace("<c ", f"<c{space}"), strings)
        target = path.with_name("b.xlsx")
        edits = {"S": {"A1": text, "B1": Formula("A1", text), "C1": Cached(text), "E9": text}}
        set_cells(path, target, edits)
        content = part(target).decode()
        assert content.count(f'xml:space="preserve">{text}<') == 4
        assert ("inlineStr" in content) == bool(strings)
        assert new_findings(path, target) == []
        shown = openpyxl.load_workbook(target, data_only=True)["S"]
        read = python_calamine.load_workbook(target).get_sheet_by_index(0).to_python(skip_empty_area=False)
        assert [shown[ref].value for ref in ("A1", "B1", "C1", "E9")] == [text] * 4
        assert [*read[0][:3], read[8][4]] == [text] * 4
        assert not set_cells(target, target, edits).written


FAULTS = pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</sheetData>", '</sheetData><pageMargins left="1"'),
        ("</worksheet>", "</sheet>"),
        ("</worksheet>", ""),
        ("</worksheet>", "</worksheet><more/>"),
        ("B1*2", "B1<2"),
        ("B1*2", "A1&B1"),
        ("<v>2</v>", "<v>2"),
        ('r="B1"', 'r="B1" r="B1"'),
        ("<worksheet", "<!DOCTYPE worksheet><worksheet"),
    ],
)


@FAULTS
def test_a_sheet_that_is_not_well_formed(book: Path, old: str, new: str) -> None:
    """It is refused, wherever the fault stands: a patch would hide it until Excel opens the file."""
    with_text(book, "xl/worksheets/sheet1.xml", old, new)
    assert refusal(book, {"S": {"A1": 5}}) == "SX914"
    assert refusal(book, {"S": {"A1": 5}}, dry_run=True) == "SX914"


@FAULTS
def test_a_large_sheet_that_is_not_well_formed(
    book: Path, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of it, the rows that change and all around the rows are parsed, when it is read back."""
    monkeypatch.setattr(pipeline, "LARGE_XML", 0)
    with_text(book, "xl/worksheets/sheet1.xml", old, new)
    assert refusal(book, {"S": {"A1": 5}}) == ("SX937" if "DOCTYPE" in new else "SX914")


@pytest.mark.parametrize(
    "odd", ["\0", "\x1b", "\ufffe", "\uffff", "&#0;", "&nbsp;", "& ", b"\xe9", b"\xed\xa0\x80"], ids=ascii
)
def test_odd_characters_far_from_the_change(
    kit: Any, sheet: Any, odd: str | bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no character of XML is found in rows of a large sheet that nothing changes."""
    monkeypatch.setattr(pipeline, "LARGE_XML", 0)
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="str"><v>text {n}</v></c></row>' for n in range(1, 10))
    path = kit({"S": sheet(rows)}).write(tmp_path / "a.xlsx")
    assert set_cells(path, tmp_path / "good.xlsx", {"S": {"A2": 5}}).written
    raw = odd.encode() if isinstance(odd, str) else odd
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, data in parts.items():
            book.writestr(name, data.replace(b"text 8", b"text " + raw + b"8"))
    assert refusal(path, {"S": {"A2": 5}}) == "SX914"


def test_a_head_without_end(book: Path) -> None:
    """Millions of elements before the cells are no sheet; nobody waits until all are looked at."""
    with_text(book, "xl/worksheets/sheet1.xml", "<sheetData", "<x/>" * 1_200_000 + "<sheetData")
    assert refusal(book, {"S": {"A1": 5}}) == "SX937"


def test_a_chain_that_is_not_well_formed(kit: Any, sheet: Any, tmp_path: Path) -> None:
    """Nor is any other part patched that is not."""
    path = kit(
        {"S": sheet(ROWS)},
        strings=["x"],
        workbook_relations=[("calcChain", "calcChain.xml")],
        parts={"xl/calcChain.xml": '<calcChain><c r="C1" i="5"/><c r="D1"></calcChain>'},
    ).write(tmp_path / "a.xlsx")
    assert refusal(path, {"S": {"C1": 5}}) == "SX914"
