"""Cell functions of the contacts: role, coverage of an account, way to the decision-maker (rule d)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument, Kind
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function
from strategy_xl.functions.results import labelled

if TYPE_CHECKING:
    import pandas as pd

    from strategy_xl.functions.given import Given
    from strategy_xl.rules.result import RuleResult

FACTS = (
    Argument("decides", field="contacts.decides", table="contacts"),
    *(Argument(key, field=f"contacts.{key}") for key in ("signs", "direct", "indirect", "linked")),
)
ACCOUNTS = (
    Argument("account", field="accounts.name", required=True),
    Argument("contacts", Kind.TABLE, field="contacts", required=True),
)

_CONTACTS = (
    ("Nom", "Compte", "Décide", "Signe", "Impacté directement", "Impacté indirectement", "Niveau de contact"),
    ("Anne", "Alpha", "Oui", "Non", "Non", "Non", "Identifié"),
    ("Marc", "Alpha", "Non", "Non", "Oui", "Non", "Régulier"),
    ("Zoé", "Alpha", "Non", "Non", "Non", "Oui", "Rencontré"),
)
_LINKS = (
    ("Compte", "Personne qui influence", "Personne influencée", "Force du lien"),
    ("Alpha", "Marc", "Anne", 3),
    ("Alpha", "Zoé", "Anne", 1),
)


def _roles(given: Given) -> RuleResult:
    from strategy_xl.rules.stakeholders import StakeholderParams, roles

    return roles(given.frame, given.today, given.params(StakeholderParams))


def _coverage(given: Given) -> RuleResult:
    from strategy_xl.rules.stakeholders import StakeholderParams, coverage

    return coverage(given.frame, given.table("contacts"), given.today, given.params(StakeholderParams))


@cell_function(
    "STRAT_STAKEHOLDER_ROLE",
    category="stakeholders",
    arguments=FACTS,
    shape=Shape.COLUMN,
    results=("role",),
    examples=(
        Example(("Oui",), [["Décideur"]]),
        Example(("Non", "Non", "Oui"), [["Impliqué"]]),
        Example((None, "Oui"), [["À qualifier"]]),
    ),
    thresholds=False,
)
def stakeholder_role(given: Given) -> Columns:
    """Role of each person in the decision."""
    return [labelled(_roles(given).frame["role"], given.labels("role"))]


@cell_function(
    "STRAT_STAKEHOLDER_WHY",
    category="stakeholders",
    arguments=FACTS,
    shape=Shape.COLUMN,
    results=("reasons",),
    examples=(
        Example(
            (None, "Oui"),
            [["À qualifier : cette personne prend-elle la décision finale ?"]],
        ),
        Example(
            ("Oui", "Oui"),
            [
                [
                    (
                        "Décideur : cette personne prend la décision finale. "
                        "Décide et signe : les deux bases en une personne."
                    )
                ]
            ],
        ),
    ),
    thresholds=False,
)
def stakeholder_why(given: Given) -> Columns:
    """Why each person has that role, or what to ask."""
    return [given.why(_roles(given), "stakeholders", "contacts")]


@cell_function(
    "STRAT_STAKEHOLDER_COVERAGE",
    category="stakeholders",
    arguments=ACCOUNTS,
    shape=Shape.COLUMN,
    results=("coverage",),
    examples=(
        Example(("Alpha", _CONTACTS), [[33.75]]),
        Example(([["Alpha"], ["Bêta"]], _CONTACTS), [[33.75], [0.0]]),
    ),
)
def stakeholder_coverage(given: Given) -> Columns:
    """Coverage of each account, 0 to 100."""
    return [given.figures(_coverage(given), "coverage", "stakeholders", "accounts")]


@cell_function(
    "STRAT_STAKEHOLDER_ALERTS",
    category="stakeholders",
    arguments=ACCOUNTS,
    shape=Shape.COLUMN,
    results=("reasons",),
    examples=(Example(("Alpha", _CONTACTS), [["Sans signataire connu (interlocuteurs : 3)."]]),),
)
def stakeholder_alerts(given: Given) -> Columns:
    """What is wrong with the coverage of each account."""
    return [given.why(_coverage(given), "stakeholders", "accounts")]


@cell_function(
    "STRAT_STAKEHOLDER_PATH",
    category="stakeholders",
    arguments=(*ACCOUNTS, Argument("links", Kind.TABLE, field="links")),
    shape=Shape.COLUMN,
    results=("path",),
    examples=(
        Example(("Alpha", _CONTACTS, _LINKS), [["Marc → Anne"]]),
        Example(("Alpha", _CONTACTS), [["Aucun lien connu ne mène au décideur."]]),
    ),
    thresholds=False,
)
def stakeholder_path(given: Given) -> Columns:
    """Who can introduce you to the decision-maker of each account."""
    from strategy_xl.rules.influence import introduction_path

    result = introduction_path(given.frame, given.table("contacts"), given.table("links"), given.today)
    paths = _texts(result.frame["path"])
    told = given.why(result, "influence", "accounts")
    return [[path or reason for path, reason in zip(paths, told, strict=True)]]


def _texts(column: pd.Series) -> list[str]:
    return [value if isinstance(value, str) else "" for value in column.tolist()]
