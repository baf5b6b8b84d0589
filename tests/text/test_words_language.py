"""The language of a text is found from its words."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from strategy_xl.text.words.sentence import Sentence

STATEMENTS = Path(__file__).parent.parent / "data" / "smart_statements.csv"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Augmenter le CA de 10 %", "fr"),
        ("AUGMENTER LE CA DE 10 %", "fr"),
        ("CA export : 450 k€ sur 2027", "fr"),
        ("Grow MRR by 10%", "en"),
        ("2027 goal: 18 new clients", "en"),
        ("Réduire le churn sur le segment SMB", "fr"),
        ("leads +20 % d'ici mars", "fr"),
    ],
)
def test_language_of_short_texts(text: str, lang: str) -> None:
    """Function words decide, jargon of both languages does not."""
    assert Sentence(text).lang == lang


def test_language_can_be_forced() -> None:
    """A given language is not questioned."""
    assert Sentence("Grow MRR by 10%", "fr").lang == "fr"


def test_language_of_all_statements() -> None:
    """At most one statement in a hundred is taken for the other language."""
    with STATEMENTS.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    wrong = [row["text"] for row in rows if Sentence(row["text"]).lang != row["lang"]]
    assert len(wrong) <= len(rows) / 100, wrong
