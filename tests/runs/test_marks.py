"""The mark of an unchanged workbook: it tells what a run would say, and nothing hides behind it."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fewer import few_of
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy_xl.book.read import read_workbook
from strategy_xl.build import book
from strategy_xl.commands import cli
from strategy_xl.errors import Finding, Location
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.runs import journal as journals
from strategy_xl.runs import marks, runner
from strategy_xl.runs.marks import Mark, program
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.shipped import default_folder
from strategy_xl.work.recompute import JobReport, Lasting, recompute_workbook

DAY = date(2027, 3, 1)
SPEC = load_default()
MODULES = ["kpi", "readings"]


def put(path: Path, block: str, field: str, value: object) -> None:
    """Type into the first row of a block."""
    data = read_workbook(path, SPEC, blocks=[block]).blocks[block]
    set_cells(path, path, {data.sheet: {data.cell(field, data.first_row): value}})


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook on which nothing is left to do."""
    path = tmp_path_factory.mktemp("done") / "plan.xlsx"
    book.build(SPEC, path, lang="fr", today=DAY, only=MODULES, example=True)
    recompute_workbook(path, SPEC, DAY, backups=0)
    return path


class Share:
    """A folder with two workbooks, runs on it, and which workbooks a run has read."""

    def __init__(self, folder: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lay out the folder, with a workbook twice or as another one is, and write down what is read."""
        self.folder, self.log = folder, folder.parent / "read.txt"
        self.book = folder / "plan.xlsx"
        if source.is_dir():
            shutil.copytree(source, folder)
        else:
            folder.mkdir()
            for name in ("plan.xlsx", "other.xlsx"):
                shutil.copyfile(source, folder / name)

        def recompute(path: Path, *args: Any, **options: Any) -> JobReport:
            with self.log.open("a") as stream:  # another process does this
                stream.write(f"{path.name}\n")
            return recompute_workbook(path, *args, **options)

        monkeypatch.setattr(runner, "recompute_workbook", recompute)

    def night(self, *options: str, day: date = DAY, lang: str = "fr") -> tuple[Any, set[str]]:
        """What a run reports (without times and backups), and the workbooks that it read."""
        self.log.write_text("")
        arguments = ["recompute", str(self.folder), "--json", "--today", day.isoformat(), *options]
        result = CliRunner(env={"STRATEGY_XL_LANG": lang}).invoke(cli, arguments)
        told = json.loads(result.stdout)
        for entry in told:
            del entry["seconds"], entry["backup"]
        return (told, result.exit_code), set(self.log.read_text().split())


@pytest.fixture(scope="module")
def marked(done: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after a night, by which its two workbooks have marks."""
    with pytest.MonkeyPatch.context() as patch:
        share = Share(tmp_path_factory.mktemp("marked") / "share", done, patch)
        assert share.night()[1] == {"plan.xlsx", "other.xlsx"}
    return share.folder


@pytest.fixture
def share(marked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Share:
    """Two workbooks that have marks."""
    return Share(tmp_path / "share", marked, monkeypatch)


def test_an_unchanged_workbook_is_not_read_and_told_the_same(share: Share) -> None:
    """Not in the second run nor in the third; ``--ignore-marks``, dry runs and no journal read all."""
    told, read = share.night()
    assert read == set()
    assert share.night() == (told, set())
    for option in ("--ignore-marks", "--dry-run", "--no-journal"):
        assert share.night(option) == (told, {"plan.xlsx", "other.xlsx"})
    assert share.night() == (told, set())


def test_what_is_written_without_a_word_is_marked_at_once(share: Share) -> None:
    """A workbook that was written, with nothing to tell people, is not read again to find that out."""
    put(share.book, "kpis", "target", 12345)
    (told, _), read = share.night()
    assert read == {"plan.xlsx"}
    assert [entry["status"] for entry in told] == ["unchanged", "changed"]
    (told, _), read = share.night()
    assert read == set()
    assert [entry["status"] for entry in told] == ["unchanged", "unchanged"]


def test_findings_are_told_again(share: Share) -> None:
    """A workbook with findings is read until nothing changes; then its mark tells them, in any language."""
    put(share.book, "kpis", "target", "beaucoup")
    assert share.night()[1] == {"plan.xlsx"}
    (_, code), read = share.night()
    assert (read, code) == ({"plan.xlsx"}, 1)
    for lang in ("fr", "en"):
        told, read = share.night(lang=lang)
        assert read == set()
        assert told == share.night("--dry-run", lang=lang)[0]
        assert [len(entry["findings"]) for entry in told[0]] == [0, 1]


def _padded(path: Path, size: int) -> None:
    """Make a workbook longer by what its zip says as a comment."""
    with zipfile.ZipFile(path, "a") as package:
        package.comment = b" "
    spare = size - path.stat().st_size + 1
    with zipfile.ZipFile(path, "a") as package:
        package.comment = b" " * spare


def _replaced(share: Share, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Another workbook of the very same size, with the same time."""
    size = share.book.stat().st_size + 20_000
    _padded(share.book, size)
    share.night()
    status = share.book.stat()
    shutil.copyfile(share.folder / "other.xlsx", share.book)
    put(share.book, "kpis", "target", 777)
    _padded(share.book, size)
    os.utime(share.book, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert share.book.stat()[6:9] == status[6:9]
    return {}


def _input(share: Share, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    put(share.book, "kpis", "target", 777)
    return {}


def _setting(share: Share, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    put(share.book, "params", "capacity_hours_week", 7)
    return {}


def _reference_day(share: Share, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    put(share.book, "params", "reference_date", DAY + timedelta(days=40))
    return {}


def _library(_share: Share, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    patch.setattr("sys.version", "another Python")
    program.cache_clear()
    return {"all": True}


def _program(_share: Share, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    real = marks._files

    def files(folder: Path) -> list[Path]:
        return [*real(folder), Path(__file__)]

    patch.setattr(marks, "_files", files)
    program.cache_clear()
    return {"all": True}


def _template(share: Share, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    folder = share.folder.parent / "templates"
    folder.mkdir()
    content = Path(str(default_folder())).joinpath("kpi.toml").read_text(encoding="utf-8")
    (folder / "kpi.toml").write_text(content.replace("KPI", "Kpi", 1), encoding="utf-8")
    return {"options": ["--templates", str(folder)], "all": True}


def _day(_share: Share, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    return {"day": DAY + timedelta(days=1), "all": True}


def _earlier(_share: Share, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    return {"day": DAY - timedelta(days=400), "all": True}


def _opened(share: Share, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    share.book.with_name("~$plan.xlsx").write_bytes(b"\x05Alice" + b" " * 159)
    return {}


def _cut(share: Share, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    share.book.write_bytes(share.book.read_bytes()[:-3000])
    return {}


def _new_book(share: Share, _patch: pytest.MonkeyPatch) -> dict[str, Any]:
    book.build(SPEC, share.book, lang="en", today=DAY, only=MODULES, example=True, overwrite=True)
    return {}


@pytest.mark.parametrize(
    "change",
    few_of(2, [_input, _reference_day, _setting, _new_book, _replaced, _cut, _day, _earlier, _template,
              _opened, _program, _library]),
)  # fmt: skip
def test_no_change_hides(
    share: Share, monkeypatch: pytest.MonkeyPatch, change: Callable[..., dict[str, Any]]
) -> None:
    """Whatever changes in a workbook, around it, in program or calendar: what it matters to is read."""
    try:
        told = change(share, monkeypatch)
        expected = share.night("--dry-run", *told.get("options", ()), day=told.get("day", DAY))[0]
        result, read = share.night(*told.get("options", ()), day=told.get("day", DAY))
        assert read == {"plan.xlsx"} | ({"other.xlsx"} if told.get("all") else set())
        assert result == expected
    finally:
        program.cache_clear()


def test_a_fixed_reference_day_holds_for_ever(share: Share) -> None:
    """With a reference date in its settings a workbook is not read on another day; without, it is."""
    put(share.book, "params", "reference_date", DAY)
    share.night()
    share.night()
    expected, _ = share.night("--dry-run", day=DAY + timedelta(days=1))
    assert share.night(day=DAY + timedelta(days=1)) == (expected, {"other.xlsx"})


STEADY = ["client_matrix", "ideal", "prospects", "swot", "positioning", "personas", "cqqcoqp"]
"""Modules of which no rule and no formula asks what day it is."""
DAYS = [-3000, -400, -1, 1, 2, 30, 31, 92, 365, 366, 4000]


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook for which no day differs from another, on which nothing is left to do."""
    path = tmp_path_factory.mktemp("steady") / "plan.xlsx"
    book.build(SPEC, path, lang="fr", today=DAY, only=STEADY, example=True)
    recompute_workbook(path, SPEC, DAY, backups=0)
    return path


def test_a_workbook_that_asks_for_no_day(
    steady: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read on no other day, however far; a run would tell the same then; changes are still seen."""
    share = Share(tmp_path / "share", steady, monkeypatch)
    share.night()
    share.night()
    (share.folder / "other.xlsx").unlink()
    for offset in (min(DAYS), 1, max(DAYS)):  # the days between: what the mark itself says, below
        day = DAY + timedelta(days=offset)
        expected, _ = share.night("--dry-run", day=day)
        assert share.night(day=day) == (expected, set())
    put(share.book, "clients", "revenue", 12345)
    assert share.night(day=DAY + timedelta(days=5))[1] == {"plan.xlsx"}


@pytest.mark.parametrize("source", ["steady", "done"])
def test_a_mark_for_many_days_says_what_a_run_says(
    source: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Where a mark answers for a day, a run of that day writes no byte and says the same."""
    path = tmp_path / "plan.xlsx"
    shutil.copyfile(request.getfixturevalue(source), path)
    recompute_workbook(path, SPEC, DAY, backups=0)
    mark = Mark.of(recompute_workbook(path, SPEC, DAY, backups=0))
    assert mark is not None
    content = path.read_bytes()
    answered = 0
    for offset in (0, *DAYS):
        day = DAY + timedelta(days=offset)
        told = mark.report(path, day)
        if told is not None:
            answered += 1
            found = recompute_workbook(path, SPEC, day, backups=0)
            assert replace(told, seconds=0) == replace(found, seconds=0)
            assert path.read_bytes() == content
    assert answered == (1 + len(DAYS) if source == "steady" else 1)


def test_a_workbook_that_comes_back(share: Share) -> None:
    """A mark is of a file's content: a copy under another name has none, one that is put back has its own."""
    before = share.book.read_bytes()
    shutil.copyfile(share.book, share.folder / "third.xlsx")
    assert share.night()[1] == {"third.xlsx"}
    put(share.book, "kpis", "target", 777)
    share.book.write_bytes(before)
    assert share.night()[1] == set()


def test_marks_go_with_the_runs(share: Share, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook that is no longer there loses its mark when the runs that knew it go."""
    monkeypatch.setattr(journals, "_RUNS_KEPT", 2)
    content = share.book.read_bytes()
    share.book.unlink()
    for _ in range(3):
        assert share.night()[1] == set()
    share.book.write_bytes(content)
    assert share.night()[1] == {"plan.xlsx"}


def test_what_json_does_not_know_is_no_mark() -> None:
    """A report that could not be told again as it was leaves none; numbers, texts and places come back."""
    lasting = Lasting("1:a", DAY, DAY)
    path = Path("a.xlsx")
    good = JobReport(
        path,
        findings=(Finding("SX201", Location("a.xlsx", "S", "B2"), {"found": "x", "n": 3, "value": 0.1}),),
        counts={"alerts": 1.0, "n": 2},
        sheets={"kpi": "KPI"},
        lasting=lasting,
    )
    mark = Mark.of(good)
    assert mark is not None
    assert mark._report(path) == good
    elsewhere = mark._report(Path("b/a.xlsx"))
    assert [str(finding.location) for finding in elsewhere.findings] == ["b/a.xlsx!S!B2"]
    for value in (DAY, (1, 2), object(), float("nan"), b"x"):
        assert Mark.of(replace(good, findings=(Finding("SX201", Location(), {"found": value}),))) is None
    assert Mark.of(replace(good, lasting=None)) is None


@settings(max_examples=6)
@given(
    st.lists(
        st.one_of(
            st.tuples(
                st.just("target"), st.one_of(st.floats(0, 1e9), st.text("aé1 %", max_size=4), st.none())
            ),
            st.tuples(st.just("name"), st.sampled_from(["x", "", "KPI 2", "Chiffre d’affaires"])),
            st.tuples(st.just("reference_date"), st.sampled_from([DAY, DAY + timedelta(days=90), None, "?"])),
            st.tuples(
                st.just("day"), st.sampled_from([DAY, DAY + timedelta(days=1), DAY + timedelta(days=90)])
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_a_mark_says_is_what_a_run_says(
    done: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]]
) -> None:
    """After any changes: a mark that answers says what a run on the file would, which would write nothing."""
    path = tmp_path_factory.mktemp("law") / "plan.xlsx"
    shutil.copyfile(done, path)
    kept: list[Mark] = []
    day = DAY
    for step, value in [*steps, ("day", DAY)]:
        if step == "day":
            day = value
        else:
            put(path, "params" if step == "reference_date" else "kpis", step, value)
        expected = recompute_workbook(path, SPEC, day, dry_run=True)
        for mark in kept:
            told = mark.report(path, day)
            if told is not None:
                assert expected.changed == 0
                assert replace(told, seconds=0) == replace(expected, seconds=0)
        for _ in range(2):
            report = recompute_workbook(path, SPEC, day, backups=0)
            mark = Mark.of(report)
            if mark is not None:
                again = mark.report(path, day)
                assert again is not None
                kept.append(mark)
        assert report.changed == 0
        assert mark is not None
