"""The zip package: what is read, what is refused by name, what is copied raw, what replaces what."""

# ruff: noqa: E501 - XML reads better in one line

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.errors import WorkbookError
from strategy_xl.ooxml import package_write, swap
from strategy_xl.ooxml.number_formats import is_date_format, plain_formats
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import pack, write_package
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.replace import atomic_replace
from strategy_xl.ooxml.workbook_part import WorkbookInfo, resolve


def code_of(error: pytest.ExceptionInfo[WorkbookError]) -> str:
    """The code of a refusal."""
    return error.value.finding.code


def rewritten(source: Path, target: Path, replaced: Any = (), removed: Any = (), added: Any = None) -> Path:
    """The source written to the target with parts replaced, removed or added."""
    with Package.open(source) as package, target.open("wb") as stream:
        write_package(package, stream, dict(replaced), set(removed), added)
    return target


@pytest.fixture
def plain(kit: Any, sheet: Any, tmp_path: Path) -> Any:
    """A small workbook of two sheets."""
    return kit({"One": sheet('<row r="1"><c r="A1"><v>1</v></c></row>'), "Two": sheet()}).write(
        tmp_path / "a.xlsx"
    )


class TestCopying:
    """What is not replaced is copied raw."""

    def test_untouched_members_keep_headers_and_compressed_bytes(
        self, plain: Path, tmp_path: Path, members: Any
    ) -> None:
        """Replacing one part leaves every byte of every other member as it is."""
        target = rewritten(plain, tmp_path / "b.xlsx", {"xl/styles.xml": b"<new/>"})
        before, after = members(plain), members(target)
        assert list(before) == list(after)
        assert {name for name in before if before[name] != after[name]} == {"xl/styles.xml"}
        with zipfile.ZipFile(target) as book:
            assert book.testzip() is None
            assert book.read("xl/styles.xml") == b"<new/>"
            assert book.getinfo("xl/styles.xml").date_time == (2024, 3, 7, 12, 30, 10)

    def test_nothing_replaced_gives_the_same_file(self, plain: Path, tmp_path: Path) -> None:
        """A package written without a change is the source, byte for byte."""
        assert rewritten(plain, tmp_path / "b.xlsx").read_bytes() == plain.read_bytes()

    def test_data_descriptors_comments_and_extras_stay(
        self, plain: Path, tmp_path: Path, members: Any
    ) -> None:
        """Members written to a pipe, with extra fields, comments and an archive comment, survive."""

        class Pipe:
            def __init__(self) -> None:
                self.content = b""

            def write(self, data: Any) -> Any:
                self.content += data
                return len(data)

            def flush(self) -> None:
                pass

        pipe = Pipe()
        with zipfile.ZipFile(plain) as book, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as streamed:
            streamed.comment = b"kept with the archive"
            for name in book.namelist():
                info = zipfile.ZipInfo(name, (2001, 2, 3, 4, 5, 6))
                info.compress_type, info.comment = zipfile.ZIP_DEFLATED, b"kept with the member"
                info.extra = b"\x99\x99\x04\x00abcd"
                streamed.writestr(info, book.read(name))
        source = tmp_path / "piped.xlsx"
        source.write_bytes(pipe.content)
        with zipfile.ZipFile(source) as book:
            assert all(info.flag_bits & 8 for info in book.infolist())
        target = rewritten(source, tmp_path / "b.xlsx", {"xl/styles.xml": b"<a/>" * 999})
        before, after = members(source), members(target)
        assert {name for name in before if before[name] != after[name]} == {"xl/styles.xml"}
        with zipfile.ZipFile(target) as book:
            assert book.testzip() is None
            assert book.comment == b"kept with the archive"
            assert book.getinfo("xl/styles.xml").comment == b"kept with the member"
            assert book.getinfo("xl/styles.xml").extra == b"\x99\x99\x04\x00abcd"

    def test_zip64_is_read_and_kept(self, plain: Path, tmp_path: Path, members: Any) -> None:
        """Members with zip64 fields are read and copied as they are."""
        source = tmp_path / "z64.xlsx"
        with zipfile.ZipFile(plain) as book, zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as large:
            for name in book.namelist():
                with large.open(name, "w", force_zip64=True) as part:
                    part.write(book.read(name))
        target = rewritten(source, tmp_path / "b.xlsx", {"xl/workbook.xml": b"<w/>"})
        before, after = members(source), members(target)
        assert {name for name in before if before[name] != after[name]} == {"xl/workbook.xml"}

    def test_zip64_is_written_beyond_the_limit(
        self, plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Sizes, offsets and the directory go into zip64 fields from the limit on; zipfile reads them."""
        monkeypatch.setattr(package_write, "_ZIP64_AT", 300)
        content = os.urandom(5000)
        target = rewritten(plain, tmp_path / "b.xlsx", {"_rels/.rels": content}, added={"new.bin": content})
        with zipfile.ZipFile(target) as book:
            assert book.testzip() is None
            assert book.read("_rels/.rels") == book.read("new.bin") == content
            assert book.getinfo("new.bin").extra[:2] == b"\x01\x00"
        monkeypatch.undo()
        with Package.open(target) as package:
            assert package.read("new.bin") == content
            assert package.read("xl/styles.xml")
        again = rewritten(target, tmp_path / "c.xlsx", {"new.bin": b"small"})
        with zipfile.ZipFile(again) as book:
            assert book.testzip() is None
            assert book.read("_rels/.rels") == content

    def test_members_are_removed_and_added(self, plain: Path, tmp_path: Path) -> None:
        """Removed members go from data and directory, added ones come last."""
        target = rewritten(plain, tmp_path / "b.xlsx", removed={"xl/styles.xml"}, added={"é.xml": b"<x/>"})
        with zipfile.ZipFile(target) as book:
            assert book.testzip() is None
            assert "xl/styles.xml" not in book.namelist()
            assert book.namelist()[-1] == "é.xml"

    def test_bytes_before_the_archive_are_kept(self, plain: Path, tmp_path: Path) -> None:
        """A stub in front shifts the offsets; reading and writing cope."""
        source = tmp_path / "stub.xlsx"
        source.write_bytes(b"#!/bin/stub\n" * 9 + plain.read_bytes())
        target = rewritten(source, tmp_path / "b.xlsx", {"xl/styles.xml": b"<a/>"})
        assert target.read_bytes().startswith(b"#!/bin/stub\n" * 9)
        with zipfile.ZipFile(target) as book:
            assert book.testzip() is None
            assert book.read("xl/styles.xml") == b"<a/>"

    def test_large_content_is_packed_outside_memory(self, tmp_path: Path) -> None:
        """A part above 4 MiB goes through a temporary file and comes back whole."""
        content = os.urandom(1 << 20) * 6
        packed = pack(content, len(content), tmp_path)
        assert packed.size == len(content)
        assert not isinstance(packed.stream, io.BytesIO)
        import zlib

        assert zlib.decompress(b"".join(packed.pieces()), -15) == content
        packed.stream.close()
        assert not list(tmp_path.iterdir())


class TestRefusals:
    """What cannot be handled is refused by name."""

    def refuse(self, path: Path) -> str:
        """The code that an edit of the file is refused with."""
        with pytest.raises(WorkbookError) as error:
            set_cells(path, path, {"One": {"A1": 2}})
        return code_of(error)

    def test_password_protected(self, tmp_path: Path) -> None:
        """An OLE file with an encrypted package is refused as protected."""
        path = tmp_path / "a.xlsx"
        path.write_bytes(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16le")
        )
        assert self.refuse(path) == "SX903"

    def test_old_excel(self, tmp_path: Path) -> None:
        """An OLE file with a workbook stream is refused as Excel 97–2003."""
        path = tmp_path / "a.xls"
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Workbook".encode("utf-16le"))
        assert self.refuse(path) == "SX904"

    @pytest.mark.parametrize("content", [b"", b"x", b"Nom;Segment\nA;B\n" * 50])
    def test_something_else(self, tmp_path: Path, content: bytes) -> None:
        """What is no zip at all is refused as no workbook."""
        path = tmp_path / "a.xlsx"
        path.write_bytes(content)
        assert self.refuse(path) == "SX901"

    def test_truncated_at_any_length(self, plain: Path, tmp_path: Path) -> None:
        """A file cut anywhere is refused, never half read."""
        content = plain.read_bytes()
        path = tmp_path / "cut.xlsx"
        for length in range(4, len(content) - 1, 97):
            path.write_bytes(content[:length])
            assert self.refuse(path) in ("SX901", "SX902")

    def test_binary_workbook(self, plain: Path, tmp_path: Path) -> None:
        """A package whose workbook is binary is refused as .xlsb."""
        with Package.open(plain) as package:
            relations = package.read("_rels/.rels").replace(b"workbook.xml", b"workbook.bin")
        assert self.refuse(rewritten(plain, tmp_path / "b.xlsb", {"_rels/.rels": relations})) == "SX905"

    def test_open_document(self, plain: Path, tmp_path: Path) -> None:
        """A package with an OpenDocument type is refused as .ods."""
        kind = b"application/vnd.oasis.opendocument.spreadsheet"
        assert self.refuse(rewritten(plain, tmp_path / "b.ods", added={"mimetype": kind})) == "SX906"

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    @pytest.mark.parametrize("name", ["xl/workbook.xml", "XL/Workbook.xml"])
    def test_same_part_twice(self, plain: Path, name: str) -> None:
        """Two members for one part are refused: readers would differ on which counts."""
        with zipfile.ZipFile(plain, "a") as book:
            book.writestr(name, b"<w/>")
        assert self.refuse(plain) == "SX907"

    @pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "C:\\x.xml", "xl\\..\\..\\x.xml"])
    def test_unsafe_names(self, plain: Path, name: str) -> None:
        """Names that lead out of the package are refused."""
        with zipfile.ZipFile(plain, "a") as book:
            info = zipfile.ZipInfo("placeholder")
            info.filename = name
            book.writestr(info, b"x")
        assert self.refuse(plain) == "SX908"

    def test_zip_bomb(self, plain: Path, tmp_path: Path) -> None:
        """A member that claims to expand beyond measure is refused before anything is inflated."""
        content = bytearray(plain.read_bytes())
        at = content.rfind(b"PK\x01\x02")
        content[at + 24 : at + 28] = (3 << 30).to_bytes(4, "little")
        path = tmp_path / "bomb.xlsx"
        path.write_bytes(content)
        assert self.refuse(path) == "SX909"

    def test_lying_size(self, plain: Path, tmp_path: Path) -> None:
        """A member longer than its header says is found while inflating."""
        content = bytearray(plain.read_bytes())
        at = content.rfind(b"xl/worksheets/sheet1.xml") - 46
        assert content[at : at + 4] == b"PK\x01\x02"
        content[at + 24 : at + 28] = (20).to_bytes(4, "little")
        path = tmp_path / "lying.xlsx"
        path.write_bytes(content)
        assert self.refuse(path) == "SX912"

    def test_damaged_content(self, plain: Path, tmp_path: Path) -> None:
        """A flipped bit in an edited part is found by its CRC or its stream."""
        with Package.open(plain) as package:
            at = package.data_offset(package.members["xl/worksheets/sheet1.xml"])
        content = bytearray(plain.read_bytes())
        content[at + 20] ^= 4
        path = tmp_path / "bad.xlsx"
        path.write_bytes(content)
        assert self.refuse(path) == "SX912"

    def test_another_office_document(self, plain: Path, tmp_path: Path) -> None:
        """A Word document is refused as no workbook."""
        with Package.open(plain) as package:
            relations = package.read("_rels/.rels").replace(b"xl/workbook", b"word/document")
        path = rewritten(
            plain, tmp_path / "b.xlsx", {"_rels/.rels": relations}, added={"word/document.xml": b"<d/>"}
        )
        assert self.refuse(path) == "SX910"

    def test_a_zip_of_nothing(self, tmp_path: Path) -> None:
        """A zip without a single member has no workbook."""
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w"):
            pass
        assert self.refuse(path) == "SX910"

    def test_no_workbook(self, plain: Path, tmp_path: Path) -> None:
        """A zip without a workbook part is refused as such."""
        assert self.refuse(rewritten(plain, tmp_path / "b.xlsx", removed={"xl/workbook.xml"})) == "SX910"

    def test_missing_sheet_part(self, plain: Path, tmp_path: Path) -> None:
        """A sheet that is listed but missing is named."""
        path = rewritten(plain, tmp_path / "b.xlsx", removed={"xl/worksheets/sheet1.xml"})
        assert self.refuse(path) == "SX911"

    def test_unknown_compression(self, plain: Path, tmp_path: Path) -> None:
        """A needed part compressed with bzip2 is refused by method."""
        path = tmp_path / "bz.xlsx"
        with zipfile.ZipFile(plain) as book, zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as other:
            for name in book.namelist():
                other.writestr(name, book.read(name))
        assert self.refuse(path) == "SX913"

    @pytest.mark.parametrize(
        "text", [b"<not-closed", b'<!DOCTYPE w [<!ENTITY a "b">]><workbook>&a;</workbook>', b"<a>" * 300]
    )
    def test_bad_xml(self, plain: Path, tmp_path: Path, text: Any) -> None:
        """Broken XML, document types and endless nesting are refused by part."""
        assert self.refuse(rewritten(plain, tmp_path / "b.xlsx", {"xl/workbook.xml": text})) == "SX914"

    def test_missing_file(self, tmp_path: Path) -> None:
        """A path that does not exist is refused as unreadable."""
        assert self.refuse(tmp_path / "none.xlsx") == "SX918"


class TestReplacing:
    """A file is replaced whole or not at all."""

    def test_failing_replacement_leaves_everything(
        self, plain: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """When the last step fails, the source is intact and no temporary file stays."""
        before = plain.read_bytes()

        def refuse(*_args: Any) -> None:
            """The code that an edit of the file is refused with."""
            raise PermissionError(13, "in use")

        monkeypatch.setattr(os, "replace", refuse)
        monkeypatch.setattr(swap, "exchange", refuse)
        with pytest.raises(WorkbookError) as error:
            set_cells(plain, plain, {"One": {"A1": 99}})
        assert code_of(error) == "SX917"
        assert plain.read_bytes() == before
        assert [entry.name for entry in plain.parent.iterdir()] == [plain.name]

    def test_failure_half_way_leaves_everything(self, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A crash while writing leaves the source intact and no temporary file."""
        before = plain.read_bytes()
        monkeypatch.setattr(package_write._Writer, "close", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            set_cells(plain, plain, {"One": {"A1": 99}})
        assert plain.read_bytes() == before
        assert [entry.name for entry in plain.parent.iterdir()] == [plain.name]

    def test_interrupt_leaves_everything(self, plain: Path) -> None:
        """Ctrl+C inside the block leaves the old file and no temporary one."""
        before = plain.read_bytes()

        def interrupted() -> None:
            with atomic_replace(plain) as stream:
                stream.write(b"half")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert plain.read_bytes() == before
        assert [entry.name for entry in plain.parent.iterdir()] == [plain.name]

    def test_source_changed_meanwhile(self, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file that somebody saves during the work is not overwritten."""
        write = package_write.write_package

        def slow(package: Any, stream: Any, *args: Any) -> None:
            write(package, stream, *args)
            Path(package.path).write_bytes(b"saved by somebody else")

        monkeypatch.setattr("strategy_xl.ooxml.patch.write_package", slow)
        with pytest.raises(WorkbookError) as error:
            set_cells(plain, plain, {"One": {"A1": 99}})
        assert code_of(error) == "SX916"
        assert plain.read_bytes() == b"saved by somebody else"
        assert [entry.name for entry in plain.parent.iterdir()] == [plain.name]

    @pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
    def test_permissions_stay(self, plain: Path) -> None:
        """The new file has the mode of the old one."""
        plain.chmod(0o640)
        set_cells(plain, plain, {"One": {"A1": 99}})
        assert stat.S_IMODE(plain.stat().st_mode) == 0o640

    @pytest.mark.skipif(os.name == "nt", reason="needs a right on Windows")
    def test_links_stay_links(self, plain: Path, tmp_path: Path) -> None:
        """Writing through a symbolic link changes the file behind it."""
        link = tmp_path / "link.xlsx"
        link.symlink_to(plain)
        set_cells(link, link, {"One": {"A1": 99}})
        assert link.is_symlink()
        with zipfile.ZipFile(plain) as book:
            assert b"<v>99</v>" in book.read("xl/worksheets/sheet1.xml")

    def test_unwritable_folder(self, plain: Path, tmp_path: Path) -> None:
        """A target folder that does not exist is named, nothing is written."""
        with pytest.raises(WorkbookError) as error:
            set_cells(plain, tmp_path / "none" / "b.xlsx", {"One": {"A1": 99}})
        assert code_of(error) == "SX917"


class TestWorkbookInfo:
    """What the workbook part says."""

    def test_sheets_names_and_tables(self, kit: Any, sheet: Any, table: Any, tmp_path: Path) -> None:
        """Sheets with their kinds and states, names with their scopes, tables with their columns."""
        path = kit(
            {"Données d'été": sheet('<row r="2"><c r="B2"><v>1</v></c></row>'), "B": sheet()},
            properties='<workbookPr date1904="1"/>',
            after_sheets='<definedNames><definedName name="Total">B!$A$1</definedName>'
            '<definedName name="_xlnm.Print_Area" localSheetId="1" hidden="1">B!$A$1:$C$9</definedName></definedNames>',
            sheet_relations={1: [("table", "../tables/table1.xml")]},
            parts={
                "xl/tables/table1.xml": table(
                    "Clients", "B2:C9", ["Nom", "CA_x000a_€"], extra=' totalsRowCount="1"'
                )
            },
        ).write(tmp_path / "a.xlsx")
        with Package.open(path) as package:
            info = WorkbookInfo(package)
            assert [s.name for s in info.sheets] == ["Données d'été", "B"]
            assert info.is_1904
            assert info.sheet("b").name == "B"
            assert [(n.name, n.scope, n.hidden) for n in info.defined_names] == [
                ("Total", None, False),
                ("_xlnm.Print_Area", "B", True),
            ]
            (found,) = info.tables
            assert (found.display_name, str(found.area), found.first_row, found.last_row) == (
                "Clients",
                "B2:C9",
                3,
                8,
            )
            assert [column.name for column in found.columns] == ["Nom", "CA\n€"]
            assert info.date_styles == {1}
            with pytest.raises(WorkbookError) as error:
                info.sheet("Données d'ete")
            assert code_of(error) == "SX920"
            assert "Données d'été" in str(error.value.finding.args["suggestions"])

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("dd/mm/yyyy", True), ("General", False), ("0.00", False), ("[h]:mm", True), ('"day" 0', False),
            ("[Red]0", False), ("mmm-yy", True), ("#,##0\\d", False), ("[$-40C]d mmmm yyyy", True), ("@", False),
        ],
    )  # fmt: skip
    def test_date_formats(self, code: str, expected: Any) -> None:
        """Formats that show dates or times are told from those that do not."""
        assert is_date_format(code) is expected

    @pytest.mark.parametrize(
        ("target", "expected"),
        [
            ("/xl/a.xml", "xl/a.xml"),
            ("../t/a.xml", "xl/t/a.xml"),
            ("a.xml", "xl/w/a.xml"),
            ("..\\a.xml", "xl/a.xml"),
        ],
    )
    def test_targets(self, target: Path, expected: Any) -> None:
        """Relationship targets resolve against the folder of their part."""
        assert resolve("xl/w", target) == expected


def test_plain_styles_are_read_as_the_tree_reads_them(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick look at the number formats of workbooks of many programs agrees with the parser."""
    quick = 0
    for path in sorted((shared / "corpus").glob("*.xls[xm]")):
        try:
            with Package.open(path) as package:
                info = WorkbookInfo(package)
                if info.styles_part is None:
                    continue
                found = plain_formats(package.read(info.styles_part))
                if found is not None:
                    monkeypatch.setattr("strategy_xl.ooxml.workbook_part.plain_formats", lambda _data: None)
                    assert found == WorkbookInfo(package).number_formats, path.name
                    quick += 1
                monkeypatch.undo()
        except WorkbookError:
            continue
    assert quick > 50


@pytest.mark.parametrize(
    "styles",
    [
        b'<styleSheet><cellXfs><xf numFmtId="1"/><!-- <xf/> --></cellXfs></styleSheet>',
        b'<styleSheet><cellXfs><xf fontId="1"/></cellXfs></styleSheet>',
        b'<styleSheet><numFmts><numFmt formatCode="d" numFmtId="200"/></numFmts><cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>',
        b'<s:styleSheet><s:cellXfs><s:xf numFmtId="1"/></s:cellXfs></s:styleSheet>',
    ],
)
def test_other_styles_are_left_to_the_tree(styles: bytes) -> None:
    """A comment, a missing number, another order of attributes, a prefix."""
    assert plain_formats(styles) is None
