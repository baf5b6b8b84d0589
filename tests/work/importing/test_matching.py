"""Exports of the usual programs find their fields; nothing goes without being named."""

from __future__ import annotations

from pathlib import Path

import pytest
from import_lists import codes, column, planned, planned_sheet

from strategy_xl.errors import UsageError
from strategy_xl.work.importing.plan import ImportPlan, plan

EXPORTS = {
    ("hubspot companies en", "clients"): {
        "Company name": "name",
        "Company owner": "owner",
        "Country/Region": "region",
        "Industry": "sector",
        "Number of Employees": "size",
        "Lifecycle Stage": "note",
        "Record ID": None,
    },
    ("hubspot companies fr", "accounts"): {
        "Nom de l'entreprise": "name",
        "Propriétaire de l'entreprise": "note",
        "Pays/Région": "note",
        "Phase du cycle de vie": "note",
        "ID de fiche d'informations": None,
    },
    ("hubspot contacts en", "contacts"): {
        "First Name": "name",
        "Last Name": "name",
        "Email": "email",
        "Phone Number": "phone",
        "Contact owner": "note",
        "Associated Company": "account",
        "Job Title": "job",
        "Buying Role": "note",
        "Last Activity Date": "last_contact",
    },
    ("hubspot contacts fr", "contacts"): {
        "Prénom": "name",
        "Nom": "name",
        "Adresse e-mail": "email",
        "Numéro de téléphone": "phone",
        "Propriétaire du contact": "note",
        "Entreprise associée": "account",
        "Intitulé du poste": "job",
        "Rôle d’achat": "note",
    },
    ("hubspot deals", "clients"): {
        "Deal Name": None,
        "Deal Stage": "note",
        "Deal owner": "owner",
        "Amount": "revenue",
        "Associated Company": "name",
    },
    ("salesforce accounts en", "prospects"): {
        "Account Name": "name",
        "Billing State/Province": "region",
        "Industry": "sector",
        "Employees": "size",
        "Account Owner": "note",
        "Stage": "note",
    },
    ("salesforce contacts fr", "contacts"): {
        "Prénom": "name",
        "Nom": "name",
        "Nom du compte": "account",
        "Titre": "job",
        "Téléphone": "phone",
        "Adresse e-mail": "email",
        "Propriétaire du contact": "note",
    },
    ("salesforce opportunities fr", "clients"): {
        "Nom de l'opportunité": None,
        "Nom du compte": "name",
        "Étape": "note",
        "Montant": "revenue",
        "Propriétaire de l'opportunité": "owner",
    },
    ("pipedrive organisations", "clients"): {
        "Organization - Name": "name",
        "Organization - Owner": "owner",
        "Organization - Country": "region",
    },
    ("pipedrive people fr", "contacts"): {
        "Personne - Nom": "name",
        "Personne - Organisation": "account",
        "Personne - E-mail - Travail": "email",
        "Personne - Téléphone - Travail": "phone",
        "Personne - Propriétaire": "note",
    },
    ("pipedrive deals", "clients"): {
        "Deal - Title": None,
        "Deal - Organization": "name",
        "Deal - Stage": "note",
        "Deal - Value": "revenue",
        "Deal - Owner": "owner",
    },
    ("zoho", "contacts"): {
        "First Name": "name",
        "Last Name": "name",
        "Account Name": "account",
        "Title": "job",
        "Phone": "phone",
        "Contact Owner": "note",
    },
    ("zoho deals fr", "clients"): {"Nom du compte": "name", "Étape": "note", "Montant": "revenue"},
    ("dolibarr tiers", "clients"): {
        "Nom du tiers": "name",
        "Effectif": "size",
        "Commerciaux affectés": "owner",
        "Département/Canton": "region",
        "Type du tiers": "segment",
    },
    ("dolibarr third parties", "clients"): {
        "Third-party name": "name",
        "Workforce": "size",
        "Sales representatives": "owner",
        "State/Province": "region",
    },
    ("odoo", "contacts"): {
        "Nom complet": "name",
        "Société liée": "account",
        "Poste occupé": "job",
        "Courriel": "email",
        "Vendeur": "note",
    },
    ("odoo crm", "clients"): {
        "Customer": "name",
        "Salesperson": "owner",
        "Stage": "note",
        "Expected Revenue": "revenue",
        "Country": "region",
    },
    ("sellsy", "contacts"): {
        "Prénom": "name",
        "Nom": "name",
        "Société": "account",
        "Fonction": "job",
        "E-mail": "email",
        "Attribué à": "note",
    },
    ("sellsy opportunités", "clients"): {
        "Société": "name",
        "Étape": "note",
        "Montant potentiel": "revenue",
        "Collaborateur": "owner",
    },
    ("accounting", "clients"): {
        "Intitulé du compte": "name",
        "CA HT 2026": "revenue",
        "CA HT 2025": None,
        "Marge brute": "margin",
        "Code représentant": "owner",
    },
}


def fields(found: ImportPlan) -> dict[str, str | None]:
    """Column → field, those of a joined name apart."""
    return {title: view.field for view in found.columns for title in view.column.split(" + ")}


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export[0])
def test_exports_of_the_usual_programs(export: tuple[str, str], tmp_path: Path) -> None:
    """Owner, region, company, role and stage are kept, in their field or in the note."""
    wanted = EXPORTS[export]
    found = planned(
        tmp_path, ";".join(wanted) + "\n" + ";".join("abcdefghijkl"[: len(wanted)]) + "\n", export[1]
    )
    assert fields(found) == wanted


def test_every_column_is_named(tmp_path: Path) -> None:
    """Columns left aside, without a title or without a cell are shown; cells beyond the titles too."""
    found = planned(tmp_path, "Client;;Couleur;Vide\nAlpha;x;bleu;;plus loin\n")
    assert fields(found) == {"Client": "name", "[B]": None, "Couleur": None, "Vide": None, "[E]": None}


def test_a_firm_goes_before_a_person(tmp_path: Path) -> None:
    """« Nom » beside « Nom de la société » is somebody who works there."""
    text = "ID;Nom;Nom de la société;CA\n001;Contact A;Alpha SA;1\n002;Contact B;Beta SARL;2\n"
    assert column(planned(tmp_path, text), "name") == ["Alpha SA", "Beta SARL"]
    text = "Prénom;Nom;Société;CA\nJeanne;Lefèvre;Alpha SA;1\n"
    assert column(planned(tmp_path, text), "name") == ["Alpha SA"]


def test_codes_name_nobody(tmp_path: Path) -> None:
    """« Compte » of an accounting program is a number; what names the client stands beside it."""
    text = "Compte;Intitulé;CA\n411ALPHA;Alpha SA;1\n411BETA;Béta;2\n"
    found = planned(tmp_path, text)
    assert column(found, "name") == ["Alpha SA", "Béta"]
    assert fields(found)["Compte"] is None
    assert column(planned(tmp_path, "Compte;CA\n411ALPHA;1\n"), "name") == ["411ALPHA"]


@pytest.mark.parametrize(
    ("first", "last"), [("Prénom", "Nom"), ("First name", "Last name"), ("Prénom", "Nom de famille")]
)
def test_names_in_two_columns_are_joined(first: str, last: str, tmp_path: Path) -> None:
    """The first name goes first, wherever it stands; a name that holds it already is not doubled."""
    text = f"{last};{first};Société\nLefèvre;Jeanne;Alpha\nNoël;;Béta\nJean Martin;Jean;Gamma\n"
    found = planned(tmp_path, text, "contacts")
    assert column(found, "name") == ["Jeanne Lefèvre", "Noël", "Jean Martin"]
    assert column(planned(tmp_path, "Prénom;Nom;CA\nJeanne;Lefèvre;3\n"), "name") == ["Jeanne Lefèvre"]


def test_names_are_joined_for_a_table_without_synonyms_of_its_own(tmp_path: Path) -> None:
    """The team has none."""
    found = planned(tmp_path, "Nom;Prénom;Heures par semaine\nLefèvre;Jeanne;35\n", "team")
    assert column(found, "name") == ["Jeanne Lefèvre"]


def test_what_has_no_field_is_kept_in_the_note(tmp_path: Path) -> None:
    """Stage, owner, region and role stand behind the list's own note, under their names."""
    text = (
        "Nom;Compte;Commercial;Étape;Région;Rôle d’achat;Commentaire\n"
        "Jeanne;Alpha;P;Devis;Est;Sponsor;Appeler lundi\nMarc;Alpha;;;;;\n"
    )
    found = planned(tmp_path, text, "contacts")
    assert column(found, "note") == [
        "Appeler lundi ; Étape\xa0: Devis ; Rôle d’achat\xa0: Sponsor ; Responsable\xa0: P ; Région\xa0: Est",
        None,
    ]


def test_a_buying_role_says_what_it_can(tmp_path: Path) -> None:
    """Who decides, signs, opposes or uses is said in the words of the method; the others stay open."""
    roles = ["Decision Maker;Budget Holder", "Blocker", "End User", "Champion", ""]
    text = "Nom\tBuying Role\n" + "".join(f"P{at}\t{role}\n" for at, role in enumerate(roles))
    found = planned(tmp_path, text, "contacts")
    assert column(found, "decides") == ["Oui", None, None, None, None]
    assert column(found, "signs") == ["Oui", None, None, None, None]
    assert column(found, "opponent") == [None, "Oui", None, None, None]
    assert column(found, "direct") == [None, None, "Oui", None, None]
    told = planned(tmp_path, "Nom;Décide;Buying Role\nA;Non;Decision Maker\n", "contacts")
    assert column(told, "decides") == ["Non"]


def test_a_role_may_be_a_job(tmp_path: Path) -> None:
    """The cells say which."""
    assert column(planned(tmp_path, "Nom;Role\nA;CEO\nB;CFO\n", "contacts"), "job") == ["CEO", "CFO"]
    found = planned(tmp_path, "Nom;Role\nA;Decision Maker\nB;Influencer\n", "contacts")
    assert column(found, "job") == [None, None]
    assert column(found, "decides") == ["Oui", None]


def test_columns_may_be_told(tmp_path: Path) -> None:
    """By title or letter; two of one field are joined, one may be left out."""
    from import_lists import empty_book

    source = tmp_path / "list.csv"
    source.write_text("A1;A2;CA;Code\nJeanne;Lefèvre;3;x\n", encoding="utf-8")
    found = plan(source, "clients", empty_book(), {"A1": "Client", "B": "name", "Code": "-", "C": "Marge"})
    assert [dict(row.cells) for row in found.rows] == [{"name": "Jeanne Lefèvre", "margin": 3.0}]
    with pytest.raises(UsageError):
        plan(source, "clients", empty_book(), {"Z": "name"})


def test_confidence_falls_with_what_cannot_be_read(tmp_path: Path) -> None:
    """A title is sure, its cells may not be; a firm's own turnover is not what it buys."""
    found = planned(tmp_path, "Client;CA;Annual revenue\nA;12;x\nB;beaucoup;y\n")
    sure = {view.column: view.confidence for view in found.columns}
    assert sure == {"Client": 1.0, "CA": 0.4, "Annual revenue": 0.0}
    assert column(planned(tmp_path, "Client;Annual revenue\nA;12\n"), "revenue") == [12]


@pytest.mark.parametrize("merged", ["A2:A4", "A2:A3"])
def test_merged_cells_stand_for_their_rows(merged: str, tmp_path: Path) -> None:
    """A firm written once for its people is the firm of each, and that is told."""
    rows = [["Société", "Nom du contact"], ["Alpha", "A"], [None, "B"], [None, "C"], ["Béta", "D"]]
    found = planned_sheet(tmp_path, rows, "contacts", merged)
    last = "Alpha" if merged == "A2:A4" else None
    assert column(found, "account") == ["Alpha", "Alpha", last, "Béta"]
    assert codes(found) == ["SX169"]


def test_a_merged_amount_is_counted_once(tmp_path: Path) -> None:
    """It is not the amount of each row: told."""
    rows = [["Client", "CA"], ["A", 12000], ["B", None], ["C", 5]]
    found = planned_sheet(tmp_path, rows, "clients", "B2:B3")
    assert column(found, "revenue") == [12000, None, 5]
    assert codes(found) == ["SX180"]
