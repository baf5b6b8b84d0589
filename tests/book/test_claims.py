"""What a file claims is held against what it holds: counts, ranges, sizes and names made by hand."""

from __future__ import annotations

import os
import re
import shutil
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.book.read import read_workbook
from strategy_xl.build import book as build
from strategy_xl.errors import Finding, StrategyXlError, WorkbookError
from strategy_xl.formulas.cell_refs import MAX_ROW
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.text.catalog import message
from strategy_xl.work.recompute import recompute_workbook

TODAY = date(2026, 11, 24)
CLIENTS = [{"name": f"Client {n}", "revenue": 1000.0 * n, "hours": 10.0} for n in range(1, 4)]
CASES = Path(os.environ.get("STRATEGY_XL_SHARED", Path(__file__).parents[3] / "shared")) / "cases" / "hostile"
FILES = sorted(CASES.glob("*.xlsx")) if CASES.is_dir() else []
SPEC = load_default()


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A French workbook with three clients."""
    path = tmp_path_factory.mktemp("book") / "plan.xlsx"
    path.write_bytes(build.render(SPEC, lang="fr", company="Essai", today=TODAY, rows={"clients": CLIENTS}))
    return path


def findings_of(path: Path, spec: WorkbookSpec) -> list[Finding]:
    """What reading the workbook finds."""
    return list(read_workbook(path, spec).findings)


def changed(book: Path, target: Path, parts: str, change: Callable[[str], str]) -> Path:
    """A copy in which every part of a name like this is changed as text, and at least one is."""
    seen = False
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if re.fullmatch(parts, name):
                text = change(content.decode())
                seen |= text != content.decode()
                content = text.encode()
            new.writestr(name, content)
    assert seen
    return target


def clients_table(ref: str, attributes: str = "") -> Callable[[str], str]:
    """The clients' table with another last row, and more attributes."""

    def change(text: str) -> str:
        if 'name="Clients"' not in text:
            return text
        text = re.sub(rf' {attributes.partition("=")[0] or "-"}="\d"', "", text)
        return re.sub(
            r'(<table [^>]*?)ref="([A-Z]+\d+:[A-Z]+)\d+"', rf'\1{attributes} ref="\g<2>{ref}"', text
        )

    return change


@pytest.mark.parametrize(
    ("parts", "attribute", "element"),
    [
        (r"xl/tables/table1\.xml", "id", "<table "),
        (r"xl/tables/table1\.xml", "headerRowCount", "<table "),
        (r"xl/tables/table1\.xml", "totalsRowCount", "<table "),
        (r"xl/tables/table2\.xml", "id", "<tableColumn "),
        (r"xl/workbook\.xml", "sheetId", "<sheet "),
        (r"xl/workbook\.xml", "localSheetId", '<definedName name="_sx.schema" '),
    ],
)
@pytest.mark.parametrize(
    "value", ["A1", " ", "", "²", "1e999", "-1", "9" * 5000, "1.5", "0x1", "1_0", "\u0663"]
)
def test_no_number(book: Path, tmp_path: Path, parts: str, attribute: str, element: str, value: str) -> None:
    """A number that is none is one finding that names part, attribute and value; nothing is written."""

    def change(text: str) -> str:
        at = text.find(element) + len(element)
        end = text.index(">", at)
        rest = re.sub(rf'\b{attribute}="[^"]*" ?', "", text[at:end])
        return f'{text[:at]}{attribute}="{value}" {rest}{text[end:]}'

    path = changed(book, tmp_path / "a.xlsx", parts, change)
    content = path.read_bytes()
    with pytest.raises(WorkbookError) as error:
        findings_of(path, SPEC)
    finding = error.value.finding
    assert (finding.code, finding.args["attribute"]) == ("SX977", attribute)
    assert re.fullmatch(parts, str(finding.args["part"]))
    assert value.startswith(str(finding.args["value"]))
    assert all(attribute in message("SX977", lang, **finding.args) for lang in ("fr", "en"))
    report = recompute_workbook(path, SPEC, TODAY)
    assert report.failure is not None
    assert report.failure.code == "SX977"
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("attribute", "value"), [("totalsRowCount", "1000000"), ("totalsRowCount", "2"), ("headerRowCount", "7")]
)
def test_a_header_and_a_totals_row_are_one_row(
    book: Path, tmp_path: Path, attribute: str, value: str
) -> None:
    """More of them are no table of Excel's."""
    change = clients_table("300", f'{attribute}="{value}"')
    with pytest.raises(WorkbookError, match="SX977"):
        findings_of(changed(book, tmp_path / "a.xlsx", r"xl/tables/.*", change), SPEC)


def test_a_table_that_is_all_header(book: Path, tmp_path: Path) -> None:
    """A range without room for its totals row has no data rows, and no less."""
    header = read_workbook(book, SPEC).blocks["clients"].first_row - 1
    change = clients_table(str(header), 'totalsRowCount="1"')
    path = changed(book, tmp_path / "a.xlsx", r"xl/tables/.*", change)
    assert read_workbook(path, SPEC).blocks["clients"].frame.empty
    assert recompute_workbook(path, SPEC, TODAY).failure is None


class TestRanges:
    """Tables that claim a million rows."""

    @pytest.mark.parametrize("stray", [False, True])
    def test_it_costs_what_is_there(self, book: Path, tmp_path: Path, stray: bool) -> None:
        """The rows that exist are judged as before, with one finding; so with a lonely cell far below."""
        before = read_workbook(book, SPEC).blocks["clients"]
        path = changed(book, tmp_path / "a.xlsx", r"xl/tables/.*", clients_table(str(MAX_ROW)))
        if stray:
            set_cells(path, path, {before.sheet: {(MAX_ROW, before.places["name"].column): "far"}})
        start = time.process_time()
        data = read_workbook(path, SPEC)
        assert time.process_time() - start < 3
        after = data.blocks["clients"]
        assert after.last_row == before.last_row
        assert after.frame["name"].tolist() == before.frame["name"].tolist()
        (finding,) = [finding for finding in data.findings if finding.code == "SX978"]
        assert finding.args == {"table": "Clients", "claimed": MAX_ROW, "last": after.last_row}
        assert finding.location.sheet == after.sheet
        start = time.process_time()
        report = recompute_workbook(path, SPEC, TODAY)
        assert time.process_time() - start < 10
        assert report.failure is None
        assert [item.code for item in report.findings].count("SX978") == 1
        assert recompute_workbook(path, SPEC, TODAY).changed == 0

    def test_rows_made_ready_are_no_claim(self, book: Path, tmp_path: Path) -> None:
        """A table with some hundred blank rows more than the sheet has is read as it says."""
        last = read_workbook(book, SPEC).blocks["clients"].last_row + 900
        path = changed(book, tmp_path / "a.xlsx", r"xl/tables/.*", clients_table(str(last)))
        data = read_workbook(path, SPEC)
        assert data.blocks["clients"].last_row == last
        assert {finding.code for finding in data.findings} == {"SX210"}  # formulas to put in, no claim

    def test_a_plain_range_with_a_lonely_cell(self, book: Path, tmp_path: Path) -> None:
        """So it is with a table that was turned into a range."""
        before = read_workbook(book, SPEC).blocks["clients"]
        path = changed(
            book,
            tmp_path / "a.xlsx",
            r"xl/tables/.*",
            lambda text: (
                text.replace('displayName="Clients"', 'displayName="Other"').replace(
                    'headerRowCount="1"', 'headerRowCount="0"'
                )
                if 'displayName="Clients"' in text
                else text
            ),
        )
        set_cells(path, path, {before.sheet: {(MAX_ROW, before.places["name"].column): "far"}})
        start = time.process_time()
        data = read_workbook(path, SPEC)
        assert time.process_time() - start < 3
        assert "SX124" in {finding.code for finding in data.findings}
        assert data.blocks["clients"].frame["name"].tolist()[:3] == before.frame["name"].tolist()

    def test_a_list_that_claims_a_column(self, book: Path, tmp_path: Path) -> None:
        """The choices of a list are those cells that are there."""

        def change(text: str) -> str:
            return re.sub(r'(<definedName name="SXL_[^<]*\$)\d+</', rf"\g<1>{MAX_ROW}</", text)

        path = changed(book, tmp_path / "a.xlsx", r"xl/workbook\.xml", change)
        start = time.process_time()
        data = read_workbook(path, SPEC)
        assert time.process_time() - start < 3
        assert data.blocks["clients"].frame["name"].tolist() == [row["name"] for row in CLIENTS]


@pytest.mark.parametrize(
    "size",
    [
        '<dimension ref="-A1:K9"/>',
        '<dimension ref="A1:K-9"></dimension>',
        '<dimension ref=""/>',
        '<dimension ref="A0:K9"/>',
        '<dimension ref="A1:K99999999"/>',
        '<dimension ref="é"/>',
        '<dimension ref="K9:A1"/>',
        "<dimension/>",
    ],
)
def test_a_dimension_is_advice(book: Path, tmp_path: Path, size: str) -> None:
    """Whatever a sheet says of its size, the workbook is read and treated as without it."""
    path = changed(
        book,
        tmp_path / "a.xlsx",
        r"xl/worksheets/sheet[1-8]\.xml",
        lambda old: re.sub(r"<dimension[^>]*/>", size, old),
    )
    found, expected = read_workbook(path, SPEC), read_workbook(book, SPEC)
    assert found.findings == expected.findings == ()
    assert all(found.blocks[key].frame.equals(block.frame) for key, block in expected.blocks.items())
    sheet = expected.blocks["clients"].sheet
    assert set_cells(path, path, {sheet: {"BZ500": 5}}).changed_cells == 1


class TestNames:
    """Very many defined names."""

    @pytest.fixture
    def many(self, book: Path, tmp_path: Path) -> Path:
        """The workbook with fifty thousand names of somebody else's before ours."""
        names = "".join(f'<definedName name="n{n}">Accueil!$A$1</definedName>' for n in range(50_000))
        return changed(
            book,
            tmp_path / "a.xlsx",
            r"xl/workbook\.xml",
            lambda text: text.replace("<definedNames>", f"<definedNames>{names}"),
        )

    def test_they_cost_little(self, book: Path, many: Path, tmp_path: Path) -> None:
        """They are passed over as bytes; the workbook is treated the same, and they all stay."""
        plain = Path(shutil.copy(book, tmp_path / "b.xlsx"))
        expected = recompute_workbook(plain, SPEC, TODAY)  # the first run also warms up
        start = time.process_time()
        report = recompute_workbook(many, SPEC, TODAY)
        assert time.process_time() - start < 2 + expected.seconds
        assert (report.failure, report.changed) == (None, expected.changed)
        with zipfile.ZipFile(many) as written:
            assert written.read("xl/workbook.xml").count(b'name="n') == 50_000

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("<definedNames>", "<definedNames><!-- <definedNames> -->"),
            ("</definedNames>", "<!-- </definedNames> --></definedNames>"),
            ("<definedNames>", '<definedNames><definedName name="q">"definedNames&gt;"</definedName>'),
            (
                "<definedNames>",
                '<definedNames><definedName name="q"><![CDATA[</definedNames>]]></definedName>',
            ),
        ],
    )
    def test_names_in_odd_writing(self, book: Path, tmp_path: Path, old: str, new: str) -> None:
        """What looks like the end of the names and is not does not change what is read and written."""
        path = changed(book, tmp_path / "a.xlsx", r"xl/workbook\.xml", lambda text: text.replace(old, new))
        assert findings_of(path, SPEC) == []
        report = set_cells(path, path, {"Matrice clients": {"BZ1": 5}}, full_calc=True)
        assert report.written
        with zipfile.ZipFile(path) as written:
            assert written.read("xl/workbook.xml").count(b"<calcPr") == 1
        assert findings_of(path, SPEC) == findings_of(path, SPEC)


@pytest.mark.parametrize(
    "stamp", ["²;fr;0.1.0", "²", "９９９９９９９９９９９９９９９;fr", "9" * 5000, "1.5;fr", ";fr", "-;"]
)
def test_a_stamp_that_is_no_number(book: Path, tmp_path: Path, stamp: str) -> None:
    """It is a lost stamp: one finding, and the rest is read."""
    path = changed(
        book,
        tmp_path / "a.xlsx",
        r"xl/workbook\.xml",
        lambda text: re.sub(r'"\d+;fr;[^"<]*"', f'"{stamp}"', text),
    )
    assert [finding.code for finding in findings_of(path, SPEC)] == ["SX119"]


@pytest.mark.shared
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_shared_case(path: Path, shared: Path, tmp_path: Path) -> None:
    """Each hostile workbook that was met is treated, or refused with one finding, in reasonable time."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    start = time.process_time()
    report: Any = recompute_workbook(copy, SPEC, TODAY)
    assert time.process_time() - start < 5
    if report.failure is None:
        assert report.changed
    else:
        assert report.failure.code == "SX977"
        with pytest.raises(StrategyXlError):
            findings_of(copy, SPEC)
