"""One name written in several ways is one name; two names are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.text.identity import identity_key, trimmed, visible


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ALPHA", "Alpha"),
        ("L'Atelier", "L’Atelier"),
        ("L'Atelier", "L´ATELIER"),
        ("L'Atelier", "l`atelier"),
        ("Jean-Pierre", "Jean\N{NON-BREAKING HYPHEN}Pierre"),
        ("Jean-Pierre", "Jean–Pierre"),
        ("Béta", "Be\N{COMBINING ACUTE ACCENT}ta"),
        ("Alpha SA", "\N{ZERO WIDTH NO-BREAK SPACE}Alpha\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE} SA "),
        ("Alpha", "Al\N{SOFT HYPHEN}pha\N{ZERO WIDTH SPACE}"),
        ("Großmann", "GROSSMANN"),
        ("Å Conseil", "\N{ANGSTROM SIGN} conseil"),
    ],
)
def test_one_name(one: str, other: str) -> None:
    """Capitals, marks, storage of accents and spaces do not make another name."""
    assert identity_key(one) == identity_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Müller", "Muller"), ("Élan", "Elan"), ("Alpha SA", "AlphaSA"), ("A-B", "A B"), ("Alpha 1", "Alpha 2")],
)
def test_two_names(one: str, other: str) -> None:
    """Accents, spaces between words and digits do."""
    assert identity_key(one) != identity_key(other)


@given(st.text(max_size=30))
def test_the_key_of_a_key_is_itself(name: str) -> None:
    """A stored key can be compared with a fresh one."""
    assert identity_key(identity_key(name)) == identity_key(name)


@given(st.text(st.characters(codec="ascii"), max_size=30))
def test_plain_names_take_a_quick_way_to_the_same_key(name: str) -> None:
    """The quick way for ASCII gives what the long way gives."""
    assert identity_key(name) == identity_key(name + "é")[:-1].strip()


def test_what_can_be_seen() -> None:
    """Around a text nothing invisible stays; inside it may have a meaning, but not in numbers and titles."""
    assert trimmed("\ufeff \u200bA\u200dB\N{NO-BREAK SPACE}\u00ad") == "A\u200dB"
    assert trimmed(" A ") == "A"
    assert trimmed("\u200b \u200b") == ""
    assert visible("\u200bA\u200dB ") == "AB"
