"""What is around the cells when two versions are put together: notes follow their rows, columns come over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
import versions
from openpyxl.comments import Comment
from openxml_audit import OpenXmlValidator
from package_audit import audit
from versions import DAY, SPEC, clients, patched

from strategy_xl.errors import Severity
from strategy_xl.work.diff_version import Version, read_version
from strategy_xl.work.merge import plan_merge
from strategy_xl.work.merge_rows import Side
from strategy_xl.work.merge_writing import MergeReport, write_merge

FIRST = {("Ardoise", "revenue"): "premier", ("Belloc", "hours"): "deuxième"}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What both people began from: with a note beside Ardoise and one beside Belloc."""
    path = tmp_path_factory.mktemp("around") / "base.xlsx"
    path.write_bytes(versions.content())
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
    """Put two versions together; what comes out is sound."""
    report = write_merge(plan_merge(base, a, b, SPEC, DAY, prefer=prefer), out, SPEC)
    assert audit(out) == []
    known = {one.description for path in (a, b) for one in OpenXmlValidator().validate(path).errors}
    assert {one.description for one in OpenXmlValidator().validate(out).errors} <= known
    return report


def codes(report: MergeReport) -> list[str]:
    """What was told, notes left out."""
    return [one.code for one in report.findings if one.severity is not Severity.NOTE]


def notes(path: Path) -> dict[tuple[str, str], str]:
    """The notes beside cells of clients, by name and field."""
    version: Version = read_version(path, SPEC, DAY, judges=False)
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
