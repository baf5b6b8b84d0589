"""Quantities are read, and what looks like one is not."""

from __future__ import annotations

from datetime import date

import pytest

from strategy_xl.text.words.dates import parse_times
from strategy_xl.text.words.numbers import Quantity, parse_quantities
from strategy_xl.text.words.sentence import Sentence, digits_value


def quantities(text: str) -> list[Quantity]:
    """The quantities that could be a target."""
    sentence = Sentence(text)
    masked = [False] * len(sentence.words)
    for time in parse_times(sentence, date(2026, 11, 24)):
        for position in range(time.first, time.last + 1):
            masked[position] = True
    return [quantity for quantity in parse_quantities(sentence, masked) if not quantity.scope]


@pytest.mark.parametrize(
    ("text", "kind", "value", "low"),
    [
        ("Augmenter le CA de 10 %", "percent", 0.10, None),
        ("Augmenter le CA de 12,5 pour cent", "percent", 0.125, None),
        ("Passer de 8 à 12 rdv", "count", 12, 8),
        ("Grow MRR from 42k to 55k", "plain", 55_000, 42_000),
        ("Taux de retour de 4% a 2%", "percent", 0.02, 0.04),
        ("NPS 45 → 60", "plain", 60, 45),
        ("Doubler les ventes", "ratio", 2, None),
        ("Diviser par trois les retours", "plain", 3, None),
        ("halve late deliveries", "ratio", 0.5, None),
        ("Win back two thirds of lapsed members", "ratio", 2 / 3, None),
        ("Signer une vente sur quatre", "ratio", 0.25, None),
        ("Convert 1 in 5 trials", "ratio", 0.2, None),
        ("Devenir n°1 du secteur", "rank", 1, None),
        ("Top 3 sur Google", "rank", 3, None),
        ("Aucun litige client", "zero", 0, None),
        ("zéro réclamation", "zero", 0, None),
        ("no churn in enterprise", "zero", 0, None),
        ("CA de 1,2 M€", "money", 1_200_000, None),
        ("CA de 450 k€", "money", 450_000, None),
        ("Bill $1,250 a day", "money", 1_250, None),
        ("Gagner 3 points de marge", "points", 3, None),
        ("Note de 4,6/5", "score", 4.6, None),
        ("vingt-cinq formations", "count", 25, None),
        ("soixante-dix clients", "count", 70, None),
        ("quatre-vingt-douze clients", "count", 92, None),
        ("two hundred leads", "count", 200, None),
        ("12 000 visites", "count", 12_000, None),
        ("E-bike sales x2", "ratio", 2, None),
        ("une douzaine de contrats", "count", 12, None),
    ],
)
def test_quantities(text: str, kind: str, value: float, low: float | None) -> None:
    """Amounts, ranges, ratios, ranks, zero and number words have their kind and value."""
    found = quantities(text)
    assert [(quantity.kind, quantity.low) for quantity in found[:1]] == [(kind, low)]
    assert found[0].value == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    [
        "Développer les ventes B2B",
        "Vendre la gamme A320",
        "Increase output from Line 7",
        "Vendre la Ligne 7 en GMS",
        "Improve 7-day retention",
        "Sell more 3x5 cards",
        "Prospecter le 1er arrondissement",
        "Answer before the 3rd ring",
        "Publier le catalogue 2027",
        "Envoyer le rapport avant 9h",
        "Send the report by 9am",
        "Obtain ISO 9001 certification",
        "Service 24/7 pour les hôtels",
        "Prospecter les PME de 10 à 50 salariés",
        "Grow sales across our 14 stores",
        "Augmenter le CA en 2027",
        "Augmenter le CA d'ici le 30/06",
        "Prospecter dans le 44",
    ],
)
def test_traps_are_no_quantity(text: str) -> None:
    """Years, dates, ordinals, identifiers, hours of the day and sizes of a segment do not count."""
    assert [q for q in quantities(text) if q.kind != "duration"] == []


@pytest.mark.parametrize(
    ("figures", "value"),
    [
        ("12", 12),
        ("4,5", 4.5),
        ("1.250,50", 1250.5),
        ("1,250.50", 1250.5),
        ("12 000", 12000),
        ("30/06", None),
        ("x", None),
    ],
)
def test_figures(figures: str, value: float | None) -> None:
    """French and English groupings and decimals are read."""
    assert digits_value(figures) == value
