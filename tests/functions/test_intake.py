"""Cells as hosts hand them over become typed columns, or say why they cannot."""

from __future__ import annotations

import gc
import math
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from cell_examples import SPACES
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions import intake
from strategy_xl.functions.grid import grid
from strategy_xl.functions.handed import is_error, plain
from strategy_xl.functions.intake import (
    Refusal,
    as_frame,
    block_fields,
    choice_labels,
    setting_field,
    table,
    typed,
    whole,
)
from strategy_xl.functions.results import Cell, column, labelled, rows_of, to_cell
from strategy_xl.schema.loader import load_default
from strategy_xl.text.coerced import TEXT_DTYPE
from strategy_xl.text.shortening import MAX_TEXT, shorten

CLIENTS = block_fields("clients")
KPIS = block_fields("kpis")


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (3.5, (1, 1)),
        ([1, 2, 3], (3, 1)),
        ([[1, 2, 3]], (1, 3)),
        ([[1], [2]], (2, 1)),
        (((1, 2), (3, 4)), (2, 2)),
        ([[1, 2], [3]], (2, 2)),
        ([1, [2, 3]], (2, 2)),
        ([], (1, 1)),
        ([[]], (1, 1)),
        (np.arange(6.0).reshape(2, 3), (2, 3)),
        (pd.Series([1, 2]), (2, 1)),
        (pd.DataFrame({"a": [1], "b": ["x"]}), (1, 2)),
    ],
)
def test_shape_of_an_argument(value: object, shape: tuple[int, int]) -> None:
    """A cell, a list, a list of rows, an array and a frame all become rows and columns."""
    found = grid(value)
    assert (found.rows, found.columns) == shape
    assert len(found.cells) == shape[0] * shape[1]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (1234.5, 1234.5),
        (12, 12.0),
        (np.float64(7), 7.0),
        (np.int32(7), 7.0),
        (Decimal("2.5"), 2.5),
    ],
)
def test_numbers_of_every_host(cell: object, number: float) -> None:
    """Numbers of every type are numbers."""
    found = typed([cell], CLIENTS["revenue"], "fr")
    assert found.array.tolist() == [number]
    assert not found.problems


@pytest.mark.parametrize(
    ("key", "cell", "meant"),
    [
        ("revenue", "1 234,5", "1 234,5"),
        ("revenue", "3,5 k€", "3 500"),
        ("hours", "-12", "-12"),
        ("hours", "12,5", "12,5"),
        ("margin_rate", "30 %", "30 %"),
        ("margin_rate", "12", "12 %"),
        ("margin_rate", 30.0, "30 %"),
        ("competing", " Oui ", "Oui"),
        ("competing", "VRAI", "Oui"),
        ("competing", True, "Oui"),
        ("competing", 0.0, "Non"),
        ("class_final", "client a risque", "Client à risque"),
        ("class_final", "at_risk", "Client à risque"),
    ],
)
def test_what_excel_does_not_count_is_missing_and_told(key: str, cell: object, meant: str) -> None:
    """A number or choice that formulas do not take for one is missing, with what was probably meant."""
    found = typed([cell], CLIENTS[key], "fr")
    assert not found.given[0]
    assert found.filled[0]
    if key != "hours" or meant != "-12":  # out of its scale: told as such
        assert meant in found.problems[0].translate(SPACES)


@pytest.mark.parametrize("cell", [None, "", "   ", math.nan, pd.NA, pd.NaT, np.nan, "\N{NO-BREAK SPACE}"])
@pytest.mark.parametrize("key", ["revenue", "hours", "competing", "name", "sector"])
def test_blank_is_missing_and_never_zero(cell: object, key: str) -> None:
    """Whatever way a host says "empty", the value is missing and nothing is wrong."""
    found = typed([cell, cell], CLIENTS[key], "fr")
    assert found.given.tolist() == [False, False]
    assert not found.problems
    assert not found.errors
    assert all(pd.isna(value) for value in found.array.tolist())


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("margin_rate", 0.12, 0.12),
        ("competing", "Oui", True),
        ("competing", "NO", False),
        ("sector", "Santé", "health"),
        ("sector", "health", "health"),
        ("sector", "Business services", "business_services"),
        ("class_final", "À RISQUE", None),
        ("class_final", "CLIENT À RISQUE", "at_risk"),
        ("class_final", "At-risk client", "at_risk"),
    ],
)
def test_rates_booleans_and_choices(key: str, cell: object, value: object) -> None:
    """Yes/no and labels in both languages, whatever the capitals; keys in lists that people extend."""
    found = typed([cell], CLIENTS[key], "fr").array.tolist()[0]
    assert (None if pd.isna(found) else found) == value


@pytest.mark.parametrize(
    "cell",
    [
        46_023,
        46_023.0,
        date(2026, 1, 1),
        datetime(2026, 1, 1, 8),  # noqa: DTZ001 - cells know no time zone
    ],
)
def test_dates_as_serial_or_date(cell: object) -> None:
    """An Excel serial number and a date are the same day."""
    found = typed([cell], KPIS["start"], "fr")
    assert pd.Timestamp(found.array[0]) == pd.Timestamp("2026-01-01")


@pytest.mark.parametrize("cell", ["46023", "01/01/2026", "1er janvier 2026"])
def test_a_date_as_text_is_missing_and_told(cell: str) -> None:
    """Excel does not calculate with it."""
    found = typed([cell], KPIS["start"], "fr")
    assert not found.given[0]
    assert "01/01/2026" in found.problems[0]


def test_numpy_date_is_a_date() -> None:
    """A datetime64 of an array is a day, not a number of nanoseconds."""
    found = typed([np.datetime64("2026-01-01T00:00:00.000000000")], KPIS["start"], "fr")
    assert pd.Timestamp(found.array[0]) == pd.Timestamp("2026-01-01")


@pytest.mark.parametrize(
    ("key", "cell"),
    [
        ("satisfaction", 12.0),
        ("satisfaction", "beaucoup"),
        ("satisfaction", True),
        ("hours", -1),
        ("satisfaction", date(2026, 1, 1)),
        ("revenue", "1.234"),
        ("revenue", {"a": 1}),
        ("revenue", b"12"),
        ("competing", "peut-être"),
        ("class_final", "Client parfait"),
        ("margin_rate", "1"),
    ],
)
def test_what_cannot_be_used_is_told(key: str, cell: object) -> None:
    """A wrong, ambiguous or out-of-bounds cell is missing, with a sentence that names its field."""
    found = typed([cell], CLIENTS[key], "fr")
    assert not found.given[0]
    assert CLIENTS[key].label.fr in found.problems[0]


def test_a_remark_does_not_withhold_the_value() -> None:
    """A label that is new in an open list is used: it is theirs to add."""
    found = typed(["Agroalimentair"], CLIENTS["sector"], "fr")
    assert found.array.tolist() == ["Agroalimentair"]
    assert not found.problems


@pytest.mark.parametrize(
    "cell",
    [
        *ErrorValue,
        "#N/A",
        "#DIV/0!",
        "#VALEUR!",
        "Err:502",
        -2_146_826_246,
        -2_146_826_281,
    ],
)
def test_error_cells_stay_errors(cell: object) -> None:
    """Error values of Excel in text, of LibreOffice, of COM and of ours are errors of their row."""
    assert is_error(cell)
    for key in ("revenue", "name", "competing", "class_final"):
        found = typed([1 if key == "revenue" else None, cell], CLIENTS[key], "fr")
        assert list(found.errors) == [1]
        assert not found.given[1]


def test_infinite_numbers_are_errors() -> None:
    """No spreadsheet holds an infinite number: it is an error, not a very good client."""
    found = typed([math.inf, 1.0, 10**400], CLIENTS["revenue"], "fr")
    assert list(found.errors) == [0, 2]
    assert found.given.tolist() == [False, True, False]


def test_ordinary_text_with_a_hash_is_no_error() -> None:
    """A name may start with #."""
    assert not is_error("#1 sur le marché")


def test_headers_in_both_languages_and_with_units() -> None:
    """Columns are found by label in French or English, by key, with a unit in brackets, in any order."""
    cells = grid(
        [["Headcount", "CA 12 mois (€)", "hours", "Autre"], [10, 1000, 5, "x"], [None, None, None, None]]
    )
    found = table("clients", cells, "clients", "fr")
    frame = whole(found)
    assert list(frame.columns) == ["size", "revenue", "hours"]
    assert frame.to_numpy().tolist() == [[10.0, 1000.0, 5.0]]


def test_a_form_with_headers_in_its_first_column_is_turned() -> None:
    """A form (labels down the first column) is read like a table."""
    cells = grid([["Prénom", "Claire", "Jean"], ["Âge", 42, 50]])
    frame = whole(table("personas", cells, "personas", "fr"))
    assert frame.to_numpy().tolist() == [["Claire", 42.0], ["Jean", 50.0]]


def test_table_without_a_known_header_is_refused() -> None:
    """A range without headers says which ones are expected."""
    with pytest.raises(Refusal) as refusal:
        table("contacts", grid([[1, 2], [3, 4]]), "contacts", "fr")
    assert "Décide" in str(refusal.value.cell)


def test_table_with_a_wrong_row_counts_what_excel_counts() -> None:
    """A cell that does not count is missing; its row stays a row."""
    cells = grid([["Importance"], [3], ["beaucoup"], [None]])
    frame = whole(table("items", cells, "swot_items", "fr"))
    assert frame["importance"].isna().tolist() == [False, True]


def test_table_with_an_error_cell_is_not_available() -> None:
    """An error cell in a table makes the answer #N/A."""
    cells = grid([["Importance"], [3], ["#REF!"]])
    with pytest.raises(Refusal) as refusal:
        whole(table("items", cells, "swot_items", "fr"))
    assert refusal.value.cell is ErrorValue.NA


def test_settings_are_found_by_key_name_and_label() -> None:
    """A setting goes by its key, its defined name, and its label in both languages."""
    spec = next(field for field in block_fields("params").values() if field.key == "score_threshold")
    for name in ("score_threshold", "SX_score_threshold", spec.label.fr, spec.label.en):
        assert setting_field(name) is spec
    assert setting_field("no such thing") is None


def test_labels_are_those_of_the_templates() -> None:
    """Choices show under the templates' own labels."""
    listed = load_default().list_("client_class")
    assert choice_labels("client_class", "en") == {choice.key: choice.en for choice in listed.choices}


_CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.dates(),
    st.datetimes(),
    st.sampled_from(
        [ErrorValue.NA, "#N/A", "12 %", "1 234,5", "Oui", "Client idéal", "01/02/2026", pd.NA, b"x"]
    ),
)


@given(st.lists(_CELLS, min_size=1, max_size=6), st.sampled_from([*CLIENTS.values(), *KPIS.values()]))
def test_any_cells_become_a_column(cells: list[object], spec: object) -> None:
    """Whatever stands in the cells: one value, one problem or one error a cell, never an exception."""
    found = typed(cells, spec, "fr")  # type: ignore[arg-type]
    assert len(found.array) == len(found.given) == len(cells)
    for place, cell in enumerate(cells):
        blank = plain(cell) is None
        told = place in found.problems or place in found.errors
        assert found.given[place] + blank + told >= 1
        assert not (blank and found.given[place])


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6), st.integers(0, 10**6)), min_size=1, max_size=8))
def test_fast_and_careful_way_agree(cells: list[object]) -> None:
    """Numbers alone take a short cut; beside a text they are read one by one, to the same values."""
    fast = typed(cells, CLIENTS["hours"], "fr")
    careful = typed([*cells, "7"], CLIENTS["hours"], "fr")
    np.testing.assert_array_equal(fast.array, careful.array[:-1])
    assert list(careful.problems) == [len(cells)]


def test_repeated_texts_are_read_once_each_to_the_same_values() -> None:
    """Choices, texts, yes/no and numbers as text: a long column gives what its cells give one by one."""
    cells: dict[str, list[object]] = {
        "class_final": ["Client idéal", "at_risk", "Ideal client", "", None, "Client parfait", "#N/A"],
        "sector": ["Santé", "health", "Agroalimentaire", "agroalimentaire ", None, "  ", "#REF!"],
        "offer": ["Audit", " Audit", "A + B", None, "", "#N/A", "audit"],
        "competing": ["Oui", "no", None, "peut-être", "", "VRAI", "#N/A"],
        "hours": ["12", "1 234,5", None, "abc", "#N/A", "", "7 h"],
        "name": ["Alpha", " Alpha ", None, "", "#N/A", "Bêta", "alpha"],
    }
    for key, some in cells.items():
        alone = [typed([cell], CLIENTS[key], "fr") for cell in some]
        found = typed(some * 40, CLIENTS[key], "fr")
        for place in range(40 * len(some)):
            one = alone[place % len(some)]
            assert found.given[place] == one.given[0]
            assert found.problems.get(place) == one.problems.get(0)
            assert (place in found.errors) == bool(one.errors)
            value, other = found.array[place], one.array[0]
            assert value == other if one.given[0] else pd.isna(value)


FRAMED: dict[str, list[object]] = {
    "name": ["Alpha", " Bêta ", None, ""],
    "sector": ["Santé", "health", None, "Drones"],
    "class_final": ["Client idéal", None, "At-risk client"],
    "hours": [12.0, None, 0.5],
    "impact": [4.0, 0.0, None],
    "competing": ["Oui", "Non", None],
}


@given(
    st.lists(st.sampled_from(sorted(FRAMED)), unique=True, min_size=1),
    st.lists(st.booleans(), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_a_frame_of_one_block_is_a_frame_of_columns(keys: list[str], keep: list[bool], draw: object) -> None:
    """Few rows of one type are laid out as one block: types, values, titles and index stay the same."""
    cells = {key: [draw.choice(FRAMED[key]) for _ in keep] for key in keys}  # type: ignore[attr-defined]
    columns = {key: typed(cells[key], CLIENTS[key], "fr") for key in keys}
    block = as_frame(columns, np.array(keep))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "_FEW", 0)
        one_by_one = as_frame(columns, np.array(keep))
    pd.testing.assert_frame_equal(block, one_by_one)
    assert block.columns.tolist() == keys
    assert block.index.tolist() == np.flatnonzero(keep).tolist()
    for key in {"name", "sector", "class_final"}.intersection(keys):
        assert block[key].dtype == pd.Series(["a"], dtype=TEXT_DTYPE).dtype


TEXTS = ["Alpha", " Bêta ", "", "  ", " ", "Erreur", "#N/A", " #REF!", "Err:502", "#1", None]


@given(st.lists(st.sampled_from(TEXTS)))
def test_texts_alone_are_read_as_among_other_cells(cells: list[str | None]) -> None:
    """A column of texts is stripped as a whole: values and errors are those of the way for any cell."""
    quick, careful = typed(cells, CLIENTS["name"], "fr"), typed([*cells, 7.0], CLIENTS["name"], "fr")
    assert quick.array.tolist() == careful.array.tolist()[:-1]
    assert quick.given.tolist() == careful.given.tolist()[:-1]
    assert quick.given.dtype == bool
    assert list(quick.errors) == list(careful.errors)
    assert quick.problems == careful.problems == {}


@pytest.mark.parametrize("odd", [{"a": 1}, ["x"], 3.0, True, date(2026, 1, 1)])
def test_a_long_column_of_texts_may_hold_something_else(odd: object) -> None:
    """One cell of another kind among repeated texts is read as it is anywhere else."""
    for key in ("class_final", "name", "competing"):
        found = typed([*["Oui"] * 150, odd], CLIENTS[key], "fr")
        alone = typed([odd], CLIENTS[key], "fr")
        assert found.given[150] == alone.given[0]
        assert found.problems.get(150) == alone.problems.get(0)


def test_the_garbage_collector_is_left_as_it_was() -> None:
    """It waits while a long answer is built, and runs or rests afterwards as the host wishes."""
    line: list[Cell] = ["a"] * 5000
    assert rows_of([line]) == [["a"]] * 5000
    assert gc.isenabled()
    with pytest.raises(ValueError, match="shorter"):
        rows_of([line, line[:-1]])
    assert gc.isenabled()
    gc.disable()
    try:
        rows_of([line, line])
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_choices_show_their_labels_and_long_ones_are_cut() -> None:
    """A categorical and a plain column of keys give the same labels; none is too long for a cell."""
    keys = pd.Series(["a", None, "b", "x" * 300], dtype=object)
    labels = {"a": "Alpha", "b": "mot " * 100}
    plain_labels = column(labelled(keys, labels), "fr")
    assert column(labelled(keys.astype("category"), labels), "fr") == plain_labels
    assert plain_labels[:2] == ["Alpha", ""]
    assert all(len(str(cell)) <= MAX_TEXT for cell in plain_labels)


def test_a_column_without_any_number_is_blank() -> None:
    """Missing numbers are blank cells, infinite ones are not available, also side by side."""
    assert column(np.array([math.nan, math.nan]), "fr") == ["", ""]
    assert column(np.array([math.nan, math.inf, 1.0]), "fr") == ["", ErrorValue.NA, 1.0]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (1, 1.0),
        (np.float64(2.5), 2.5),
        (np.int64(3), 3.0),
        (True, True),
        (np.bool_(0), False),
        (None, ""),
        (math.nan, ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (math.inf, ErrorValue.NA),
        (ErrorValue.VALUE, ErrorValue.VALUE),
        (date(2026, 5, 27), "27/05/2026"),
        (pd.Timestamp("2026-05-27"), "27/05/2026"),
        ("a", "a"),
    ],
)
def test_answers_become_plain_cells(value: object, cell: object) -> None:
    """Nothing but text, float, bool and error values reaches a host."""
    found = to_cell(value, "fr")
    assert found == cell
    assert type(found) is type(cell)


def test_long_texts_are_cut_at_a_word() -> None:
    """A text fits in an array of every Excel."""
    assert len(shorten("mot " * 100)) <= MAX_TEXT
    assert shorten("mot " * 100).endswith("mot…")
    assert column(["x" * 300], "fr") == ["x" * 254 + "…"]
