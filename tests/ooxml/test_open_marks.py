"""Marks of open workbooks: who has it open, since when, whatever program and alphabet."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.errors import WorkbookError
from strategy_xl.ooxml.open_marks import refuse_if_open


def excel_mark(name: str, *, wide: bool = True) -> bytes:
    """What Excel writes: 165 bytes, the name's length and its ANSI form, then both again in UTF-16."""
    ansi = bytes([len(name)]) + name.encode("cp1252", "replace").ljust(54, b" ")
    doubled = len(name).to_bytes(2, "little") + name.ljust(54).encode("utf-16-le")
    return ansi + doubled if wide else ansi


def calc_mark(name: str) -> bytes:
    """What LibreOffice writes: user, host, date, profile."""
    return f",{name},bureau,24.11.2026 09:12,file:///home/u/.config/libreoffice/4;".encode()


MARKS = {"~$plan é.xlsx": excel_mark, ".~lock.plan é.xlsx#": calc_mark}


def refused(folder: Path) -> Any:
    """The finding for the workbook of a folder; None when nobody has it open."""
    try:
        refuse_if_open(folder / "plan é.xlsx")
    except WorkbookError as error:
        return error.finding
    return None


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("user", ["Zoë Lefèvre", "Łukasz Żółć", "李雷", "O'Neill", "A"])
def test_whoever_has_it_open_is_named(tmp_path: Path, mark: str, user: str) -> None:
    """With accents and other alphabets, and the mark that says so; the mark stays."""
    (tmp_path / mark).write_bytes(MARKS[mark](user))
    finding = refused(tmp_path)
    assert (finding.code, finding.args["user"], finding.args["mark"]) == ("SX113", user, mark)
    assert finding.location.workbook == str(tmp_path / "plan é.xlsx")
    assert (tmp_path / mark).exists()


def test_an_excel_mark_without_the_wide_form(tmp_path: Path) -> None:
    """Old versions leave only the ANSI name."""
    (tmp_path / "~$plan é.xlsx").write_bytes(excel_mark("Zoë Œdipe", wide=False))
    assert refused(tmp_path).args["user"] == "Zoë Œdipe"


@pytest.mark.parametrize(("mark", "content"), [(mark, b"") for mark in MARKS] + [("~$plan é.xlsx", b"\0")])
def test_a_mark_without_a_name_is_a_mark(tmp_path: Path, mark: str, content: bytes) -> None:
    """Somebody has it open; who is not known."""
    (tmp_path / mark).write_bytes(content)
    assert refused(tmp_path).args["user"] is None


@given(st.text(st.characters(min_codepoint=33, max_codepoint=0xD7FF), min_size=1, max_size=54))
def test_any_name_comes_back(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """What Excel wrote as the name is the name."""
    path = tmp_path_factory.getbasetemp() / "marks"
    path.mkdir(exist_ok=True)
    (path / "~$plan é.xlsx").write_bytes(excel_mark(name))
    assert refused(path).args["user"] == name.strip("\0 ")


@given(st.binary(max_size=200), st.sampled_from(sorted(MARKS)))
def test_any_mark_refuses(tmp_path_factory: pytest.TempPathFactory, content: bytes, mark: str) -> None:
    """Whatever stands in it, a mark says one thing, and never more than that."""
    path = tmp_path_factory.mktemp("marks")
    (path / mark).write_bytes(content)
    assert refused(path).code == "SX113"


def test_the_age_of_a_mark(tmp_path: Path) -> None:
    """A mark left by a crash is told by its hours."""
    mark = tmp_path / "~$plan é.xlsx"
    mark.write_bytes(excel_mark("Zoë"))
    then = time.time() - 3 * 3600
    os.utime(mark, (then, then))
    assert refused(tmp_path).args["hours"] == pytest.approx(3, abs=0.01)


def test_nobody_has_it_open(tmp_path: Path) -> None:
    """No mark, or that of another workbook."""
    assert refused(tmp_path) is None
    (tmp_path / "~$plan.xlsx").write_bytes(excel_mark("Zoë"))
    (tmp_path / ".~lock.plan é.xls#").write_bytes(calc_mark("Zoë"))
    assert refused(tmp_path) is None


@pytest.mark.parametrize(
    ("mark", "reader"), [("~$plan é.xlsx", "read_bytes"), (".~lock.plan é.xlsx#", "read_text")]
)
@pytest.mark.parametrize("before", [True, False])
def test_closed_while_we_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str, reader: str, before: bool
) -> None:
    """A mark that its owner takes away before it is read, or before its age is asked, is none."""
    (tmp_path / mark).write_bytes(MARKS[mark]("Zoë"))
    read = getattr(Path, reader)

    def close(path: Path, **options: Any) -> Any:
        """Read the mark while its owner deletes it."""
        if before:
            path.unlink()
        content = read(path, **options)
        path.unlink()
        return content

    monkeypatch.setattr(Path, reader, close)
    assert refused(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_closed_in_one_program_and_open_in_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel's mark goes while we look, LibreOffice's stays."""
    for mark, content in MARKS.items():
        (tmp_path / mark).write_bytes(content("Zoë"))

    def close(path: Path) -> NoReturn:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_bytes", close)
    assert refused(tmp_path).args["mark"] == ".~lock.plan é.xlsx#"


def test_a_mark_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel keeps its mark to itself on some shares: open, by whom is not known."""
    (tmp_path / "~$plan é.xlsx").write_bytes(excel_mark("Zoë"))

    def refuse(_path: Path) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    finding = refused(tmp_path)
    assert (finding.code, finding.args["user"], finding.args["hours"]) == ("SX113", None, 0.0)
