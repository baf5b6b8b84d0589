"""Cells typed in every way people type them become the value they mean, or a finding."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.schema.spec import ChoiceSpec, FieldSpec, ListSpec, Text
from strategy_xl.text import parsing
from strategy_xl.text.catalog import message
from strategy_xl.text.choices import Choices
from strategy_xl.text.coerced import Context
from strategy_xl.text.coercion import coerce_column
from strategy_xl.text.parsing import Problem, fold, parse_bool, parse_date, parse_number

NBSP, NNBSP = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
LIST = ListSpec(
    key="client_class",
    label=Text(fr="Classe", en="Class"),
    choices=(
        ChoiceSpec(key="ideal", fr="Client idéal", en="Ideal client"),
        ChoiceSpec(key="avoid", fr="Client à éviter", en="Client to avoid"),
    ),
)


def spec(kind: str, **more: Any) -> FieldSpec:
    """A field of that type."""
    if kind == "choice":
        more["choices"] = "client_class"
    return FieldSpec(key="f", label=Text(fr="Champ", en="Field"), type=kind, **more)  # type: ignore[arg-type]


def context(
    lang: str = "fr", *, date1904: bool = False, is_open: bool = False, stored: tuple[str, ...] = ()
) -> Context:
    """A workbook's context with one list."""
    listed = LIST.model_copy(update={"open": is_open})
    return Context(lang, date1904, {"client_class": Choices.of(listed, lang, stored)})


def one(value: object, kind: str, lang: str = "fr", **more: Any) -> tuple[Any, list[str]]:
    """The value and the codes of a single cell."""
    found = coerce_column([value], spec(kind, **more), context(lang))
    result = found.series.iloc[0]
    return (None if pd.isna(result) else result), [problem.code for problem in found.problems]


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [
        ("1234,56", "fr", 1234.56),
        ("1 234,56", "fr", 1234.56),
        (f"1{NBSP}234,56{NBSP}€", "fr", 1234.56),
        (f"1{NNBSP}234{NNBSP}567,8", "fr", 1234567.8),
        ("1'234.56", "fr", 1234.56),
        ("1.234,56", "fr", 1234.56),
        ("1.234,56", "en", 1234.56),
        ("1,234.56", "fr", 1234.56),
        ("1,234", "en", 1234),
        ("1,234", "fr", 1.234),
        ("1.234", "en", 1.234),
        ("1.234.567", "fr", 1234567),
        ("12.5", "fr", 12.5),
        ("0,125", "fr", 0.125),
        ("3,5 k€", "fr", 3500),
        ("1.2 M€", "en", 1_200_000),
        ("2 M", "fr", 2_000_000),
        ("€1,200", "en", 1200),
        ("(120)", "en", -120),
        ("−5,5", "fr", -5.5),
        ("-5", "fr", -5),
        ("12 € HT", "fr", 12),
        ("12 h", "fr", 12),
    ],
)
def test_numbers_typed_as_text(text: str, lang: str, value: float) -> None:
    """Every usual writing of a number is read by the rules of the language."""
    assert one(text, "number", lang, unit="h") == (pytest.approx(value), [])


@pytest.mark.parametrize(
    "text", ["abc", "12 34", "06 12 34 56 78", "1,2,3", "12 kg", "5,", "--5", "1 2345", "(5"]
)
def test_what_is_no_number_is_missing_and_reported(text: str) -> None:
    """A text that is no number is never taken for one."""
    assert one(text, "number") == (None, ["SX201"])


def test_a_point_before_three_digits_is_ambiguous_in_french() -> None:
    """1.234 is a thousand to some and one to others: missing, with both readings shown."""
    found = coerce_column(["1.234"], spec("money"), context("fr"))
    assert found.problems[0].code == "SX202"
    assert found.problems[0].args["first"] == 1234
    assert found.problems[0].args["second"] == 1.234
    assert math.isnan(found.series[0])


@pytest.mark.parametrize("text", ["$12,000", "£ 12,000", "USD 12,000", "$ 12,000"])
def test_a_comma_behind_an_english_sign_is_ambiguous_in_french(text: str) -> None:
    """Whoever writes the sign first may mean thousands: missing in French, with both readings shown."""
    found = coerce_column([text], spec("money"), context("fr"))
    assert found.problems[0].code == "SX202"
    assert (found.problems[0].args["first"], found.problems[0].args["second"]) == (12000, 12)
    assert math.isnan(found.series[0])
    assert coerce_column([text], spec("money"), context("en")).series[0] == 12000


@pytest.mark.parametrize(
    ("text", "number"), [("$12,5", 12.5), ("$1,200.50", 1200.5), ("12,000 €", 12.0), ("-$1,200,000", -1.2e6)]
)
def test_other_commas_in_amounts_are_sure_in_french(text: str, number: float) -> None:
    """One or two decimals, several groups, a sign behind: one reading."""
    assert one(text, "money") == (number, [])


@pytest.mark.parametrize(
    ("value", "expected", "codes"),
    [
        ("12 %", 0.12, []),
        (f"12,5{NBSP}%", 0.125, []),
        ("12", 0.12, []),
        ("0,12", 0.12, []),
        ("1", None, ["SX202"]),
        (0.12, 0.12, []),
        (45.0, None, ["SX219"]),
    ],
)
def test_rates(value: object, expected: float | None, codes: list[str]) -> None:
    """Rates end between 0 and 1; a whole 45 in a rate cell is reported, not used."""
    found, problems = one(value, "percent", minimum=0, maximum=1)
    assert problems == codes
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("text", "lang", "day"),
    [
        ("03/04/2027", "fr", date(2027, 4, 3)),
        ("25/04/2027", "en", date(2027, 4, 25)),
        ("04/25/2027", "en", date(2027, 4, 25)),
        ("3 mars 2027", "fr", date(2027, 3, 3)),
        ("1er mars 27", "fr", date(2027, 3, 1)),
        ("lundi 3 mars 2027", "fr", date(2027, 3, 3)),
        ("March 3, 2027", "en", date(2027, 3, 3)),
        ("3rd of March 2027", "en", date(2027, 3, 3)),
        ("15 déc. 2026", "en", date(2026, 12, 15)),
        ("2027-03-03", "fr", date(2027, 3, 3)),
        ("2027-03-03T10:30:00Z", "en", date(2027, 3, 3)),
        ("03.04.27", "fr", date(2027, 4, 3)),
        ("1/2/99", "fr", date(1999, 2, 1)),
        ("46115", "fr", date(2026, 4, 3)),
    ],
)
def test_dates_typed_as_text(text: str, lang: str, day: date) -> None:
    """Every usual writing of a date is read."""
    assert one(text, "date", lang) == (pd.Timestamp(day), [])


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("3 mars", ["SX203"]),
        ("mars 2027", ["SX203"]),
        ("31/02/2027", ["SX203"]),
        (True, ["SX203"]),
        (2027.0, ["SX216"]),
        (date(1905, 7, 19), ["SX216"]),
        ("12/01/2227", ["SX216"]),
    ],
)
def test_what_is_no_day_is_missing_and_reported(value: object, codes: list[str]) -> None:
    """Half a date, a year alone, and impossible or unlikely days are not dates."""
    assert one(value, "date") == (None, codes)


def test_day_and_month_are_not_guessed_in_english() -> None:
    """03/04/2027 in an English workbook can be April or March: missing, both shown."""
    found = coerce_column(["03/04/2027"], spec("date"), context("en"))
    assert found.problems[0].code == "SX212"
    assert {found.problems[0].args["first"], found.problems[0].args["second"]} == {
        date(2027, 4, 3),
        date(2027, 3, 4),
    }


def test_serial_numbers_follow_the_calendar_of_the_workbook() -> None:
    """A bare serial counts from the workbook's epoch."""
    found = coerce_column([44653.0], spec("date"), context(date1904=True))
    assert found.series[0] == pd.Timestamp(2026, 4, 3)


@pytest.mark.parametrize("value", ["Oui", "o", "YES", "vrai", "x", "1", 1.0, True, "✓"])
def test_yes(value: object) -> None:
    """Yes in every usual writing."""
    assert one(value, "bool") == (True, [])


@pytest.mark.parametrize("value", ["Non", "n", "NO", "faux", "0", 0.0, False])
def test_no(value: object) -> None:
    """No in every usual writing: false, not missing."""
    assert one(value, "bool") == (False, [])


@pytest.mark.parametrize("value", ["", None, "   ", NBSP, float("nan")])
@pytest.mark.parametrize("kind", ["number", "date", "bool", "choice", "text", "integer", "percent"])
def test_blank_is_missing_without_finding(value: object, kind: str) -> None:
    """An empty cell is missing in every type, and nothing to report."""
    assert one(value, kind) == (None, [])


def test_zero_is_not_missing() -> None:
    """Zero hours is an answer."""
    assert one(0.0, "number", minimum=0) == (0.0, [])


@pytest.mark.parametrize("text", ["Client idéal", "client ideal", "CLIENT  IDÉAL", "ideal", "Ideal client"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_choices_by_label_of_either_language_or_key(text: str, lang: str) -> None:
    """A choice is known by its label in both languages, without accents or case, and by its key."""
    assert one(text, "choice", lang) == ("ideal", [])


def test_a_near_choice_gets_a_suggestion_and_no_value() -> None:
    """A slip in a closed list is not corrected silently."""
    found = coerce_column(["Client idéall", "Chat"], spec("choice"), context())
    assert [problem.code for problem in found.problems] == ["SX204", "SX220"]
    assert found.problems[0].args["suggestion"] == "Client idéal"
    assert found.series.isna().all()


def test_an_open_list_keeps_what_people_typed() -> None:
    """In an open list a new label is its own key; one that looks like a slip is noted."""
    found = coerce_column(["Banque", "Client idéall"], spec("choice"), context(is_open=True))
    assert list(found.series) == ["Banque", "Client idéall"]
    assert [problem.code for problem in found.problems] == ["SX214"]


def test_a_renamed_choice_is_known_by_its_place() -> None:
    """A label that people changed on the settings sheet still means the choice of that place."""
    renamed = context(stored=("Client en or", "Client à éviter", "Autre"))
    found = coerce_column(["Client en or", "Autre", "Client à éviter"], spec("choice"), renamed)
    assert list(found.series) == ["ideal", "Autre", "avoid"]
    assert found.problems == ()


def test_sorted_choices_keep_their_meaning() -> None:
    """Labels sorted by people are known by what they say, not by where they stand."""
    found = coerce_column(
        ["Client idéal"], spec("choice"), context(stored=("Client à éviter", "Client idéal"))
    )
    assert list(found.series) == ["ideal"]


@pytest.mark.parametrize(
    ("value", "more", "code"),
    [
        (90.0, {"minimum": 0, "maximum": 10}, "SX207"),
        (-1.0, {"minimum": 0}, "SX217"),
        (11.0, {"maximum": 10}, "SX218"),
    ],
)
def test_out_of_bounds_is_kept_out_of_calculations(value: float, more: dict[str, float], code: str) -> None:
    """A satisfaction of 90 out of 10 counts as missing and is reported."""
    assert one(value, "number", **more) == (None, [code])


def test_a_date_where_a_number_belongs_is_reported() -> None:
    """Excel turns 1.5 into a date in a French system: the serial number is not used as a value."""
    assert one(date(2026, 5, 1), "number") == (None, ["SX213"])
    assert one(datetime(2026, 5, 1, 3, 0), "money") == (None, ["SX213"])  # noqa: DTZ001 - Excel has no zones


def test_a_date_counts_as_a_number_where_formulas_count_it() -> None:
    """Where Excel's formulas decide, a day is its serial number, told all the same."""
    counting = replace(context(), counts=True)
    for more, value in (({}, 46_143.0), ({"minimum": 0, "maximum": 10}, math.nan)):
        found = coerce_column([date(2026, 5, 1), "", 3.0], spec("number", **more), counting)
        np.testing.assert_array_equal(found.array, [value, math.nan, 3.0])
        assert [problem.code for problem in found.problems] == ["SX213"]


def test_durations_in_hours() -> None:
    """2:30 typed in a field of hours is two and a half hours; elsewhere it is reported."""
    assert one(time(2, 30), "number", unit="h") == (2.5, [])
    assert one(timedelta(hours=30), "number", unit="h") == (30.0, [])
    assert one(time(2, 30), "number") == (None, ["SX213"])


def test_a_broken_number_is_kept_and_noted() -> None:
    """Half a complaint is odd, but the number is there."""
    assert one(2.5, "integer") == (2.5, ["SX208"])


def test_texts_from_other_types() -> None:
    """A number in a text column loses no digit and gains no decimals."""
    found = coerce_column([75001.0, 1.5, True, date(2026, 4, 3), "  a  b "], spec("text"), context())
    assert list(found.series) == ["75001", "1.5", "Oui", "03/04/2026", "a  b"]


def test_types_of_columns() -> None:
    """Each type has its dtype, also in a column without any value."""
    for kind, dtype in (("number", "float64"), ("bool", "boolean"), ("date", "datetime64[ns]")):
        assert str(coerce_column(["", ""], spec(kind), context()).series.dtype) == dtype


def test_a_long_column_of_wrong_choices_stays_quick() -> None:
    """Many different wrong texts do not each cost a search for a likely label."""
    found = coerce_column([f"wrong {n}" for n in range(20_000)], spec("choice"), context())
    assert len(found.problems) == 20_000
    assert found.series.isna().all()


def spaced(number: str, mark: str) -> str:
    """The digits of a whole number in groups of three."""
    return f"{int(number):,}".replace(",", mark)


@given(
    st.integers(0, 10**9),
    st.integers(0, 99),
    st.sampled_from([" ", NBSP, NNBSP, "'", ""]),
    st.sampled_from(["", " €", f"{NBSP}€"]),
    st.booleans(),
)
def test_french_writing_reads_back(whole: int, cents: int, mark: str, suffix: str, minus: bool) -> None:
    """Whatever a French writer makes of a number, reading gives the number."""
    text = ("-" if minus else "") + spaced(str(whole), mark) + f",{cents:02d}" + suffix
    expected = (-1 if minus else 1) * float(f"{whole}.{cents:02d}")
    assert one(text, "money", "fr") == (pytest.approx(expected, abs=0), [])


@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from([",", ""]), st.sampled_from(["", "€", "$"]))
def test_english_writing_reads_back(whole: int, cents: int, mark: str, prefix: str) -> None:
    """Whatever an English writer makes of a number, reading gives the number."""
    text = prefix + spaced(str(whole), mark) + f".{cents:02d}"
    assert one(text, "money", "en") == (pytest.approx(float(f"{whole}.{cents:02d}"), abs=0), [])


@given(st.dates(date(1950, 1, 1), date(2049, 12, 31)), st.sampled_from(["fr", "en"]), st.data())
def test_dates_read_back(day: date, lang: str, data: st.DataObject) -> None:
    """Whatever way a date is written in a language, reading gives the date."""
    from babel.dates import format_date

    patterns = ["d MMMM y", "d MMM y", "EEEE d MMMM y", "y-MM-dd"]
    patterns += ["dd/MM/y", "d/M/yy", "dd.MM.y"] if lang == "fr" else ["MMMM d, y", "MMM d y"]
    text = format_date(day, data.draw(st.sampled_from(patterns)), locale=lang)
    assert one(text, "date", lang) == (pd.Timestamp(day), [])


CELLS = st.one_of(
    st.none(),
    st.just(""),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2200, 1, 1)),
    st.text(max_size=12),
    st.sampled_from(["12 %", "1 234,5", "Oui", "x", "Client idéal", "03/04/2027", "1.234", "ideal"]),
)


@given(
    st.lists(CELLS, max_size=8),
    st.sampled_from(["number", "percent", "money", "integer", "date", "bool", "choice", "text"]),
    st.sampled_from(["fr", "en"]),
)
def test_coercion_is_idempotent_and_never_fails(cells: list[Any], kind: str, lang: str) -> None:
    """Any cells give a column of the same length; what was read reads as itself, without new findings."""
    once = coerce_column(cells, spec(kind), context(lang))
    assert len(once.series) == len(cells)
    again = coerce_column(list(once.series), spec(kind), context(lang))
    pd.testing.assert_series_equal(once.series, again.series)
    assert {problem.code for problem in again.problems} <= {"SX208"}
    for problem in once.problems:
        for language in ("fr", "en"):
            assert message(problem.code, language, label="Champ", **problem.args)
            assert message(f"{problem.code}.hint", language)


@given(st.lists(CELLS, max_size=8), st.sampled_from(["number", "date", "bool", "choice", "text", "percent"]))
def test_a_column_equals_its_cells(cells: list[Any], kind: str) -> None:
    """The quick way over a whole column and the way cell by cell agree."""
    whole = coerce_column(cells, spec(kind), context())
    for position, cell in enumerate(cells):
        single = coerce_column([cell], spec(kind), context())
        left, right = whole.series.iloc[position], single.series.iloc[0]
        assert (pd.isna(left) and pd.isna(right)) or left == right
        codes = [problem.code for problem in whole.problems if problem.position == position]
        assert codes == [problem.code for problem in single.problems]


@given(st.text(max_size=30), st.sampled_from(["fr", "en"]))
def test_parsers_never_fail(text: str, lang: str) -> None:
    """Any text has an answer: a value, a problem, or neither yes nor no."""
    number = parse_number(text, lang)
    assert number.problem is not Problem.NONE or math.isfinite(number.value)
    assert (parse_date(text, lang).value is None) == (parse_date(text, lang).problem is not Problem.NONE)
    assert parse_bool(text) in {True, False, None}
    assert fold(fold(text)) == fold(text)


NUMBERS = st.from_regex(r"[+-]?[0-9]{1,17}([.,][0-9]{0,17})?", fullmatch=True)


@given(NUMBERS, st.sampled_from(["fr", "en"]), st.sampled_from([None, "h", "/10", "0", "%"]))
def test_usual_numbers_are_read_as_all_others(text: str, lang: str, unit: str | None) -> None:
    """The short way gives what the long way gives."""
    short = parse_number(text, lang, unit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parsing, "_PLAIN", re.compile(r"(?!)"))
        long = parse_number(text, lang, unit)
    assert short == long
    assert repr(short.value) == repr(long.value)


def test_blank_columns_of_numbers_are_nan() -> None:
    """Missing numbers are NaN, never zero."""
    assert np.isnan(coerce_column(["", None, " "], spec("number"), context()).series).all()


@pytest.mark.parametrize("value", ["1e999", "-1e400 %", "9e308 k€", math.inf, -math.inf])
@pytest.mark.parametrize("kind", ["number", "integer", "money", "percent"])
def test_no_number_is_infinite(value: object, kind: str) -> None:
    """What is more than programs calculate with is no number, whoever wrote it."""
    shown, codes = one(value, kind)
    assert (shown, codes) == (None, ["SX201"])
    found = coerce_column([0.0, value, 1.0], spec(kind), context())
    assert list(np.isnan(found.array.astype(float))) == [False, True, False]
