"""Deadlines in French and English resolve against a day; what is no deadline does not."""

from __future__ import annotations

from datetime import date

import pytest

from strategy_xl.text.words.calendars import add_months, easter, part_of, unit_period
from strategy_xl.text.words.dates import Deadline, best_deadline, parse_times
from strategy_xl.text.words.sentence import Sentence

TODAY = date(2026, 11, 24)


def deadline(text: str, today: date | None = TODAY) -> Deadline:
    """What the text says on time."""
    return best_deadline(parse_times(Sentence(text), today))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Signer 5 contrats fin juin", "2027-06-30"),
        ("Signer 5 contrats d'ici le 30/06", "2027-06-30"),
        ("Signer 5 contrats d'ici à 2028", "2028-12-31"),
        ("Signer 5 contrats au T3 2027", "2027-09-30"),
        ("Signer 5 contrats au 3e trimestre", "2027-09-30"),
        ("Signer 5 contrats au troisième trimestre 2027", "2027-09-30"),
        ("5 contrats S1", "2027-06-30"),
        ("5 contracts in H2", "2026-12-31"),
        ("Signer 5 contrats sous 6 mois", "2027-05-24"),
        ("Signer 5 contrats dans les 90 jours", "2027-02-22"),
        ("Sign 5 contracts by end of Q2", "2027-06-30"),
        ("Sign 5 contracts within 90 days", "2027-02-22"),
        ("Sign 5 contracts in FY27", "2027-12-31"),
        ("Signer 5 contrats avant la rentrée", "2027-09-01"),
        ("Signer 5 contrats avant Noël", "2026-12-25"),
        ("Signer 5 contrats courant mars", "2027-03-31"),
        ("Signer 5 contrats début septembre", "2027-09-10"),
        ("Revenue target for 2027: 5M", "2027-12-31"),
        ("Sign 5 contracts this quarter", "2026-12-31"),
        ("Signer 5 contrats ce trimestre", "2026-12-31"),
        ("Signer 5 contrats cette année", "2026-12-31"),
        ("Sign 5 contracts by year-end", "2026-12-31"),
        ("Sign 5 contracts by EOY", "2026-12-31"),
        ("Signer 5 contrats l'an prochain", "2027-12-31"),
        ("Sign 5 contracts next month", "2026-12-31"),
        ("Signer 5 contrats sur l'exercice 2027", "2027-12-31"),
        ("Sign 5 contracts before the summer", "2027-06-21"),
        ("Sign 5 contracts within the next two quarters", "2027-05-24"),
        ("Signer 5 contrats d'ici 18 mois", "2028-05-24"),
        ("Signer 5 contrats à horizon 2028", "2028-12-31"),
        ("Signer 5 contrats d'ici un an", "2027-11-24"),
        ("Sign 5 contracts within a year", "2027-11-24"),
        ("Signer 5 contrats en deux ans", "2028-11-24"),
        ("Signer 5 contrats sous quinze jours", "2026-12-09"),
        ("Signer 5 contrats sous quinzaine", "2026-12-08"),
        ("Signer 5 contrats en fin d'année", "2026-12-31"),
        ("Signer 5 contrats avant la fin du mois", "2026-11-30"),
        ("Signer 5 contrats d'ici la fin du mois prochain", "2026-12-31"),
        ("Signer 5 contrats le 30.06.2027", "2027-06-30"),
        ("Signer 5 contrats pour le 30 juin 2027", "2027-06-30"),
        ("Signer 5 contrats avant le 1er juin", "2027-06-01"),
        ("Sign 5 contracts by June 30th", "2027-06-30"),
        ("Sign 5 contracts by the 30th of June 2027", "2027-06-30"),
        ("Sign 5 contracts by 06/30/2027", "2027-06-30"),
        ("Sign 5 contracts by 2027-06-30", "2027-06-30"),
        ("Signer 5 contrats entre janvier et mars", "2027-03-31"),
        ("Atteindre 5 M€ de CA d'ici la clôture de l'exercice 2027", "2027-12-31"),
        ("5 contrats sur 2027", "2027-12-31"),
        ("Vendre 50 bouquets pour la Saint-Valentin", "2027-02-14"),
        ("Vendre 50 lots pour le Black Friday", "2026-11-27"),
        ("Relancer les 5 devis avant vendredi", "2026-11-27"),
        ("Deliver the quote by Friday", "2026-11-27"),
        ("Relancer les 5 devis lundi prochain", "2026-11-30"),
        ("Relancer les 5 devis demain", "2026-11-25"),
        ("Appeler 5 clients cette semaine", "2026-11-29"),
        ("Call 5 clients next week", "2026-12-06"),
        ("Sign 5 contracts, deadline June 2027", "2027-06-30"),
        ("Échéance : juin 2027 - 5 contrats", "2027-06-30"),
        ("5 contrats (juin 2027)", "2027-06-30"),
        ("5 contracts by Q2 FY27", "2027-06-30"),
        ("5 contracts by Q2'27", "2027-06-30"),
        ("5 contracts - 2Q27", "2027-06-30"),
        ("Signer 5 contrats d'ici au premier semestre 2027", "2027-06-30"),
        ("Sign 5 contracts in the first half of 2027", "2027-06-30"),
        ("Sign 5 contracts by end of 2027", "2027-12-31"),
        ("5 contrats fin 2027", "2027-12-31"),
        ("Reach 5M in the next fiscal years 2028", "2028-12-31"),
        ("Sign 5 contracts over the next three months", "2027-02-24"),
        ("Sign 5 contracts in 3 months", "2027-02-24"),
        ("Publier 2 posts par semaine pendant trois mois", "2027-02-24"),
        ("augmenter le ca avant fin avril", "2027-04-30"),
        ("AUGMENTER LE CA AVANT FIN AVRIL", "2027-04-30"),
        ("Augmenter le CA d'ici fin février", "2027-02-28"),
        ("augmenter le ca d ici fin fevrier", "2027-02-28"),
        ("Vendre 5 lots cet hiver", "2027-03-19"),
        ("Sell 5 units this spring", "2027-06-20"),
        ("Vendre 5 lots d'ici mi-avril", "2027-04-15"),
        ("Sell 5 units by mid-April", "2027-04-15"),
        ("Sell 5 units by the end of next quarter", "2027-03-31"),
    ],
)
def test_deadlines_resolve(text: str, day: str) -> None:
    """Usual forms of a deadline give one future end date."""
    found = deadline(text)
    assert (found.points, found.kind, str(found.end)) == (2, "date", day)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Signer 5 contrats avant le 30/06/2024", "past"),
        ("Sign 5 contracts by June 2025", "past"),
        ("Atteindre 5 M€ en 2023", "past"),
        ("Augmenter le CA par rapport à 2025", "past"),
        ("Signer 5 contrats après le salon", "event"),
        ("Sign 5 contracts once the CRM is live", "event"),
        ("Signer 5 contrats quand l'équipe sera prête", "event"),
        ("Signer 5 contrats dès que le CRM sera en place", "event"),
        ("Vendre 5 lots après Noël", "event"),
        ("Appeler 5 clients par jour", "cadence"),
        ("Appeler 5 clients chaque semaine", "cadence"),
        ("Call 5 clients a day", "cadence"),
        ("Call 5 clients per week", "cadence"),
        ("Publier une newsletter mensuelle", "cadence"),
        ("Publish a weekly newsletter", "cadence"),
        ("5 RDV/mois", "cadence"),
        ("5 rdv / semaine", "cadence"),
        ("Appeler tous les lundis les 5 devis", "cadence"),
        ("Call 5 clients every Monday", "cadence"),
        ("Signer 5 contrats à partir de janvier 2027", "start"),
        ("Signer 5 contrats dès janvier", "start"),
        ("Sell 5 units from March onwards", "start"),
        ("Sell 5 units starting in March", "start"),
    ],
)
def test_half_deadlines(text: str, kind: str) -> None:
    """A past date, an event, a cadence or a start is worth one point."""
    found = deadline(text)
    assert (found.points, found.kind) == (1, kind)


@pytest.mark.parametrize(
    "text",
    [
        "Publier le catalogue 2027",
        "Répondre aux clients sous 24 h",
        "Reply to customers within 2 hours",
        "Livrer les commandes sous 3 semaines",
        "Send the report by 9am",
        "Envoyer le rapport avant 9h",
        "Améliorer la rétention à 30 jours",
        "Improve 7-day retention",
        "Offer a 30-day trial to prospects",
        "Vendre des contrats de 3 ans",
        "Sell 2-year contracts",
        "Réduire le cycle de vente de 90 à 60 jours",
        "Réduire le délai de paiement à 30 jours",
        "Cut lead time to 3 weeks",
        "Rappeler chaque prospect sous 2 jours",
        "Contact new leads within 3 days of signup",
        "Vendre 5 T3 à Nantes",
        "Vendre les soldes d'été",
        "Promouvoir la collection été",
        "Refonte du salon de mars",
        "Relancer les clients inactifs depuis 6 mois",
        "Win back accounts inactive for 12 months",
        "Recontacter les devis de plus de 15 jours",
        "Signer des clients de plus de 2 ans d'ancienneté",
        "Signer des contrats bientôt",
        "Augmenter le CA dans les prochains mois",
        "Sign contracts soon",
        "Sign contracts as soon as possible",
        "Signer des contrats dès que possible",
        "Augmenter le CA à terme",
        "Grow sales in the long run",
        "Augmenter le CA à moyen terme",
    ],
)
def test_no_deadline(text: str) -> None:
    """Service times, names, durations of things, states and vague words are no deadline."""
    assert deadline(text).points == 0


def test_a_year_less_day_is_the_next_one() -> None:
    """« fin juin » moves to next year once June is over."""
    assert deadline("5 contrats fin juin", date(2027, 6, 30)).end == date(2027, 6, 30)
    assert deadline("5 contrats fin juin", date(2027, 7, 1)).end == date(2028, 6, 30)


def test_without_a_day_nothing_is_past_and_relative_dates_stay_open() -> None:
    """No clock is read: an absolute date counts, a relative one has no date."""
    assert deadline("Signer avant juin 2020", None)[:2] == (2, "date")
    assert deadline("Signer sous 6 mois", None)[:2] == (2, "date")
    assert deadline("Signer sous 6 mois", None).end is None
    assert deadline("Signer fin juin 2027", None).end == date(2027, 6, 30)


def test_the_latest_of_two_dates_ends_the_range() -> None:
    """A range ends on its second date, whatever comes first."""
    assert deadline("from January to March 2027").end == date(2027, 3, 31)
    assert deadline("du 1er mars au 30 juin 2027").end == date(2027, 6, 30)


def test_a_date_outranks_a_cadence() -> None:
    """A cadence beside an end date costs nothing."""
    assert deadline("30 leads par mois d'ici juin").end == date(2027, 6, 30)


def test_easter_of_known_years() -> None:
    """The computus agrees with the almanac."""
    assert [easter(year) for year in (2024, 2027, 2038)] == [
        date(2024, 3, 31),
        date(2027, 3, 28),
        date(2038, 4, 25),
    ]


def test_months_are_added_within_their_length() -> None:
    """A day that the month lacks becomes its last one."""
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2027, 11, 30), 15) == date(2029, 2, 28)


def test_periods_and_their_parts() -> None:
    """Quarters lie in the calendar; their parts lie in the quarter."""
    quarter = unit_period(TODAY, "quarter", 0)
    assert quarter == (date(2026, 10, 1), date(2026, 12, 31))
    for part in "bie":
        start, end = part_of(quarter, part)
        assert quarter[0] <= start <= end <= quarter[1]
