"""Bars, small lines, tones and units of a built workbook."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from strategy_xl.build.book import build
from strategy_xl.build.cell_marks import _forms
from strategy_xl.errors import TemplateError
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import TableBlock, UnitSpec

DAY = date(2026, 3, 17)
SPEC = load_default()


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example in French."""
    target = tmp_path_factory.mktemp("marks") / "plan.xlsx"
    build(SPEC, target, lang="fr", today=DAY, example=True)
    return target


def part(book: Path, title: str) -> str:
    """A sheet's part."""
    with zipfile.ZipFile(book) as package:
        number = load_workbook(book, read_only=True).sheetnames.index(title) + 1
        return package.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_every_row_of_the_kpis_has_its_small_line(book: Path) -> None:
    """As many as the table has rows, each over the six working cells of its own row."""
    text = part(book, "KPI")
    table = load_workbook(book)["KPI"].tables["Kpis"]
    first, last = (int("".join(filter(str.isdigit, cell))) for cell in table.ref.split(":"))
    assert text.count("<x14:sparkline>") == last - first
    assert f"<xm:sqref>F{first + 1}</xm:sqref>" in text
    assert f"<xm:sqref>F{last}</xm:sqref>" in text


@pytest.mark.parametrize(("title", "bars"), [("KPI", 2), ("Objectifs SMART", 1), ("Accueil", 9)])
def test_bars_have_their_twins(book: Path, title: str, bars: int) -> None:
    """Progress and elapsed time, the score, and the completeness of the map."""
    text = part(book, title)
    assert text.count("<dataBar ") == text.count("<x14:dataBar ") == bars


@pytest.mark.libreoffice
def test_libreoffice_understands_and_keeps_bars_and_small_lines(
    book: Path, recalculated: Callable[[Path], Path]
) -> None:
    """They are there again when it saves the workbook."""
    before, after = part(book, "KPI"), part(recalculated(book), "KPI")
    assert after.count("<x14:sparkline>") == before.count("<x14:sparkline>")
    assert after.count("<x14:dataBar ") == 2


@pytest.mark.parametrize(
    ("unit", "lang", "formats"),
    [
        ({"names": ["j", "jours"]}, "fr", ['#,##0\xa0"j"', '#,##0.0\xa0"j"']),
        ({"names": ["€"], "kind": "money"}, "fr", ['#,##0\xa0"€"']),
        ({"names": ["€"], "kind": "money"}, "en", ['"€"#,##0;-"€"#,##0']),
        ({"names": ["%"], "kind": "percent"}, "en", ["0%", "0.0%", '#,##0"%"', '#,##0.0"%"']),
    ],
)
def test_formats_of_units(unit: dict[str, object], lang: str, formats: list[str]) -> None:
    """The unit stands beside the number as the language has it; a percentage may be a share."""
    forms = list(_forms(UnitSpec.model_validate(unit), "G5", "$M5", lang))
    assert [shown for _, shown in forms] == formats
    assert all('TRIM($M5)="' in condition for condition, _ in forms)


def test_units_of_the_example_are_all_known() -> None:
    """No KPI or objective of the example shows a number without its unit."""
    known = {name for unit in SPEC.units for name in unit.names}
    for key in ("kpis", "objectives"):
        path = Path(__file__).parents[2] / f"workbook_templates/example/{key}.csv"
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        assert "unit:fr" in header
        assert lines
        block = SPEC.data_blocks()[key][1]
        assert isinstance(block, TableBlock)
        from strategy_xl.build import example

        for lang in ("fr", "en"):
            rows = example.load(block, SPEC, lang, DAY) or []
            assert {str(row["unit"]) for row in rows if row.get("unit")} <= known


def test_a_field_that_repeats_is_written_out() -> None:
    """Counters run up and down in keys, labels and formulas."""
    block = SPEC.data_blocks()["kpis"][1]
    trend = [field for field in block.fields if field.key.startswith("trend_")]
    assert [field.key for field in trend] == [f"trend_{number}" for number in range(1, 7)]
    assert [field.label.fr for field in trend][-1] == "Tendance 6"
    assert trend[0].formula is not None
    assert trend[0].formula.endswith(",6)),NA())")
    assert trend[5].formula is not None
    assert trend[5].formula.endswith(",1)),NA())")


def test_marks_name_fields_that_exist(tmp_path: Path) -> None:
    """A small line over columns that are not there, or a unit from nowhere, is a fault of the template."""
    from strategy_xl.schema.loader import load
    from strategy_xl.schema.shipped import default_folder

    text = default_folder().joinpath("kpi.toml").read_text(encoding="utf-8")
    for good, bad in (
        ("kpis[trend_1:trend_6]", "kpis[trend_1:nowhere]"),
        ('unit_from = "unit"', 'unit_from = "x"'),
    ):
        (tmp_path / "kpi.toml").write_text(text.replace(good, bad, 1), encoding="utf-8")
        with pytest.raises(TemplateError):
            load(tmp_path)
