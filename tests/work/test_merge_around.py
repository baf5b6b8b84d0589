"""What is around the cells when two versions are put together: notes follow their rows, columns come over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import merges
import openpyxl
import pytest
import versions
from complaints import by_schema
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from package_audit import audit
from versions import CLIENTS, DAY, clients, patched

from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.errors import Severity
from strategy_xl.formulas.cell_refs import column_letters
from strategy_xl.ooxml.cell_looks import Aspect, looks_of, styles_on
from strategy_xl.ooxml.cells import Formula
from strategy_xl.ooxml.drawn_items import drawn_on
from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.inserted_columns import NewColumn
from strategy_xl.ooxml.own_columns import with_own_columns
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.work.diff_version import Version, read_version
from strategy_xl.work.merge import plan_merge
from strategy_xl.work.merge_rows import Side
from strategy_xl.work.merge_writing import MergeReport, write_merge

SHORT = merges.small_spec()
FIRST = {("Ardoise", "revenue"): "premier", ("Belloc", "hours"): "deuxième"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What both people began from: with a note beside Ardoise and one beside Belloc."""
    path = tmp_path_factory.mktemp("around") / "base.xlsx"
    path.write_bytes(render(SHORT, lang="fr", company="", today=DAY, rows={"clients": CLIENTS}))
    return noted(path, path, FIRST)


def noted(source: Path, target: Path, texts: Mapping[tuple[str, str], str | None]) -> Path:
    """A copy with notes beside cells of clients, as another program saves it; None takes one away."""
    book = openpyxl.load_workbook(source)
    block = versions.read(source).blocks["clients"]
    rows = dict(zip(block.rows.values("name"), block.rows.index.tolist(), strict=True))
    for (name, key), text in texts.items():
        cell = book[block.sheet][block.a1(key, int(rows[name]))]
        cell.comment = Comment(text, "moi") if text is not None else None
    book.save(target)
    return target


def merged(base: Path, a: Path, b: Path, out: Path, prefer: Side | None = None) -> MergeReport:
    """Put two versions together; what comes out is sound, and brings no complaint that neither had."""
    report = write_merge(plan_merge(base, a, b, SHORT, DAY, prefer=prefer), out, SHORT)
    assert audit(out) == []
    said = complaints(out)
    # The originals are asked only where something is said: that is what costs most here.
    assert not said or said <= complaints(a) | complaints(b)
    return report


def complaints(path: Path) -> set[str]:
    """What the other auditor says, in whatever part."""
    return {one.partition(" ")[2] for one in by_schema(path)}


def codes(report: MergeReport) -> list[str]:
    """What was told, notes left out."""
    return [one.code for one in report.findings if one.severity is not Severity.NOTE]


def notes(path: Path) -> dict[tuple[str, str], str]:
    """The notes beside cells of clients, by name and field."""
    version: Version = read_version(path, SHORT, DAY, judges=False)
    held = version.blocks["clients"]
    found = {}
    for at, name in enumerate(held.columns["name"]):
        for key in held.columns:
            if key in version.data.blocks["clients"].places:
                sheet, row, column = version.place("clients", key, at)
                text = version.comments[sheet].get((row, column))
                if text is not None:
                    found[str(name), key] = text
    return found


def test_notes_follow_their_rows(base: Path, tmp_path: Path) -> None:
    """B's notes are added, said anew and taken away beside the same clients, in whatever row A has them."""
    bare = noted(base, tmp_path / "bare.xlsx", dict.fromkeys(FIRST))
    a = noted(patched(bare, bare, versions.sorted_clients), tmp_path / "a.xlsx", FIRST)
    new = patched(base, tmp_path / "new.xlsx", clients({("+Guérande", "revenue"): 5.0}))
    said = {("Ardoise", "revenue"): "autrement", ("Belloc", "hours"): None, ("Guérande", "revenue"): "à voir"}
    b = noted(new, tmp_path / "b.xlsx", said)
    wanted = {key: text for key, text in said.items() if text is not None}
    for one, other in ((a, b), (b, b), (b, base)):
        report = merged(base, one, other, tmp_path / "out.xlsx")
        assert codes(report) == []
        assert notes(tmp_path / "out.xlsx") == wanted


def test_notes_that_both_changed(base: Path, tmp_path: Path) -> None:
    """A's note stays and both are told; what one removed and the other changed is there."""
    a = noted(base, tmp_path / "a.xlsx", {("Ardoise", "revenue"): "de A", ("Belloc", "hours"): None})
    b = noted(base, tmp_path / "b.xlsx", {("Ardoise", "revenue"): "de B", ("Belloc", "hours"): "encore"})
    out = tmp_path / "out.xlsx"
    report = merged(base, a, b, out)
    assert codes(report) == ["SX528", "SX528"]
    assert notes(out) == {("Ardoise", "revenue"): "de A", ("Belloc", "hours"): "encore"}
    report = merged(base, a, b, out, Side.B)
    assert (codes(report), report.conflicts) == ([], 2)
    assert notes(out) == {("Ardoise", "revenue"): "de B", ("Belloc", "hours"): "encore"}
    merged(base, a, b, out, Side.A)
    assert notes(out) == {("Ardoise", "revenue"): "de A"}


def test_a_conversation_comes_with_those_who_speak(base: Path, tmp_path: Path) -> None:
    """A thread of comments comes with its answers, its short form and its people, and only once."""
    b = tmp_path / "b.xlsx"
    b.write_bytes(
        with_thread(noted(base, b, {("Dubail", "revenue"): "[Threaded comment] Qui ?"}).read_bytes())
    )
    out = tmp_path / "out.xlsx"
    assert codes(merged(base, base, b, out)) == []
    with ZipFile(out) as package:
        (thread,) = (name for name in package.namelist() if "threadedComment" in name)
        (person,) = (name for name in package.namelist() if "person" in name)
        assert package.read(thread).count(b"<threadedComment ") == 2
        assert b"Moi" in package.read(person)
    assert notes(out)["Dubail", "revenue"].endswith("Qui ?")
    again = tmp_path / "again.xlsx"
    merged(base, out, b, again)
    assert again.read_bytes() == out.read_bytes()


# -- columns, and what lies over cells --------------------------------------------------------------------


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook of three clients in a short table."""
    path = tmp_path_factory.mktemp("short") / "base.xlsx"
    rows = [{"name": name, "revenue": 10.0 * at, "hours": 1.0} for at, name in enumerate("XYZ", 1)]
    merges.write_version(path, rows, None, None)
    return path


def widened(source: Path, target: Path, header: str, before: str) -> Path:
    """A copy with a column of people's own before one of ours."""
    block = read_workbook(source, SHORT).blocks["clients"]
    new = NewColumn(block.places[before].column - block.table_left, header, 14.0)
    target.write_bytes(with_own_columns(Snapshot.take(source), str(block.table), [new]).content)
    return target


def in_short(base: Path, a: Path, b: Path, out: Path) -> tuple[MergeReport, Version]:
    """Put versions of the short workbook together; what comes out is sound."""
    report = write_merge(plan_merge(base, a, b, SHORT, DAY), out, SHORT)
    assert audit(out) == []
    return report, read_version(out, SHORT, DAY, judges=False)


def test_formulas_of_a_column_read_the_same_fields(short: Path, tmp_path: Path) -> None:
    """A column that B added comes with formulas and header; they read what stands elsewhere in A."""
    a = widened(short, tmp_path / "a.xlsx", "Priorité", "revenue")
    b = widened(short, tmp_path / "b.xlsx", "Double", "hours")
    theirs = read_version(b, SHORT, DAY, judges=False)
    block, column = theirs.data.blocks["clients"], theirs.own_columns["clients"]["Double"]
    rows = range(block.first_row, block.table_last + 1)
    formulas = {(row, column): Formula(f"{block.a1('revenue', row)}*2") for row in rows}
    set_cells(b, b, {block.sheet: formulas})
    report, out = in_short(short, a, b, tmp_path / "out.xlsx")
    assert [one.code for one in report.findings] == ["SX530"]
    assert list(out.own_columns["clients"]) == ["Priorité", "Double"]
    mine, place = out.data.blocks["clients"], out.own_columns["clients"]["Double"]
    texts = formula_texts(part_of(tmp_path / "out.xlsx", mine.sheet))
    wanted = {(row, place): f"{mine.a1('revenue', row)}*2" for row in rows}
    assert {cell: texts.get(cell) for cell in wanted} == wanted
    # The other way round, nothing is left to do.
    again, _ = in_short(short, tmp_path / "out.xlsx", b, tmp_path / "again.xlsx")
    assert again.findings == ()
    assert (tmp_path / "again.xlsx").read_bytes() == (tmp_path / "out.xlsx").read_bytes()


def part_of(path: Path, title: str) -> bytes:
    """The part of a sheet."""
    with Package.open(path) as package:
        return package.read(WorkbookInfo.of(package).sheet(title).part)


def drawn(path: Path) -> dict[str, list[tuple[str, list[tuple[str, int, int]]]]]:
    """What lies over the sheets of people: kind, and what it reads."""
    with Package.open(path) as package:
        info = WorkbookInfo.of(package)
        return {
            sheet.name: [(str(item.kind), sorted(item.reads)) for item in drawn_on(info, sheet)]
            for sheet in info.sheets
        }


def test_charts_come_over_and_go(short: Path, tmp_path: Path) -> None:
    """A chart beside a table reads the same columns in A, one on an own sheet comes with it."""
    a = widened(short, tmp_path / "a.xlsx", "Priorité", "revenue")
    block = read_workbook(short, SHORT).blocks["clients"]
    book = openpyxl.load_workbook(short)
    own, column = book.create_sheet("À moi"), block.places["revenue"].column
    for sheet, at in ((book[block.sheet], column), (own, 1)):
        chart = BarChart()
        chart.title = sheet.title
        first, last = block.first_row, block.table_last
        chart.add_data(Reference(sheet, min_col=at, min_row=first, max_row=last))
        sheet.add_chart(chart, "B90")
    book["À moi"]["A1"] = 3
    b = tmp_path / "b.xlsx"
    book.save(b)
    out = tmp_path / "out.xlsx"
    report, version = in_short(short, a, b, out)
    assert [one.code for one in report.findings] == ["SX514"]
    revenue = version.data.blocks["clients"].places["revenue"].column
    assert drawn(out)[block.sheet][1:] == [("chart", [(block.sheet, revenue, revenue)])]
    assert drawn(out)["À moi"] == [("chart", [("À moi", 1, 1)])]
    assert f"${column_letters(revenue)}${block.first_row}".encode() in charts(out)
    report, _ = in_short(out, out, a, tmp_path / "less.xlsx")
    assert [one.code for one in report.findings] == ["SX516"]
    assert len(drawn(tmp_path / "less.xlsx")[block.sheet]) == 1
    with ZipFile(out) as full, ZipFile(tmp_path / "less.xlsx") as less:
        assert len(set(full.namelist()) - set(less.namelist())) == 1


def charts(path: Path) -> bytes:
    """All charts of a workbook."""
    with ZipFile(path) as package:
        return b"".join(package.read(name) for name in package.namelist() if "charts/chart" in name)


def test_a_coloured_header_keeps_its_text(short: Path, tmp_path: Path) -> None:
    """The ground of a table's header is taken over, and the table stays what it is."""
    block = read_workbook(short, SHORT).blocks["clients"]
    book = openpyxl.load_workbook(short)
    cell = book[block.sheet].cell(block.first_row - 1, block.places["revenue"].column)
    cell.fill = PatternFill("solid", "FFABCDEF")
    b = tmp_path / "b.xlsx"
    book.save(b)
    report, version = in_short(short, short, b, tmp_path / "out.xlsx")
    assert report.findings == ()
    with Package.open(version.snapshot) as package:
        info = WorkbookInfo.of(package)
        style = styles_on(info, info.sheet(block.sheet))[cell.row, cell.column]
        assert looks_of(info)[style][Aspect.GROUND] == "solid ABCDEF"


def with_thread(content: bytes) -> bytes:
    """The workbook with its note about Dubail as the short form of a conversation, as Excel writes it."""
    found = BytesIO()
    links = "http://schemas.microsoft.com/office/2017/10/relationships"
    schema = 'xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"'
    with ZipFile(BytesIO(content)) as source, ZipFile(found, "w") as target:
        (part,) = (name for name in source.namelist() if b"Qui ?" in source.read(name))
        ref = re.search(rb'ref="(\w+)"(?:(?!<comment ).)*Qui', source.read(part), re.DOTALL)
        assert ref is not None
        for name in source.namelist():
            data = source.read(name)
            end = b"</Relationships>"
            if name.endswith("workbook.xml.rels"):
                link = f'<Relationship Id="rIdP" Type="{links}/person" Target="/xl/persons/person.xml"/>'
                data = data.replace(end, link.encode() + end)
            elif "worksheets/_rels" in name and part.rpartition("/")[2].encode() in data:
                there = 'Target="/xl/threadedComments/t1.xml"'
                link = f'<Relationship Id="rIdT" Type="{links}/threadedComment" {there}/>'
                data = data.replace(end, link.encode() + end)
            elif name == "[Content_Types].xml":
                kinds = {"persons/person": "person", "threadedComments/t1": "threadedcomments"}
                told = "".join(
                    f'<Override PartName="/xl/{one}.xml" ContentType="application/vnd.ms-excel.{kind}+xml"/>'
                    for one, kind in kinds.items()
                )
                data = data.replace(b"</Types>", told.encode() + b"</Types>")
            target.writestr(name, data)
        person = '<person displayName="Moi" id="{P}" userId="" providerId=""/>'
        target.writestr("xl/persons/person.xml", f"<personList {schema}>{person}</personList>")
        texts = ((b'id="{T}"', "Qui ?"), (b'id="{U}" parentId="{T}"', "Lui"))
        threads = "".join(
            f'<threadedComment ref="{ref[1].decode()}" dT="2026-11-28T10:00:00.00" personId="{{P}}" '
            f"{ids.decode()}><text>{text}</text></threadedComment>"
            for ids, text in texts
        )
        target.writestr(
            "xl/threadedComments/t1.xml", f"<ThreadedComments {schema}>{threads}</ThreadedComments>"
        )
    return found.getvalue()
