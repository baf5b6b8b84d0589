"""What a change is told to be due to: cells, settings, rows, the day, the program; and what is not known."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from made_nights import NEXT, SPEC, Book, edited, made, stored

from strategy_xl.answers import basis, changes
from strategy_xl.answers.change_sentences import Teller, tell
from strategy_xl.answers.changes import Cause, Change, Why, explain
from strategy_xl.answers.nights import Nights
from strategy_xl.history import kept_columns


def _clients(count: int = 1, **values: Any) -> Book:
    """Clients in the middle of the matrix: X 55, Y well above the threshold."""
    book = made(random.Random(3), {"clients": count, "red_flags": 2})  # noqa: S311 - not a secret
    own = book.rows["clients"]
    for key in own:
        if key != "name":
            own[key] = [None] * count
    usual = {"revenue": 50_000.0, "margin_rate": 0.4, "hours": 60.0, "satisfaction": 5.5, "impact": 2.2}
    for key, value in {**usual, **values}.items():
        own[key] = [value] * count
    return stored(book)


def _next(book: Book, **cells: Any) -> Book:
    """The next day, with cells of the first client typed anew."""
    after = replace(book.copy(), day=NEXT)
    for key, value in cells.items():
        after.rows["clients"][key][0] = value
    return after


def _only(before: Book, after: Book, block: str = "clients") -> Change:
    """The one change of a block."""
    (change,) = [change for change in explain(SPEC, before.basis(), after.basis()) if change.block == block]
    return change


def test_the_cell_that_moved_and_the_threshold_that_it_crossed() -> None:
    """A client whose satisfaction falls tells its cell, both values, and how X went past the threshold."""
    before = _clients()
    change = _only(before, _next(before, satisfaction=2.0, note="Appeler", segment="other"))
    assert (change.old, change.new, change.why) == ("ideal", "at_risk", Why.CELL)
    (cause,) = change.causes
    assert (cause.key, cause.old, cause.new, cause.sheet) == ("satisfaction", 5.5, 2.0, "clients")
    assert change.crossing is not None
    assert (change.crossing.value, change.crossing.old, change.crossing.limit) == ("x", 55.0, 50.0)
    assert change.crossing.setting == "score_threshold"
    assert tell(change, SPEC, "fr") == (
        f"X 55 → 37,5, seuil 50. Satisfaction 5,5 → 2 (clients!{cause.cell})."
    )
    assert tell(change.data(), SPEC, "en") == (
        f"X 55 → 37.5, threshold 50. Satisfaction 5.5 → 2 (clients!{cause.cell})."
    )


def test_within_the_margin_of_a_stored_class_the_margin_is_told() -> None:
    """A class that was held within the margin gives way beyond it, on the same side of the threshold."""
    held = stored(_next(_clients(), satisfaction=4.3))  # X 49: held
    assert held.rows["clients"]["class_final"] == ["ideal"]
    change = _only(held, _next(held, satisfaction=3.5))
    assert change.crossing is not None
    assert (change.crossing.old, change.crossing.new, change.crossing.margin) == (49.0, 45.0, 3.0)
    assert "seuil 50 à 3 près" in tell(change, SPEC, "fr")


def test_of_two_cells_that_would_do_the_one_with_the_greater_effect_is_told() -> None:
    """Where each of two cells alone makes the change, the one that moved the score further is named."""
    before = _clients()
    change = _only(before, _next(before, satisfaction=3.0, impact=0.0))
    assert [cause.key for cause in change.causes] == ["impact"]


def test_two_cells_that_do_it_only_together() -> None:
    """Where no cell alone makes the change, the smallest set that does is told, and nothing more."""
    before = _clients(satisfaction=7.0, impact=2.8)  # X 70
    change = _only(before, _next(before, satisfaction=4.6, impact=1.8, note="x"))
    assert change.why is Why.SEVERAL
    assert [cause.key for cause in change.causes] == ["satisfaction", "impact"]
    assert ", et Résultat obtenu 2,8 → 1,8" in tell(change, SPEC, "fr")


def test_a_setting_is_told_as_such() -> None:
    """A class that changes because the threshold was moved names the setting, with its values."""
    before = _clients()
    after = _next(before)
    after.settings["score_threshold"] = 60.0
    change = _only(before, after)
    assert change.why is Why.SETTING
    assert (change.causes[0].old, change.causes[0].new) == (None, 60.0)
    assert change.crossing is not None
    assert (change.crossing.new, change.crossing.former, change.crossing.limit) == (55.0, 50.0, 60.0)
    assert tell(change, SPEC, "fr").startswith("X 55, seuil 50 → 60. Réglage «")


def test_the_day_alone() -> None:
    """An account whose last contact grows old while nobody types is told to change with the day."""
    book = made(random.Random(1), {"accounts": 1, "contacts": 1})  # noqa: S311 - not a secret
    for key in book.rows["contacts"]:
        book.rows["contacts"][key] = [None]
    told = {"name": "Anne", "account": "accounts 0", "decides": "yes", "signs": "yes", "contact_level": "met"}
    for key, value in {**told, "last_contact": "2026-08-31"}.items():
        book.rows["contacts"][key] = [value]
    second = {"name": "Paul", "decides": "no", "signs": "no"}
    for key, column in book.rows["contacts"].items():
        column.append({**told, **second, "last_contact": "2026-11-01"}.get(key))
    change = _only(book, replace(book.copy(), day=NEXT), "accounts")
    assert (change.old, change.new, change.why) == (None, "contact_stale", Why.DAY)
    assert change.crossing is not None
    assert (change.crossing.old, change.crossing.new, change.crossing.limit) == (90.0, 91.0, 90.0)
    assert tell(change, SPEC, "fr").endswith("Effet de la date seule, 29/11/2026 → 30/11/2026.")


def test_a_person_who_left_the_table() -> None:
    """An account that loses its only decider names the row that is gone, and where it stood."""
    book = made(random.Random(1), {"accounts": 1, "contacts": 2})  # noqa: S311 - not a secret
    told = {"account": "accounts 0", "contact_level": "regular", "last_contact": "2026-11-20", "signs": "yes"}
    for key in book.rows["contacts"]:
        if key != "name":
            book.rows["contacts"][key] = [told.get(key), told.get(key)]
    book.rows["contacts"]["decides"] = ["no", "yes"]
    after = replace(book.copy(), day=NEXT)
    for column in after.rows["contacts"].values():
        del column[1]
    change = _only(book, after, "accounts")
    assert (change.new, change.why) == ("no_decider", Why.GONE)
    assert change.causes[0].name == "contacts 1"
    assert "Ligne retirée, contacts 1" in tell(change, SPEC, "fr")


def test_a_rule_that_judges_otherwise_is_the_program() -> None:
    """With the same cells and another version of the rule, the program is named, with both versions."""
    before = _clients()
    run = "client_matrix.classify"
    basis = before.basis()
    earlier = replace(
        basis,
        verdicts={**basis.verdicts, run: {"class_final": ["happy"]}},
        versions={**basis.versions, run: "client_matrix 1"},
    )
    (change,) = explain(SPEC, earlier, basis)
    assert (change.old, change.new, change.why) == ("happy", "ideal", Why.PROGRAM)
    assert change.versions == ("client_matrix 1", "client_matrix 2")
    assert "client_matrix 1" in tell(change, SPEC, "en")


def test_what_cannot_be_made_again_is_not_explained() -> None:
    """When the remembered cells do not give the remembered verdict, no cause is claimed."""
    before = _clients()
    basis = before.basis()
    earlier = replace(
        basis, verdicts={**basis.verdicts, "client_matrix.classify": {"class_final": ["avoid"]}}
    )
    (change,) = explain(SPEC, earlier, _next(before, satisfaction=9.0).basis())
    assert change.why is Why.UNKNOWN
    assert not change.is_least or change.crossing is None
    assert [cause.key for cause in change.causes] == ["satisfaction"]
    assert tell(change, SPEC, "fr").startswith("Cause non établie")


def test_where_clients_are_ranked_others_can_be_the_cause() -> None:
    """In quantile mode a client that nobody touched names the client whose figures moved."""
    before = _clients(13)
    own = before.rows["clients"]
    own["revenue"] = [10_000.0 + 1_000 * at for at in range(13)]
    before.settings |= {"client_mode": "quantile", "hysteresis_points": 0.0}
    before = stored(before)
    after = replace(before.copy(), day=NEXT)
    after.rows["clients"]["revenue"][0] = 90_000.0
    found = [change for change in explain(SPEC, before.basis(), after.basis()) if change.name != "clients 0"]
    assert found
    assert {change.causes[0].name for change in found} == {"clients 0"}


def test_of_many_cells_a_set_that_cannot_be_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the sets are too many to try, what is told still makes the change, and each of it is needed."""
    monkeypatch.setattr(changes, "MOST_SETS", 2)
    before = _clients(satisfaction=7.0, impact=2.8)
    typed = {"satisfaction": 4.6, "impact": 1.8, "note": "x", "segment": "other", "size": 3.0, "owner": "y"}
    change = _only(before, _next(before, **typed))
    assert {cause.key for cause in change.causes} == {"satisfaction", "impact"}
    assert not change.is_least


def test_a_renamed_row_is_the_same_row() -> None:
    """A client with another name in the same row and with another class is one change, not two rows."""
    before = _clients(3)
    after = _next(before, name="Nouvelle raison sociale", satisfaction=1.0)
    change = _only(before, after)
    assert (change.name, change.new) == ("Nouvelle raison sociale", "at_risk")


def test_data_and_back() -> None:
    """A change is the same after its way through plain data."""
    before = _clients()
    change = _only(before, _next(before, satisfaction=2.0))
    assert Change.of_data(change.data()) == change


def test_verdicts_in_words() -> None:
    """Old and new verdict are told by the labels of the templates."""
    before = _clients()
    change = _only(before, _next(before, satisfaction=2.0))
    assert Teller(SPEC, "en").verdict(change) == "Final class: Ideal client → At-risk client"


def test_a_class_that_somebody_typed_over_the_stored_one() -> None:
    """Near the threshold the stored class decides: another one typed into its cell is the cause."""
    before = _clients(satisfaction=4.7)  # X 51
    after = _next(before, class_final="at_risk")
    change = _only(before, after)
    assert (change.old, change.new, change.why) == ("ideal", "at_risk", Why.STORED)
    assert tell(change, SPEC, "fr").startswith("Saisie par-dessus «")


def test_a_class_that_the_night_itself_changed_is_no_cause_of_its_own() -> None:
    """What the night writes into the cell of the class is its answer, never the reason for it."""
    before = _clients(satisfaction=4.7)
    change = _only(before, _next(before, satisfaction=1.0))
    assert [cause.key for cause in change.causes] == ["satisfaction"]
    units = Nights(SPEC, before.basis(), _next(before, satisfaction=1.0).basis()).units
    assert {str(unit.kind) for unit in units} == {"cell", "day"}


def test_a_client_that_was_incomplete() -> None:
    """A figure that was not known before is told without an old value."""
    before = _clients(satisfaction=None, impact=None)
    change = _only(before, _next(before, satisfaction=9.0, impact=4.0))
    assert change.crossing is not None
    assert (change.old, change.crossing.old) == ("incomplete", None)
    assert " ".join(tell(change, SPEC, "fr").split()).startswith("X : sans valeur → ")


def test_every_sentence_in_both_languages() -> None:
    """Two short sentences at most, whatever the cause: each kind of cause has its words."""
    run = "client_matrix.classify"
    usual = Change("clients", 9, "n:a", "A", "Clients", "B9", run, "class_final", "ideal", "happy", Why.CELL)
    for why in Why:
        kinds = ["cell", "setting"] if why is Why.SEVERAL else [str(why)]
        causes = tuple(Cause(kind, "clients", "hours", "B", "Clients", "H9", 1.0, 2.0) for kind in kinds)
        if why in {Why.DAY, Why.PROGRAM, Why.UNKNOWN}:
            causes = (Cause("day", old="2026-11-29", new="2026-11-30"),)
        change = replace(usual, why=why, causes=causes, versions=("1", "2"))
        for lang in ("fr", "en"):
            told = tell(change, SPEC, lang)
            assert told.endswith(".")
            assert len(told) < 160
            assert told[0].isupper()


def test_when_there_is_too_much_to_try_all_of_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no room to look further, all that differs is told: it makes the change, though less might."""
    monkeypatch.setattr(changes, "MOST_WORLDS", 2)
    before = _clients()
    change = _only(before, _next(before, satisfaction=1.0, segment="other", size=3.0))
    assert change.why is Why.SEVERAL
    assert {cause.key for cause in change.causes} == {"satisfaction", "segment", "size"}
    assert not change.is_least


@pytest.mark.parametrize("sizes", [{"clients": 40, "red_flags": 6}, {"kpis": 10, "readings": 40}])
def test_long_tables_are_explained_as_short_ones(
    sizes: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns kept as bytes tell the same changes as lists, also beside an earlier night that has lists."""
    block = next(iter(sizes))
    for seed in range(3):
        chance = random.Random(f"long {block} {seed}")  # noqa: S311 - the same edits each time
        before = stored(made(chance, sizes))
        after = edited(before, chance, 0.7)
        lists = before.basis(), after.basis()
        monkeypatch.setattr(basis, "FEW", 1)
        monkeypatch.setattr(kept_columns, "FEW", 1)
        columns = before.basis(), after.basis()
        monkeypatch.undo()
        held = columns[0].blocks[block].columns.values()
        assert any(isinstance(column, kept_columns.KeptColumn) for column in held)
        told = explain(SPEC, *lists)
        assert explain(SPEC, *columns) == told
        assert explain(SPEC, lists[0], columns[1]) == told
