"""A workbook remembers: ids stay with their rows, changes have their day, and nothing is written twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from strategy_xl.book.data import BlockData
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.rules.trails import MOST
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import JobReport, recompute_workbook

SPEC = load_default()
DAY = date(2026, 9, 1)
GOOD, POOR = 9.0, 1.0
CLASS = {GOOD: "Client idéal", POOR: "Client heureux"}


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Six ideal clients after their first night, with the sheet that tells what changed."""
    path = tmp_path_factory.mktemp("recalling") / "plan.xlsx"
    rows = [{"name": f"Client {n}", "quick_x": GOOD, "quick_y": GOOD} for n in range(6)]
    spec = only(SPEC, ["client_matrix", "history"])
    path.write_bytes(render(spec, lang="fr", company="", today=DAY, rows={"clients": rows}))
    night(path, DAY)
    return path.read_bytes()


@pytest.fixture
def book(first_night: bytes, tmp_path: Path) -> Path:
    """The same, to be changed."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(first_night)
    return path


def night(path: Path, day: date) -> JobReport:
    """A night, after which a second one of that day writes nothing."""
    report = recompute_workbook(path, SPEC, day, backups=0)
    assert report.failure is None
    content = path.read_bytes()
    again = recompute_workbook(path, SPEC, day, backups=0)
    assert (again.failure, again.changed) == (None, 0)
    assert path.read_bytes() == content
    return report


def block_of(path: Path, key: str) -> BlockData:
    """A block as it stands."""
    return read_workbook(path, SPEC, blocks=[key]).blocks[key]


def column(path: Path, block: str, key: str) -> list[Any]:
    """What the rows of a block show in a column."""
    return block_of(path, block).rows.values(key)


def put(path: Path, block: str, cells: Mapping[tuple[str, int], Any]) -> None:
    """Type into a block, by column and row from 0."""
    data = block_of(path, block)
    typed = {data.cell(key, data.first_row + at): value for (key, at), value in cells.items()}
    set_cells(path, path, {data.sheet: typed})


def score(path: Path, values: Mapping[int, float]) -> None:
    """Type the value returned of some clients, by row."""
    put(path, "clients", {("quick_y", row): value for row, value in values.items()})


def exchange(path: Path, one: int, other: int) -> None:
    """Sort two clients: all cells that are not formulas change places, hidden ones too."""
    data = block_of(path, "clients")
    keys = [field.key for field in data.block.fields if field.formula is None and field.key in data.rows]
    cells = {}
    for key in keys:
        values = data.rows.values(key)
        cells |= {(key, one): values[other], (key, other): values[one]}
    put(path, "clients", {place: _as_typed(value) for place, value in cells.items()})


def _as_typed(value: Any) -> Any:
    return None if pd.isna(value) else value


# -- who is who --------------------------------------------------------------------------------------------


def test_every_client_has_an_id_that_no_one_sees(book: Path) -> None:
    """Different, and in hidden columns."""
    ids = column(book, "clients", "entity_id")
    assert len(set(ids)) == 6
    assert all(isinstance(one, str) for one in ids)
    _, clients = SPEC.data_blocks()["clients"]
    hidden = {field.key for field in clients.fields if field.hidden}
    assert {"entity_id", "trail"} <= hidden


def test_renamed_and_moved_clients_stay_themselves(book: Path) -> None:
    """The id and what was before go with the row, not with the name."""
    ids = column(book, "clients", "entity_id")
    score(book, {1: POOR})
    night(book, DAY + timedelta(days=3))
    put(book, "clients", {("name", 0): "Un autre nom"})
    exchange(book, 0, 1)
    night(book, DAY + timedelta(days=9))
    assert column(book, "clients", "entity_id") == [ids[1], ids[0], *ids[2:]]
    assert column(book, "clients", "name")[:2] == ["Client 1", "Un autre nom"]
    assert column(book, "clients", "since")[:2] == [DAY + timedelta(days=3), None]


def test_a_copied_row_begins_without_a_past(book: Path) -> None:
    """The one that bears the name keeps id and past, wherever the copy stands."""
    score(book, {5: POOR})
    night(book, DAY + timedelta(days=3))
    data = block_of(book, "clients")
    original = {key: _as_typed(data.rows.values(key)[5]) for key in ("entity_id", "trail", "move", "since")}
    put(book, "clients", {(key, 0): value for key, value in original.items()})
    score(book, {0: POOR})
    night(book, DAY + timedelta(days=4))
    ids = column(book, "clients", "entity_id")
    assert len(set(ids)) == 6
    assert ids[5] == original["entity_id"]
    assert column(book, "clients", "since")[::5] == [None, DAY + timedelta(days=3)]
    assert column(book, "clients", "move")[0] is None


def test_a_name_that_is_an_error_for_a_night_loses_nothing(book: Path) -> None:
    """What was known of the row is kept until it has its name again."""
    score(book, {2: POOR})
    night(book, DAY + timedelta(days=3))
    held = {key: column(book, "clients", key)[2] for key in ("entity_id", "trail", "before", "since", "move")}
    assert held["before"] == CLASS[GOOD]
    put(book, "clients", {("name", 2): ErrorValue.NA})
    recompute_workbook(book, SPEC, DAY + timedelta(days=4), backups=0)
    put(book, "clients", {("name", 2): "Client 2"})
    night(book, DAY + timedelta(days=5))
    assert {key: column(book, "clients", key)[2] for key in held} == held


def test_a_row_that_is_emptied_keeps_nothing(book: Path) -> None:
    """What is typed there next is another client."""
    ids = column(book, "clients", "entity_id")
    put(book, "clients", {(key, 5): None for key in ("name", "quick_x", "quick_y")})
    night(book, DAY + timedelta(days=3))
    put(book, "clients", {("name", 5): "Nouveau", ("quick_x", 5): GOOD, ("quick_y", 5): POOR})
    night(book, DAY + timedelta(days=4))
    assert column(book, "clients", "entity_id")[:5] == ids[:5]
    assert column(book, "clients", "entity_id")[5] not in ids
    assert column(book, "clients", "since")[5] is None


# -- what was before ---------------------------------------------------------------------------------------


def test_a_change_shows_what_was_before_which_way_and_since_when(book: Path) -> None:
    """In words and with an arrow; a later night and another client change nothing of it."""
    later = DAY + timedelta(days=30)
    score(book, {0: POOR})
    night(book, later)
    score(book, {1: POOR})
    night(book, later + timedelta(days=2))
    told = [column(book, "clients", key)[:3] for key in ("before", "move", "since")]
    assert told == [
        [CLASS[GOOD], CLASS[GOOD], None],
        ["↓ descend", "↓ descend", None],
        [later, later + timedelta(days=2), None],
    ]


def test_what_changes_and_changes_back_on_one_day_has_not_changed(book: Path) -> None:
    """The later night of a day stands for the day."""
    later = DAY + timedelta(days=30)
    before = column(book, "clients", "trail")
    score(book, {0: POOR})
    night(book, later)
    score(book, {0: GOOD})
    night(book, later)
    assert column(book, "clients", "trail") == before
    assert column(book, "clients", "since") == [None] * 6


def test_the_changes_are_listed_the_last_one_on_top(book: Path) -> None:
    """With the way to the row; one that changed twice stands there twice."""
    days = [DAY + timedelta(days=number) for number in (5, 9, 12)]
    for day, scores in zip(days, ({0: POOR}, {3: POOR}, {0: GOOD}), strict=True):
        score(book, scores)
        night(book, day)
    listed = [column(book, "history_moves", key) for key in ("day", "name", "move", "before", "now", "sheet")]
    assert list(zip(*listed, strict=True)) == [
        (days[2], "Client 0", "↑ monte", CLASS[POOR], CLASS[GOOD], "Matrice clients"),
        (days[1], "Client 3", "↓ descend", CLASS[GOOD], CLASS[POOR], "Matrice clients"),
        (days[0], "Client 0", "↓ descend", CLASS[GOOD], CLASS[POOR], "Matrice clients"),
    ]


def test_the_table_of_dates_keeps_the_last_twelve_that_differ(book: Path) -> None:
    """A night like the one before adds none, one of an earlier day neither."""
    figures = {DAY: 6}
    for number in range(1, 15):
        day = DAY + timedelta(days=number)
        scores = {0: POOR if number % 2 else GOOD}
        score(book, scores)
        assert recompute_workbook(book, SPEC, day, backups=0).changed
        figures[day] = 5 if number % 2 else 6
    night(book, DAY + timedelta(days=20))
    recompute_workbook(book, SPEC, DAY - timedelta(days=20), backups=0)
    days, ideal = column(book, "history_dates", "day"), column(book, "history_dates", "ideal")
    assert dict(zip(days, ideal, strict=True)) == dict(list(figures.items())[-12:])
    assert column(book, "history_dates", "kpis_good") == [None] * 12
    assert column(book, "clients", "trail")[0].count(";") == MOST - 1


def test_a_table_of_dates_that_people_wrote_into_is_no_trouble(book: Path) -> None:
    """What is no date of ours goes, what is stays."""
    score(book, {0: POOR})
    night(book, DAY + timedelta(days=2))
    put(book, "history_dates", {("day", 2): "bientôt", ("ideal", 1): "beaucoup", ("day", 3): DAY})
    night(book, DAY + timedelta(days=2))
    assert column(book, "history_dates", "day") == [DAY, DAY + timedelta(days=2)]
    assert column(book, "history_dates", "ideal") == [6, 5]


def test_what_was_noted_on_one_day_holds_on_every_other(book: Path) -> None:
    """A book that asks for no day is not read again for the sake of its memory."""
    assert night(book, DAY).lasting is not None
    lasting = recompute_workbook(book, SPEC, DAY, backups=0).lasting
    assert lasting is not None
    assert (lasting.first, lasting.last) == (date.min, date.max)
    assert recompute_workbook(book, SPEC, DAY + timedelta(days=400), backups=0).changed == 0


# -- the whole workbook ------------------------------------------------------------------------------------


def test_the_summary_counts_what_moved_in_a_month(example: tuple[Path, JobReport], tmp_path: Path) -> None:
    """Clients up and down, accounts left with one contact, objectives that stand still; then no more."""
    path = tmp_path / "plan.xlsx"
    path.write_bytes(example[0].read_bytes())
    day = date(2026, 12, 20)
    accounts = column(path, "accounts", "name")
    at = column(path, "accounts", "thread").index("Plusieurs contacts actifs")
    contacts = column(path, "contacts", "account")
    people = [row for row, account in enumerate(contacts) if account == accounts[at]]
    put(path, "contacts", {("left", row): date(2026, 12, 1) for row in people[1:]})
    put(path, "contacts", {("contact_level", people[0]): "Rencontré"})
    final = column(path, "clients", "class_final")
    first = final.index("Client idéal")
    put(path, "clients", {("forced_class", first): "Client à éviter", ("forced_reason", first): "essai"})
    last = final.index("Client à éviter")
    put(path, "clients", {("forced_class", last): "Client idéal", ("forced_reason", last): "essai"})
    night(path, day)
    assert column(path, "accounts", "thread")[at] == "Un seul contact actif"
    assert column(path, "accounts", "move")[at] == "↓ descend"
    assert column(path, "accounts", "since")[at] == day
    tiles = block_of(path, "summary_tiles").rows
    keys = ("clients_up", "clients_down", "single_threads", "stalled")
    assert [tiles.first(key) for key in keys] == [1, 1, 1, 0]
    night(path, date(2027, 1, 21))
    tiles = block_of(path, "summary_tiles").rows
    stalled = sum(cell == "Oui" for cell in column(path, "objectives", "stalled"))
    assert stalled
    assert [tiles.first(key) for key in keys] == [0, 0, 0, stalled]
    assert len(column(path, "kpi_past", "name")) >= 10
    assert column(path, "kpi_past", "value_12") == column(path, "kpi_past", "last_value")
    for block in ("kpis", "objectives", "accounts", "contacts", "prospects", "personas", "funnel_stages"):
        ids = column(path, block, "entity_id")
        assert len(set(ids) - {None}) == len(ids) > 0, block
