"""Client functions: worked cases of the specification, thresholds, red flags, tables, messages."""

from __future__ import annotations

import pandas as pd
import pytest
from cell_examples import one, readable, run

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.rules.client_matrix import classify

CASES = {
    "Client idéal": (24_000, 0.5, 60, 9, 4, 2, "Non", 0, 0),
    "Client heureux": (3_000, 0.5, 30, 10, 3, 3, "Non", 0, 0),
    "Client à risque": (18_000, 0.4, 20, 6, 1, 0, "Oui", 0, 0),
    "Client à éviter": (6_000, 0.3, 70, 4, 1, 0, "Non", -0.25, 2),
}
"""Clients A to D of rule a."""

HEADERS = (
    "CA 12 mois", "Taux de marge", "Heures passées", "Satisfaction", "Résultat obtenu", "Recommandations",
    "Mis en concurrence", "Évolution des commandes", "Réclamations",
)  # fmt: skip
TABLE = [list(HEADERS), *([*case] for case in CASES.values())]


@pytest.mark.parametrize(("label", "facts"), CASES.items())
def test_the_four_worked_clients(label: str, facts: tuple[object, ...]) -> None:
    """Each client of the specification gets its class, alone and in a table."""
    assert one("CLIENT_CLASS", None, None, *facts) == label
    assert readable(run("CLIENT_CLASS", TABLE)) == [[name] for name in CASES]


def test_scores_are_those_of_the_specification() -> None:
    """Value brought and returned of clients A to D."""
    found = readable(run("CLIENT_SCORES", TABLE))
    assert [row[:2] for row in found] == [[97.0, 95.8], [92.5, 3.1222], [35.5, 77.8], [29.5, 0.0]]
    assert [row[2] for row in found] == ["Bonne"] * 4


def test_range_gives_what_the_rule_gives() -> None:
    """A range of columns is the rule itself on the same columns."""
    columns = [[[case[place]] for case in CASES.values()] for place in range(6)]
    frame = pd.DataFrame(
        {
            key: [case[place] for case in CASES.values()]
            for place, key in enumerate(
                ("revenue", "margin_rate", "hours", "satisfaction", "impact", "referrals")
            )
        }
    )
    expected = classify(frame).frame[["x", "y"]]
    found = run("CLIENT_SCORES", None, None, *columns)
    assert [row[:2] for row in found] == expected.to_numpy().tolist()


def test_two_arguments_are_the_quick_scores() -> None:
    """``=STRAT_CLIENT_CLASS(B5;C5)`` reads value brought and returned, 0 to 10."""
    assert [one("CLIENT_CLASS", x, y) for x, y in ((5, 5), (5, 4.9), (4.9, 5), (0, 0))] == [
        "Client idéal", "Client heureux", "Client à risque", "Client à éviter",
    ]  # fmt: skip


def test_a_revenue_in_the_place_of_a_quick_score_is_told() -> None:
    """Facts given in the wrong place never pass for a score."""
    assert one("CLIENT_CLASS", 24_000, 0.5) == "À compléter"
    assert "hors limites" in str(one("CLIENT_WHY", 24_000, 0.5))


def test_zero_and_blank_differ() -> None:
    """No hours at all and unknown hours are two different clients."""
    unknown = readable(run("CLIENT_SCORES", 8, None, 2_000, 0.5))[0]
    none = readable(run("CLIENT_SCORES", 8, None, 2_000, 0.5, 0))[0]
    assert unknown[1] != none[1]
    assert "note rapide" in str(one("CLIENT_WHY", 8, 6))


def test_incomplete_client_says_what_is_missing() -> None:
    """Without enough to judge, the class is "to complete" and the scores name the fields."""
    assert one("CLIENT_CLASS", None, None, 24_000) == "À compléter"
    found = readable(run("CLIENT_SCORES", None, None, 24_000))[0]
    assert str(found[0]).startswith("à compléter : Satisfaction")


def test_settings_of_the_workbook_count_and_an_argument_outranks_them() -> None:
    """Thresholds: the argument, else the workbook's, else the defaults."""
    assert one("CLIENT_CLASS", 6, 6) == "Client idéal"
    assert one("CLIENT_CLASS", 6, 6, settings={"score_threshold": 70}) == "Client à éviter"
    given = [*(None,) * 11, [["Seuil", None], ["score_threshold", 55]]]
    assert one("CLIENT_CLASS", 6, 6, *given, settings={"score_threshold": 70}) == "Client idéal"
    across = [*(None,) * 11, [["SX_score_threshold", "y_w_net"], [65, 0.6]]]
    assert one("CLIENT_CLASS", 6, 6, *across) == "Client à éviter"


def test_settings_that_make_no_sense_are_told() -> None:
    """A wrong threshold withholds the answer: with another one it would be another answer."""
    assert "réglage inconnu" in str(one("CLIENT_CLASS", 6, 6, *(None,) * 11, [["seuil de rien", 5]]))
    assert "settings" in str(one("CLIENT_CLASS", 6, 6, *(None,) * 11, [["a"], ["b"], ["c"]]))
    assert "inférieur au minimum" in str(one("CLIENT_CLASS", 6, 6, settings={"net_target": 0}))
    costly = {"hourly_cost": 200, "per_hour_target": 100}
    assert "Marge horaire visée" in str(one("CLIENT_CLASS", 6, 6, settings=costly))
    assert "sans doute 70" in str(one("CLIENT_CLASS", 6, 6, settings={"score_threshold": "70"}))
    assert one("CLIENT_CLASS", 6, 6, settings={"score_threshold": ErrorValue.NA}) is ErrorValue.NA
    assert "hors limites" in str(one("CLIENT_CLASS", 6, 6, settings={"score_threshold": -5}))
    assert one("CLIENT_CLASS", 6, 6, settings={"score_threshold": None, "unrelated": "x"}) == "Client idéal"


def test_labels_of_choice_settings_are_understood() -> None:
    """The workbook's settings cells hold labels, not keys."""
    assert "Trop peu de clients" in str(
        one("CLIENT_WHY", None, None, *CASES["Client idéal"], settings={"client_mode": "Quantile"})
    )


def test_red_flags_by_severity_and_by_table() -> None:
    """An eliminating flag decides, named by its severity or by a label of the table."""
    flags = [["Drapeau rouge", "Gravité"], ["Impayés", "Éliminatoire"]]
    header = _first_labels("red_flags")
    flags[0] = header
    blank = (None,) * 9
    assert one("CLIENT_CLASS", 8, 9, *blank, "Éliminatoire") == "Client à éviter"
    assert one("CLIENT_CLASS", 8, 9, *blank, "ÉLIMINATOIRE") == "Client à éviter"
    assert one("CLIENT_CLASS", 8, 9, *blank, "Mineur") == "Client idéal"
    assert one("CLIENT_CLASS", 8, 9, *blank, "impayés", flags) == "Client à éviter"
    assert one("CLIENT_CLASS", 8, 9, *blank, "impayés") == "Client idéal"
    assert "impayés" in str(one("CLIENT_WHY", 8, 9, *blank, "impayés"))


def _first_labels(block: str) -> list[str]:
    from strategy_xl.functions.intake import block_fields

    return [spec.label.fr for spec in list(block_fields(block).values())[:2]]


def test_forced_class_of_a_table_is_kept() -> None:
    """A table of the workbook brings its forced classes along."""
    table = [["quick_x", "quick_y", "Classe forcée"], [8, 9, "Client à risque"], [8, 9, None]]
    assert run("CLIENT_CLASS", table) == [["Client à risque"], ["Client idéal"]]


def test_language_by_argument_and_by_host() -> None:
    """The ``lang`` argument outranks the host's language; a wrong one is told."""
    late = (None,) * 12
    assert one("CLIENT_CLASS", 8, 9, lang="en") == "Ideal client"
    assert one("CLIENT_CLASS", 8, 9, *late, "EN") == "Ideal client"
    assert one("CLIENT_CLASS", 8, 9, *late, "français", lang="en") == "Client idéal"
    assert "langue inconnue" in str(one("CLIENT_CLASS", 8, 9, *late, "de"))


def test_whatif_names_the_cheapest_change() -> None:
    """The worked what-if: margin 5 000 in 60 h wants 16.95 h less (17 shown)."""
    found = str(one("CLIENT_WHATIF", None, None, 10_000, 0.5, 60, 9, 4, 2, "Non", 0, 0))
    assert found == "Pour devenir idéal : gagner 17 h."


def test_wrong_cells_count_as_missing_and_spare_the_others() -> None:
    """In a range, a slip leaves its row to complete, an error is #N/A, a blank nothing; the reason tells."""
    cells = ([[8], ["huit"], ["#N/A"], [None], [3]], [[9], [9], [9], [None], [2]])
    found = readable(run("CLIENT_CLASS", *cells))
    assert found == [
        ["Client idéal"],
        ["À compléter"],
        [ErrorValue.NA],
        [""],
        ["Client à éviter"],
    ]
    why = readable(run("CLIENT_WHY", *cells))
    assert "Note rapide : valeur apportée : « huit » n’est pas un nombre" in str(why[1][0])


def test_labels_count_in_the_language_of_the_workbook() -> None:
    """Capitals do not matter; a label of the other language counts where no workbook names its own."""
    case = (None, None, 18_000, 0.4, 20, 6, 1, 0)
    competing = readable(run("CLIENT_SCORES", *case, "Oui"))
    for same in ("OUI", "yes"):
        assert readable(run("CLIENT_SCORES", *case, same)) == competing
    french = {"language": "Français"}
    assert readable(run("CLIENT_SCORES", *case, "Oui", settings=french)) == competing
    unknown = readable(run("CLIENT_SCORES", *case))
    for odd in ("Yes", " Oui ", "Oui !", True, 1.0):
        assert readable(run("CLIENT_SCORES", *case, odd, settings=french)) == unknown
