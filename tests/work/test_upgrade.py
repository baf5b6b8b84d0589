"""Workbooks of earlier versions become present ones, and nothing of people's is lost."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from openpyxl import load_workbook
from upgrades import treat

from strategy_xl.book.read import read_workbook
from strategy_xl.errors import WorkbookError
from strategy_xl.ooxml.cells import Formula
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import recompute_workbook
from strategy_xl.work.restore import restore_workbook
from strategy_xl.work.upgrade import upgrade_workbook
from strategy_xl.work.upgrade_base import FormulasOf, base_of, is_own
from strategy_xl.work.upgrade_scope import Scope

SPEC = load_default()
BOOKS = Path(__file__).parents[1] / "data" / "books"
DAY = date(2026, 11, 30)
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook of the last landed version, with few sheets."""
    return Path(shutil.copy(BOOKS / "small-3.xlsx", tmp_path / "book.xlsx"))


@pytest.mark.parametrize("name", ["version-0.1-en", "small-1", "small-2", "small-3"])
def test_its_own_templates_rendered_again_are_what_the_version_wrote(name: str) -> None:
    """Every formula of a workbook of a landed version is the one of its packed templates."""
    from strategy_xl.ooxml.snapshot import Snapshot

    base = base_of(Snapshot.take(BOOKS / f"{name}.xlsx"), SPEC)
    own = FormulasOf(base.spec, base.data)
    cells = [
        (base.texts[cell.place.sheet].get((cell.place.row, cell.place.column)), cell) for cell in own.cells()
    ]
    there = [(text, cell) for text, cell in cells if text is not None]
    assert len(there) > 500
    assert [cell for text, cell in there if not is_own(text, own.text(cell), cell.place.sheet)] == []


def test_a_path_shows_only_steps_whose_sheets_are_there() -> None:
    """A workbook with a few sheets of its version has not all that the present path leads through."""
    from strategy_xl.ooxml.snapshot import Snapshot

    base = base_of(Snapshot.take(BOOKS / "version-0.1.1-en.xlsx"), SPEC)
    spec = Scope(base, SPEC).spec
    here = {module.key for module in spec.modules}
    shown = {item.module for _, block in spec.data_blocks().values() for item in block.fields if item.module}
    assert shown
    assert shown <= here
    assert "cqqcoqp" not in here


@pytest.mark.parametrize("name", ["small-1", "small-2", "small-3"])
def test_an_upgraded_workbook_is_a_present_one(name: str, tmp_path: Path) -> None:
    """It has all fields of the present templates, nothing is wrong, a second night writes nothing."""
    book = Path(shutil.copy(BOOKS / f"{name}.xlsx", tmp_path / "book.xlsx"))
    before = {f.code for f in read_workbook(book, SPEC).findings}
    report = upgrade_workbook(book, book, SPEC, DAY)
    assert report.written
    assert report.conflicts == ()
    data = read_workbook(book, SPEC)
    assert data.schema_version == SPEC.schema_version
    assert {f.code for f in data.findings} <= before
    for key, block in data.blocks.items():
        assert {field.key for field in block.block.fields} <= block.places.keys(), key
    night = recompute_workbook(book, SPEC, DAY)
    assert night.failure is None
    assert not night.is_earlier
    assert recompute_workbook(book, SPEC, DAY).changed == 0


def test_a_column_that_people_count_is_the_same_one_afterwards(tmp_path: Path) -> None:
    """« VLOOKUP(…;Prospects;7;0) » reads the field that it read, wherever that stands now."""
    book = Path(shutil.copy(BOOKS / "small-1.xlsx", tmp_path / "book.xlsx"))

    def fields() -> dict[int, str]:
        block = read_workbook(book, SPEC).blocks["prospects"]
        return {place.column - block.table_left + 1: key for key, place in block.places.items()}

    before, table = fields(), read_workbook(book, SPEC).blocks["prospects"]
    cells = {(at, 90): Formula(f'VLOOKUP("x",{table.table},{at},0)') for at in before}
    set_cells(book, book, {table.sheet: cells})
    upgrade_workbook(book, book, SPEC, DAY)
    after = fields()
    texts = [cell.value for row in load_workbook(book)[table.sheet] for cell in row if cell.column > 80]
    counted = [
        int(found[1]) for text in texts if (found := re.search(r'VLOOKUP\("x",\w+,(\d+),0', str(text)))
    ]
    assert [after[number] for number in counted] == [before[number] for number in sorted(before)]
    assert counted != sorted(before)


def test_the_whole_example_answers_as_a_present_one_does(tmp_path: Path) -> None:
    """The workbook of the last version and of the present one, recomputed, show the same in every field."""
    old = Path(shutil.copy(BOOKS / "version-0.1.3-fr.xlsx", tmp_path / "old.xlsx"))
    new = Path(shutil.copy(BOOKS / "version-0.1.4-fr.xlsx", tmp_path / "new.xlsx"))
    upgrade_workbook(old, old, SPEC, DAY)
    for path in (old, new):
        assert recompute_workbook(path, SPEC, DAY).failure is None
    was, now = read_workbook(new, SPEC), read_workbook(old, SPEC)
    assert now.blocks.keys() == was.blocks.keys()
    for key, block in was.blocks.items():
        assert block.places.keys() == now.blocks[key].places.keys()
        for field in block.shown:
            mine = [value for value in now.blocks[key].shown[field] if value != ""]
            theirs = [value for value in block.shown[field] if value != ""]
            assert mine == pytest.approx(theirs) if _are_numbers(theirs) else mine == theirs, (key, field)


def _are_numbers(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, float) for value in values)


@pytest.mark.parametrize("version", ["small-1", "small-2", "small-3"])
def test_nothing_that_people_did_is_lost(version: str, tmp_path: Path) -> None:
    """Customised by chance it keeps all; a dry run and a second upgrade write nothing; undo is exact."""
    assert treat(BOOKS / f"{version}.xlsx", tmp_path, seed=20) == []


def test_a_deleted_column_stays_deleted(book: Path) -> None:
    """People deleted it, so it does not come back, and they are told; new ones come all the same."""

    def delete(parts: dict[str, bytes]) -> None:
        table = next(part for part in parts if b'displayName="Prospects"' in parts[part])
        text = re.sub(rb'<tableColumn id="\d+" name="Commentaire"\s*/>', b"", parts[table])
        assert text != parts[table]
        parts[table] = text.replace(b"B6:K41", b"B6:J41").replace(b'count="10"', b'count="9"')
        names = parts["xl/workbook.xml"]
        gone = re.sub(rb"(prospects\.note\"[^>]*>)[^<]*", rb"\1#REF!", names)
        assert gone != names
        parts["xl/workbook.xml"] = gone

    _change(book, delete)
    report = upgrade_workbook(book, book, SPEC, DAY)
    assert [(f.code, dict(f.args)) for f in report.findings if f.code == "SX603"] == [
        ("SX603", {"label": "Commentaire"})
    ]
    places = read_workbook(book, SPEC).blocks["prospects"].places
    assert "note" not in places
    assert "entity_id" in places


def _change(path: Path, edit: Callable[[dict[str, bytes]], None]) -> None:
    """Change parts of a workbook."""
    with zipfile.ZipFile(path) as package:
        parts = {item: package.read(item) for item in package.namelist()}
    edit(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for item, content in parts.items():
            package.writestr(item, content)


def _replaced(path: Path, pattern: bytes, new: bytes) -> None:
    """Change the part that lists names."""

    def edit(parts: dict[str, bytes]) -> None:
        parts["xl/workbook.xml"] = re.sub(pattern, new, parts["xl/workbook.xml"])

    _change(path, edit)


def test_a_formula_that_both_have_changed_is_asked_for(tmp_path: Path) -> None:
    """Mine stays unless the template's is wanted; either way the other cells follow."""
    book = Path(shutil.copy(BOOKS / "small-2.xlsx", tmp_path / "book.xlsx"))
    data = read_workbook(book, SPEC)
    kpis = data.blocks["kpis"]
    cell = kpis.cell("priority", kpis.first_row)
    set_cells(book, book, {kpis.sheet: {cell: Formula("1+1", 2.0)}})
    kept = book.read_bytes()
    report = upgrade_workbook(book, book, SPEC, DAY)
    ((conflict, taken),) = report.conflicts
    assert (conflict.key, conflict.mine, taken) == (("kpis", "priority"), "=1+1", False)
    assert load_workbook(book)[kpis.sheet][conflict.cell].value == "=1+1"
    restore_workbook(book, "")
    assert book.read_bytes() == kept
    report = upgrade_workbook(book, book, SPEC, DAY, decide=lambda _: True)
    assert [taken for _, taken in report.conflicts] == [True]
    assert load_workbook(book)[kpis.sheet][conflict.cell].value == report.conflicts[0][0].template


def test_an_interrupted_upgrade_harms_nothing(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped while it writes, it leaves the very bytes."""
    before = book.read_bytes()

    def stopped(_package: object, stream: BinaryIO, *_: object) -> None:
        stream.write(b"PK")
        raise KeyboardInterrupt

    monkeypatch.setattr("strategy_xl.ooxml.patch.write_package", stopped)
    with pytest.raises(KeyboardInterrupt):
        upgrade_workbook(book, book, SPEC, DAY)
    assert book.read_bytes() == before
    assert [path.name for path in book.parent.iterdir() if path.suffix == ".xlsx"] == ["book.xlsx"]


def test_a_newer_or_unmarked_workbook_is_refused(book: Path) -> None:
    """Nothing is written; the message says which and why."""
    _replaced(book, b"3;fr;0.1.0", b"9;fr;9.0.0")
    content = book.read_bytes()
    with pytest.raises(WorkbookError, match="SX111"):
        upgrade_workbook(book, book, SPEC, DAY)
    _replaced(book, rb'<definedName name="_sx.schema".*?</definedName>', b"")
    unmarked = book.read_bytes()
    with pytest.raises(WorkbookError, match="SX600"):
        upgrade_workbook(book, book, SPEC, DAY)
    assert book.read_bytes() == unmarked != content


@pytest.mark.libreoffice
def test_a_workbook_that_libreoffice_saved_is_upgraded(
    book: Path, recalculated: Callable[[Path], Path]
) -> None:
    """It rewrites every part; the formulas are still known as the template's, and all of them follow."""
    saved = recalculated(book)
    report = upgrade_workbook(saved, saved, SPEC, DAY)
    assert report.conflicts == ()
    data = read_workbook(saved, SPEC)
    assert data.schema_version == SPEC.schema_version
    for key, block in data.blocks.items():
        assert {field.key for field in block.block.fields} <= block.places.keys(), key
    assert recompute_workbook(saved, SPEC, DAY).failure is None
