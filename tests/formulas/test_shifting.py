"""Formulas moved: what looks like a reference and is none stays; the laws are with the patcher's."""

from __future__ import annotations

import pytest

from strategy_xl.formulas.shifting import has_relative_references, shift_formula


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("K:L+$M:M+3:4+$3:5", "M:N+$M:O+6:7+$3:8"),
        ("A1:K:L", "C4:M:N"),
        ("LOG10(A1)+AB1!A1+Jan:Mar!A1", "LOG10(C4)+AB1!C4+Jan:Mar!C4"),
        ("#N/A+#REF!A1+1E+5", "#N/A+#REF!C4+1E+5"),
        ("SUM(#N/A:A1,B1:INDEX(C:C,2))", "SUM(#N/A:C4,D4:INDEX(E:E,2))"),
        ("T[[#This Row],[A1 ']B2]]+T[A1]*A1", "T[[#This Row],[A1 ']B2]]+T[A1]*C4"),
        ('\'It\'\'s A1\'!A1&"A1 ""B2"""', '\'It\'\'s A1\'!C4&"A1 ""B2"""'),
        ("TAX20245678+Q1_total+A1.b+XFE1+A1048577", "TAX20245678+Q1_total+A1.b+XFE1+A1048577"),
        ("A$1+$A1+A1#", "C$1+$A4+C4#"),
    ],
)
def test_what_moves(text: str, moved: str) -> None:
    """Cells, whole columns and whole rows move by three rows and two columns; nothing else does."""
    assert shift_formula(text, 3, 2) == moved


@pytest.mark.parametrize(
    ("text", "relative"),
    [("$A$1+Clients[x]", False), ("A$1", True), ("T[a", True), ("3:4", True), ('"A1"', False)],
)
def test_whether_a_formula_moves(text: str, relative: bool) -> None:
    """A formula that cannot be moved counts as one that would change."""
    assert has_relative_references(text) is relative
