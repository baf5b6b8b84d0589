"""A name is found and replaced in every way of typing it, and nothing else is touched."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.errors import UsageError
from strategy_xl.text.identity import identity_key
from strategy_xl.text.sought import Sought

ANNE = Sought(["Anne Lefèvre"])
OTHER = "X7"


@pytest.mark.parametrize(
    "text",
    [
        "Anne Lefèvre", "ANNE LEFÈVRE", "anne  lefèvre", "Anne\N{NO-BREAK SPACE}Lefèvre", "Lefèvre Anne",
        "LEFÈVRE, Anne", "anne.lefèvre@x.fr", "Rappeler Anne Lefèvre, vite", "l’avis d’Anne Lefèvre.",
        unicodedata.normalize("NFD", "Anne Lefèvre"), "An\N{SOFT HYPHEN}ne\N{ZERO WIDTH SPACE} Lefèvre",
        "(Anne Lefèvre)", "Anne\nLefèvre", "Anne_Lefèvre",
    ],
)  # fmt: skip
def test_found(text: str) -> None:
    """Capitals, spaces, accents of both kinds, order, what joins the parts."""
    assert ANNE.is_in(text)
    assert not ANNE.is_in(ANNE.replaced(text, OTHER))
    assert OTHER in ANNE.replaced(text, OTHER)


@pytest.mark.parametrize(
    "text", ["Anne Lefebvre", "Anne Lefevre", "Lefèvre", "Anne", "Marianne Lefèvre", "Anne Lefèvres", ""]
)
def test_not_found(text: str) -> None:
    """Another name, a part, a longer word; an accent makes another name, as everywhere."""
    assert not ANNE.is_in(text)
    assert ANNE.replaced(text, OTHER) == text


def test_the_rest_of_a_text_stays() -> None:
    """What stands around a name is as it was."""
    assert ANNE.replaced("d’Anne Lefèvre\tet Anne Lefèvre", OTHER) == f"d’{OTHER}\tet {OTHER}"
    assert Sought(["L'Été & fils"]).replaced("chez L’ÉTÉ & FILS.", "a\\1") == "chez a\\1."


def test_other_spellings() -> None:
    """Several names are one; the longer one is seen first; the order of a client's name stays."""
    both = Sought(["Dupont SA", "Dupont"], turned=False)
    assert both.replaced("Dupont SA, Dupont, SA Dupont", OTHER) == f"{OTHER}, {OTHER}, SA {OTHER}"
    assert both.is_name("dupont  sa")
    assert not both.is_name("Dupont SARL")
    assert Sought(["Strauß"]).is_in("STRAUSS")
    assert Sought(["Strauss"]).is_in("Strauß")


@pytest.mark.parametrize(
    "typed",
    ["stra\u017fse", "\u212airsten", "\u0131rma", "\u0130rma", "STRA\u1e9eE", "Ir\u2060ma", "Ir\u00adma"],
)
def test_letters_that_stand_for_others(typed: str) -> None:
    """In a text with accents too, whatever is typed for a plain letter, or unseen within a word, is found."""
    assert Sought(["Strasse", "Kirsten", "Irma"]).is_in(f"é {typed}")


def test_names_of_others_are_spared() -> None:
    """Whoever is called so too, with more to the name, stays."""
    martin = Sought(["Martin"], spared=["Anne Martin", "Martin", "Martin & fils"])
    text = "Martin, Anne MARTIN, Martin & fils, Martin Paul"
    assert martin.replaced(text, OTHER) == "X7, Anne MARTIN, Martin & fils, X7 Paul"
    assert not martin.is_in("anne martin")
    assert not martin.is_name("Anne Martin")
    assert martin.is_name("martin")


@pytest.mark.parametrize("names", [[], [""], ["  "], ["Al"], ["A."], ["Anne Lefèvre", "X"]])
def test_too_short(names: list[str]) -> None:
    """A name that would stand everywhere is none to be sought."""
    with pytest.raises(UsageError, match="SX100"):
        Sought(names)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("before", [b"", b"\x01", b"\xff\x00\x03"])
def test_in_bytes(encoding: str, before: bytes) -> None:
    """In parts that are no text, at any place."""
    assert ANNE.in_bytes(before + "..Anne Lefèvre..".encode(encoding) + b"\0")
    assert not ANNE.in_bytes(before + "..Anne Lefebvre..".encode(encoding) + b"\0")


NAMES = st.text("abéÉèçñßœ'-’ SsK1", min_size=3, max_size=14).filter(
    lambda name: sum(map(str.isalnum, name)) >= 3 and name.strip(" '-’") == name
)


@given(name=NAMES, form=st.sampled_from(["NFC", "NFD"]), case=st.sampled_from([str.upper, str.lower, str]))
def test_a_name_is_in_each_of_its_forms(name: str, form: str, case: type[str]) -> None:
    """Whatever has the name's key is found, and no longer after it was replaced."""
    typed = unicodedata.normalize(form, case(name))
    sought = Sought([name])
    if identity_key(typed) == identity_key(name):
        assert sought.is_in(f"chez {typed} !")
        assert sought.is_name(typed)
        assert not sought.is_in(sought.replaced(f"chez {typed} !", "XQZ"))
