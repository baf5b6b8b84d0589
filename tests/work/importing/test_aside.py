"""Rows that are no records stay out and are told; records stay in, whatever they are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from import_lists import codes, column, planned, planned_sheet


@pytest.mark.parametrize(
    "label",
    [
        "Total",
        "TOTAL",
        "Totaux",
        "Total général",
        "Grand Total",
        "Somme",
        "Total (3)",
        "Total :",
        "TOTAL CLIENTS",
    ],
)
def test_a_total_is_no_client(label: str, tmp_path: Path) -> None:
    """The last row, whose figures are sums, is left out and told."""
    text = f"Client;CA;Heures\nAlpha;12 000,40;40\nBéta;8 000,35;25\n{label};20 000,75;65\n"
    found = planned(tmp_path, text)
    assert column(found, "name") == ["Alpha", "Béta"]
    assert codes(found) == ["SX165"]


@pytest.mark.parametrize("label", ["", "Ensemble du portefeuille", "France"])
def test_sums_without_the_word(label: str, tmp_path: Path) -> None:
    """Where all figures of the last row are sums and it has no text of its own, it is a total."""
    text = f"Client;Secteur;CA;Heures\nA;x;100;4\nB;y;200;5\nC;z;250;6\n{label};;550;15\n"
    found = planned(tmp_path, text)
    assert column(found, "name") == ["A", "B", "C"]
    assert codes(found) == ["SX165"]


def test_subtotals_and_totals(tmp_path: Path) -> None:
    """Each block has its total, and all have one; a rate in it is no sum."""
    text = (
        "Client;Commercial;CA;Taux de marge\nA;P;100;10 %\nB;P;200;20 %\nTotal P;;300;15 %\n"
        "C;L;50;30 %\nD;L;25;40 %\nTotal L;;75;35 %\nTOTAL;;375;25 %\nMoyenne;;93,75;25 %\n"
    )
    found = planned(tmp_path, text)
    assert column(found, "name") == ["A", "B", "C", "D"]
    assert codes(found) == ["SX165"]
    assert next(finding.args["n"] for finding in found.findings) == 4


@pytest.mark.parametrize(
    "text",
    [
        "Client;CA;Heures\nAlpha;100;4\nTotal Énergies;200;5\nBéta;300;6\n",
        "Client;Secteur;CA\nAlpha;Eau;100\nTotal;Énergie;70\nBéta;Air;300\n",
        "Client;CA\nAlpha;100\nBéta;100\n",
        "Client;CA\nSomme Matériaux;100\nEnsemble Plus;50\nSumatra;10\n",
        "Client;Secteur;CA\nAlpha;Eau;100\nSeul;;\nBéta;Air;300\n",
        "Client;Secteur;CA\nParent SA;;\nFille 1;Parent SA;100\nAutre;Air;300\n",
        "Client;CA;Heures\nA;1;2\nB;2;1\nC;3;3\n",
    ],
)
def test_records_stay(text: str, tmp_path: Path) -> None:
    """A client may be called Total, have nothing but a name, be named by others, be worth what they are."""
    found = planned(tmp_path, text)
    assert len(found.rows) == len(text.splitlines()) - 1
    assert set(codes(found)) <= {"SX158"}


def test_what_looks_like_a_total_is_told(tmp_path: Path) -> None:
    """Kept, and said."""
    assert codes(planned(tmp_path, "Client;Secteur;CA\nAlpha;Eau;100\nTotal;Énergie;70\nBéta;Air;300\n")) == [
        "SX158"
    ]


@pytest.mark.parametrize(
    ("first", "second", "sectors"),
    [
        (["Agro (2)", None, 20], ["Eau (1)", None, 5], "AAE"),
        (["Agro", None, 20], ["Eau", None, 5], "AAE"),
        (["Agro", None, None], ["Eau", None, None], "AAE"),
        (["Secteur : Agro", None, None], ["Secteur : Eau", None, None], "xyz"),
        (["Owner: Jane (2 records)", None, None], ["Owner: Joe (1 record)", None, None], "xyz"),
        (["Agro [2]", None, 20], ["Eau [1]", None, 5], [None, None, None]),
    ],
)
def test_heads_of_groups_are_no_clients(
    first: list[object], second: list[object], sectors: str, tmp_path: Path
) -> None:
    """By a count, by sums, by what the rows below have in common, or by a label."""
    names = {"A": "Agro", "E": "Eau"}
    one, two, three = (names.get(str(sector), sector) for sector in sectors)
    rows = [first, ["Alpha", one, 12], ["Béta", two, 8], second, ["Gamma", three, 5]]
    found = planned_sheet(tmp_path, [["Client", "Secteur", "CA"], *rows])
    assert column(found, "name") == ["Alpha", "Béta", "Gamma"]
    assert codes(found) == ["SX167"]
    with_total = planned_sheet(tmp_path, [["Client", "Secteur", "CA"], *rows, ["Total", None, 25]])
    assert column(with_total, "name") == ["Alpha", "Béta", "Gamma"]


def test_a_merged_row_is_a_head(tmp_path: Path) -> None:
    """A title over the whole width between the records."""
    rows = [["Client", "Secteur", "CA"], ["Nord"], ["Alpha", "x", 1], ["Sud"], ["Béta", "y", 2]]
    found = planned_sheet(tmp_path, rows, "clients", "A2:C2", "A4:C4")
    assert column(found, "name") == ["Alpha", "Béta"]
    assert codes(found) == ["SX167"]


@pytest.mark.parametrize(
    "footer",
    [
        "\nExporté le 12/11/2026",
        "\nConfidential Information - Do Not Distribute\nCopyright (c) Example, inc. All rights reserved.",
        "Généré par Exemple le 3 mars 2026 à 10:15",
        "Page 1/3",
        "\nMerci de votre confiance",
        "* hors taxes",
        "Ce document est la propriété de la société et ne peut être diffusé",
        "-----------",
    ],
)
def test_footers_are_no_clients(footer: str, tmp_path: Path) -> None:
    """What programs write below a list."""
    found = planned(tmp_path, f"Client;CA;Secteur\nAlpha;1;x\nBéta;2;y\n{footer}\n")
    assert column(found, "name") == ["Alpha", "Béta"]
    assert codes(found) == ["SX168"]


def test_titles_on_each_page(tmp_path: Path) -> None:
    """Printed lists repeat their titles."""
    found = planned(tmp_path, "Client;CA\nAlpha;1\nClient;CA\nBéta;2\n")
    assert column(found, "name") == ["Alpha", "Béta"]
    assert codes(found) == ["SX168"]


def test_a_lone_name_at_the_end_is_a_client(tmp_path: Path) -> None:
    """Nothing but a name, directly below the others."""
    assert (
        column(planned(tmp_path, "Client;CA\nAlpha;1\nBéta;2\nGamma Conseil;\n"), "name")[-1]
        == "Gamma Conseil"
    )


def test_a_one_column_list_has_no_footers(tmp_path: Path) -> None:
    """A list of names is one of names."""
    assert len(planned(tmp_path, "Client\nAlpha\n\nPage Personnel\nNote Bleue\n").rows) == 3
