"""Reading gives back what was built, and says where something stands in the way."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fewer import few_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strategy_xl.book.block_reader import MAX_SAME
from strategy_xl.book.data import WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.build import book as build
from strategy_xl.errors import Severity, WorkbookError
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType, TableBlock
from strategy_xl.text.catalog import message
from strategy_xl.work.recompute import recompute_workbook

TODAY = date(2026, 11, 24)
CLIENTS = [{"name": f"Client {n}", "revenue": 1000.0 * n, "hours": 10.0} for n in range(1, 4)]


def write_book(path: Path, rows: dict[str, Any], lang: str = "fr", only: tuple[str, ...] = ()) -> Path:
    """A workbook with these rows."""
    spec = load_default()
    if only:
        spec = build.select.only(spec, only)
    path.write_bytes(build.render(spec, lang=lang, company="Essai", today=TODAY, rows=rows))
    return path


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A French workbook with three clients."""
    return write_book(tmp_path_factory.mktemp("book") / "plan.xlsx", {"clients": CLIENTS})


def found(data: WorkbookData, code: str) -> list[Any]:
    """The findings of one code."""
    return [finding for finding in data.findings if finding.code == code]


def edited(book: Path, target: Path, edits: dict[str, Any]) -> Path:
    """A copy with cells of the clients changed, given as ``key@index`` → value (index 0 is the first row)."""
    data = read_workbook(book, load_default()).blocks["clients"]
    cells = {}
    for name, value in edits.items():
        key, _, index = name.partition("@")
        cells[data.cell(key, data.first_row + int(index))] = value
    set_cells(book, target, {data.sheet: cells})
    return target


def rewritten(book: Path, target: Path, sheet: str, change: Callable[[str], str]) -> Path:
    """A copy with the part of one sheet changed as text."""
    with Package.open(book) as package:
        part = WorkbookInfo(package).sheet(sheet).part
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content.decode()).encode() if name == part else content)
    return target


def test_a_built_workbook_has_no_findings(book: Path) -> None:
    """What the program makes, the program reads without a word, in both languages."""
    assert read_workbook(book, load_default()).findings == ()


def test_blocks_and_places(book: Path) -> None:
    """Every block is there, its rows by Excel number, its cells by reference."""
    spec = load_default()
    data = read_workbook(book, spec)
    assert set(data.blocks) == {key for key, (_, block) in spec.data_blocks().items() if block.fields}
    clients = data.blocks["clients"]
    assert list(clients.frame.index) == [clients.first_row + n for n in range(3)]
    assert list(clients.frame["revenue"]) == [1000.0, 2000.0, 3000.0]
    assert clients.a1("name", clients.first_row).startswith("B")
    assert len(clients.all_rows) == 3 + table("clients").rows
    assert clients.frame["hours"].dtype == "float64"
    assert clients.frame["competing"].dtype == "boolean"


def test_only_the_blocks_asked_for(book: Path) -> None:
    """A caller that needs one table does not pay for the others."""
    data = read_workbook(book, load_default(), blocks={"clients"})
    assert set(data.blocks) == {"clients"}


def test_settings_are_one_row(book: Path) -> None:
    """The settings form is always there, with the templates' defaults as built."""
    params = read_workbook(book, load_default()).blocks["params"]
    assert list(params.frame.index) == [1]
    assert params.frame.loc[1, "hourly_cost"] == 45
    row, column = params.cell("hourly_cost", 1)
    assert row > 1
    assert column > 1


def test_a_row_of_spaces_is_blank(book: Path, tmp_path: Path) -> None:
    """Spaces typed into an empty row do not make it a client."""
    data = read_workbook(edited(book, tmp_path / "b.xlsx", {"name@5": "   "}), load_default())
    assert len(data.blocks["clients"].frame) == 3


def test_a_row_without_name_is_kept_and_reported(book: Path, tmp_path: Path) -> None:
    """Figures without a name are somebody's figures."""
    target = edited(book, tmp_path / "b.xlsx", {"revenue@6": 500.0})
    data = read_workbook(target, load_default())
    clients = data.blocks["clients"]
    assert len(clients.frame) == 4
    assert [finding.location.cell for finding in found(data, "SX393")] == [
        clients.a1("name", clients.first_row + 6)
    ]


def test_formulas_without_result_are_told_from_empty_cells(book: Path, tmp_path: Path) -> None:
    """A new workbook was never calculated: its computed cells are uncached; written results are not."""
    from strategy_xl.ooxml.cells import Cached

    clients = read_workbook(book, load_default()).blocks["clients"]
    assert "net" in clients.uncached
    assert list(clients.uncached_rows["net"]) == list(clients.frame.index)
    target = edited(book, tmp_path / "b.xlsx", {f"net@{n}": Cached(5.0) for n in range(3)})
    again = read_workbook(target, load_default()).blocks["clients"]
    assert "net" not in again.uncached
    assert list(again.frame["net"]) == [5.0, 5.0, 5.0]
    assert "per_hour" in again.uncached


def test_an_empty_text_result_counts_as_calculated(book: Path, tmp_path: Path) -> None:
    """A formula that shows nothing has been calculated."""
    from strategy_xl.ooxml.cells import Cached

    target = edited(book, tmp_path / "b.xlsx", {f"class_live@{n}": Cached("") for n in range(3)})
    clients = read_workbook(target, load_default()).blocks["clients"]
    assert "class_live" not in clients.uncached
    assert clients.frame["class_live"].isna().all()


def test_a_formula_typed_over_is_reported(book: Path, tmp_path: Path) -> None:
    """A number over a formula is people's and shown; an erased one is told from it, to be put back."""
    target = edited(book, tmp_path / "b.xlsx", {"net@1": 12.0, "y1@2": None})
    data = read_workbook(target, load_default())
    clients = data.blocks["clients"]
    assert [f.location.cell for f in found(data, "SX209")] == [clients.a1("net", clients.first_row + 1)]
    assert [f.location.cell for f in found(data, "SX210")] == [clients.a1("y1", clients.first_row + 2)]
    assert list(clients.overtyped) == ["net"]
    assert {key: list(rows) for key, rows in clients.erased.items()} == {"y1": [clients.first_row + 2]}


def test_an_array_formula_that_became_a_plain_one_is_put_back(tmp_path: Path) -> None:
    """LibreOffice saves nearly all as plain ones once somebody has named cells: those would show nonsense."""
    book = write_book(tmp_path / "a.xlsx", {"kpis": [{"name": "CA"}]}, only=("kpi",))
    kpis = read_workbook(book, load_default()).blocks["kpis"]
    assert not kpis.erased
    stripped = rewritten(
        book, tmp_path / "b.xlsx", kpis.sheet, lambda text: re.sub(r' t="array" ref="[^"]*"', "", text)
    )
    again = read_workbook(stripped, load_default())
    arrays = {item.key for item in kpis.block.fields if item.array}
    assert again.blocks["kpis"].erased.keys() == arrays != set()
    report = recompute_workbook(stripped, load_default(), TODAY)
    assert {"SX210"} == {finding.code for finding in report.findings if finding.severity is Severity.NOTE}
    with Package.open(stripped) as package:
        text = package.read(WorkbookInfo(package).sheet(kpis.sheet).part)
    assert text.count(b't="array"') == len(arrays) * len(kpis.all_rows)
    assert recompute_workbook(stripped, load_default(), TODAY).changed == 0


def test_error_cells_are_missing_and_reported(book: Path, tmp_path: Path) -> None:
    """#N/A in an input is reported, also when it is all that stands in the row."""
    from strategy_xl.cellvalues import ErrorValue

    target = edited(
        book, tmp_path / "b.xlsx", {"hours@0": ErrorValue("#N/A"), "revenue@1": ErrorValue("#DIV/0!")}
    )
    data = read_workbook(target, load_default())
    assert [finding.args["found"] for finding in found(data, "SX206")] == ["#DIV/0!", "#N/A"]
    assert pd.isna(data.blocks["clients"].frame["hours"].iloc[0])


def test_results_left_on_a_row_that_became_blank(book: Path, tmp_path: Path) -> None:
    """The batch is told which old results stand on rows without a client."""
    target = edited(book, tmp_path / "b.xlsx", {"reasons@7": "ancien"})
    clients = read_workbook(target, load_default()).blocks["clients"]
    assert len(clients.frame) == 3
    assert list(clients.to_clear["reasons"]) == [clients.first_row + 7]


def test_owned_cells_come_raw_and_typed(book: Path, tmp_path: Path) -> None:
    """Owned cells are as they stand; their type is there on request."""
    target = edited(book, tmp_path / "b.xlsx", {"class_final@0": "Client idéal"})
    clients = read_workbook(target, load_default()).blocks["clients"]
    assert clients.frame["class_final"].iloc[0] == "Client idéal"
    assert clients.frame["class_final"].iloc[1] is None
    assert clients.typed("class_final")[0] == "ideal"


def test_many_equal_findings_are_counted(book: Path, tmp_path: Path) -> None:
    """A column of a hundred wrong cells shows some and counts the others."""
    rows = len(read_workbook(book, load_default()).blocks["clients"].all_rows)
    assert rows > MAX_SAME
    target = edited(book, tmp_path / "b.xlsx", {f"revenue@{n}": "beaucoup" for n in range(rows)})
    data = read_workbook(target, load_default())
    assert len(found(data, "SX201")) == MAX_SAME
    assert found(data, "SX230")[0].args["n"] == rows - MAX_SAME


def test_findings_are_located_and_say_how_to_mend(book: Path, tmp_path: Path) -> None:
    """Each finding names workbook, sheet and cell and has a sentence and a hint in both languages."""
    target = edited(
        book,
        tmp_path / "b.xlsx",
        {"revenue@0": "1.234", "competing@1": "peut-être", "satisfaction@2": 90.0, "name@1": "client 1"},
    )
    data = read_workbook(target, load_default())
    assert {finding.code for finding in data.findings} == {"SX202", "SX205", "SX207", "SX392"}
    for finding in data.findings:
        assert finding.location.workbook == str(target)
        assert finding.location.sheet == data.blocks["clients"].sheet
        assert re.fullmatch(r"[A-Z]+\d+", finding.location.cell or "")
        assert finding.severity is Severity.WARNING
        for lang in ("fr", "en"):
            assert message(finding.code, lang, **finding.args)
            assert message(f"{finding.code}.hint", lang, **finding.args)


def test_references_to_other_sheets(tmp_path: Path) -> None:
    """A name that does not exist on the other sheet gets the likely one; case alone is no fault."""
    rows = {
        "accounts": [{"name": "Alpha"}, {"name": "Société Béta"}],
        "contacts": [
            {"name": "A", "account": "ALPHA"},
            {"name": "B", "account": "Societe Beta"},
            {"name": "C", "account": "Zygote"},
        ],
    }
    data = read_workbook(write_book(tmp_path / "b.xlsx", rows), load_default())
    assert [finding.args["suggestion"] for finding in found(data, "SX491")] == ["Société Béta"]
    assert [finding.args["found"] for finding in found(data, "SX490")] == ["Zygote"]
    assert data.blocks["contacts"].frame["account"].iloc[0] == "Alpha"


def test_a_stray_cell_at_the_end_of_the_world(book: Path, tmp_path: Path) -> None:
    """A sheet with a cell in XFD1048576 is read without laying out 17 billion cells."""
    sheet = read_workbook(book, load_default()).blocks["clients"].sheet
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    target = rewritten(book, tmp_path / "far.xlsx", sheet, lambda text: text.replace("</sheetData>", far))
    data = read_workbook(target, load_default())
    assert list(data.blocks["clients"].frame["revenue"]) == [1000.0, 2000.0, 3000.0]
    assert [finding.args["cell"] for finding in found(data, "SX130")] == ["XFD1048576"]


def test_a_declared_dimension_is_not_believed(book: Path, tmp_path: Path) -> None:
    """A sheet that claims A1:XFD1048576 is read by what it holds."""
    sheet = read_workbook(book, load_default()).blocks["clients"].sheet
    claim = '<dimension ref="A1:XFD1048576"/>'
    target = rewritten(
        book, tmp_path / "dim.xlsx", sheet, lambda text: re.sub(r"<dimension[^>]*/>", claim, text)
    )
    data = read_workbook(target, load_default())
    assert len(data.blocks["clients"].frame) == 3
    assert data.findings == ()


def test_days_of_a_1904_workbook(book: Path, tmp_path: Path) -> None:
    """Serial numbers count from 1904 where the workbook says so."""
    rows = {"contacts": [{"name": "A", "since": date(2026, 4, 3)}]}
    source = write_book(tmp_path / "b.xlsx", rows)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(tmp_path / "c.xlsx", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/workbook.xml":
                content = re.sub(rb"<(\w*:?)workbookPr\b", rb'<\1workbookPr date1904="1"', content)
            new.writestr(name, content)
    data = read_workbook(tmp_path / "c.xlsx", load_default())
    assert data.date1904
    # The same serial number stands for a day 1,462 days later.
    assert data.blocks["contacts"].frame["since"].iloc[0] == pd.Timestamp(2030, 4, 4)


def test_a_broken_sheet_is_an_error_of_that_workbook(book: Path, tmp_path: Path) -> None:
    """A sheet cut off in the middle raises a located WorkbookError."""
    sheet = read_workbook(book, load_default()).blocks["clients"].sheet
    target = rewritten(book, tmp_path / "cut.xlsx", sheet, lambda text: text[: len(text) // 2])
    with pytest.raises(WorkbookError) as raised:
        read_workbook(target, load_default())
    assert raised.value.finding.code == "SX112"


def test_cut_down_values_equal_whole_values(book: Path) -> None:
    """Cutting an overgrown sheet down changes no value inside the wanted rectangle."""
    sheet = read_workbook(book, load_default()).blocks["clients"].sheet
    with Package.open(book) as package:
        whole = SheetValues(WorkbookInfo(package)).grid(sheet)
        for odd in (set(), {sheet}):
            other = SheetValues(WorkbookInfo(package))
            other._odd |= odd
            other._overgrown[sheet] = True
            cut = other.grid(sheet, 12, 9)
            assert len(cut) <= 12 < len(whole)
            assert cut.width <= 9 < whole.width
            cells = [[whole.column(column, 1, 12), cut.column(column, 1, 12)] for column in range(1, 10)]
            assert [one for one, _ in cells] == [other for _, other in cells]


# -- read(build(x)) = x --------------------------------------------------------------------------------

WORDS = (
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=15)
    .map(str.strip)
    .filter(lambda text: text and not text.startswith(("=", "@", "'")) and "_x" not in text)
)


def values_of(spec: FieldSpec, lang: str) -> st.SearchStrategy[Any]:
    """Cell values that a field may hold, as the builder takes them."""
    lists = {item.key: item for item in load_default().lists}
    match spec.type:
        case FieldType.CHOICE:
            choices = lists[spec.choices or ""].choices
            return st.sampled_from([choice.get(lang) for choice in choices]) if choices else WORDS
        case FieldType.BOOL:
            return st.sampled_from(["Oui", "Non"] if lang == "fr" else ["Yes", "No"])
        case FieldType.DATE:
            return st.dates(date(1950, 1, 1), date(2100, 12, 31))
        case FieldType.INTEGER:
            low, high = int(spec.minimum or 0), int(min(spec.maximum or 10**6, 10**6))
            return st.integers(low, high).map(float)
        case FieldType.NUMBER | FieldType.MONEY | FieldType.PERCENT:
            low, high = spec.minimum if spec.minimum is not None else -1e6, min(spec.maximum or 1e6, 1e6)
            return st.floats(low, high).map(lambda value: round(value, 6) + 0.0)
        case _:
            return WORDS


def table(key: str) -> TableBlock:
    """The table block of that key."""
    block = load_default().data_blocks()[key][1]
    assert isinstance(block, TableBlock)
    return block


def inputs(key: str) -> list[FieldSpec]:
    """The input fields of a table."""
    return [spec for spec in table(key).fields if spec.role is FieldRole.INPUT]


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.data())
@pytest.mark.parametrize(
    ("key", "module"),
    few_of(
        3, [("clients", "client_matrix"), ("contacts", "stakeholders"), ("swot_items", "swot")], spread=True
    ),
)
def test_read_gives_back_what_was_built(key: str, module: str, tmp_path: Path, data: st.DataObject) -> None:
    """For any contents of a table, in both languages, reading gives the same values."""
    lang = data.draw(st.sampled_from(["fr", "en"]))
    fields = inputs(key)
    identity = table(key).identity_key
    row = st.fixed_dictionaries(
        {identity: values_of(next(spec for spec in fields if spec.key == identity), lang)},
        optional={spec.key: values_of(spec, lang) for spec in fields if spec.key != identity},
    )
    rows = data.draw(st.lists(row, min_size=1, max_size=6))
    book = write_book(tmp_path / "plan.xlsx", {key: rows}, lang, only=(module,))
    block = read_workbook(book, load_default()).blocks[key]
    assert list(block.frame.index) == [block.first_row + n for n in range(len(rows))]
    lists = {item.key: item for item in load_default().lists}
    for spec in fields:
        for position, given_row in enumerate(rows):
            expected = given_row.get(spec.key)
            value = block.frame[spec.key].iloc[position]
            if expected is None:
                assert pd.isna(value)
                continue
            if spec.type is FieldType.CHOICE:
                keys = {choice.get(lang): choice.key for choice in lists[spec.choices or ""].choices}
                expected = keys.get(expected, expected)
            elif spec.type is FieldType.BOOL:
                expected = expected in {"Oui", "Yes"}
            elif spec.type is FieldType.DATE:
                expected = pd.Timestamp(expected)
            assert value == expected, spec.key
