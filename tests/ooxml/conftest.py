"""Workbooks made by hand for the tests of the patcher: every byte of them is known."""

# ruff: noqa: E501 - XML reads better in one line

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from running_office import RunningOffice

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
    '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def sheet_xml(rows: str = "", *, head: str = "", tail: str = "") -> str:
    """A sheet part around the inside of its sheetData."""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f"{head}<sheetData>{rows}</sheetData>{tail}</worksheet>"
    )


def relationships(items: Sequence[tuple[str, str]]) -> str:
    """A relationships part: (kind, target) with ids from rId1 on."""
    inner = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target={quoteattr(target)}/>'
        for n, (kind, target) in enumerate(items, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>'


def table_xml(
    name: str, ref: str, columns: Sequence[str], *, number: int = 1, extra: str = "", inner: str = ""
) -> str:
    """A table part."""
    listed = "".join(f'<tableColumn id="{n}" name={quoteattr(c)}/>' for n, c in enumerate(columns, 1))
    inner = inner or f'<autoFilter ref="{ref}"/>'
    return (
        f'<table xmlns="{MAIN}" id="{number}" name="{name}" displayName="{name}" ref="{ref}"{extra}>'
        f'{inner}<tableColumns count="{len(columns)}">{listed}</tableColumns></table>'
    )


@dataclass
class Kit:
    """What goes into a workbook; ``write`` makes the file."""

    sheets: Mapping[str, str | bytes] = field(default_factory=dict)
    strings: Sequence[str] | None = ()
    parts: dict[str, str | bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    workbook_relations: list[tuple[str, str]] = field(default_factory=list)
    sheet_relations: Mapping[int, Sequence[tuple[str, str]]] = field(default_factory=dict)
    properties: str = ""
    after_sheets: str = ""
    sheet_kind: str = "worksheet"

    def write(self, path: Path) -> Path:
        """The workbook file."""
        names = list(self.sheets)
        listed = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{n + 4}" r:id="rId{n}"/>'
            for n, name in enumerate(names, 1)
        )
        relations = [(self.sheet_kind, f"worksheets/sheet{n}.xml") for n in range(1, len(names) + 1)]
        relations += [("styles", "styles.xml"), *self.workbook_relations]
        types = {
            "/xl/workbook.xml": f"{SPREADSHEET}.sheet.main+xml",
            "/xl/styles.xml": f"{SPREADSHEET}.styles+xml",
            **{
                f"/xl/worksheets/sheet{n}.xml": f"{SPREADSHEET}.worksheet+xml"
                for n in range(1, len(names) + 1)
            },
            **self.types,
        }
        parts: dict[str, str | bytes] = {}
        if self.strings is not None:
            strings = list(self.strings) or ["unused"]
            relations.append(("sharedStrings", "sharedStrings.xml"))
            types["/xl/sharedStrings.xml"] = f"{SPREADSHEET}.sharedStrings+xml"
            items = "".join(s if s.startswith("<si") else f"<si><t>{s}</t></si>" for s in strings)
            parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{items}</sst>'
        overrides = "".join(f'<Override PartName="{n}" ContentType="{t}"/>' for n, t in types.items())
        parts = {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
            "_rels/.rels": relationships([("officeDocument", "xl/workbook.xml")]),
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{self.properties}<sheets>{listed}'
            f"</sheets>{self.after_sheets}</workbook>",
            "xl/_rels/workbook.xml.rels": relationships(relations),
            "xl/styles.xml": STYLES,
            **parts,
            **{f"xl/worksheets/sheet{n}.xml": content for n, content in enumerate(self.sheets.values(), 1)},
            **{
                f"xl/worksheets/_rels/sheet{n}.xml.rels": relationships(items)
                for n, items in self.sheet_relations.items()
            },
            **self.parts,
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
            for name, content in parts.items():
                book.writestr(zipfile.ZipInfo(name, (2024, 3, 7, 12, 30, 10)), content, zipfile.ZIP_DEFLATED)
        return path


@pytest.fixture(scope="session")
def kit() -> type[Kit]:
    """The maker of workbooks."""
    return Kit


@pytest.fixture(scope="session")
def sheet() -> Callable[..., str]:
    """``sheet(rows, head=…, tail=…)``: a sheet part."""
    return sheet_xml


@pytest.fixture(scope="session")
def table() -> Callable[..., str]:
    """``table(name, ref, columns…)``: a table part."""
    return table_xml


def sheet_part(path: Path, number: int = 1) -> bytes:
    """The bytes of a sheet part."""
    with zipfile.ZipFile(path) as book:
        return book.read(f"xl/worksheets/sheet{number}.xml")


@pytest.fixture(scope="session")
def part() -> Callable[..., bytes]:
    """``part(path, number=1)``: the bytes of a sheet part."""
    return sheet_part


def raw_members(path: Path) -> dict[str, tuple[bytes, bytes]]:
    """Every member's central header (without offset) and compressed bytes, read by other means than ours."""
    content = path.read_bytes()
    found = {}
    with zipfile.ZipFile(path) as book:
        for info in book.infolist():
            start = info.header_offset
            name_size = int.from_bytes(content[start + 26 : start + 28], "little")
            extra_size = int.from_bytes(content[start + 28 : start + 30], "little")
            data = start + 30 + name_size + extra_size
            header = (
                f"{info.date_time} {info.flag_bits} {info.compress_type} {info.extra!r} {info.comment!r} "
                f"{info.external_attr} {info.internal_attr} {info.create_version} {info.CRC}"
            )
            found[info.filename] = (
                header.encode() + content[start:data],
                content[data : data + info.compress_size],
            )
    return found


@pytest.fixture(scope="session")
def members() -> Callable[[Path], dict[str, tuple[bytes, bytes]]]:
    """``members(path)``: headers and compressed bytes of every member."""
    return raw_members


@pytest.fixture(scope="session")
def new_findings() -> Callable[[Path, Path], list[str]]:
    """``new_findings(source, target)``: what two auditors say about the target and not about the source."""
    from complaints import new_complaints

    return new_complaints


@pytest.fixture(scope="session")
def opened(
    office: RunningOffice, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Sequence[Path]], Path]:
    """A function that opens workbooks in LibreOffice, calculates all, and gives the folder of what it saved.

    LibreOffice trusts the stored results of formulas unless told otherwise; it is told here.
    """

    def convert(books: Sequence[Path]) -> Path:
        target = tmp_path_factory.mktemp("opened")
        for book in books:
            office.save(book, target / f"{book.stem}.xlsx", calculates=True)
        return target

    return convert
