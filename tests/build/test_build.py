"""A built workbook says what its templates say: structure, identity, content, protection, safety."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from complaints import by_schema
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries
from package_audit import audit

from strategy_xl.build.book import build
from strategy_xl.build.defined_names import link_name
from strategy_xl.errors import TemplateError, UsageError
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import STAMP, anchor_name, list_name, setting_name, share_name, sheet_name
from strategy_xl.schema.spec import (
    FieldRole,
    FormBlock,
    SummaryBlock,
    TableBlock,
    WorkbookSpec,
)
from strategy_xl.work.recompute import recompute_workbook

pytestmark = pytest.mark.xdist_group("build")  # its workbooks are made once
DAY = date(2026, 3, 17)
LANGUAGES = ("fr", "en")


def text(value: str) -> dict[str, str]:
    """The same text in both languages."""
    return {"fr": value, "en": value}


def spec_of(*modules: dict[str, Any], lists: tuple[dict[str, Any], ...] = ()) -> WorkbookSpec:
    """A workbook of the given modules, in their order."""
    return WorkbookSpec.model_validate(
        {
            "schema_version": 1,
            "name": text("Plan"),
            "order": [module["key"] for module in modules],
            "groups": [{"key": "method", "label": text("Method"), "colour": "334155"}],
            "lists": lists,
            "modules": modules,
        }
    )


def module_of(key: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    """A module with a title made of its key."""
    name = key.replace("_", " ").capitalize()
    return {"key": key, "sheet": text(name), "title": text(name), "blocks": blocks}


def table_of(key: str, *fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A table block."""
    return {"kind": "table", "key": key, "rows": 5, "fields": fields, **more}


def field_of(key: str, label: str | None = None, **more: Any) -> dict[str, Any]:
    """A field whose label is its key unless told."""
    return {"key": key, "label": text(label or key), **more}


@pytest.fixture(scope="module", params=LANGUAGES)
def lang(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    return str(request.param)


@pytest.fixture(scope="module", params=[False, True], ids=["blank", "example"])
def book(request: pytest.FixtureRequest, lang: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole workbook, blank and with the example."""
    target = tmp_path_factory.mktemp("built") / "plan.xlsx"
    build(load_default(), target, lang=lang, today=DAY, company="Essai & Fils", example=request.param)
    return target


@pytest.fixture(scope="module")
def workbook(book: Path) -> Workbook:
    """The same as openpyxl reads it; tests only look at it."""
    return load_workbook(book)


def test_sheets_tables_and_headers_are_those_of_the_templates(workbook: Workbook, lang: str) -> None:
    """Tab titles, table names and headers stand as the templates give them, in order."""
    spec = load_default()
    assert workbook.sheetnames == [module.sheet.get(lang) for module in spec.modules]
    for module in spec.modules:
        sheet = workbook[module.sheet.get(lang)]
        assert list(sheet.tables) == [block.table_name for block in module.tables()]
        for block in module.tables():
            table = sheet.tables[block.table_name]
            column, row, last_column, last_row = range_boundaries(table.ref)
            headers = [sheet.cell(row, index).value for index in range(column, last_column + 1)]
            assert headers == [field.label.get(lang) for field in block.fields]
            assert headers == [item.name for item in table.tableColumns]
            assert last_row - row >= (len(block.seed) if block.locked and block.seed else block.rows)


def test_hidden_names_point_to_every_field(workbook: Workbook, lang: str) -> None:
    """Every field has an anchor whose cell is the header of its column or the first cell of its values."""
    spec = load_default()
    names = workbook.defined_names
    for module, block in spec.data_blocks().values():
        for field in block.fields:
            name = names[anchor_name(block.key, field.key)]
            assert name.hidden
            ((title, cell),) = name.destinations
            assert title == module.sheet.get(lang)
            if isinstance(block, TableBlock):
                assert workbook[title][cell.replace("$", "")].value == field.label.get(lang)
    for module in spec.modules:
        for name in (names[sheet_name(module.key)], names[link_name(module.key)]):
            ((title, cell),) = name.destinations
            assert workbook[title][cell.replace("$", "")].value == module.title.get(lang)
    assert names[STAMP].attr_text.startswith(f'"{spec.schema_version};{lang};')


def test_settings_and_lists_have_public_names(workbook: Workbook, lang: str) -> None:
    """Formulas and people reach settings and lists by visible names."""
    spec = load_default()
    names = workbook.defined_names
    for _, block in spec.data_blocks().values():
        if isinstance(block, FormBlock) and block.names:
            assert all(not names[setting_name(field.key)].hidden for field in block.fields)
    assert "SX_reference_date" in names[setting_name("today")].attr_text
    for choices in spec.lists:
        ((title, area),) = names[list_name(choices.key)].destinations
        cells = [row[0].value for row in _rows(workbook[title][area.replace("$", "")])]
        labels = [choice.get(lang) for choice in choices.choices]
        assert cells[: len(labels)] == labels


def _rows(cells: Any) -> Any:
    return cells if isinstance(cells, tuple) else ((cells,),)


def test_the_file_passes_both_audits(book: Path) -> None:
    """Neither openxml-audit nor the own audit finds anything that makes Excel repair the file."""
    assert by_schema(book) == {}
    assert audit(book) == []


def test_formula_cells_are_locked_without_password_and_inputs_are_not(workbook: Workbook, lang: str) -> None:
    """Were a sheet protected, people would type in inputs only; unasked none is, so that tables grow."""
    spec = load_default()
    for module in spec.modules:
        sheet = workbook[module.sheet.get(lang)]
        assert not sheet.protection.sheet
        for block in module.tables():
            table = sheet.tables[block.table_name]
            column, row, _, _ = range_boundaries(table.ref)
            for index, field in enumerate(block.fields):
                cell = sheet.cell(row + 1, column + index)
                titled = block.locked and any(field.key in seeded for seeded in block.seed)
                assert cell.protection.locked == (field.role is not FieldRole.INPUT or titled)


def test_protection_when_it_is_wished(tmp_path: Path) -> None:
    """Sheets with formulas or results are locked then; no password stands in people's way."""
    path = tmp_path / "plan.xlsx"
    build(load_default(), path, lang="fr", today=DAY, only=["client_matrix"], protect=True)
    sheet = load_workbook(path)["Matrice clients"]
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert not sheet.protection.autoFilter


def test_computed_columns_keep_their_formula_for_new_rows(workbook: Workbook, lang: str) -> None:
    """The formula of a computed column is also the table's own, so that a new row gets it."""
    found = 0
    for module in load_default().modules:
        sheet = workbook[module.sheet.get(lang)]
        for block in module.tables():
            table = sheet.tables[block.table_name]
            column, row, _, last = range_boundaries(table.ref)
            for index, field in enumerate(block.fields):
                own = table.tableColumns[index].calculatedColumnFormula
                assert (own is not None) == (field.role is FieldRole.COMPUTED)
                if own is None or field.array:
                    continue
                found += 1
                assert {sheet.cell(line, column + index).value for line in range(row + 1, last + 1)} == {
                    f"={own.attr_text}"
                }
    assert found > 20


def test_map_links_and_completeness_reach_every_module(workbook: Workbook, lang: str) -> None:
    """The map links to each sheet by a name that survives renaming, and names each completeness cell."""
    spec = load_default()
    home = workbook[spec.module("home").sheet.get(lang)]
    assert _targets(home) == {link_name(module.key) for module in spec.modules if module.key != "home"}
    for module in spec.modules:
        required = any(
            field.required
            for block in module.blocks
            if isinstance(block, TableBlock | FormBlock | SummaryBlock)
            for field in block.fields
        )
        assert (share_name(module.key) in workbook.defined_names) == required
        if module.key != "home":
            sheet = workbook[module.sheet.get(lang)]
            assert _targets(sheet) == {link_name("home")}


def _targets(sheet: Any) -> set[str]:
    """Where the links of a sheet lead."""
    return {cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}


def test_title_company_and_footer_are_written(book: Path, workbook: Workbook, lang: str) -> None:
    """The firm stands in the settings, the properties and the footers; an ampersand stays itself."""
    assert workbook.properties.title == f"{load_default().name.get(lang)} – Essai & Fils"
    assert workbook.properties.language == ("fr-FR" if lang == "fr" else "en-GB")
    ((title, cell),) = workbook.defined_names["SX_company"].destinations
    assert workbook[title][cell.replace("$", "")].value == "Essai & Fils"
    with zipfile.ZipFile(book) as package:
        assert b"<Company>Essai &amp; Fils</Company>" in package.read("docProps/app.xml")
        assert b"Essai &amp;&amp; Fils" in package.read("xl/worksheets/sheet1.xml")


def test_every_sheet_prints_one_page_wide_on_a4(workbook: Workbook) -> None:
    """Each sheet has a print area, is one page wide and repeats the header of its growing table."""
    for sheet in workbook.worksheets:
        assert sheet.print_area
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.freeze_panes


def test_a_grid_prints_as_one_poster(workbook: Workbook, lang: str) -> None:
    """The SWOT boxes are what their sheet prints: one page under the title."""
    sheet = workbook[load_default().module("swot").sheet.get(lang)]
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)
    assert sheet.print_title_rows == "$1:$2"
    _, first, _, last = range_boundaries(sheet.print_area.rpartition("!")[2].replace("$", ""))
    assert last - first < 30


def test_rules_of_validation_and_format_stay_few(workbook: Workbook) -> None:
    """Validation and conditional formats cover whole columns: few ranges, whatever the number of rows."""
    for sheet in workbook.worksheets:
        assert len(sheet.data_validations.dataValidation) <= 150
        assert len(sheet.conditional_formatting) <= 25


def test_validation_texts_keep_within_excel_limits(workbook: Workbook) -> None:
    """Titles, prompts, errors and inline lists are never longer than Excel takes."""
    for sheet in workbook.worksheets:
        for rule in sheet.data_validations.dataValidation:
            assert len(rule.promptTitle or "") <= 32
            assert len(rule.errorTitle or "") <= 32
            assert len(rule.prompt or "") <= 255
            assert len(rule.error or "") <= 225
            assert len(rule.formula1 or "") <= 255


def test_the_same_day_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two builds of the same day are equal byte by byte."""
    files = [tmp_path / name for name in ("a.xlsx", "b.xlsx")]
    for file in files:
        build(load_default(), file, lang="fr", today=DAY, example=True)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_an_existing_file_is_not_overwritten_unless_asked(tmp_path: Path) -> None:
    """A second build to the same path is refused and leaves the file, unless overwriting is asked for."""
    target = tmp_path / "plan.xlsx"
    target.write_bytes(b"precious")
    spec = spec_of(module_of("one", table_of("items", field_of("name"))))
    with pytest.raises(UsageError) as caught:
        build(spec, target, lang="fr", today=DAY)
    assert caught.value.finding.code == "SX144"
    assert target.read_bytes() == b"precious"
    build(spec, target, lang="fr", today=DAY, overwrite=True)
    assert zipfile.is_zipfile(target)


def test_a_failed_build_leaves_nothing_behind(tmp_path: Path) -> None:
    """When a template cannot be written, no file appears, not even a temporary one."""
    field = field_of("long", role="computed", formula="=" + "1+" * 5000 + "1")
    spec = spec_of(module_of("one", table_of("items", field_of("name"), field)))
    with pytest.raises(TemplateError) as caught:
        build(spec, tmp_path / "plan.xlsx", lang="fr", today=DAY)
    assert caught.value.finding.code == "SX145"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [({"lang": "de"}, "SX146"), ({"lang": "fr", "only": ["kpis"]}, "SX143")],
)
def test_wrong_usage_is_named(tmp_path: Path, arguments: dict[str, Any], code: str) -> None:
    """An unknown language or module is refused by its own code, before anything is written."""
    with pytest.raises(UsageError) as caught:
        build(load_default(), tmp_path / "plan.xlsx", today=DAY, **arguments)
    assert caught.value.finding.code == code
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_folder_is_named(tmp_path: Path) -> None:
    """A target in a folder that does not exist is refused."""
    with pytest.raises(UsageError) as caught:
        build(load_default(), tmp_path / "no" / "plan.xlsx", lang="fr", today=DAY)
    assert caught.value.finding.code == "SX147"


@pytest.mark.parametrize("module", [module.key for module in load_default().modules])
def test_one_module_brings_what_it_leans_on(tmp_path: Path, module: str) -> None:
    """A book cut down to any one module has the settings too, refers to nothing absent and is valid."""
    target = tmp_path / "part.xlsx"
    report = build(load_default(), target, lang="en", today=DAY, only=[module])
    assert {module, "settings"} <= set(report.sheets)
    assert audit(target) == []
    known = set(load_workbook(target, read_only=True).sheetnames)
    with zipfile.ZipFile(target) as package:
        names = package.read("xl/workbook.xml").decode()
    assert "#REF!" not in names
    assert set(report.sheets.values()) == known


@pytest.mark.parametrize("module", ["home", "summary", "kpi"])
def test_a_night_on_a_part_of_the_method(tmp_path: Path, module: str) -> None:
    """What was left out is not missed: no finding, and a second night writes nothing."""
    target = tmp_path / "part.xlsx"
    build(load_default(), target, lang="fr", today=DAY, only=[module])
    first, second = (recompute_workbook(target, load_default(), DAY) for _ in range(2))
    assert first.failure is None
    assert first.findings == ()
    assert second.changed == 0


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    """A seeded text that begins with an equals sign is written as text: nothing runs from data."""
    seed = [{"name": '=HYPERLINK("http://x","y")'}]
    spec = spec_of(module_of("one", table_of("items", field_of("name"), seed=seed)))
    target = tmp_path / "plan.xlsx"
    build(spec, target, lang="en", today=DAY)
    sheet = load_workbook(target).worksheets[0]
    cell = sheet.cell(range_boundaries(sheet.tables["Items"].ref)[1] + 1, 2)
    assert (cell.value, cell.data_type) == ('=HYPERLINK("http://x","y")', "s")


LABELS = (
    st.text(
        st.characters(
            codec="utf-8", categories=("L", "N", "P", "S", "Zs"), include_characters="[]#'@&<>\"; :,"
        ),
        min_size=1,
        max_size=24,
    )
    .map(str.strip)
    .filter(bool)
)


@st.composite
def workbooks(draw: st.DrawFn) -> WorkbookSpec:
    """Workbooks of a few tables and forms with any labels."""
    modules = []
    for position in range(draw(st.integers(1, 3))):
        labels = draw(st.lists(LABELS, min_size=1, max_size=5, unique_by=str.casefold))
        fields = [
            field_of(
                f"f{index}",
                label,
                type=draw(
                    st.sampled_from(["text", "number", "money", "percent", "date", "bool", "long_text"])
                ),
                width=draw(st.integers(4, 60)),
                hidden=index > 0 and draw(st.booleans()),
            )
            for index, label in enumerate(labels)
        ]
        fields.append(
            field_of("double", f"Σ {position}", type="number", role="computed", formula='=IF([f0]="",1,2)')
        )
        blocks = [{"kind": "text", "key": f"t{position}", "paragraphs": [text(labels[0])]}]
        if draw(st.booleans()):
            blocks.append(
                {
                    "kind": "form",
                    "key": f"form{position}",
                    "fields": fields,
                    "instances": draw(st.integers(1, 3)),
                }
            )
        blocks.append(table_of(f"table{position}", *fields, rows=draw(st.integers(1, 4))))
        modules.append(module_of(f"m{position}", *blocks))
    return spec_of(*modules)


@given(workbooks())
@settings(max_examples=30)
def test_law_what_was_built_reads_back_as_the_templates(
    tmp_path_factory: pytest.TempPathFactory, spec: WorkbookSpec
) -> None:
    """Whatever the labels, the file is valid and gives back tables, headers, labels, anchors and formulas."""
    target = tmp_path_factory.mktemp("law") / "plan.xlsx"
    build(spec, target, lang="fr", today=DAY)
    assert audit(target) == []
    assert by_schema(target) == {}
    workbook = load_workbook(target)
    for module, block in spec.data_blocks().values():
        sheet = workbook[module.sheet.fr]
        anchors = [workbook.defined_names[anchor_name(block.key, field.key)] for field in block.fields]
        cells = [sheet[next(anchor.destinations)[1].replace("$", "")] for anchor in anchors]
        if isinstance(block, TableBlock):
            table = sheet.tables[block.table_name]
            assert [column.name for column in table.tableColumns] == [
                field.label.fr for field in block.fields
            ]
            assert [cell.value for cell in cells] == [field.label.fr for field in block.fields]
            column, row, last_column, last_row = range_boundaries(table.ref)
            assert (last_row - row, last_column - column + 1) == (block.rows, len(block.fields))
        else:
            assert isinstance(block, FormBlock)
            beside = {sheet.cell(cell.row, 2).value for cell in cells}
            assert beside == {field.label.fr for field in block.fields}
            assert len({cell.row for cell in cells}) == len(cells)


def test_defaults_of_a_table_are_written_and_do_not_make_a_row_used(tmp_path: Path) -> None:
    """Prepared rows hold the defaults; the completeness formula takes such a row as not yet used."""
    active = field_of("active", type="bool", default="yes", required=True)
    home = {**module_of("home", {"kind": "map", "key": "map"})}
    spec = spec_of(home, module_of("one", table_of("items", field_of("name", required=True), active)))
    target = tmp_path / "plan.xlsx"
    build(spec, target, lang="fr", today=DAY)
    workbook = load_workbook(target)
    sheet = workbook["One"]
    _, row, last_column, last_row = range_boundaries(sheet.tables["Items"].ref)
    assert {sheet.cell(line, last_column).value for line in range(row + 1, last_row + 1)} == {"Oui"}
    ((title, cell),) = workbook.defined_names[share_name("one")].destinations
    formula = workbook[title][cell.replace("$", "")].value
    assert 'ISNUMBER(1/LEN(TRIM(Items[active])))*ISNUMBER(1/(Items[active]<>"Oui"))' in formula


def test_an_emptied_setting_falls_back_to_its_default(workbook: Workbook) -> None:
    """The public name of a setting with a default gives the default when its cell is emptied."""
    name = workbook.defined_names[setting_name("hourly_cost")].attr_text
    ((title, cell),) = workbook.defined_names[anchor_name("params", "hourly_cost")].destinations
    assert name == f"IF(ISNUMBER('{title}'!{cell}),'{title}'!{cell},45)"


def test_a_sheet_opens_on_its_first_cell_to_fill(workbook: Workbook, lang: str) -> None:
    """The selected cell is one that people fill, in the part of the frozen window that shows it."""
    for module in load_default().modules:
        sheet: Any = workbook[module.sheet.get(lang)]
        inputs = [
            field
            for block in module.blocks
            if isinstance(block, TableBlock | FormBlock)
            for field in block.fields
            if field.role is FieldRole.INPUT
        ]
        if not inputs:
            continue
        pane = sheet.sheet_view.pane.activePane
        (selection,) = [item for item in sheet.sheet_view.selection if item.pane == pane]
        column, row, _, _ = range_boundaries(selection.activeCell)
        assert row > 3, module.key
        frozen = range_boundaries(sheet.freeze_panes)[0]
        assert ("Right" in pane) == (frozen > 1 and column >= frozen), module.key


def test_an_empty_book_shows_examples_in_messages_only(tmp_path: Path) -> None:
    """What the example firm wrote stands in the prompt of an empty column, not in the example's book."""
    for name, wanted in (("empty", True), ("full", False)):
        path = tmp_path / f"{name}.xlsx"
        build(load_default(), path, lang="en", today=DAY, only=["client_matrix"], example=not wanted)
        sheet: Any = load_workbook(path)["Client matrix"]
        prompts = [rule.prompt or "" for rule in sheet.data_validations.dataValidation]
        assert any("Example: " in prompt for prompt in prompts) is wanted
        values = [cell.value for row in sheet.iter_rows() for cell in row]
        assert ("Biscuiterie Trémazan" in values) is not wanted


def test_settings_show_ten_and_file_the_others(workbook: Workbook, lang: str) -> None:
    """The first section is open, the others wait under their headings."""
    sheet = workbook[load_default().module("settings").sheet.get(lang)]

    def row_of(key: str) -> int:
        ((_, cell),) = workbook.defined_names[anchor_name("params", key)].destinations
        return int(range_boundaries(cell.replace("$", ""))[1])

    assert not sheet.row_dimensions[row_of("company")].hidden
    assert not sheet.row_dimensions[row_of("score_threshold")].hidden
    assert sheet.row_dimensions[row_of("abc_a")].hidden
    assert sheet.row_dimensions[row_of("abc_a")].outlineLevel == 1
    assert not sheet.row_dimensions[row_of("abc_a") - 1].hidden
    assert sheet.sheet_properties.outlinePr.summaryBelow is False
