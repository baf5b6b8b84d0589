"""The formula notation: what counts as a reference, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notation import written

from strategy_xl.formulas.references import (
    REFERENCE,
    Reference,
    parse_column,
    pieces,
    read_reference,
    references,
)

KEYS = st.from_regex(r"[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,4})?", fullmatch=True)
PLAIN = st.text("ABCXYZ0123456789+-*/(),=<>& .$:;{}éà", max_size=20)


def _again(formula: str) -> str:
    """The formula put together from its pieces, every reference read and written back."""
    return "".join(
        written(read_reference(piece.text)) if piece.kind == REFERENCE else piece.text
        for piece in pieces(formula)
    )


def test_the_four_kinds_of_reference_are_found_in_order() -> None:
    """A row cell, a whole column, a setting and a choice label are told apart."""
    formula = '=IF([name]="","",IF(SUMIFS(readings[value],readings[kpi],[name])>@limit,#state.good,"?"))'
    assert list(references(formula)) == [
        Reference("row", "name"),
        Reference("column", "value", "readings"),
        Reference("column", "kpi", "readings"),
        Reference("row", "name"),
        Reference("setting", "limit"),
        Reference("choice", "good", "state"),
    ]


def test_quoted_text_is_left_alone() -> None:
    """Brackets, at signs and hashes inside quotes are text, doubled quotes included."""
    formula = '="[a] @b #c.d ""[e]"" "&[f]'
    assert list(references(formula)) == [Reference("row", "f")]
    assert [piece.text for piece in pieces(formula)] == ["=", '"[a] @b #c.d ""[e]"" "', "&", "[f]"]


def test_function_names_and_error_values_are_no_references() -> None:
    """Upper-case names, array constants and #N/A stay as they are."""
    formula = "=IF(ISNA(MATCH(1,{1;2},0)),#N/A,NA())"
    assert list(references(formula)) == []
    assert _again(formula) == formula


@given(st.lists(KEYS, min_size=1, max_size=4), PLAIN)
def test_reading_and_writing_references_changes_nothing(keys: list[str], plain: str) -> None:
    """Law: putting every reference back as it was written gives the same formula."""
    formula = "=" + plain.join(
        text for key in keys for text in (f"[{key}]", f"blk[{key}]", f"@{key}", f"#lst.{key}")
    )
    assert _again(formula) == formula


@given(KEYS, KEYS)
def test_a_column_is_split_into_block_and_key(block: str, key: str) -> None:
    """Law: ``block[key]`` gives back its two parts, spaces around it aside."""
    assert parse_column(f" {block}[{key}] ") == (block, key)


@pytest.mark.parametrize(
    "text", ["", "clients", "[name]", "clients[name", "Clients[name]", "a[b]c", "@today", "#a.b"]
)
def test_anything_else_is_no_column(text: str) -> None:
    """A text that is not exactly one column raises ValueError with that text."""
    with pytest.raises(ValueError, match="^" + text.replace("[", r"\[").replace(".", r"\.") + "$"):
        parse_column(text)


def test_a_name_is_taken_whole() -> None:
    """What stands before a bracket or after a sign is the whole word: none is found in its middle."""
    assert list(references("Clients[name]")) == [Reference("column", "name", "Clients")]
    assert list(references("@Day+#A.b+T[[#This Row],[x]]+[Key]+a.b[c]")) == [Reference("column", "c", "a.b")]
