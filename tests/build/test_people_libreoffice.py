"""The people's pictures and the persona card, recalculated by LibreOffice, say what the rules say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import coordinate_to_tuple

from strategy_xl.book.read import read_workbook
from strategy_xl.book.shown import CellValue
from strategy_xl.build import example as example_files
from strategy_xl.build.book import example_rows, render
from strategy_xl.build.layout import BookLayout
from strategy_xl.build.placing import lay_out
from strategy_xl.build.select import only
from strategy_xl.rules import influence, stakeholders
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import recompute_workbook, rule_frames

pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.filterwarnings("ignore:.*xtension is not supported:UserWarning"),
]
DAY = date(2026, 3, 17)
SPEC = load_default()
SHEETS = example_files.with_lists(only(SPEC, ("ecosystem", "stakeholders", "persona_card")))
"""The people's sheets and all that they read."""
NBSP = "\N{NO-BREAK SPACE}"
Rows = Mapping[str, Sequence[Mapping[str, CellValue]]]


class Shown:
    """A recalculated workbook, read by block and field."""

    def __init__(self, path: Path, layout: BookLayout) -> None:
        """Open it with its values."""
        self.book = load_workbook(path, data_only=True)
        self.layout = layout

    def values(self, block: str, key: str) -> list[Any]:
        """The values of a field, one a row or instance; #N/A is None."""
        area = self.layout.placed[block].value_area(key)
        return [
            None if cell.value in ("#N/A", "") else cell.value
            for line in self.book[area.sheet][
                area.local.replace("$", "") + ("" if ":" in area.local else f":{area.local}")
            ]
            for cell in line
        ]

    def value(self, block: str, key: str) -> Any:
        """The value of a field of a form or summary."""
        return self.values(block, key)[0]


@dataclass(frozen=True)
class Scene:
    """What is chosen on the sheets of a workbook, and the workbook after its night and a recalculation."""

    lang: str
    ringed: str
    close: str | None
    persona: str
    book: Shown
    path: Path


def night(path: Path, lang: str, changed: Rows, recalculated: Callable[[Path], Path]) -> Shown:
    """Write the example's people with some blocks changed, give it its night and recalculate it."""
    rows = {**example_rows(SHEETS, lang, DAY), **changed}
    path.write_bytes(render(SHEETS, lang=lang, company="", today=DAY, rows=rows))
    report = recompute_workbook(path, SPEC, DAY)
    assert report.failure is None
    assert report.findings == ()
    return Shown(recalculated(path), lay_out(SHEETS, lang, {key: len(found) for key, found in rows.items()}))


SCENES = [
    ("fr", "Biscuiterie Trémazan", "Magasins Valtrec", "Marianne"),
    ("en", "Chantiers navals Kerguen", "Galerie marchande Océa", "Samia"),
    ("fr", "Salaisons Kervado", None, "Samia"),
    ("en", "Magasins Valtrec", "Biscuiterie Trémazan", "Marianne"),
]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(chosen, marks=pytest.mark.xdist_group(f"scene {number}"))
        for number, chosen in enumerate(SCENES)
    ],
    ids=lambda param: f"{param[0]}-{param[3]}-{param[1][:3]}",
)
def scene(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    recalculated: Callable[[Path], Path],
) -> Scene:
    """One choice on each of the sheets."""
    lang, ringed, close, persona = request.param
    path = tmp_path_factory.mktemp("scene") / "plan.xlsx"
    chosen: Rows = {
        "ecosystem_view": [{"shown_account": ringed}],
        "account_view": [{"seen_account": close}],
        "card_view": [{"shown_persona": persona}],
    }
    return Scene(lang, ringed, close, persona, night(path, lang, chosen, recalculated), path)


def test_the_ecosystem_draws_the_account_that_is_chosen(scene: Scene) -> None:
    """Deciders in the middle, everybody else on the circle, a link from each source to its target."""
    book, account = scene.book, scene.ringed
    frames = {key: rows.frame for key, rows in rule_frames(read_workbook(scene.path, SPEC)).items()}
    contacts, links = frames["contacts"], frames["links"]
    here = contacts[(contacts["account"] == account) & stakeholders.active(contacts, DAY)]
    names: dict[str, tuple[float, float]] = {}
    xs, ys = book.values("ring_points", "x"), book.values("ring_points", "y")
    slots = book.values("ring_points", "slot")
    labels = {
        100 * (box + 1) + line + 1: label
        for box in range(5)
        for line, label in enumerate(book.values("ecosystem_ring", f"box_{box}"))
    }
    for slot, x, y in zip(slots, xs, ys, strict=True):
        assert (x is None) == (y is None) == (labels[slot] is None)
        if x is not None:
            names[labels[slot].partition(" — ")[0]] = (x, y)
            assert math.hypot(x, y) == pytest.approx(0 if slot < 200 else 1, abs=1e-9)
    roles = stakeholders.roles(here, DAY).frame["role"]
    assert set(names) == {
        name for name, role in zip(here["name"], roles, strict=True) if role != "out_of_scope"
    }
    # No two people face each other, so that no arrow runs through the middle.
    ring = [place for place in names.values() if math.hypot(*place) > 0.5]
    assert all(math.hypot(a[0] + b[0], a[1] + b[1]) > 0.1 for a in ring for b in ring if a != b)
    drawn = set()
    columns = (
        book.values("ring_links", key) for key in ("x_from", "y_from", "x_to", "y_to", "drawn_strength")
    )
    places = {(round(x, 6), round(y, 6)): name for name, (x, y) in names.items()}
    for x, y, to_x, to_y, strength in zip(*columns, strict=True):
        if None not in (x, y, to_x, to_y):
            drawn.add((places[round(x, 6), round(y, 6)], places[round(to_x, 6), round(to_y, 6)], strength))
    own = links[links["account"] == account]
    known = set(zip(own["source"], own["target"], own["strength"], strict=True))
    assert drawn == {link for link in known if link[0] in names and link[1] in names}
    assert book.value("ecosystem_picture", "people") == len(names)
    assert book.value("ecosystem_picture", "not_drawn") == len(known) - len(drawn)


def test_the_account_at_close_range_agrees_with_the_rules(scene: Scene) -> None:
    """Levels and people are those of the coverage, the way and its links those of the introduction path."""
    book, account = scene.book, scene.close
    frames = {key: rows.frame for key, rows in rule_frames(read_workbook(scene.path, SPEC)).items()}
    accounts, contacts, links = frames["accounts"], frames["contacts"], frames["links"]
    coverage = stakeholders.coverage(accounts, contacts, DAY).frame
    if account is None:
        account = accounts["name"].loc[coverage["coverage"].idxmin()]
    at = accounts.index[accounts["name"] == account][0]
    assert book.value("account_view", "account_seen") == account
    people = contacts[(contacts["account"] == account) & stakeholders.active(contacts, DAY)]
    for role, fact in (
        ("decider", "decides"),
        ("signatory", "signs"),
        ("involved", "direct"),
        ("collateral", "indirect"),
    ):
        level = coverage.loc[at, f"c_{role}"]
        assert book.value("account_picture", f"level_{role}") == pytest.approx(level)
        best = {
            name
            for name, known in zip(people["name"], stakeholders.levels(people), strict=True)
            if people.loc[people["name"] == name, fact].iloc[0] == "yes" and known == level
        }
        assert book.value("account_picture", f"person_{role}").partition(" – ")[2] in (best or {"?"})
    way = influence.introduction_path(accounts, contacts, links, DAY).frame.loc[at, "path"]
    steps = way.split(influence.ARROW) if isinstance(way, str) else []
    nodes = [name for name in book.values("account_path", "node") if name]
    assert nodes[1:] == steps
    assert sum(y is not None for y in book.values("account_path", "node_y")) == len(nodes)
    dots = [text for text in book.values("account_path", "link")[2:] if text]
    strengths = [
        links.loc[
            (links["account"] == account) & (links["source"] == a) & (links["target"] == b), "strength"
        ].max()
        for a, b in pairwise(steps)
    ]
    assert dots == ["●" * int(strength) + "○" * (3 - int(strength)) for strength in strengths]


def test_tiles_of_contacts_count_the_roles_and_the_accounts_without_decider(scene: Scene) -> None:
    """Only people who are still there; an account counts when none of its deciders is known."""
    book = scene.book
    frames = {key: rows.frame for key, rows in rule_frames(read_workbook(scene.path, SPEC)).items()}
    contacts = frames["contacts"]
    roles = stakeholders.roles(contacts, DAY).frame
    counts = roles[roles["active"]]["role"].value_counts()
    tiles = {
        "signatories": "signatory",
        "deciders": "decider",
        "involved_people": "involved",
        "collateral_people": "collateral",
        "indifferent_people": "indifferent",
        "unqualified": "to_qualify",
    }
    assert {key: book.value("contact_tiles", key) for key in tiles} == {
        key: counts.get(role, 0) for key, role in tiles.items()
    }
    coverage = stakeholders.coverage(frames["accounts"], contacts, DAY).frame
    assert book.value("contact_tiles", "accounts_without_decider") == (coverage["c_decider"] == 0).sum() > 0
    weight = influence.influence(contacts, frames["links"], DAY)
    found = book.values("contacts", "influence")[: len(contacts)]
    assert [value for value in found if value is not None] == pytest.approx(weight.dropna().tolist())


PORTRAITS = {
    ("fr", "Marianne"): (
        "Marianne, 47 ans, mariée, enfants~: deux adolescents, vit à Vitré et travaille comme "
        "directrice technique (secteur~: agroalimentaire). Marianne cherche avant tout~: être "
        "reconnue pour des résultats chiffrés. Ses objectifs~: baisser la facture d’énergie de 15~% "
        "en deux ans, tenir le plan de travaux, garder son équipe. Marianne redoute~: arrêter une "
        "ligne, un prestataire qui disparaît, des gains invérifiables. Une source d’agacement~: des "
        "rapports d’audit restés dans un tiroir. Son rôle dans l’achat~: décideur. Ses objections~: "
        "délai de retour, risque pour la production. Vingt ans d’usine~; elle a repris la technique "
        "de trois sites avec la même équipe."
    ),
    ("en", "Marianne"): (
        "Marianne, 47 years old, married, children: two teenagers, lives in Vitré and works as "
        "technical director (sector: food industry). Marianne seeks above all: being recognised for "
        "measured results. The main goals: cut the energy bill by 15% in two years, keep the plan of "
        "works, keep her team. Marianne fears: stopping a line, a supplier who vanishes, savings "
        "nobody can check. A source of annoyance: audit reports left in a drawer. The role in the "
        "purchase: decision-maker. The objections: payback time, risk for production. Twenty years in"
        " factories; she took over the technical side of three sites with the same team."
    ),
    ("fr", "Samia"): (
        "Samia, 34 ans, vit à Nantes et travaille comme chargée de mission RSE (secteur~: industrie)."
        " Ses objectifs~: livrer le premier bilan carbone. Son rôle dans l’achat~: impliqué."
    ),
    ("en", "Samia"): (
        "Samia, 34 years old, lives in Nantes and works as sustainability officer (sector: "
        "manufacturing). The main goals: deliver the first carbon footprint. The role in the "
        "purchase: involved."
    ),
}


def test_the_portrait_is_made_of_sentences(scene: Scene) -> None:
    """From the fields that are filled; what is missing leaves no hole, and the card shows its own bars."""
    book, lang, name = scene.book, scene.lang, scene.persona
    assert book.value("persona_card", "portrait") == PORTRAITS[lang, name].replace("~", NBSP)
    assert book.value("persona_card", "card_name") == name
    bar = {"Marianne": 7, "Samia": 5}[name]
    assert book.value("persona_card", "bar_incentive") == "█" * bar + "░" * (10 - bar) + f"  {bar}"
    if name == "Samia":
        assert [book.value("persona_card", key) for key in ("card_quote", "work", "brakes")] == [
            None,
            {"fr": "Chargée de mission RSE\nIndustrie", "en": "Sustainability officer\nManufacturing"}[lang],
            None,
        ]
        assert book.value("persona_card", "slide_thinking_feeling") is None
    else:
        assert book.value("persona_card", "slide_introvert_extrovert") == "────●──────"


@pytest.mark.parametrize(
    "personas", [[{}, {"first_name": "Léa", "location": "Brest"}], []], ids=["one", "none"]
)
def test_an_almost_empty_card_is_quiet(
    tmp_path: Path, recalculated: Callable[[Path], Path], personas: list[dict[str, CellValue]]
) -> None:
    """Without a choice the first persona is shown; without personas nothing is."""
    changed: Rows = {"card_view": [{}], "personas": personas, "persona_motives": []}
    book = night(tmp_path / "plan.xlsx", "fr", changed, recalculated)
    fields = [field.key for field in SPEC.data_blocks()["persona_card"][1].fields if field.key != "photo"]
    said = {key: text for key in fields if (text := book.value("persona_card", key)) is not None}
    if personas:
        assert book.value("card_view", "persona_at") == 2
        assert {key: said.pop(key) for key in ("card_name", "portrait")} == {
            "card_name": "Léa",
            "portrait": "Léa vit à Brest.",
        }
        assert set(said) == {"card_status", "life", "location", "says_life"}
    else:
        assert said == {}


def test_the_card_prints_on_one_page_without_the_choice(scene: Scene) -> None:
    """Its print area is the card, on one page."""
    placed = scene.book.layout.placed["persona_card"]
    sheet = load_workbook(scene.path)[placed.sheet]
    first, _, last = sheet.print_area.rpartition("!")[2].replace("$", "").partition(":")
    assert (coordinate_to_tuple(first)[0], coordinate_to_tuple(last)[0]) == (placed.row, placed.last)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)
