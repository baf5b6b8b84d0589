"""The words of formulas: nothing is lost, and what belongs together stays whole, in every notation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.formulas.tokens import (
    BRACKET,
    ERROR,
    LONE,
    MARK,
    NUMBER,
    QUOTED,
    SPACE,
    TEXT,
    WORD,
    tokens,
)

ANY = st.text(st.sampled_from("AZaz019_.$\\?!:;,(){}[]'\"#@&%+-*/^=<> \n\té€/N") | st.characters())
LABELS = st.text(st.characters(exclude_categories=["Cs"]))


def kinds(text: str) -> list[tuple[str, str]]:
    """Kind and text of every token but spaces, marks and lone signs."""
    return [(token.kind, token.text) for token in tokens(text) if token.kind not in (SPACE, MARK, LONE)]


@given(ANY)
def test_tokens_are_the_text(text: str) -> None:
    """Law: joined, the tokens of any text are the text; each knows where it begins; none is empty."""
    found = tokens(text)
    assert "".join(token.text for token in found) == text
    assert all(token.text and text.startswith(token.text, token.at) for token in found)


@given(LABELS)
def test_quotes_and_brackets_stay_whole(label: str) -> None:
    """Law: whatever a text, a sheet's name or a column's label holds, written as files do it is one token."""
    escaped = "".join("'" + sign if sign in "'[]#@" else sign for sign in label)
    written = {
        TEXT: '"' + label.replace('"', '""') + '"',
        QUOTED: "'" + label.replace("'", "''") + "'",
        BRACKET: f"[[#This Row],[{escaped}]]",
    }
    for kind, text in written.items():
        found = tokens(f"A1+{text}+B2")
        assert [(token.kind, token.text) for token in found[2:3]] == [(kind, text)]
        assert [token.text for token in found[3:]] == ["+", "B2"]
    assert [token.text for token in tokens(f"[{escaped}]*2")] == [f"[{escaped}]", "*", "2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[key]*block[key]", [(BRACKET, "[key]"), (WORD, "block"), (BRACKET, "[key]")]),
        ("@today-#list.key", [(WORD, "today"), (WORD, "list.key")]),
        ("'L''an'!$A$1:B2", [(QUOTED, "'L''an'"), (WORD, "$A$1"), (WORD, "B2")]),
        ("$'a b'.A1~$Sheet.$B$2", [(WORD, "$"), (QUOTED, "'a b'"), (WORD, ".A1"), (WORD, "$Sheet.$B$2")]),
        ("_xlfn.RANK.EQ(1E-3,.5)", [(WORD, "_xlfn.RANK.EQ"), (NUMBER, "1E-3"), (NUMBER, ".5")]),
        ("LOG10(1E5)+1E5X-2.5.1", [(WORD, "LOG10"), (NUMBER, "1E5"), (WORD, "1E5X"), (WORD, "2.5.1")]),
        ("{#N/A,#DIV/0!;#NAME?}", [(ERROR, "#N/A"), (ERROR, "#DIV/0!"), (ERROR, "#NAME?")]),
        ("#REF!A1&#SPILL!&A1#", [(ERROR, "#REF!"), (WORD, "A1"), (ERROR, "#SPILL!"), (WORD, "A1")]),
        ("T[[#This Row];['[x'']]", [(WORD, "T"), (BRACKET, "[[#This Row];['[x'']]")]),
        ("a<>b>=c<=d", [(WORD, "a"), (WORD, "b"), (WORD, "c"), (WORD, "d")]),
    ],
)
def test_words(text: str, expected: list[tuple[str, str]]) -> None:
    """Names, cells, numbers, errors and references of the three notations."""
    assert kinds(text) == expected


def test_marks() -> None:
    """Operators of two signs are one mark; what does not close stands alone."""
    assert [t.text for t in tokens("<>=<=>=-") if t.kind == MARK] == ["<>", "=", "<=", ">=", "-"]
    assert [(t.kind, t.text) for t in tokens("#['\"")] == [(LONE, sign) for sign in "#['\""]
