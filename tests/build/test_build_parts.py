"""The parts of the build: references, layout, values, the example's files, validation, the last touches."""

from __future__ import annotations

import itertools
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from strategy_xl.build import example
from strategy_xl.build.book import example_rows
from strategy_xl.build.formulas import Formulas
from strategy_xl.build.layout import Area
from strategy_xl.build.placing import lay_out
from strategy_xl.build.select import closure
from strategy_xl.build.style import number_format
from strategy_xl.build.widths import Columns
from strategy_xl.build.written import Values
from strategy_xl.errors import TemplateError, UsageError
from strategy_xl.formulas.excel import escape_column, quote
from strategy_xl.ooxml.finish import MAIN, SharedStrings, order_fonts
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldSpec, FieldType, FormBlock, TableBlock
from strategy_xl.text.lines import text_lines
from strategy_xl.text.shortening import shorten

DAY = date(2026, 3, 17)


def field(**values: object) -> FieldSpec:
    """A field of the given properties."""
    return FieldSpec.model_validate({"key": "x", "label": {"fr": "X", "en": "X"}, **values})


@pytest.mark.parametrize(
    ("label", "escaped"),
    [("CA 12 mois", "CA 12 mois"), ("CA [k€]", "CA '[k€']"), ("d'été #1", "d''été '#1"), ("a@b", "a@b")],
)
def test_column_labels_are_escaped_as_in_files(label: str, escaped: str) -> None:
    """Brackets, apostrophes and number signs get an apostrophe; nothing else does."""
    assert escape_column(label) == escaped


def test_quotes_in_labels_are_doubled() -> None:
    """A label with quotes stays one text constant."""
    assert quote('dit "oui"') == '"dit ""oui"""'


def test_references_become_file_syntax() -> None:
    """Row, column, setting and choice references are replaced; areas of forms are absolute."""
    spec = load_default()
    formulas = Formulas(lay_out(spec, "fr", {}))
    clients = formulas.layout.placed["clients"]
    made = formulas.render('[revenue]+SUM(clients[revenue])*@hourly_cost&#client_class.ideal&"[x]"', clients)
    assert made == (
        "=Clients[[#This Row],[CA 12 mois]]+SUM(Clients[CA 12 mois])*SX_hourly_cost"
        '&SXC_client_class__ideal&"[x]"'
    )
    personas = formulas.layout.placed["personas"]
    assert isinstance(personas.block, FormBlock)
    key = personas.block.fields[0].key
    row = personas.rows[key]
    assert formulas.render(f"[{key}]", personas, instance=1) == f"=D{row}"
    assert formulas.whole(f"personas[{key}]") == f"'{personas.sheet}'!$C${row}:$H${row}"


def test_a_formula_that_cannot_be_read_is_named() -> None:
    """The template's file and block are told, with the place in the formula."""
    formulas = Formulas(lay_out(load_default(), "fr", {}))
    with pytest.raises(TemplateError) as caught:
        formulas.render("=SUM([revenue]", formulas.layout.placed["clients"])
    finding = caught.value.finding
    module = load_default().data_blocks()["clients"][0]
    assert (finding.code, finding.location.workbook, finding.args["key"]) == (
        "SX102",
        f"{module.key}.toml",
        "clients",
    )


def test_area_gives_one_cell_or_a_range() -> None:
    """A single cell has no colon; apostrophes in a title are doubled."""
    assert Area("L'an", 2, 3, 2, 3).absolute == "'L''an'!$C$2"
    assert Area("A", 2, 3, 9, 4).local == "C2:D9"


@given(st.lists(st.floats(3, 70), min_size=1, max_size=12), st.floats(5, 150), st.floats(0, 60))
def test_a_span_is_the_nearest_that_is_wide_enough(widths: list[float], wanted: float, least: float) -> None:
    """A span starts where asked, reaches the least width, and no neighbouring end would be nearer."""
    columns = Columns(widths, frozenset())
    span = columns.span(2, wanted, least)
    total = sum(columns.width(column) for column in range(2, span.last + 1))
    assert span.first == 2
    assert total >= min(least, wanted) - 1e-9
    if span.last > 2 and total - columns.width(span.last) >= least:
        before = total - columns.width(span.last)
        assert abs(total - wanted) <= abs(before - wanted) + 1e-9


@given(st.text(st.sampled_from("abc  \n"), max_size=60), st.integers(3, 40))
def test_text_lines_grow_with_text_and_shrink_with_width(text: str, width: int) -> None:
    """A text needs at least its paragraphs' lines, more in a narrower column, more when it is longer."""
    lines = text_lines(text, width)
    assert lines >= text.count("\n") + 1
    assert text_lines(text, width + 5) <= lines
    assert text_lines(text + "\nx", width) == lines + 1


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_blocks_of_a_sheet_never_overlap(lang: str) -> None:
    """Each block ends above the next one, with a free row between."""
    for sheet in lay_out(load_default(), lang, {}).sheets:
        seen = [
            item
            for item in sheet.blocks
            if getattr(item.block, "layout", "") != "workings" and not getattr(item.block, "beside", False)
        ]
        for above, below in itertools.pairwise(seen):
            assert above.row <= above.body <= above.last + 1
            assert above.last + 1 < below.row


@pytest.mark.parametrize(
    ("given_field", "lang", "expected"),
    [
        ({"type": "money"}, "fr", '#,##0\N{NO-BREAK SPACE}"€"'),
        ({"type": "money"}, "en", '"€"#,##0;-"€"#,##0'),
        ({"type": "money", "unit": "€/h"}, "en", '"€"#,##0"/h";-"€"#,##0"/h"'),
        ({"type": "percent"}, "fr", "0\N{NO-BREAK SPACE}%"),
        ({"type": "percent"}, "en", "0%"),
        ({"type": "date"}, "fr", "dd/mm/yyyy"),
        ({"type": "integer", "unit": "h"}, "fr", '#,##0\N{NO-BREAK SPACE}"h"'),
        ({"type": "integer", "unit": "0–10"}, "fr", "#,##0"),
        ({"type": "number", "format": "0.00"}, "fr", "0.00"),
        ({"type": "text"}, "fr", "General"),
    ],
)
def test_number_formats_follow_type_unit_and_language(
    given_field: dict[str, str], lang: str, expected: str
) -> None:
    """Money, shares, dates and units are shown as the language writes them; scales are not repeated."""
    assert number_format(field(**given_field), lang) == expected


@pytest.mark.parametrize(
    ("values", "raw", "expected"),
    [
        ({"type": "date"}, "@-45", date(2026, 1, 31)),
        ({"type": "date"}, "@m-3", date(2025, 12, 1)),
        ({"type": "date"}, "@m0", date(2026, 3, 1)),
        ({"type": "date"}, "2025-02-03", date(2025, 2, 3)),
        ({"type": "money"}, "12.50", 12.5),
        ({"type": "integer"}, "3", 3),
        ({"type": "bool"}, "yes", "Oui"),
        ({"type": "bool"}, False, "Non"),
        ({"type": "choice", "choices": "client_class"}, "ideal", "Client idéal"),
        ({"type": "choice", "choices": "segments"}, "Start-up", "Start-up"),
        ({}, {"fr": "un", "en": "one"}, "un"),
        ({}, "", None),
    ],
)
def test_raw_values_become_cell_values(values: dict[str, str], raw: object, expected: object) -> None:
    """Days count from the build's day, choices and booleans become labels, numbers stay numbers."""
    assert Values(load_default(), "fr", DAY).cell(field(**values), raw) == expected


@pytest.mark.parametrize(
    ("values", "raw"),
    [
        ({"type": "date"}, "hier"),
        ({"type": "number"}, "deux"),
        ({"type": "choice", "choices": "client_class"}, "bof"),
    ],
)
def test_values_of_a_wrong_type_are_refused(values: dict[str, str], raw: str) -> None:
    """A value that is not of its field's type names the field and the value."""
    with pytest.raises(TemplateError) as caught:
        Values(load_default(), "fr", DAY).cell(field(**values), raw, "file.csv")
    assert caught.value.finding.code == "SX141"
    assert caught.value.finding.args["value"] == raw


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_example_is_as_large_as_promised(lang: str) -> None:
    """The example firm has some 40 clients, 60 contacts, a year of readings, competitors and personas."""
    spec = example.with_lists(load_default())
    rows = example_rows(spec, lang, DAY)
    sizes = {key: len(found) for key, found in rows.items()}
    assert sizes["clients"] >= 35
    assert sizes["contacts"] >= 50
    assert sizes["personas"] >= 3
    assert {"objectives", "kpis", "readings", "swot_items", "attributes"} <= set(sizes)


def test_example_files_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    """An unknown column and a row of another length are named with their file."""
    spec = load_default()
    block = next(block for _, block in spec.data_blocks().values() if block.key == "clients")
    assert isinstance(block, TableBlock)
    assert example.load(block, spec, "fr", DAY, tmp_path) is None
    (tmp_path / "clients.csv").write_text("name,colour\nA,red\n", encoding="utf-8")
    with pytest.raises(TemplateError, match="colour"):
        example.load(block, spec, "fr", DAY, tmp_path)
    (tmp_path / "clients.csv").write_text("name,revenue\nA\n", encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        example.load(block, spec, "fr", DAY, tmp_path)
    assert caught.value.finding.code == "SX142"


def test_closure_follows_formulas_sources_and_charts() -> None:
    """A module brings what its formulas, drop-downs and charts refer to, and the settings."""
    spec = load_default()
    assert {"kpi", "readings", "settings"} <= closure(spec, ["kpi"])
    assert closure(spec, ["qual"]) >= {"qual", "settings"}
    assert closure(spec, [module.key for module in spec.modules]) == {module.key for module in spec.modules}


def test_an_unknown_module_gets_a_suggestion() -> None:
    """A misspelt module is answered with the nearest one."""
    with pytest.raises(UsageError) as caught:
        closure(load_default(), ["client_matrx"])
    assert caught.value.finding.args["suggestion"] == "client_matrix"


@given(st.text(max_size=400), st.integers(5, 255))
def test_shortened_texts_fit(text: str, limit: int) -> None:
    """A shortened text keeps within its limit, as Excel counts, and is untouched when it fits."""

    def length(of: str) -> int:
        return len(of.encode("utf-16-le", "surrogatepass")) // 2

    short = shorten(text, limit)
    assert length(short) <= limit
    if length(text) <= limit:
        assert short == text


def test_fonts_are_put_in_the_order_of_the_schema() -> None:
    """Openpyxl's order (name before size) becomes the schema's, and nothing is lost."""
    font = '<font><name val="C"/><family val="2"/><b val="1"/><sz val="9"/></font>'
    styles = f'<styleSheet xmlns="{MAIN}"><fonts>{font}</fonts></styleSheet>'
    root = etree.fromstring(order_fonts(styles.encode()))
    assert [etree.QName(child).localname for child in root[0][0]] == ["b", "sz", "name", "family"]


def test_inline_texts_move_to_one_table_of_strings() -> None:
    """Equal texts share a number; spaces and entities are kept; other cells are not touched."""
    strings = SharedStrings()
    sheet = (
        b'<c r="A1" s="1" t="inlineStr"><is><t>a &amp; b</t></is></c><c r="A2" t="n"><v>1</v></c>'
        b'<c r="A3" t="inlineStr"><is><t xml:space="preserve"> c</t></is></c>'
        b'<c r="A4" t="inlineStr"><is><t>a &amp; b</t></is></c>'
    )
    moved = strings.move(sheet)
    assert re.findall(rb"<v>(\d+)</v>", moved) == [b"0", b"1", b"1", b"0"]
    assert b"inlineStr" not in moved
    assert b'count="3" uniqueCount="2"' in strings.part()
    assert b'<si><t xml:space="preserve"> c</t></si>' in strings.part()


def test_every_type_has_a_look_in_both_languages() -> None:
    """No field type is left without a number format."""
    for kind in FieldType:
        choices = {"choices": "fact"} if kind is FieldType.CHOICE else {}
        for lang in ("fr", "en"):
            assert number_format(field(type=kind.value, **choices), lang)
