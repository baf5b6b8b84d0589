"""The other cell functions: worked cases of the specification, and what each says when it cannot answer."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from cell_examples import one, readable, run

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.rules import smart

GOOD = "Augmenter le CA des PME de 10 % d’ici fin décembre 2026"

# -- SMART -------------------------------------------------------------------------------------------------


def test_sentence_alone_is_judged_on_what_it_can_say() -> None:
    """Without fields, acceptable and realistic stay unknown and S, M, T are those of the text rule."""
    read = smart.assess_texts([GOOD], None, date(2026, 5, 27))
    found = run("SMART_CHECK", GOOD)[0]
    assert found[:5] == [*(float(read[key].iloc[0]) for key in "SM"), "", "", float(read["T"].iloc[0])]


def test_fields_and_sentences_mix_in_one_range() -> None:
    """A row with an owner is judged on it; its neighbour without one is not blamed for that."""
    found = readable(run("SMART_CHECK", [[GOOD], [GOOD]], [["Léa"], [None]], [["Non"], [None]]))
    assert found[0][2] == 0.0
    assert found[1][2] == ""


def test_deadline_counts_from_today() -> None:
    """The same sentence is past once its date is."""
    later = date(2027, 6, 1)
    assert run("SMART_CHECK", GOOD)[0][4] == 2.0
    assert float(run("SMART_CHECK", GOOD, today=later)[0][4]) < 2


def test_objective_is_needed() -> None:
    """An owner without an objective is told so, in its row."""
    found = readable(run("SMART_SCORE", [[GOOD], [None]], [[None], ["Léa"]]))
    assert found == [[10.0], ["argument manquant : objective"]]


# -- KPI ---------------------------------------------------------------------------------------------------

REVENUE = ("Croissance", "Cumul", 0, 120_000, date(2026, 1, 1), date(2027, 1, 1), 44_000)


def test_revenue_at_day_146_is_at_risk_by_pace_and_on_track_by_gap() -> None:
    """44 000 of 120 000 at day 146 of 365: the rule of the settings decides."""
    assert one("KPI_STATUS", *REVENUE) == "À risque"
    assert one("KPI_STATUS", *REVENUE, settings={"kpi_rule": "Écart en points"}) == "En bonne voie"
    assert one("KPI_FORECAST", *REVENUE) == 110_000
    assert one("KPI_PROGRESS", *REVENUE) == pytest.approx(0.3667)


def test_reading_date_changes_what_is_known() -> None:
    """A value read long ago is stale."""
    assert one("KPI_STATUS", *REVENUE, date(2026, 2, 1)) == "Données périmées"


def test_readings_table_serves_every_kpi_by_name() -> None:
    """Each KPI takes its own readings."""
    readings = [
        ["KPI", "Date", "Valeur"],
        ["CA", date(2026, 5, 27), 44_000],
        ["Visites", date(2026, 5, 27), 10],
    ]
    ranges = [[[cell], [cell]] for cell in REVENUE[:6]]
    found = run("KPI_PROGRESS", *ranges, None, None, None, [["CA"], ["visites"]], readings)
    assert readable(found) == [[0.3667], [0.0001]]


def test_readings_without_names_serve_one_kpi() -> None:
    """A table of dates and values alone belongs to the only KPI given."""
    readings = [["Date", "Valeur"], [date(2026, 5, 27), 44_000]]
    assert one("KPI_STATUS", *REVENUE[:6], *(None,) * 4, readings) == "À risque"


def test_two_rows_of_one_name_keep_their_own_values() -> None:
    """Current values stay with their row, whatever the names."""
    ranges = [[[cell], [cell]] for cell in REVENUE[:6]]
    found = run("KPI_PROGRESS", *ranges, [[0], [120_000]], None, None, [["CA"], ["CA"]])
    assert found == [[0.0], [1.0]]


def test_forecast_of_a_level_says_how_many_readings_it_needs() -> None:
    """One value makes no trend."""
    level = ("Baisse", "Niveau", 45, 30, date(2026, 4, 27), date(2026, 6, 26), 38)
    assert one("KPI_FORECAST", *level) == "pas encore de prévision : il faut au moins 4 relevés"


def test_incomplete_kpi_names_its_fields() -> None:
    """What is missing for a status or a figure is said."""
    assert one("KPI_STATUS", "Croissance", None, 0, 10) == "À compléter"
    assert str(one("KPI_FORECAST", "Croissance", None, 0, 10)).startswith("à compléter : Nature")
    assert one("KPI_PROGRESS", *REVENUE[:6]) == "à compléter : Valeur"


def test_priority_ranks_together_and_fits_the_hours() -> None:
    """The four KPIs of the specification: K1 and K3 fit in 12 hours, K2 and K4 wait."""
    args = ([[5], [3], [3], [1]], [[0.8], [0.9], [0.5], [0.8]], [[2], [3], [1], [2]], [[6], [5], [3], [4]])
    found = readable(run("KPI_PRIORITY", *args, None, None, 12))
    assert [row[:2] for row in found] == [[2.0, 1.0], [0.9, 3.0], [1.5, 2.0], [0.4, 4.0]]
    assert [str(row[2]).split(" : ")[0] for row in found] == ["À garder", "À reporter"] * 2
    by_setting = readable(run("KPI_PRIORITY", *args, settings={"capacity_hours_week": 12}))
    assert by_setting == found


def test_rank_with_an_error_is_withheld_and_with_a_slip_tells_it() -> None:
    """An error spoils a rank among rows; what does not count is missing, as in the workbook, and told."""
    assert readable(run("KPI_PRIORITY", [[5], ["#N/A"]], 0.5, 1)) == [
        [ErrorValue.NA, "", "ligne 2 : Impact : cellule en erreur"]
    ]
    first, second = readable(run("KPI_PRIORITY", [[5], [9]], 0.5, 1))
    assert first == readable(run("KPI_PRIORITY", [[5], [None]], [[0.5], [0.5]], [[1], [1]]))[0]
    assert "Impact : 9 est hors limites" in str(second[2])
    assert "capacity" in str(run("KPI_PRIORITY", 5, 0.5, 1, None, None, None, [1, 2])[0][0])


# -- contacts ----------------------------------------------------------------------------------------------

CONTACTS = [
    ["Nom", "Compte", "Décide", "Signe", "Impacté directement", "Impacté indirectement", "Niveau de contact"],
    ["Anne", "Alpha", "Oui", "Non", "Non", "Non", "Identifié"],
    ["Marc", "Alpha", "Non", "Non", "Oui", "Non", "Régulier"],
    ["Zoé", "Alpha", "Non", "Non", "Non", "Oui", "Rencontré"],
]
LINKS = [
    ["Compte", "Personne qui influence", "Personne influencée", "Force du lien"],
    ["Alpha", "Marc", "Zoé", 3],
    ["Alpha", "Zoé", "Anne", 1],
]


@pytest.mark.parametrize(
    ("facts", "role"),
    [
        (("Oui",), "Décideur"),
        (("Non", "Oui"), "Signataire"),
        ((None, "Oui"), "À qualifier"),
        (("No", "NO", "yes"), "Impliqué"),
        (("Non", "Non", "Non", "Oui"), "Collatéral"),
        (("Non", "Non", "Non", "Non", "Oui"), "Indifférent"),
        (("Non",) * 5, "Hors périmètre"),
    ],
)
def test_role_follows_from_the_facts(facts: tuple[str, ...], role: str) -> None:
    """First fact that holds, in the order of the method; an unknown one that could raise it is asked."""
    assert one("STAKEHOLDER_ROLE", *facts) == role


def test_coverage_and_alert_of_the_worked_account() -> None:
    """Decider .25, no signatory, involved .75, collateral .5: 33.75, and the missing base is told."""
    assert run("STAKEHOLDER_COVERAGE", [["Alpha"], ["alpha "], ["Gamma"]], CONTACTS) == [
        [33.75],
        [33.75],
        [0.0],
    ]
    assert "Sans signataire" in str(one("STAKEHOLDER_ALERTS", "Alpha", CONTACTS))


def test_path_to_the_decision_maker() -> None:
    """A path is shown when there is one, else why there is none."""
    assert one("STAKEHOLDER_PATH", "Alpha", CONTACTS, LINKS) in {"Marc → Zoé → Anne", "Zoé → Anne"}
    assert "lien" in str(one("STAKEHOLDER_PATH", "Alpha", CONTACTS))
    assert "décideur" in str(one("STAKEHOLDER_PATH", "Gamma", CONTACTS, LINKS)).casefold()


def test_table_of_contacts_is_needed() -> None:
    """Without the table, the argument is named."""
    assert one("STAKEHOLDER_COVERAGE", "Alpha") == "argument manquant : contacts"
    assert "Décide" in str(one("STAKEHOLDER_COVERAGE", "Alpha", [[1, 2], [3, 4]]))


# -- SWOT, positioning -------------------------------------------------------------------------------------

BOXES = ["Force"] * 3 + ["Faiblesse"] * 2 + ["Opportunité"] * 2 + ["Menace"] * 2
IMPORTANCE, RATING = [5, 4, 3, 5, 3, 5, 4, 4, 2], [4, 3, 3, 1, 2, 3, 2, 2, 3]
ITEMS = [
    ["Élément", "Case", "Importance", "Note"],
    *([f"i{place}", *row] for place, row in enumerate(zip(BOXES, IMPORTANCE, RATING, strict=True))),
]


def test_swot_of_the_specification() -> None:
    """IFE 2.60, EFE 2.4667: defend; from ranges and from the table alike."""
    by_ranges, by_table = (
        readable(run("SWOT_SCORE", BOXES, IMPORTANCE, RATING)),
        readable(run("SWOT_SCORE", ITEMS)),
    )
    assert by_ranges[0][:3] == [2.6, 2.4667, "ST : défendre"]
    assert by_table == by_ranges
    assert (
        run("SWOT_SCORE", BOXES, IMPORTANCE, RATING, [["swot_average", 2.4]])[0][2]
        == "SO\N{NO-BREAK SPACE}: attaquer"
    )


def test_swot_counts_what_the_workbook_counts() -> None:
    """A rating out of its scale counts as none, and is told; an error withholds the score."""
    wrong = readable(run("SWOT_SCORE", BOXES, IMPORTANCE, [*RATING[:-1], 7]))
    without = readable(run("SWOT_SCORE", BOXES, IMPORTANCE, [*RATING[:-1], None]))
    assert wrong[0][:3] == without[0][:3]
    assert "ligne 9 : Note : 7" in str(wrong[0][3])
    assert readable(run("SWOT_SCORE", BOXES, IMPORTANCE, [*RATING[:-1], "#N/A"])) == [
        [ErrorValue.NA, "", "", "ligne 9 : Note : cellule en erreur"]
    ]
    assert one("SWOT_SCORE", BOXES, IMPORTANCE) == "argument manquant : rating"


def test_tows_pairs_of_the_specification() -> None:
    """F1 × O1 with link 2 is 16.67, f1 × M1 is 13.33; an unknown text is told."""
    found = readable(run("TOWS", ["i0", "i3", "x"], ["i5", "i7", "i5"], 2, ITEMS))
    assert [row[0] for row in found[:2]] == [16.6667, 13.3333]
    assert isinstance(found[2][0], str)
    assert found[2][0]


WEIGHTS, PERCEIVED, DESIRED = [0.4, 0.3, 0.2, 0.1], [6, 5, 7, 4], [8, 7, 7, 8]
RIVALS = ([8, 6, 7, 7], [3, 9, 4, 2], [6, 5, 6, 5])


def test_positioning_of_the_specification() -> None:
    """Gap 20.98 is to adjust; competitor 1 at 6.32 crowds the desired place."""
    assert readable(run("POSITION_GAP", PERCEIVED, DESIRED, WEIGHTS))[0][:2] == [20.9762, "À ajuster"]
    found = readable(run("POSITION_CROWDING", DESIRED, *RIVALS, None, None, WEIGHTS))
    assert found == [[1.0, 6.3246, "Concurrent 1"]]
    assert (
        readable(run("POSITION_CROWDING", DESIRED, *RIVALS, None, None, WEIGHTS, lang="en"))[0][2]
        == "Competitor 1"
    )
    assert one("POSITION_CROWDING", DESIRED) == "argument manquant : competitor_1"


# -- revenue -----------------------------------------------------------------------------------------------

SALES = [400, 250, 120, 90, 60, 40, 25, 15]


def test_abc_of_the_specification_in_any_order() -> None:
    """AAAABBCC follows the amount, not the place; several lines of one item share its class."""
    assert run("REVENUE_ABC", [SALES]) == [list("AAAABBCC")]
    assert run("REVENUE_ABC", [SALES[::-1]]) == [list("CCBBAAAA")]
    assert run("REVENUE_ABC", [[300, 250, 100]], [["X", "Y", "X"]]) == [["A", "A", "A"]]


def test_abc_keeps_the_place_of_empty_rows() -> None:
    """A blank between two lines stays blank."""
    assert run("REVENUE_ABC", [[900], [None], [60], [40]]) == [["A"], [""], ["B"], ["C"]]


def test_revenue_that_cannot_be_shared_is_told() -> None:
    """A total of nothing has no shares; a wrong line withholds all classes."""
    assert str(one("REVENUE_ABC", -5)).endswith(".")
    assert "compléter" not in str(one("REVENUE_ABC", -5))
    assert run("REVENUE_ABC", [[10], ["#REF!"]]) == [[ErrorValue.NA]]
    assert run("REVENUE_HHI", [[-5], [2]])[0][0] == ""
    assert run("REVENUE_HHI", [[-5], [2]])[0][2]


def test_concentration_of_the_specification() -> None:
    """HHI 2 510.5 is high."""
    assert readable(run("REVENUE_HHI", SALES))[0][:2] == [2510.5, "Élevée"]


def test_growth_of_a_column_a_row_and_a_block() -> None:
    """A vector is one series whichever way it lies; a block is a series a row."""
    series = [100, 108, 115, 126, 133]
    across, down = run("GROWTH", [series]), run("GROWTH", [[value] for value in series])
    assert across == down
    assert len(run("GROWTH", [series, series])) == 2
    assert run("GROWTH", [series, series])[0] == across[0]


def test_growth_by_month_and_what_it_refuses() -> None:
    """The period's length changes the rate per year; an unknown one is told, an error cell is an error."""
    assert one_number("GROWTH", [[100, 110]], "mois") == pytest.approx(1.1**12 - 1)
    assert one_number("GROWTH", [[100, 110]]) == pytest.approx(0.1)
    assert "période inconnue" in str(run("GROWTH", [[100, 110]], "semaine")[0][0])
    assert readable(run("GROWTH", [[100, "#N/A"]])) == [[ErrorValue.NA, "amounts : cellule en erreur"]]
    typed, blank = (run("GROWTH", [[100], [110], [cell]])[0] for cell in ("121", None))
    assert typed[0] == blank[0]
    assert str(typed[1]).startswith(str(blank[1]))
    assert "121" in str(typed[1])


def one_number(name: str, *args: object) -> float:
    """The first cell, a number."""
    found = run(name, *args)[0][0]
    assert isinstance(found, float)
    return found


# -- the others --------------------------------------------------------------------------------------------


def test_how_much_of_the_specification() -> None:
    """150 000 with 90 000 at 80 %: 78 000 to find, 30 sales, 120 meetings, 400 leads, 8.7 a week, 340 h."""
    found = readable(run("COMBIEN", 150_000, 90_000, 0.8, 2_600, 0.25, 0.3, 46, 2, 0.25, 400))
    assert found[0][:6] == [78_000.0, 30.0, 120.0, 400.0, 8.6957, 340.0]
    assert float(found[0][6]) > 150_000


def test_a_rate_out_of_bounds_is_no_rate() -> None:
    """A rate over 100 % counts as none: without it no meetings."""
    wrong = run("COMBIEN", 150_000, 0, None, 2_600, 25, 0.3)
    assert wrong == run("COMBIEN", 150_000, 0, None, 2_600, None, 0.3)
    assert wrong[0][2] == ""


def test_plans_side_by_side() -> None:
    """A range of targets with one set of rates gives a row a plan."""
    found = run("COMBIEN", [[100_000], [200_000]], 0, None, 10_000, 0.5, 0.5)
    assert [row[1] for row in found] == [10.0, 20.0]


def test_funnel_lever_of_the_specification() -> None:
    """400/96/24 aiming at 30 % and 25 %: meetings are the lever, with 6 sales."""
    assert readable(run("FUNNEL_LEVER", [400, 96, 24], [None, 0.3, 0.25]))[0][:2] == [
        "Rendez-vous qualifiés",
        6.0,
    ]
    by_name = run(
        "FUNNEL_LEVER", [24, 400, 96], [0.25, None, 0.3], ["Ventes", "Leads qualifiés", "Qualified meetings"]
    )
    assert readable(by_name)[0][:2] == ["Rendez-vous qualifiés", 6.0]


def test_funnel_without_a_lever_says_why() -> None:
    """Counts that grow along the funnel, targets already met, too many rows."""
    assert "incohérent" in str(run("FUNNEL_LEVER", [10, 20, 5], [None, 0.3, 0.2])[0][2])
    assert "aucun levier" in str(run("FUNNEL_LEVER", [100, 50, 25], [None, 0.3, 0.25])[0][2])
    assert "stage" in str(one("FUNNEL_LEVER", [1] * 7, [0.5] * 7))


def test_persona_of_the_specification() -> None:
    """4 of 5 answers, 5 of 6 portrait fields, 1 of 2 purchase fields, a source: 78.33, draft."""
    portrait = ("Claire", 42, None, "Nantes", "Gérante", "La voile")
    answers = (
        "un deux trois quatre",
        "cinq six sept huit",
        "neuf dix onze douze",
        "rouge vert bleu jaune",
        None,
    )
    found = readable(run("PERSONA_SCORE", *portrait, *answers, None, "Décideur", "Oui"))
    assert found[0][:2] == [78.3333, "Brouillon"]


def test_five_dimensions_of_seven() -> None:
    """An “idem” is no answer, and an empty cell neither."""
    dimensions = ["Combien", "Qui", "Quand", "Comment", "Où", "Quoi", "Pourquoi"]
    answers = [
        "30 nouveaux clients",
        "Les dirigeants de PME",
        "Avant fin juin 2026",
        "Par téléphone puis visite",
        "idem",
        "Le contrat de maintenance",
        None,
    ]
    assert readable(run("CQQCOQP_SCORE", dimensions, answers))[0][0] == round(5 / 7, 4)


CLIENTS = [
    ["Secteur", "Effectif", "Classe retenue"],
    *(["Santé", 20, "Client idéal"] for _ in range(7)),
    *(["Industrie", 300, "Client idéal"] for _ in range(3)),
    *(["Santé", 20, "Client heureux"] for _ in range(5)),
    *(["Industrie", 300, "Client heureux"] for _ in range(25)),
]


def test_criteria_of_the_specification() -> None:
    """Sector 7 of 10 ideal against 12 of 40: weight .7748, shown under its label."""
    found = readable(run("ICP_CRITERIA", CLIENTS))
    assert found[0][:3] == ["Secteur", "Santé", 0.7748]
    assert readable(run("ICP_CRITERIA", CLIENTS, lang="en"))[0][:2] == ["Sector", "Health"]


def test_clients_without_a_class_are_judged_first() -> None:
    """A table with the figures alone gives the same profile as with the classes worked out from them."""
    figures = [
        ["Secteur", "quick_x", "quick_y"],
        *(["Santé", 9, 9] for _ in range(5)),
        *(["Industrie", 2, 2] for _ in range(5)),
    ]
    classes = [
        ["Secteur", "Classe retenue"],
        *(["Santé", "Client idéal"] for _ in range(5)),
        *(["Industrie", "Client à éviter"] for _ in range(5)),
    ]
    assert run("ICP_CRITERIA", figures) == run("ICP_CRITERIA", classes)
    assert run("ICP_CRITERIA", figures)[0][1] == "Santé"


def test_too_few_ideal_clients_are_told() -> None:
    """Without a profile, the criteria and the prospects say why."""
    assert "idéaux" in str(run("ICP_CRITERIA", CLIENTS[:3])[0][0])
    found = readable(run("PROSPECT_SCORE", "Santé", None, None, None, None, CLIENTS[:3]))[0]
    assert found[0] == ""
    assert found[2]


def test_prospects_are_graded_and_flags_exclude() -> None:
    """A like sector is an A, an eliminating flag excludes, an unknown sector is to complete."""
    found = readable(
        run(
            "PROSPECT_SCORE",
            ["Santé", "Industrie", "Santé"],
            20,
            None,
            None,
            [None, None, "Éliminatoire"],
            CLIENTS,
        )
    )
    assert [row[1] for row in found] == ["A", "C", "Exclu"]


def test_answers_do_not_depend_on_pandas_types() -> None:
    """A Series, an array and a list of the same cells are the same argument."""
    series = pd.Series([8.0, 3.0])
    assert run("CLIENT_CLASS", series, series.to_numpy()) == run("CLIENT_CLASS", [8.0, 3.0], [8.0, 3.0])
