"""``strategy-xl history``: what people see of what moved, in both languages, and as data."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

from strategy_xl.commands import cli, history_files
from strategy_xl.commands.history_view import bars
from strategy_xl.history import upkeep
from strategy_xl.history.book_record import BookRecord, EntityTable
from strategy_xl.history.database import Database
from strategy_xl.history.writing import BookNight, Outcome, RunEntry, begin_run, share_id, write_nights
from strategy_xl.schema.loader import load_default

SINGLE = "stakeholders.SINGLE_THREAD"


def table(
    kind: str,
    rows: dict[str, str | None],
    values: dict[str, list[Any]],
    reasons: list[list[str]] | None = None,
) -> EntityTable:
    """A table of entities: name → verdict, and their values by key."""
    names = list(rows)
    return EntityTable(
        kind=kind,
        block=f"{kind}s",
        sheet=f"{kind.title()}s",
        rows=list(range(7, 7 + len(names))),
        cells=[f"B{row}" for row in range(7, 7 + len(names))],
        identities=[f"n:{name.casefold()}" for name in names],
        names=names,
        verdicts=list(rows.values()),
        columns=values,
        latest={},
        reasons=reasons or [[] for _ in names],
        missing=[[] for _ in names],
        rule="rule.judge",
        version="1",
    ).digested()


def written(folder: Path) -> None:
    """A history of two workbooks over three nights."""
    file = folder / ".strategy_xl" / "history.sqlite"
    file.parent.mkdir(parents=True)
    (folder / "sub").mkdir()
    for name in ("plan.xlsx", "sub/other.xlsx"):
        (folder / name).touch()
    database = Database(str(file))
    database.prepare()
    steps = [
        (date(2027, 1, 1), {"=Ada": "avoid", "Bo": "happy", "Cy": "incomplete"}, 0.10, [[], [SINGLE]]),
        (date(2027, 2, 1), {"=Ada": "ideal", "Bo": "happy", "Cy": "happy"}, 0.25, [[SINGLE], [SINGLE]]),
        (date(2027, 3, 1), {"=Ada": "ideal", "Bo": "at_risk", "Dee": "ideal"}, 0.25, [[SINGLE], []]),
    ]
    for number, (day, clients, rate, reasons) in enumerate(steps):
        record = BookRecord(
            day.isoformat(), "fr", 4, {"clients": 3.0}, {}, tables=[
                table("client", dict(clients), {"revenue": [1.0] * 3}),
                table("kpi", {"Taux": "late"}, {"unit": ["%"], "current": [rate], "progress": [rate]}),
                table("objective", {"Gagner": "smart"}, {"kpi": ["taux"], "active": [True]}),
                table("account", {"Un": "single_thread", "Deux": None}, {}, reasons),
            ],
        )  # fmt: skip
        other = BookRecord(day.isoformat(), "fr", 4, {}, {}, tables=[table("client", {"Zoe": "ideal"}, {})])
        with database.writing() as connection:
            run = RunEntry(str(number), day, f"{day}T02:00", "0.1")
            share, _ = share_id(connection, ".")
            begin_run(connection, share, run)
            books = {"plan.xlsx": record, "sub/other.xlsx": other}
            found = [BookNight(path, Outcome.TREATED, record=one) for path, one in books.items()]
            write_nights(connection, share, run, found)
    database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a history."""
    written(tmp_path / "share")
    return tmp_path / "share"


def shown(*arguments: object) -> Result:
    """The command in this process."""
    return CliRunner().invoke(cli, ["history", *map(str, arguments)])


def test_the_page_says_who_moved_and_what_stands_still(folder: Path) -> None:
    """The classes as a 4×4 table with names, who came and went, KPIs, objectives, accounts; with cells."""
    result = shown(folder / "plan.xlsx", "--since", "2027-01-15", "--today", "2027-03-20")
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    for part in (
        "Historique de 1 classeur, du 01/01/2027 au 01/03/2027",
        "depuis le 15/01/2027",
        "Client à éviter 1 : =Ada",
        "Client heureux = 0 1 : Bo",
        "Nouveaux — 1 : Dee",
        "Disparus — 1 : Cy",
        "Taux En retard 10 % 25 % ▁█ plan.xlsx!Kpis!B7",
        "depuis 45 jours ou plus : 1",
        "Gagner — Taux à 25 % depuis le 01/02/2027 (plan.xlsx!Objectives!B7)",
        "Un — depuis le 01/02/2027 (plan.xlsx!Accounts!B7)",
    ):
        assert part in text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "Deux" not in text
    assert "Zoe" not in text


def test_in_english_and_over_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other language says the same; a folder is all workbooks below."""
    monkeypatch.setenv("STRATEGY_XL_LANG", "en")
    text = " ".join(shown(folder, "--since", "2027-02-15", "--today", "2027-03-10").stdout.split())
    assert "History of 2 workbooks" in text
    assert "At-risk client" in text
    assert "1: Bo" in text
    sub = shown(folder / "sub", "--today", "2027-03-10")
    assert "History of 1 workbook," in sub.stdout
    assert "Nobody." in sub.stdout


def test_as_data(folder: Path) -> None:
    """JSON has all of it with stable keys, workbook, sheet and cell of each."""
    found = json.loads(shown(folder, "--json", "--since", "2027-01-15", "--today", "2027-03-20").stdout)
    assert {one["name"]: (one["before"], one["after"], one["day"]) for one in found["migrations"]} == {
        "=Ada": ("avoid", "ideal", "2027-02-01"),
        "Bo": ("happy", "at_risk", "2027-03-01"),
        "Cy": ("incomplete", None, "2027-03-01"),
        "Dee": (None, "ideal", "2027-03-01"),
    }
    assert found["unchanged"] == {"ideal": 1}
    assert found["kpis"][0]["points"] == [["2027-01-15", 0.1], ["2027-02-01", 0.25]]
    assert [one["name"] for one in found["stalled_objectives"]] == ["Gagner"]
    assert [(one["name"], one["cell"]) for one in found["single_threaded"]] == [("Un", "B7")]
    assert found["migrations"][0]["workbook"] == "plan.xlsx"


def test_csv_has_a_row_a_state_and_no_formula(folder: Path, tmp_path: Path) -> None:
    """Every state since the day with its values; a name that looks like a formula is a text."""
    file = tmp_path / "states.csv"
    assert shown(folder, "--csv", file, "--since", "2027-01-15").exit_code == 0
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    clients = [row for row in rows if row["kind"] == "client"]
    assert [(row["name"], row["day"], row["verdict"]) for row in clients if "Ada" in row["name"]] == [
        ("'=Ada", "2027-01-01", "avoid"),
        ("'=Ada", "2027-02-01", "ideal"),
    ]
    assert {row["kpi.current"] for row in rows if row["kind"] == "kpi"} == {"0.1", "0.25"}


def test_parquet_without_its_library(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install, before it asks the history anything."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr("strategy_xl.commands.history_files.find_spec", lambda _name: None)
    result = shown(folder, "--parquet", tmp_path / "states.parquet")
    assert "SX969" in str(result.exception)


def test_parquet_has_the_states_of_the_csv(folder: Path, tmp_path: Path) -> None:
    """Each column has one type: days are days, figures figures, truths truths, names what was typed."""
    files = tmp_path / "états.parquet", tmp_path / "states.csv"
    arguments = ("--parquet", files[0], "--csv", files[1], "--since", "2027-01-15")
    assert shown(folder, *arguments).exit_code == 0
    found = parquet.read_table(files[0])
    with files[1].open(encoding="utf-8-sig", newline="") as stream:
        assert [row["name"].removeprefix("'") for row in csv.DictReader(stream)] == found["name"].to_pylist()
    types = {field.name: str(field.type) for field in found.schema}
    assert types["day"] == "date32[day]"
    assert (types["is_there"], types["objective.active"]) == ("bool", "bool")
    assert (types["kpi.current"], types["kpi.unit"]) == ("double", "string")
    rows = [row for row in found.to_pylist() if row["kind"] == "kpi"]
    assert [(row["day"], row["kpi.current"]) for row in rows] == [
        (date(2027, 1, 1), 0.1), (date(2027, 2, 1), 0.25),
    ]  # fmt: skip
    assert "=Ada" in found["name"].to_pylist()
    nothing = shown(folder / "sub", "--parquet", files[0], "--since", "2027-12-31")
    assert nothing.exit_code == 0


def test_parquet_types(tmp_path: Path) -> None:
    """By the templates, else by the values; text where they differ; an empty table has its columns too."""
    rows: list[dict[str, Any]] = [
        {
            "day": date(2027, 3, day), "is_there": True, "name": name, "contact.last_contact": last,
            "kpi.last_date": read, "objective.s": mark, "kpi.unit": unit, "account.coverage": cover,
            "contact.email": text, "client.x": None,
        }
        for day, name, last, read, mark, unit, cover, text in (
            (1, "Océane Lefèvre", "2027-02-28", "2027-02-27", 2.0, "2027-01-01", 1, "2027-13-40"),
            (2, "Société « Été »", None, None, "?", "€", 0.5, "2027-12-31"),
        )
    ]  # fmt: skip
    file = tmp_path / "states.parquet"
    history_files.write(rows, load_default(), None, file)
    found = parquet.read_table(file)
    assert found["name"].to_pylist() == ["Océane Lefèvre", "Société « Été »"]
    assert found["contact.last_contact"].to_pylist() == [date(2027, 2, 28), None]
    assert found["kpi.last_date"].to_pylist() == [date(2027, 2, 27), None]
    assert found["objective.s"].to_pylist() == ["2", "?"]
    assert found["kpi.unit"].to_pylist() == ["2027-01-01", "€"]
    assert found["account.coverage"].to_pylist() == [1.0, 0.5]
    assert found["contact.email"].to_pylist() == ["2027-13-40", "2027-12-31"]
    assert str(found.schema.field("client.x").type) == "double"
    assert str(found.schema.field("workbook").type) == "string"
    history_files.write([], load_default(), None, file)
    empty = parquet.read_table(file)
    assert (empty.num_rows, empty.column_names) == (0, list(history_files.COLUMNS))
    assert [str(empty.schema.field(name).type) for name in ("day", "is_there", "name")] == [
        "date32[day]", "bool", "string",
    ]  # fmt: skip


@pytest.mark.parametrize(("where", "code"), [("none", "SX964"), ("share/unknown.xlsx", "SX972")])
def test_what_no_history_knows(folder: Path, where: str, code: str) -> None:
    """A folder without a history, a workbook that no night has seen: said with what to do."""
    place = folder.parent / where
    if place.suffix:
        place.touch()
    else:
        place.mkdir()
    assert code in str(shown(place).exception)


def test_pruning_by_days(folder: Path) -> None:
    """What is older than so many days goes, and it is said how much."""
    result = shown("prune", folder, "--keep-days", 30, "--today", "2027-03-10")
    assert result.exit_code == 0
    assert "08/02/2027" in result.stdout
    found = json.loads(shown(folder, "--json", "--since", "2027-02-15", "--today", "2027-03-10").stdout)
    assert found["first_night"] == "2027-03-01"
    assert {one["name"] for one in found["migrations"]} == {"Bo", "Cy", "Dee"}


def test_doctor_says_what_there_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where, which version, how much; a fault is told with what to do, and exit code 1."""
    result = shown("doctor", folder)
    assert result.exit_code == 0
    assert str(folder / ".strategy_xl" / "history.sqlite") in result.stdout
    assert "2 classeurs" in result.stdout
    assert "Tout se tient." in result.stdout
    monkeypatch.setattr(upkeep, "faults", lambda _database, _connection: iter(["states without entity: 3"]))
    result = shown("doctor", folder)
    assert result.exit_code == 1
    assert "states without entity: 3" in result.stdout
    assert "copie de sauvegarde" in result.stdout


def test_doctor_migrates(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older history is brought up to date when that is asked for."""
    monkeypatch.setattr("strategy_xl.history.database.HEAD", "9998")
    assert "SX970" in str(shown("doctor", folder).exception)

    def upgrade(connection: Any) -> None:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9998'")

    monkeypatch.setattr("strategy_xl.history.database._upgrade", upgrade)
    result = shown("doctor", folder, "--migrate")
    assert result.exit_code == 0
    assert "→ 9998" in result.stdout


def test_the_way_of_a_number() -> None:
    """Small bars from the lowest to the highest, the last twelve; one value has no way."""
    assert (bars([]), bars([1.0]), bars([1.0, 2.0]), bars([3.0, 1.0, 2.0])) == ("", "=", "▁█", "█▁▅")
    assert len(bars([float(number) for number in range(40)])) == 12
