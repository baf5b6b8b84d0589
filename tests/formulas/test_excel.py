"""Trees written as Excel's files write formulas; every template formula, in both languages."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from native_templates import formulas as template_formulas
from notation import written

from strategy_xl.build.formulas import Formulas
from strategy_xl.build.placing import lay_out
from strategy_xl.formulas.arrays import function_names
from strategy_xl.formulas.excel import NEWER, escape_column, quote, write
from strategy_xl.formulas.tokens import tokens
from strategy_xl.formulas.tree import parse
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import choice_name, setting_name
from strategy_xl.schema.spec import TableBlock

FORMULAS = sorted({(found.block, found.formula) for found in template_formulas()})
REFERENCE = re.compile(
    r'"(?:[^"]|"")*"|(?P<block>[a-z]\w*)?\[(?P<key>[a-z]\w*)\]|@(?P<setting>[a-z]\w*)'
    r"|#(?P<list>[a-z]\w*)\.(?P<choice>[a-z]\w*)|(?P<newer>(?<![\w.])(?:"
    + "|".join(map(re.escape, sorted(NEWER, key=len, reverse=True)))
    + r")(?=\())"
)
"""The notation, told apart from the tokeniser's own way."""


@pytest.mark.parametrize("formula", [formula for _block, formula in FORMULAS])
def test_a_template_formula_comes_back(formula: str) -> None:
    """Law: a tree written with its own references is the text it was read from, prefixes aside."""
    assert write(parse(formula), written).replace("_xlfn.", "") == formula.removeprefix("=")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_template_formulas_in_a_workbook(lang: str) -> None:
    """A rendered formula is the template's with each reference, and each newer name, replaced in its text."""
    spec = load_default()
    book = Formulas(lay_out(spec, lang, {}))
    for key, formula in FORMULAS:
        placed = book.layout.placed[key]

        def replaced(match: re.Match[str], placed=placed) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001, PLR0911 - one arm a kind
            if match["newer"]:
                return f"_xlfn.{match[0]}"
            if match["setting"]:
                return setting_name(match["setting"])
            if match["choice"]:
                return choice_name(match["list"], match["choice"])
            if match["block"]:
                return book.whole(match[0])
            if not match["key"]:
                return match[0]
            if isinstance(placed.block, TableBlock):
                return book.this_row(placed.block, match["key"])
            return placed.value_area(match["key"]).local.partition(":")[0]

        text = "=" + REFERENCE.sub(replaced, formula).removeprefix("=")
        assert book.render(formula, placed) == text
        assert "".join(token.text for token in tokens(text)) == text


def test_everything_but_spaces_is_kept() -> None:
    """Parentheses, signs, the text of numbers, empty arguments, arrays, the case of names."""
    text = '(-(1.50)+.5E3%*--[a])^+2&"x ""y"""<>IF(,,{1,-2;TRUE,#N/A})&My.Own()&#REF!'
    assert write(parse(text), written) == text
    long = "+".join(["1"] * 5000)
    assert write(parse(long), written) == long
    assert write(parse(" = IF ( [a] = 1 , 2 ) "), written) == "IF([a]=1,2)"


def test_newer_functions_get_their_prefix_outside_text() -> None:
    """IFNA and its like are prefixed once; names inside quotes, prefixed ones and look-alikes are left."""
    formula = '=IFNA(SWITCH([a],"IFNA(",1),MYIFS(2))&_xlfn.MAXIFS(t[a])&RANK.EQ(1,t[a])'
    assert write(parse(formula), written) == (
        '_xlfn.IFNA(_xlfn.SWITCH([a],"IFNA(",1),MYIFS(2))&_xlfn.MAXIFS(t[a])&_xlfn.RANK.EQ(1,t[a])'
    )


def test_no_dotted_function_of_the_evaluator_is_written_bare() -> None:
    """Names with a dot came with Excel 2010 and later: all of them need the prefix in files."""
    assert {name for name in function_names() if "." in name} <= NEWER


@given(st.text())
def test_texts_and_labels_are_one_token(text: str) -> None:
    """Law: a quoted text and an escaped column label are read back as one token."""
    assert [token.text for token in tokens(quote(text))] == [quote(text)]
    reference = f"[{escape_column(text)}]"
    assert [token.text for token in tokens(reference)] == [reference]
