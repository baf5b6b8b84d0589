"""Log and metrics of a run: well-formed, complete, without a name; what cannot be written stops nothing."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from strategy_xl.errors import Finding, Location, Severity, StrategyXlError
from strategy_xl.runs.event_log import EventLog
from strategy_xl.runs.faults import trace
from strategy_xl.runs.metrics import open_metrics, write
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.tally import STATES, Tally, book_id, state
from strategy_xl.work.recompute import JobReport

NAME = "Société Dupont"
HOME = Path("/srv/plans")


def finding(code: str, severity: Severity = Severity.WARNING) -> Finding:
    """A finding that names somebody everywhere."""
    return Finding(code, Location(f"{HOME}/{NAME}.xlsx", NAME, "A1"), {"name": NAME}, severity)


MANY = (finding("SX204"), finding("SX204"))
REPORTS = [
    JobReport(HOME / f"{NAME}.xlsx", 3, MANY, {"ideal": 2, "completeness": 0.5}, seconds=1.25,
              backup=HOME / "b"),
    JobReport(HOME / "b.xlsx", 0, (finding("SX301", Severity.NOTE),), {"ideal": 1, "completeness": 1.0}),
    JobReport(HOME / "c.xlsx", failure=finding("SX113", Severity.ERROR), seconds=0.5),
    JobReport(HOME / "d.xlsx", failure=finding("SX190", Severity.ERROR)),
    JobReport(HOME / "e.xlsx", failure=finding("SX194", Severity.ERROR)),
]  # fmt: skip
START = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


def tally(version: str = "1.2.3") -> Tally:
    """The figures of those reports."""
    return Tally.of(
        REPORTS, version=version, day=date(2026, 12, 1), started=START, ended=START + timedelta(seconds=90),
        seconds=90.5, exit_code=3, resumed=7, notes=[finding("SX196")],
    )  # fmt: skip


def families(text: str) -> dict[str, dict[str, float]]:
    """The samples of an OpenMetrics text by family, held to the rules of the format (OpenMetrics 1.0)."""
    assert text.endswith("# EOF\n")
    found: dict[str, dict[str, float]] = {}
    described: dict[str, set[str]] = {}
    name = ""
    for line in text.removesuffix("# EOF\n").split("\n")[:-1]:
        if line.startswith("# "):
            kind, of, told = re.fullmatch(r"# (TYPE|UNIT|HELP) (\S+) (.*)", line).groups()  # type: ignore[union-attr]
            if of != name:  # a family stands together, and once
                assert of not in found
                name, found[of], described[of] = of, {}, set()
            assert kind not in described[of]
            assert not found[of]
            described[of].add(kind)
            assert kind != "TYPE" or told == "gauge"
            assert kind != "UNIT" or of.endswith(f"_{told}")
            continue
        sample = re.fullmatch(
            r'([a-zA-Z_]\w*)(?:\{([a-z_]+="(?:[^"\\\n]|\\[\\n"])*"(?:,|(?=\})))*\})? (\S+)', line
        )
        assert sample is not None, line
        assert sample[1] == name
        labels = line[len(name) : -len(sample[3]) - 1]
        assert labels not in found[name]
        found[name][labels] = float(sample[3])
    assert all({"TYPE", "HELP"} <= of for of in described.values())
    return found


def test_metrics_say_what_became_of_the_workbooks() -> None:
    """Every state is there, so that an alert has something to compare; sums, the mean of shares, codes."""
    found = families(open_metrics(tally()))
    books = found["strategy_xl_run_books"]
    assert books == {f'{{state="{name}"}}': n for name, n in zip(STATES, (1, 1, 1, 1, 1, 7), strict=True)}
    assert found["strategy_xl_run_findings"] == {
        '{code="SX196",severity="warning"}': 1, '{code="SX204",severity="warning"}': 2,
        '{code="SX301",severity="note"}': 1,
    }  # fmt: skip
    assert found["strategy_xl_run_failures"] == {
        '{code="SX113"}': 1, '{code="SX190"}': 1, '{code="SX194"}': 1,
    }  # fmt: skip
    assert found["strategy_xl_figure"] == {'{figure="ideal"}': 3}
    single = {name.removeprefix("strategy_xl_"): of[""] for name, of in found.items() if "" in of}
    assert single == {
        "completeness_ratio": 0.75, "run_backups": 1, "run_changed_cells": 3, "run_duration_seconds": 90.5,
        "run_end_timestamp_seconds": START.timestamp() + 90, "run_exit_code": 3,
        "run_slowest_book_seconds": 1.25, "run_start_timestamp_seconds": START.timestamp(),
        "run_work_seconds": 1.75,
    }  # fmt: skip


def test_labels_are_escaped() -> None:
    """Whatever a label holds, a line stays one."""
    found = families(open_metrics(tally('1"\\\n')))
    assert list(found["strategy_xl_program"]) == ['{version="1\\"\\\\\\n"}']


def test_metrics_are_what_the_library_of_prometheus_reads() -> None:
    """Where that library is installed, its strict parser reads the same."""
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    text = open_metrics(tally())
    read = {family.name: len(family.samples) for family in parser.text_string_to_metric_families(text)}
    assert read == {name: len(of) for name, of in families(text).items()}


def test_metrics_are_put_in_place_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is replaced is the old one until it is the new one; a failure leaves nothing beside it."""
    file = tmp_path / "plans.prom"
    write(file, "old\n")
    seen: list[str] = []

    def fail(_number: int) -> None:
        seen.append(file.read_text(encoding="utf-8"))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write(file, "new\n")
    assert seen == ["old\n"]
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["plans.prom"]
    write(file, "new\n")
    assert file.read_text(encoding="utf-8") == "new\n"


def logged(file: Path) -> list[dict[str, object]]:
    """The lines of a log."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_the_log_tells_a_run(tmp_path: Path) -> None:
    """Beginning, each workbook as it is done, end; times in UTC; added to what is there; nobody is named."""
    file = tmp_path / "log.json"
    ticks = iter(range(100))
    for _run in range(2):
        with EventLog(file, HOME, lambda: START + timedelta(seconds=next(ticks))) as log:
            log.begun("1.2.3", 5, 2)
            for report in REPORTS:
                log.done(report)
                assert logged(file)[-1]["book"] == book_id(report.path, HOME)
        log.ended(tally(), [finding("SX196")])
        assert log.fault is None
    lines = logged(file)
    assert [line["event"] for line in lines[:7]] == ["run.started", *["book.done"] * 5, "run.ended"]
    assert len(lines) == 14
    assert lines[0] == {
        "time": "2026-12-01T02:00:00.000Z", "event": "run.started", "version": "1.2.3", "books": 5, "jobs": 2,
    }  # fmt: skip
    assert lines[1] == {
        "time": "2026-12-01T02:00:01.000Z", "event": "book.done", "book": lines[1]["book"],
        "state": "changed", "failure": None, "findings": {"SX204": 2}, "changed_cells": 3, "seconds": 1.25,
    }  # fmt: skip
    assert [line["state"] for line in lines[1:6]] == ["changed", "unchanged", "skipped", "failed", "left"]
    assert lines[6]["notes"] == {"SX196": 1}
    assert lines[6]["exit_code"] == 3
    text = file.read_text(encoding="utf-8") + open_metrics(tally())
    assert not re.search("Dupont|Soci|xlsx", text)


@pytest.mark.parametrize(
    ("error", "code"), [(StrategyXlError("SX191", Location(NAME)), "SX191"), (ValueError(NAME), None)]
)
def test_the_log_tells_what_stopped_a_run(tmp_path: Path, error: Exception, code: str | None) -> None:
    """By its kind and code, not by what it says."""
    file = tmp_path / "log.json"

    def stopped() -> None:
        with EventLog(file, HOME, lambda: START):
            raise error

    with pytest.raises(type(error)):
        stopped()
    (line,) = logged(file)
    assert (line["event"], line["kind"], line["code"]) == ("run.stopped", type(error).__name__, code)
    assert "Dupont" not in file.read_text(encoding="utf-8")


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    """It is told, whether it cannot be opened or the disk is full later; the run goes on."""
    with EventLog(tmp_path / "none" / "log.json", HOME, lambda: START) as log:
        log.begun("1", 1, 1)
        log.done(REPORTS[0])
    log.ended(tally(), [])
    assert log.fault is not None
    assert log.fault.code == "SX115"
    full = Path("/dev/full")
    if full.exists():
        with EventLog(full, HOME, lambda: START) as log:
            log.begun("1", 1, 1)
        log.ended(tally(), [])
        assert log.fault is not None


def test_the_log_of_the_error_stream_stays_open(capsys: pytest.CaptureFixture[str]) -> None:
    """``-`` is the error stream, which the program goes on using."""
    with EventLog(Path("-"), HOME, lambda: START) as log:
        log.begun("1", 1, 1)
    log.ended(tally(), [])
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == [
        "run.started", "run.ended",
    ]  # fmt: skip


def test_an_id_is_that_of_the_path_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same from anywhere, another for another workbook, and nothing of the name in it."""
    (tmp_path / "plans").mkdir()
    monkeypatch.chdir(tmp_path)
    told = book_id(Path("plans/a/b.xlsx"), Path("plans"))
    assert told == book_id(tmp_path / "plans" / "a" / "b.xlsx", tmp_path / "plans")
    monkeypatch.chdir(tmp_path / "plans")
    assert told == book_id(Path("a/b.xlsx"), Path())
    assert told != book_id(Path("b.xlsx"), Path())
    assert re.fullmatch("[0-9a-f]{12}", told)
    store = RemotePath.parse("s3://bucket/plans")
    assert book_id(store / "a" / "b.xlsx", store) == book_id("s3://bucket/plans/a/b.xlsx", store) == told


def test_states() -> None:
    """Every report has one of the states."""
    assert [state(report) for report in REPORTS] == ["changed", "unchanged", "skipped", "failed", "left"]


def test_a_trace_names_nobody() -> None:
    """Kinds and places of an error and of its causes, the first cause on top; not what they say."""

    def inner() -> None:
        raise ValueError(NAME)

    def outer(call: Callable[[], None]) -> None:
        try:
            call()
        except ValueError as error:
            raise KeyError(NAME) from error

    with pytest.raises(KeyError) as caught:
        outer(inner)
    told = trace(caught.value)
    assert "Dupont" not in told
    assert told.index("in inner") < told.index("ValueError") < told.index("KeyError")
