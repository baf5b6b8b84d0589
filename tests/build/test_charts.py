"""Charts point to the cells that hold their values and are drawn as the template asks."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from lxml import etree
from openpyxl import Workbook, load_workbook

from strategy_xl.build import chart_parts
from strategy_xl.build.book import build
from strategy_xl.build.layout import Area
from strategy_xl.schema.loader import load_default

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KINDS = {
    "scatter": "scatterChart",
    "line": "lineChart",
    "bar": "barChart",
    "column": "barChart",
    "pareto": "barChart",
    "funnel": "barChart",
    "doughnut": "doughnutChart",
    "network": "scatterChart",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example in French."""
    target = tmp_path_factory.mktemp("charts") / "plan.xlsx"
    build(load_default(), target, lang="fr", today=date(2026, 3, 17), example=True)
    return target


@pytest.fixture(scope="module")
def parts(book: Path) -> list[etree._Element]:
    """The chart parts, in the order in which they were added."""
    with zipfile.ZipFile(book) as package:
        count = sum(name.startswith("xl/charts/chart") for name in package.namelist())
        return [etree.fromstring(package.read(f"xl/charts/chart{n}.xml")) for n in range(1, count + 1)]


def formulas(part: etree._Element) -> Iterator[str]:
    """Every cell reference of a chart."""
    return (element.text or "" for element in part.iter(f"{C}f"))


def test_every_chart_of_the_templates_is_there(parts: list[etree._Element]) -> None:
    """There is one part a chart, of its kind, with its title beside the plot."""
    specs = load_default().charts()
    assert len(parts) == len(specs)
    for part, spec in zip(parts, specs, strict=True):
        assert part.find(f".//{C}{KINDS[spec.type]}") is not None
        assert (
            "".join(element.text or "" for element in part.find(f".//{C}title").iter(f"{A}t"))
            == spec.title.fr
        )
        assert part.find(f".//{C}title/{C}overlay").get("val") == "0"


def test_references_lead_to_cells_of_the_book(book: Path, parts: list[etree._Element]) -> None:
    """Every reference of a chart names an existing sheet and a range that holds something."""
    workbook = load_workbook(book)
    for part in parts:
        for reference in formulas(part):
            title, _, area = reference.rpartition("!")
            sheet = workbook[title.strip("'").replace("''", "'")]
            cells = sheet[area.replace("$", "")]
            flat = [cell for row in (cells if isinstance(cells, tuple) else ((cells,),)) for cell in row]
            assert flat


def test_axes_are_shown_and_hidden_helpers_are_drawn(parts: list[etree._Element]) -> None:
    """No axis is deleted but a network's and that of centred bars; values in hidden helpers are drawn."""
    for part, spec in zip(parts, load_default().charts(), strict=True):
        deleted = [
            element
            for element in part.iter(f"{C}delete")
            if element.getparent().tag != f"{C}legendEntry" and element.get("val") == "1"
        ]
        if spec.type != "network":
            assert len(deleted) == any(series.spacer for series in spec.series)
        assert part.find(f".//{C}plotVisOnly").get("val") == "0"
        assert part.find(f".//{C}dispBlanksAs").get("val") == "gap"


def test_a_threshold_is_a_cross_of_two_lines_out_of_the_legend(
    book: Path, parts: list[etree._Element]
) -> None:
    """Its guides run through cells of the workbook that read the setting, dashed and not in the legend."""
    found = 0
    workbook = load_workbook(book)
    for part, spec in zip(parts, load_default().charts(), strict=True):
        if spec.type == "network":
            continue  # of a series for every point and link, see test_network
        series = part.findall(f".//{C}ser")
        assert len(series) == len(spec.series)
        guides = [index for index, made in enumerate(spec.series) if made.guide]
        hidden = {entry.find(f"{C}idx").get("val") for entry in part.iter(f"{C}legendEntry")}
        helpers = [
            n
            for n, made in enumerate(spec.series)
            if made.fill or made.arrow or (made.labels and not made.tone)
        ]
        assert hidden == {str(index) for index in (*guides, *helpers)}
        values = set()
        for index in guides:
            found += 1
            for reference in formulas(series[index]):
                title, _, area = reference.rpartition("!")
                cells = workbook[title.strip("'")][area.replace("$", "")]
                if not isinstance(cells, tuple):
                    continue  # the name of the series
                assert len(cells) == 2
                values |= {cell.value for (cell,) in cells}
        assert not guides or "=SX_score_threshold" in values
    assert found == 4


def test_pareto_has_a_second_axis_from_0_to_100_percent(parts: list[etree._Element]) -> None:
    """The cumulated line of a Pareto chart runs on its own axis from 0 to 1, shown as percent."""
    checked = 0
    for part, spec in zip(parts, load_default().charts(), strict=True):
        if spec.type != "pareto":
            continue
        checked += 1
        axes = part.findall(f".//{C}valAx")
        second = axes[-1]
        assert len(axes) == 2
        assert second.find(f"{C}scaling/{C}max").get("val") == "1"
        assert second.find(f"{C}numFmt").get("formatCode") == "0%"
        assert second.find(f"{C}crosses").get("val") == "max"
    assert checked


def test_horizontal_bars_begin_at_the_top(parts: list[etree._Element]) -> None:
    """A funnel and a bar chart show the first category on top and their numbers at the bars."""
    for part, spec in zip(parts, load_default().charts(), strict=True):
        if spec.type in {"funnel", "bar"}:
            assert part.find(f".//{C}barDir").get("val") == "bar"
            assert part.find(f".//{C}catAx/{C}scaling/{C}orientation").get("val") == "maxMin"


def test_the_way_to_the_desired_place_ends_in_an_arrow_head(parts: list[etree._Element]) -> None:
    """The arrow of the map runs from the perceived to the desired point, without marks of its own."""
    found = [
        part.findall(f".//{C}ser")[index]
        for part, spec in zip(parts, load_default().charts(), strict=True)
        for index, series in enumerate(spec.series)
        if series.arrow
    ]
    assert len(found) == 1
    assert found[0].find(f".//{A}ln/{A}tailEnd").get("type") == "triangle"
    assert found[0].find(f"{C}marker/{C}symbol").get("val") == "none"


def test_bars_of_the_funnel_stand_in_the_middle(parts: list[etree._Element]) -> None:
    """They are stacked on a series that is not drawn and holds the place on their left."""
    charts = zip(parts, load_default().charts(), strict=True)
    (part,) = [part for part, spec in charts if any(series.spacer for series in spec.series)]
    spacer, bars = part.findall(f".//{C}ser")
    assert part.find(f".//{C}grouping").get("val") == "stacked"
    assert part.find(f".//{C}overlap").get("val") == "100"
    assert spacer.find(f"{C}spPr/{A}noFill") is not None
    assert spacer.find(f"{C}dLbls") is None
    assert bars.find(f"{C}dLbls/{C}showVal").get("val") == "1"
    assert part.find(f".//{C}legend") is None


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_chart_tells_what_it_shows(tmp_path: Path, lang: str) -> None:
    """Each has an alternative text, the right one: its own title, then its series and axes."""
    target = tmp_path / "plan.xlsx"
    build(load_default(), target, lang=lang, today=date(2026, 3, 17))
    told: dict[str, str] = {}
    with zipfile.ZipFile(target) as package:
        for name in package.namelist():
            if not re.fullmatch(r"xl/drawings/drawing\d+\.xml", name):
                continue
            related = etree.fromstring(package.read(f"xl/drawings/_rels/{name.rpartition('/')[2]}.rels"))
            charts = {item.get("Id"): item.get("Target") for item in related}
            for frame in etree.fromstring(package.read(name)).iter("{*}graphicFrame"):
                chart = charts[frame.find(".//{*}chart").get(f"{{{RELATION}}}id")]
                told[chart.rpartition("/")[2]] = frame.find(".//{*}cNvPr").get("descr")
    specs = load_default().charts()
    assert len(told) == len(specs)
    for number, spec in enumerate(specs, 1):
        text = told[f"chart{number}.xml"]
        if spec.alt is not None:
            assert text == spec.alt.get(lang)
            continue
        title = spec.title.get(lang)
        assert text.startswith(f"{title} " if title.endswith("?") else f"{title.rstrip('.')}. ")
        assert spec.x_title is None or spec.x_title.get(lang) in text
        named = [
            item.name.get(lang)
            for item in spec.series
            if item.name and item.tone and not (item.guide or item.fill)
        ]
        assert all(name in text for name in named)


def test_a_chart_may_show_cells_beyond_row_a_million() -> None:
    """A sheet has 1,048,576 rows, and a table of clients may take nearly all."""
    sheet = Workbook().active
    assert sheet is not None
    book = SimpleNamespace(workbook={"S": sheet})
    sheet.title = "S"
    found = chart_parts.cells(book, Area("S", 9, 2, 1_048_576, 2))  # type: ignore[arg-type]
    assert str(found) == "'S'!$B$9:$B$1048576"
