"""Sheets, tables and columns are found whatever people do to the workbook."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.known_places import BookNames, Place, parse_reference, table_area
from strategy_xl.book.read import read_workbook
from strategy_xl.book.resolve import resolve
from strategy_xl.build import book as build
from strategy_xl.build.select import only
from strategy_xl.errors import WorkbookError
from strategy_xl.formulas.cell_refs import Area, column_letters
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import ModuleSpec
from strategy_xl.text.catalog import message

TODAY = date(2026, 11, 24)
CLIENTS = [
    {"name": "Alpha", "revenue": 24000.0, "hours": 60.0, "satisfaction": 9.0},
    {"name": "Béta", "revenue": 3000.0, "hours": 30.0, "satisfaction": 10.0},
    {"name": "Gamma", "revenue": 18000.0, "hours": 20.0, "satisfaction": 6.0},
]
Do = Callable[..., Path]


def write_book(path: Path, lang: str = "fr", modules: Sequence[str] = ()) -> Path:
    """A workbook with three clients and an account."""
    rows = {"clients": CLIENTS, "accounts": [{"name": "Alpha"}]}
    spec = only(load_default(), modules) if modules else load_default()
    content = build.render(spec, lang=lang, company="Essai", today=TODAY, rows=rows)
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The French workbook as built."""
    return write_book(tmp_path_factory.mktemp("book") / "plan.xlsx")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its sheets of clients and accounts alone, for what people do to these."""
    return write_book(tmp_path_factory.mktemp("small") / "plan.xlsx", modules=("client_matrix", "accounts"))


def codes(data: WorkbookData) -> set[str]:
    """Codes of the structural findings."""
    return {finding.code for finding in data.findings if finding.code.startswith("SX1")}


def clients_of(data: WorkbookData) -> list[tuple[str, float]]:
    """Names and revenue as read."""
    frame = data.blocks["clients"].frame
    return list(zip(frame["name"], frame["revenue"], strict=True))


EXPECTED = [("Alpha", 24000.0), ("Béta", 3000.0), ("Gamma", 18000.0)]


def place_of(path: Path, key: str) -> Place:
    """Header cell of a column of the clients."""
    return read_workbook(path, load_default()).blocks["clients"].places[key]


@pytest.mark.libreoffice
def test_a_workbook_saved_by_libreoffice_reads_the_same(book: Path, people: Do) -> None:
    """Names, tables and values survive a round trip through LibreOffice."""
    before, after = read_workbook(book, load_default()), read_workbook(people(book), load_default())
    assert codes(after) == set()
    assert set(after.blocks) == set(before.blocks)
    for key, data in before.blocks.items():
        inputs = [spec.key for spec in data.block.fields if spec.role == "input"]
        assert data.frame[inputs].equals(after.blocks[key].frame[inputs]), key
        assert data.all_rows == after.blocks[key].all_rows
    assert after.blocks["clients"].table == "Clients"
    assert not after.blocks["clients"].uncached


@pytest.mark.libreoffice
def test_people_rename_move_and_hide(small: Path, people: Do) -> None:
    """A renamed and moved sheet, inserted rows and columns, a translated and hidden column change nothing."""
    revenue = place_of(small, "revenue")
    sheet = revenue.sheet
    header = f"{column_letters(revenue.column + 2)}{revenue.row + 3}"
    changed = people(
        small,
        ("rename_sheet", sheet, "Nos clients d'été"),
        ("move_sheet", "Nos clients d'été", 0),
        ("insert_rows", "Nos clients d'été", 2, 3),
        ("insert_columns", "Nos clients d'été", 1, 1),
        ("insert_columns", "Nos clients d'été", revenue.column + 1, 1),
        ("text", "Nos clients d'été", header, "Umsatz"),
        ("hide_column", "Nos clients d'été", revenue.column + 2),
    )
    data = read_workbook(changed, load_default())
    assert clients_of(data) == EXPECTED
    assert codes(data) == set()
    assert data.sheets["client_matrix"] == "Nos clients d'été"
    assert data.blocks["clients"].places["revenue"].column == revenue.column + 2
    row = int(data.blocks["clients"].frame.index[0])
    assert data.blocks["clients"].cell("revenue", row) == (revenue.row + 4, revenue.column + 2)


@pytest.mark.libreoffice
def test_people_cut_and_paste_a_column(small: Path, people: Do) -> None:
    """A column moved within the sheet is still the same column."""
    revenue = place_of(small, "revenue")
    letters = column_letters(revenue.column)
    table = read_workbook(small, load_default()).blocks["clients"]
    empty = table.places["note"]
    note = column_letters(empty.column)
    spare = column_letters(max(place.column for place in table.places.values()) + 3)
    last = table.last_row
    changed = people(
        small,
        ("move_range", revenue.sheet, f"{note}{empty.row}:{note}{last}", f"{spare}{empty.row}"),
        ("move_range", revenue.sheet, f"{letters}{revenue.row}:{letters}{last}", f"{note}{empty.row}"),
        ("move_range", revenue.sheet, f"{spare}{empty.row}:{spare}{last}", f"{letters}{revenue.row}"),
    )
    data = read_workbook(changed, load_default())
    assert clients_of(data) == EXPECTED
    assert data.blocks["clients"].places["revenue"].column == empty.column


@pytest.mark.libreoffice
def test_a_deleted_column_is_reported_and_missing(small: Path, people: Do) -> None:
    """A deleted column counts as missing everywhere; the others are read."""
    hours = place_of(small, "hours")
    data = read_workbook(people(small, ("delete_columns", hours.sheet, hours.column, 1)), load_default())
    found = [finding for finding in data.findings if finding.code == "SX121"]
    label = data.blocks["clients"].field("hours").label.fr
    assert [finding.args["label"] for finding in found] == [label]
    assert data.blocks["clients"].frame["hours"].isna().all()
    assert clients_of(data) == EXPECTED


@pytest.mark.libreoffice
def test_a_deleted_sheet_is_reported(small: Path, people: Do) -> None:
    """A deleted sheet gives one finding; the other sheets are read."""
    sheet = read_workbook(small, load_default()).sheets["accounts"]
    data = read_workbook(people(small, ("delete_sheet", sheet)), load_default())
    assert [finding.args["title"] for finding in data.findings if finding.code == "SX120"] == [sheet]
    assert "accounts" not in data.blocks
    assert clients_of(data) == EXPECTED


@pytest.mark.libreoffice
def test_a_copied_sheet_does_not_stand_in_for_the_original(small: Path, people: Do) -> None:
    """A copy for last year's figures is staff's own: the original is read."""
    sheet = place_of(small, "name").sheet
    first = place_of(small, "name")
    changed = people(
        small,
        ("copy_sheet", sheet, "Copie"),
        ("text", "Copie", f"{column_letters(first.column)}{first.row + 1}", "Autre"),
    )
    data = read_workbook(changed, load_default())
    assert clients_of(data) == EXPECTED
    assert data.sheets["client_matrix"] == sheet


@pytest.mark.libreoffice
def test_a_table_turned_into_a_range_is_still_read(small: Path, people: Do) -> None:
    """Without the Excel table, rows are read from the headers down to the last one filled, with a note."""
    data = read_workbook(
        people(small, ("drop_table", place_of(small, "name").sheet, "Clients")), load_default()
    )
    assert clients_of(data) == EXPECTED
    assert "SX124" in codes(data)
    block = data.blocks["clients"]
    assert block.table is None
    assert block.last_row == int(block.frame.index[-1])


@pytest.mark.libreoffice
def test_rows_typed_below_the_table_are_reported(small: Path, people: Do) -> None:
    """LibreOffice does not grow a table by itself: what is typed under it is shown, not lost in silence."""
    block = read_workbook(small, load_default()).blocks["clients"]
    name = block.places["name"]
    cell = f"{column_letters(name.column)}{block.last_row + 1}"
    data = read_workbook(people(small, ("text", name.sheet, cell, "Delta")), load_default())
    # A name without anything more is a note, not yet a row.
    assert [finding.location.cell for finding in data.findings if finding.code == "SX140"] == [cell]


def test_labels_above_results_are_no_rows_of_a_table_over_them(tmp_path: Path) -> None:
    """An upgrade puts results under a table: what stands over their figures is not said to be typed there."""
    spec = only(load_default(), ["journey"])
    module = spec.module("journey")
    under = module.model_copy(
        update={"blocks": tuple(sorted(module.blocks, key=lambda b: b.key == "journey_gaps"))}
    )
    others = tuple(under if item == module else item for item in spec.modules)
    spec = spec.model_copy(update={"modules": others})
    path = tmp_path / "plan.xlsx"
    rows = {"journey_steps": [{"step": "Devis", "stage": "decision"}]}
    path.write_bytes(build.render(spec, lang="fr", company="", today=TODAY, rows=rows))
    data = read_workbook(path, spec)
    results = data.blocks["journey_gaps"]
    assert data.blocks["journey_steps"].bottom == min(place.row for place in results.places.values()) - 2
    assert "SX129" not in codes(data)


def changed_names(source: Path, target: Path, change: Callable[[str], str]) -> Path:
    """A copy of a workbook with its workbook part changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/workbook.xml":
                content = change(content.decode()).encode()
            new.writestr(name, content)
    return target


def test_a_lost_name_is_made_up_for_by_the_label(book: Path, tmp_path: Path) -> None:
    """Without its hidden name a column is found by its title, with a note."""
    target = changed_names(
        book, tmp_path / "lost.xlsx", lambda text: text.replace("_sx.clients.revenue", "_xx.gone")
    )
    data = read_workbook(target, load_default())
    assert clients_of(data) == EXPECTED
    assert [f.args["label"] for f in data.findings if f.code == "SX125"] == [
        data.blocks["clients"].field("revenue").label.fr
    ]


def test_a_lost_form_field_is_made_up_for_by_its_label(book: Path, tmp_path: Path) -> None:
    """A setting without its hidden name is found by the label on its row."""
    target = changed_names(
        book, tmp_path / "lost.xlsx", lambda text: text.replace("_sx.params.net_target", "_xx.gone")
    )
    data = read_workbook(target, load_default())
    assert data.blocks["params"].frame["net_target"].iloc[0] == 10_000
    assert "SX125" in codes(data)


def test_all_names_of_a_table_lost(book: Path, tmp_path: Path) -> None:
    """The name of the Excel table and the titles are enough."""
    target = changed_names(book, tmp_path / "lost.xlsx", lambda text: text.replace("_sx.clients.", "_xx."))
    assert clients_of(read_workbook(target, load_default())) == EXPECTED


def test_a_renamed_header_without_name_gets_a_suggestion(tmp_path: Path) -> None:
    """With name and title both gone, the header that looks like it is proposed, not used."""
    spec = load_default()
    block = spec.data_blocks()["clients"][1]
    labels = [field.label.fr for field in block.fields]
    revenue = next(field.label.fr for field in block.fields if field.key == "revenue")
    headers = ["", *[label if label != revenue else "C.A. des 12 mois" for label in labels]]
    names = {
        f"_sx.clients.{field.key}": f"'Clients'!${column_letters(index)}$6"
        for index, field in enumerate(block.fields, 2)
        if field.key != "revenue"
    }
    names |= {"_sx.schema": '"2;fr;0.1.0"', "_sx.clients.revenue": "#REF!"}
    area = Area(6, 2, 20, len(labels) + 1)
    book = BookNames(("Clients",), names, (table_area("Clients", "Clients", area),))
    found = resolve(
        "plan.xlsx", book, spec, lambda _sheet, row: headers if row == 6 else [], blocks={"clients"}
    )
    suggestions = [finding for finding in found.findings if finding.code == "SX122"]
    assert [(f.args["label"], f.args["found"]) for f in suggestions] == [(revenue, "C.A. des 12 mois")]
    assert "revenue" not in found.blocks["clients"].places


def test_an_english_title_is_known_in_a_french_workbook() -> None:
    """Titles are compared in both languages, without accents or case."""
    spec = load_default()
    block = spec.data_blocks()["clients"][1]
    headers = [field.label.en.upper() for field in block.fields]
    names = {"_sx.schema": f'"{spec.schema_version};fr;0.1.0"', "_sx.sheet.client_matrix": "Clients!$A$1"}
    area = Area(6, 1, 20, len(headers))
    book = BookNames(("Clients",), names, (table_area("Clients", "Clients", area),))
    found = resolve(
        "plan.xlsx", book, spec, lambda _sheet, row: headers if row == 6 else [], blocks={"clients"}
    )
    assert set(found.blocks["clients"].places) == {field.key for field in block.fields}


def test_a_module_that_was_never_built_is_no_finding(tmp_path: Path) -> None:
    """A workbook made with some modules only has nothing to report about the others."""
    target = tmp_path / "small.xlsx"
    build.build(load_default(), target, lang="fr", today=TODAY, only=["swot"])
    data = read_workbook(target, load_default())
    assert data.findings == ()
    assert "swot_items" in data.blocks
    assert "clients" not in data.blocks


def test_a_stranger_is_refused_by_name(tmp_path: Path) -> None:
    """Any other workbook is refused with a clear code, not read as an empty one."""
    from openpyxl import Workbook

    Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(WorkbookError) as raised:
        read_workbook(tmp_path / "other.xlsx", load_default())
    assert raised.value.finding.code == "SX110"


def test_a_newer_workbook_is_refused(book: Path, tmp_path: Path) -> None:
    """A workbook from a later version of the program is not half understood."""
    target = changed_names(book, tmp_path / "new.xlsx", lambda text: re.sub(r"\b\d+;fr;", "9;fr;", text))
    with pytest.raises(WorkbookError) as raised:
        read_workbook(target, load_default())
    assert raised.value.finding.code == "SX111"


def test_a_lost_stamp_is_reported_but_read(book: Path, tmp_path: Path) -> None:
    """The columns' names show that the workbook is ours."""
    target = changed_names(book, tmp_path / "lost.xlsx", lambda text: text.replace("_sx.schema", "_xx.s"))
    data = read_workbook(target, load_default())
    assert codes(data) == {"SX119"}
    assert clients_of(data) == EXPECTED


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Clients!$C$6", Place("Clients", 6, 3)),
        ("'L''été'!$AA$10", Place("L'été", 10, 27)),
        ("='Nos clients'!$C$6:$C$9", Place("Nos clients", 6, 3)),
        ("#REF!", None),
        ("Clients!#REF!", None),
        ('"2;fr;0.1.0"', None),
        ("[1]Clients!$C$6", None),
        ("INDEX(A1:A3,1)", None),
    ],
)
def test_references(text: str, place: Place | None) -> None:
    """Only a cell of this workbook is a place."""
    assert parse_reference(text) == place


def test_no_file_is_touched_by_reading(book: Path, tmp_path: Path) -> None:
    """Reading leaves no trace."""
    copy = tmp_path / "plan.xlsx"
    shutil.copy(book, copy)
    before = copy.read_bytes()
    read_workbook(copy, load_default())
    assert copy.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.xlsx"]


@pytest.mark.parametrize(
    ("code", "args"),
    [
        ("SX110", {}),
        ("SX111", {"found": 9, "known": 1}),
        ("SX112", {"detail": "x"}),
        ("SX119", {}),
        ("SX120", {"title": "x"}),
        ("SX121", {"label": "x"}),
        ("SX122", {"label": "x", "found": "y"}),
        ("SX123", {"label": "x"}),
        ("SX124", {"title": "x", "table": "y"}),
        ("SX125", {"label": "x"}),
        ("SX126", {"n": 2, "table": "x"}),
        ("SX127", {"title": "x"}),
        ("SX130", {"cell": "XFD1"}),
    ],
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_structural_findings_have_sentences(code: str, args: dict[str, Any], lang: str) -> None:
    """Each structural finding has a sentence and a hint in both languages, with the arguments it carries."""
    assert message(code, lang, **args)
    assert message(f"{code}.hint", lang, **args)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_is_younger_than_a_workbook_is_no_loss_in_it(tmp_path: Path, lang: str) -> None:
    """Fields and tables that its templates did not have yet: no finding, and no other block's cells."""
    spec = load_default()
    young = {"tows_pairs": {"adopt", "adopted", "rank"}, "quant_answers": {"product_to_develop"}}

    def older(block: Any) -> Any:
        gone = young.get(block.key, set())
        fields = tuple(field for field in block.fields if field.key not in gone) if gone else None
        return block.model_copy(update={"fields": fields}) if gone else block

    def cut(module: ModuleSpec) -> ModuleSpec:
        if module.key == "quant":  # headers in common with the table of products
            gone = {"segments_split", "quant_charts", "clients_split", "quant_results"}
        else:
            gone = {"swot_scores"} if module.key == "swot" else set()
        blocks = tuple(older(block) for block in module.blocks if block.key not in gone)
        return module.model_copy(update={"blocks": blocks})

    modules = tuple(cut(spec.module(key)) for key in ("quant", "swot", "settings"))
    path = tmp_path / "old.xlsx"
    old = spec.model_copy(update={"modules": modules, "schema_version": 1})
    path.write_bytes(build.render(old, lang=lang, company="", today=TODAY, rows={}))
    data = read_workbook(path, spec)
    assert [finding.code for finding in data.findings] == []
    assert "segments_split" not in data.blocks
    assert "product" in data.blocks["products"].places
    assert not young["tows_pairs"] & data.blocks["tows_pairs"].places.keys()


def test_a_workbook_of_an_earlier_version_misses_nothing_that_came_later(book: Path, tmp_path: Path) -> None:
    """Fields that came later are no losses of it; in one of this version they are."""
    fresh = re.compile(r'<definedName name="_sx\.client_tiles\.first_1"[^>]*>[^<]*</definedName>')

    def told(text: str) -> set[str]:
        target = changed_names(book, tmp_path / "plan.xlsx", lambda _text: text)
        return {found.code for found in read_workbook(target, load_default()).findings}

    with zipfile.ZipFile(book) as package:
        names = package.read("xl/workbook.xml").decode()
    assert fresh.search(names)
    assert "SX123" in told(fresh.sub("", names))
    assert "SX123" not in told(re.sub(r"\b\d+;fr;", "1;fr;", fresh.sub("", names)))
