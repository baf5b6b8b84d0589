"""Texts of cells beside points follow the cells; labels that people made stay theirs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import build
from strategy_xl.formulas.cell_refs import Area
from strategy_xl.ooxml.cells import Cached, Formula, Styled
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.point_labels import Texts, label_range, refreshed, series_labels, text_of
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import recompute_workbook

DAY = date(2027, 3, 1)
SPEC = load_default()
LOOK = b'<txPr><a:p><a:pPr><a:defRPr sz="800"><x/></a:defRPr></a:pPr></a:p></txPr>'


def chart(prefix: bytes = b"", area: str = "'L''été'!$B$3:$B$6") -> bytes:
    """A chart with one series whose labels come from cells, and one without."""
    labels = series_labels(LOOK, "t", prefix)
    return b'<%bser><%bidx val="0"/></%bser><%bser>%b%b</%bser>' % (
        prefix, prefix, prefix, prefix, labels, label_range(area, prefix), prefix,
    )  # fmt: skip


def texts(found: Mapping[int, str], seen: list[tuple[str, Area]] | None = None) -> Texts:
    """A source of texts that remembers what it was asked for."""

    def told(title: str, area: Area) -> Mapping[int, str]:
        if seen is not None:
            seen.append((title, area))
        return found

    return told


def points(data: bytes) -> list[tuple[int, str]]:
    """Number and text of the points that the file keeps."""
    return [
        (int(at), text.decode())
        for at, text in re.findall(rb'<(?:c:)?pt idx="(\d+)"><(?:c:)?v>([^<]*)<', data)
    ]


@pytest.mark.parametrize("prefix", [b"", b"c:"])
def test_texts_are_kept_and_each_has_a_label(prefix: bytes) -> None:
    """Points without a text have none; the range is asked for by its sheet and cells."""
    seen: list[tuple[str, Area]] = []
    made = refreshed(chart(prefix), texts({0: "Alpha & fils", 2: "Béta", 3: ""}, seen))
    assert seen == [("L'été", Area(3, 2, 6, 2))]
    assert points(made) == [(0, "Alpha &amp; fils"), (2, "Béta")]
    assert made.count(b"<%bdLbl>" % prefix) == 2
    assert b'<%bptCount val="4"/>' % prefix in made
    assert b'<a:rPr sz="800"><x/></a:rPr>' in made  # as the series' own texts look


def test_nothing_new_changes_no_byte() -> None:
    """Neither what the cells show already nor a chart whose cells were not looked at."""
    made = refreshed(chart(), texts({1: "Alpha"}))
    assert made != chart()
    for known in ({1: "Alpha"}, {}, {0: ""}):
        assert refreshed(made, texts(known)) is made or refreshed(made, texts(known)) == made
    other = b"<ser><idx/></ser>"
    assert refreshed(other, texts({0: "x"})) is other


def test_a_text_that_goes_takes_its_label_along() -> None:
    """And the others stay, though their cells did not change."""
    made = refreshed(chart(), texts({0: "Alpha", 1: "Béta"}))
    made = refreshed(made, texts({0: ""}))
    assert points(made) == [(1, "Béta")]
    assert made.count(b"<dLbl>") == 1


def test_labels_of_people_stay() -> None:
    """Who has formatted a label in Excel keeps it; only the texts follow."""
    own = b'<dLbls><dLbl><idx val="1"/><mine/></dLbl>'
    made = refreshed(chart().replace(b"<dLbls>", own), texts({0: "Alpha"}))
    assert own in made
    assert made.count(b"<dLbl>") == 1
    assert points(made) == [(0, "Alpha")]


@pytest.mark.parametrize("area", ["#REF!", "Names", "A!B!C", "'Other'!$A"])
def test_a_range_that_is_gone_is_left(area: str) -> None:
    """As Excel leaves it."""
    assert refreshed(chart(area=area), texts({0: "Alpha"})) == chart(area=area)


def test_what_a_cell_shows() -> None:
    """Whatever form its new value has."""
    values = ("x", Cached("x"), Formula("A1", "x"), Styled("x", 3), Styled(Formula("A1", "x"), 3))
    assert {text_of(value) for value in values} == {"x"}
    assert (text_of(None), text_of(12), text_of(Cached(None))) == ("", "12", "")


def test_the_names_of_the_matrix(tmp_path: Path) -> None:
    """The largest clients are named as their cells say; a client who comes in has his name the same night."""
    path = tmp_path / "plan.xlsx"
    build(SPEC, path, lang="fr", today=DAY, only=["client_matrix"], example=True)
    recompute_workbook(path, SPEC, DAY)
    before = path.read_bytes()
    assert recompute_workbook(path, SPEC, DAY).changed == 0
    assert path.read_bytes() == before
    named = names(path)
    block = read_workbook(path, SPEC).blocks["clients"]
    assert 10 <= len(named) <= 16
    assert all(any(text.startswith(f"{name} · ") for name in block.frame["name"]) for text in named)
    row = block.last_row
    typed = {"name": "Zénith", "revenue": 9e5, "quick_x": 9, "quick_y": 2}
    set_cells(path, path, {block.sheet: {block.cell(key, row): value for key, value in typed.items()}})
    recompute_workbook(path, SPEC, DAY)
    assert "Zénith · 900\N{NO-BREAK SPACE}k€" in names(path)


def names(path: Path) -> list[str]:
    """The texts that the chart keeps for LibreOffice, without those of the zones."""
    with zipfile.ZipFile(path) as package:
        (part,) = (package.read(name) for name in package.namelist() if name.startswith("xl/charts/chart"))
    return [text for _at, text in points(part) if "k€" in text]
