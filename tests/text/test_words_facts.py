"""Statements of fact: what tells, beside what asks in nearly the same words."""

from __future__ import annotations

import pytest

from strategy_xl.rules.smart_text import read_text

FACTS = [
    "Nous livrons 14 communes autour de Saint-Flour",
    "Les éleveurs trouvent nos clôtures trop chères",
    "Il reste 14 box à vendre",
    "En 2025 nous avons perdu 14 abonnés",
    "En 2019 on faisait 900 couverts par semaine",
    "L'entreprise emploie 34 personnes sur deux sites",
    "Le contrat avec Sodexo prend fin le 31 août 2027",
    "Trois démissions l'an passé",
    "Fréquentation en recul de 11 % l'été dernier",
    "We deliver to 14 villages around Alnwick",
    "There are nine bakeries in town",
    "Customers pay after 52 days on average",
    "The bank lent us $80,000",
    "Prices have not moved in three years",
    "Footfall down 11% last summer",
    "Currently 35% of appointments online",
]
GOALS = [
    "Livrer 14 communes autour de Saint-Flour",
    "L'année prochaine, nous livrerons 350 cuisines",
    "J'en suis à 5 ventes, il m'en faut 12 avant juin",
    "Vendre les 14 box restants d'ici fin juin",
    "Tous les magasins du réseau affichent les prix au litre d'ici mars",
    "Recevoir 20 stagiaires en 2027, 12 l'an dernier",
    "Le client paie 3 € de plus : le faire savoir à 40 abonnés",
    "Deliver to 14 villages around Alnwick by autumn",
    "Help customers pay within 40 days",
    "As Nadine is away until September, pass her 14 families on to Bea",
    "Lead times have to go from 13 to 8 days",
    "Sell more cider to pubs than last year",
]


@pytest.mark.parametrize("text", FACTS)
def test_what_tells_is_a_fact(text: str) -> None:
    """A text that only tells gets no point on any letter."""
    reading = read_text(text, None, None)
    assert "FACT" in reading.codes
    assert (reading.s, reading.m, reading.t) == (0, 0, 0)


@pytest.mark.parametrize("text", GOALS)
def test_what_asks_is_none(text: str) -> None:
    """Nearly the same words that ask for something are no fact."""
    assert "FACT" not in read_text(text, None, None).codes


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("Rappeler le notaire mardi", 2),
        ("Déplacer le marché du samedi", 0),
        ("Envoyer la facture aujourd'hui", 2),
        ("Le panier moyen est de 37 € aujourd'hui", 0),
    ],
)
def test_a_day_behind_an_order_is_its_deadline(text: str, points: int) -> None:
    """A weekday or today at the end of an order dates it; in a name or a fact it does not."""
    assert read_text(text, None, None).t == points
