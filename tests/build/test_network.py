"""The pictures of people and links: every point named from a cell, every link a line, told to all readers."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook

from strategy_xl.build.book import build
from strategy_xl.build.network import LINKS, PLOT
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import ChartSpec

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example in English."""
    target = tmp_path_factory.mktemp("network") / "plan.xlsx"
    build(load_default(), target, lang="en", today=date(2026, 3, 17), example=True)
    return target


@pytest.fixture(scope="module")
def networks(book: Path) -> list[tuple[ChartSpec, Any]]:
    """Every network with its chart part."""
    with zipfile.ZipFile(book) as package:
        parts = [
            etree.fromstring(package.read(f"xl/charts/chart{at}.xml"))
            for at in range(1, len(load_default().charts()) + 1)
        ]
    found = [pair for pair in zip(load_default().charts(), parts, strict=True) if pair[0].type == "network"]
    assert len(found) == 2
    return found


def reference(series: Any, *path: str) -> str:
    """The cells behind a part of a series, empty when it has none."""
    return str(series.findtext("/".join(f"{C}{name}" for name in (*path, "f")), ""))


def test_every_point_has_its_name_from_a_cell(book: Path, networks: list[tuple[ChartSpec, Any]]) -> None:
    """A label is the name of a series, which is one cell with a formula: it follows without a cache."""
    workbook = load_workbook(book)
    for spec, part in networks:
        named = [series for series in part.iter(f"{C}ser") if reference(series, "tx", "strRef")]
        wanted = [series for series in spec.series if series.labels]
        rows = [last - first + 1 for first, last in (series.rows or (1, 5) for series in wanted)]
        assert len(named) == sum(rows)
        for series in named:
            title, _, cell = reference(series, "tx", "strRef").rpartition("!")
            content = workbook[title.strip("'").replace("''", "'")][cell.replace("$", "")]
            assert content.data_type == "f"
            assert series.find(f"{C}dLbls/{C}showSerName").get("val") == "1"
            assert ":" not in reference(series, "yVal", "numRef")


def test_links_differ_in_thickness_and_point_to_whom_they_influence(
    networks: list[tuple[ChartSpec, Any]],
) -> None:
    """A link is a line over two cells with a head; each strength has a thickness and a line of its own."""
    spec, part = next(pair for pair in networks if any(series.strength for series in pair[0].series))
    widths: dict[int, int] = {}
    for made in part.iter(f"{C}ser"):
        line = made.find(f"{C}spPr/{A}ln")
        head = line.find(f"{A}tailEnd")
        if head is not None and ":" in reference(made, "xVal", "numRef"):
            assert head.get("type") == "triangle"
            width = int(line.get("w"))
            widths[width] = widths.get(width, 0) + 1
    expected = {}
    for series in spec.series:
        if series.strength and series.rows:
            expected[int(LINKS[series.strength][1] * 12700)] = series.rows[1] - series.rows[0] + 1
    assert widths == expected
    assert len(widths) == 3


def test_the_legend_names_kinds_not_people(networks: list[tuple[ChartSpec, Any]]) -> None:
    """It keeps one entry for each strength and each role; a network of one kind has none."""
    for spec, part in networks:
        kinds = [series for series in spec.series if series.name is not None]
        legend = part.find(f".//{C}legend")
        if len(kinds) == 1:
            assert legend is None
            continue
        hidden = {int(entry.find(f"{C}idx").get("val")) for entry in legend.iter(f"{C}legendEntry")}
        shown = [
            series.findtext(f"{C}tx/{C}v")
            for at, series in enumerate(part.iter(f"{C}ser"))
            if at not in hidden
        ]
        assert shown == [series.name.en for series in kinds if series.name]


def test_a_circle_is_round(networks: list[tuple[ChartSpec, Any]]) -> None:
    """Both axes, which are not shown, have the same scale on the paper; the plot has a fixed place."""
    for spec, part in networks:
        ends = [
            (
                float(axis.find(f"{C}scaling/{C}min").get("val")),
                float(axis.find(f"{C}scaling/{C}max").get("val")),
            )
            for axis in part.iter(f"{C}valAx")
        ]
        assert sorted(ends) == sorted([(-spec.x_span, spec.x_span), (-spec.y_span, spec.y_span)])
        assert part.find(f".//{C}plotArea/{C}layout/{C}manualLayout/{C}layoutTarget").get("val") == "inner"
        if any(series.guide for series in spec.series):
            across = spec.width * PLOT[2] / spec.x_span
            up = spec.height * PLOT[3] / spec.y_span
            assert across == pytest.approx(up, rel=0.02)


def test_every_chart_has_an_alternative_text(book: Path) -> None:
    """In the order of the sheets: what the template says, else the chart's title and what it shows."""
    found: list[str] = []
    with zipfile.ZipFile(book) as package:
        for at in range(1, 1 + sum("xl/drawings/drawing" in name for name in package.namelist())):
            root = etree.fromstring(package.read(f"xl/drawings/drawing{at}.xml"))
            found += [
                str(shown.get("descr"))
                for frame in root.iter(f"{DRAWING}graphicFrame")
                for shown in frame.iter(f"{DRAWING}cNvPr")
            ]
    specs = load_default().charts()
    assert len(found) == len(specs)
    for text, chart in zip(found, specs, strict=True):
        if chart.alt is not None:
            assert text == chart.alt.en
        else:
            assert text.startswith(chart.title.en.rstrip("."))
