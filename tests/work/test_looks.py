"""What a night does for the eye: rows as high as their sentences, names of charts that can be read."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.book.read import read_workbook
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.schema.loader import load_default
from strategy_xl.text.lines import row_height, text_lines
from strategy_xl.work.label_places import DOT_CM, LETTER_CM, LINE_CM, sides
from strategy_xl.work.recompute import plan_workbook, recompute_workbook

SPEC = load_default()
DAY = date(2027, 3, 1)
FRAME = (20.0, 8.0)


@pytest.fixture
def book(content: bytes, tmp_path: Path) -> Path:
    """Eight clients."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(content)
    return path


def heights(path: Path, sheet: str = "xl/worksheets/sheet1.xml") -> dict[int, float]:
    """Row → height as the file says."""
    with zipfile.ZipFile(path) as package:
        part = package.read(sheet)
    rows = re.findall(rb'<row [^>]*r="(\d+)"[^>]* ht="([\d.]+)"', part)
    return {int(row): float(height) for row, height in rows}


def test_rows_are_as_high_as_their_sentences(book: Path) -> None:
    """And a height that somebody chose stays."""
    clients = read_workbook(book, SPEC).blocks["clients"]
    plan = plan_workbook(book, SPEC, DAY)
    own = clients.first_row + 2
    tag = re.compile(rb'(<row [^>]*r="%d"[^>]*?)( ht="[\d.]+")?( customHeight="\w+")?(/?>)' % own)
    with zipfile.ZipFile(book) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = "xl/worksheets/sheet1.xml"
    assert tag.search(parts[name])
    parts[name] = tag.sub(rb'\1 ht="77" customHeight="1"\4', parts[name])
    with zipfile.ZipFile(book, "w") as package:
        for part, data in parts.items():
            package.writestr(part, data)
    assert recompute_workbook(book, SPEC, DAY).failure is None
    found = heights(book)
    wanted = plan.heights[clients.sheet]
    assert set(clients.frame.index) <= wanted.keys()
    for row in clients.frame.index:
        assert found[row] == (77 if row == own else wanted[row])
    texts = [text for text in plan.columns[clients.sheet][clients.places["reasons"].column].values() if text]
    width = next(spec.width for spec in clients.block.fields if spec.key == "reasons")
    most = max(text_lines(text, width) for text in texts if isinstance(text, str))
    assert max(wanted.values()) >= row_height(most) > row_height(1)


def test_a_night_that_changes_no_sentence_changes_no_height(book: Path) -> None:
    """Only rows in which something is written are fitted."""
    recompute_workbook(book, SPEC, DAY)
    clients = read_workbook(book, SPEC).blocks["clients"]
    before = heights(book)
    set_cells(book, book, {clients.sheet: {clients.cell("hours", clients.first_row): 900}})
    plan = plan_workbook(book, SPEC, DAY)
    assert clients.first_row in plan.heights[clients.sheet]
    assert len(plan.heights[clients.sheet]) < len(clients.frame)
    recompute_workbook(book, SPEC, DAY)
    changed = {row for row, height in heights(book).items() if before.get(row) != height}
    assert changed <= plan.heights[clients.sheet].keys()


def test_a_name_leaves_the_place_that_is_taken() -> None:
    """The first stands above; what is beside it goes where there is room; at the edge it goes inwards."""
    assert sides({1: (10, 4, "Alpha")}, FRAME) == {1: "t"}
    assert sides({1: (10, 4, "Alpha"), 2: (10.2, 4.1, "Béta")}, FRAME) == {1: "l", 2: "t"}
    assert sides({1: (19.9, 4, "A very long name of a client")}, FRAME) == {1: "l"}
    assert sides({1: (10, 7.95, "Alpha")}, FRAME) == {1: "b"}
    assert sides({1: (10, 4, ""), 2: (10, 4.5, "")}, FRAME) == {}


@given(
    st.dictionaries(
        st.integers(0, 30),
        st.tuples(st.floats(0, 20), st.floats(0, 8), st.sampled_from(["", "Alpha", "Béta & fils · 12 k€"])),
        max_size=20,
    )
)
def test_every_name_has_a_side(points: dict[int, tuple[float, float, str]]) -> None:
    """And only points with a name have one, whatever the crowd."""
    found = sides(points, FRAME)
    assert found.keys() == {key for key, (_x, _y, text) in points.items() if text}
    assert set(found.values()) <= set("trlb")


def test_two_names_far_from_each_other_do_not_matter() -> None:
    """What is more than a name away changes nothing."""
    far = LETTER_CM * 10 + 4 * DOT_CM + LINE_CM
    assert sides({1: (5, 4, "Alpha"), 2: (5 + far, 4, "Béta")}, FRAME) == {1: "t", 2: "t"}
