"""What the arguments of a command stand for: names of every kind, what cannot be opened, one job a file."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from strategy_xl.commands import cli
from strategy_xl.errors import UsageError
from strategy_xl.ooxml.backups import HIDDEN
from strategy_xl.runs.discover import workbooks

posix = pytest.mark.skipif(os.name == "nt", reason="made of what POSIX file systems can hold")


def run(*arguments: object) -> Result:
    """A command in this process."""
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook of one module."""
    path = tmp_path_factory.mktemp("small") / "small.xlsx"
    assert run("new", path, "--only", "client_matrix").exit_code == 0
    return path


@contextlib.contextmanager
def rights_of_nobody() -> Iterator[None]:
    """Rights count inside, even when root runs the tests."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder below one that everybody may enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    for place, _folders, _files in os.walk(folder):
        Path(place).chmod(0o700)
        for name in Path(place).iterdir():
            if name.is_dir():
                name.chmod(0o700)
    shutil.rmtree(folder)


def touch(folder: Path, *names: str) -> None:
    """Make files (their content is nobody's business here)."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())


def codes(arguments: list[str]) -> list[str]:
    """The findings of what cannot be opened."""
    return [failure.code for failure in workbooks(arguments).failures]


def test_one_wrong_path_among_many_is_a_failure(small: Path, tmp_path: Path) -> None:
    """The good workbook is treated; paths, pattern and empty folder that are wrong are named; exit 3."""
    book = tmp_path / "plan.xlsx"
    shutil.copy(small, book)
    (tmp_path / "empty").mkdir()
    wrong = [tmp_path / "nowhere.xlsx", tmp_path / "none*.xlsx", tmp_path / "empty"]
    for command in ("recompute", "check"):
        result = run(command, wrong[0], book, *wrong[1:], "--json")
        assert result.exit_code == 3, result.output
        entries = json.loads(result.stdout)
        failures = [entry.get("failure", entry) for entry in entries]
        named = {entry["workbook"]: entry["code"] for entry in failures if entry}
        assert named == dict.fromkeys(map(str, wrong), "SX107")
        if command == "recompute":
            assert [entry["status"] for entry in entries] == ["unchanged", "failed", "failed", "failed"]


def test_nothing_at_all_is_wrong_usage(tmp_path: Path) -> None:
    """When all arguments stand for nothing, that is wrong usage, and all are named."""
    wrong = [str(tmp_path / "a.xlsx"), str(tmp_path / "b*.xlsx")]
    with pytest.raises(UsageError) as caught:
        workbooks(wrong)
    assert caught.value.finding.location.workbook == ", ".join(wrong)


@posix
def test_pipes_sockets_and_devices_are_never_opened(small: Path, tmp_path: Path) -> None:
    """In a folder or by name, they are reported at once; the workbook beside them is treated."""
    shutil.copy(small, tmp_path / "plan.xlsx")
    os.mkfifo(tmp_path / "pipe.xlsx")
    listening = socket.socket(socket.AF_UNIX)
    with contextlib.chdir(tmp_path):  # the address of a socket is short
        listening.bind("socket.xlsm")
    (tmp_path / "device.xlsx").symlink_to("/dev/zero")
    result = run("recompute", tmp_path, "/dev/null", "--json")
    listening.close()
    assert result.exit_code == 3
    entries = {Path(entry["workbook"]).name: entry for entry in json.loads(result.stdout)}
    assert entries.pop("plan.xlsx")["status"] == "unchanged"
    assert {name: entry["failure"]["code"] for name, entry in entries.items()} == dict.fromkeys(
        ("pipe.xlsx", "socket.xlsm", "device.xlsx", "null"), "SX193"
    )


@posix
def test_links_that_lead_nowhere(tmp_path: Path) -> None:
    """A link to nothing and a circle of links are reported, in a folder too."""
    touch(tmp_path, "plan.xlsx")
    (tmp_path / "gone.xlsx").symlink_to("not there")
    (tmp_path / "round.xlsx").symlink_to("round.xlsx")
    assert codes([str(tmp_path)]) == ["SX109", "SX109"]
    assert codes([str(tmp_path / "plan.xlsx"), str(tmp_path / "gone.xlsx")]) == ["SX109"]


@posix
def test_folder_that_may_not_be_listed(open_folder: Path) -> None:
    """A folder without the right to list it, named or met, is a failure of that folder; the rest is found."""
    touch(open_folder, "plan.xlsx", "closed/a.xlsx", "blind/b.xlsx")
    (open_folder / "closed").chmod(0)
    (open_folder / "blind").chmod(0o444)  # names can be read, but nothing is known of the files
    with rights_of_nobody():
        found = workbooks(
            [str(open_folder), str(open_folder / "closed"), str(open_folder / "closed" / "a.xlsx")]
        )
    assert [book.name for book in found.books] == ["plan.xlsx"]
    closed = open_folder / "closed"
    assert [(failure.code, failure.location.workbook) for failure in found.failures] == [
        ("SX192", str(closed)),
        ("SX109", str(open_folder / "blind" / "b.xlsx")),
        ("SX192", str(closed)),
        ("SX109", str(closed / "a.xlsx")),
    ]


def test_what_is_passed_over(tmp_path: Path) -> None:
    """Marks of open files, hidden files and folders, bins and other files are nobody's workbooks."""
    passed = [
        "~$plan.xlsx", ".hidden.xlsx", ".hidden/a.xlsx", f"{HIDDEN}/backups/plan.xlsx", "$RECYCLE.BIN/b.xlsx",
        "notes.txt", "old.xls",
    ]  # fmt: skip
    touch(tmp_path, "plan.xlsx", "sub/MACRO.XLSM", *passed)
    assert workbooks([str(tmp_path)]).books == [tmp_path / "plan.xlsx", tmp_path / "sub" / "MACRO.XLSM"]
    assert workbooks([str(tmp_path / "*.xlsx")]).books == [tmp_path / "plan.xlsx"]
    assert workbooks([str(tmp_path / ".hidden" / "a.xlsx")]).books  # named, it is meant


@posix
def test_two_paths_to_one_file_are_one_job(tmp_path: Path) -> None:
    """The same path twice, another spelling, a symbolic link and a hard link: one workbook, once."""
    touch(tmp_path, "sub/plan.xlsx")
    plan = tmp_path / "sub" / "plan.xlsx"
    (tmp_path / "soft.xlsx").symlink_to(plan)
    (tmp_path / "sub" / "zz-hard.xlsx").hardlink_to(plan)
    spellings = [str(plan), f"{tmp_path}/sub/../sub/plan.xlsx", str(tmp_path / "soft.xlsx"), str(tmp_path)]
    assert workbooks(spellings).books == [plan]
    assert len(workbooks([str(tmp_path)]).books) == 1


@posix
def test_open_mark_beside_the_file_that_a_link_leads_to(small: Path, tmp_path: Path) -> None:
    """A workbook that somebody has open is left alone under its other name too."""
    (tmp_path / "real").mkdir()
    shutil.copy(small, tmp_path / "real" / "plan.xlsx")
    (tmp_path / "real" / ".~lock.plan.xlsx#").write_text(",Alice,host,date,profile;", encoding="utf-8")
    (tmp_path / "link.xlsx").symlink_to(tmp_path / "real" / "plan.xlsx")
    result = run("recompute", tmp_path / "link.xlsx", "--json")
    failure = json.loads(result.stdout)[0]["failure"]
    assert (result.exit_code, failure["code"]) == (3, "SX113")
    assert "Alice" in failure["message"]


@pytest.mark.parametrize(
    "name", ["plan[1].xlsx", "a[b-c]!.xlsx", "[bold]x.xlsx", "[/x].xlsx", "plan{1,2}.xlsx"]
)
def test_pattern_characters_in_real_names(small: Path, tmp_path: Path, name: str) -> None:
    """Such a name is a name: by itself, in a pattern below a folder of such a name, and in the table."""
    folder = tmp_path / "year [2027]"
    folder.mkdir()
    book = folder / name.replace("/", "∕")
    shutil.copy(small, book)
    assert workbooks([str(book)]).books == [book]
    assert workbooks([str(folder / "*.xlsx")]).books == [book]
    result = run("recompute", book)
    assert result.exit_code == 0, result.output
    assert book.name in result.stdout


@posix
def test_star_in_a_real_name(tmp_path: Path) -> None:
    """A file that is really called *.xlsx is that file alone."""
    touch(tmp_path, "*.xlsx", "other.xlsx")
    assert workbooks([str(tmp_path / "*.xlsx")]).books == [tmp_path / "*.xlsx"]


@posix
def test_names_that_are_no_text(small: Path, tmp_path: Path) -> None:
    """A name in another encoding or with control characters is journaled, and printed as an escape."""
    latin, bell = os.fsencode(tmp_path) + b"/caf\xe9.xlsx", tmp_path / "bell\x07\x1b[31m\nred.xlsx"
    try:
        shutil.copy(small, os.fsdecode(latin))
    except OSError:
        pytest.skip("this file system wants UTF-8")
    shutil.copy(small, bell)
    (tmp_path / "broken.xlsx").write_bytes(b"PK")
    (tmp_path / os.fsdecode(b"broken\xff.xlsx")).write_bytes(b"PK")
    for option in ([], ["--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "strategy_xl", "recompute", str(tmp_path), *option],
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 3, done.stderr
        assert b"Traceback" not in done.stderr
        assert b"\x07" not in done.stdout + done.stderr
        assert b"\x1b" not in done.stdout + done.stderr
        assert rb"caf\udce9.xlsx" in done.stdout
    treated = {os.fsencode(entry["workbook"]): entry["status"] for entry in json.loads(done.stdout)}
    assert treated[os.fsencode(bell)] == "unchanged"
    assert len(treated) == 4
    assert latin in treated
