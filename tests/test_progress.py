"""How far long work has come is told to whoever listens, and not more often than it is read."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from strategy_xl import progress
from strategy_xl.build.book import render
from strategy_xl.commands.progressing import step_text
from strategy_xl.progress import Step, listening, tell
from strategy_xl.schema.loader import load_default


def test_who_listens_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps come in order; outside of the listening nobody is told."""
    monkeypatch.setattr(progress, "_PAUSE", 0)
    heard: list[Step] = []
    tell("read", 1)
    with listening(heard.append):
        tell("read", 2, 0.5)
        tell("compute")
    tell("write", 3)
    assert heard == [Step("read", 2, 0.5), Step("compute")]


def test_steps_that_follow_at_once_are_not_told() -> None:
    """A thousand steps in a moment are at most one or two to draw."""
    heard: list[Step] = []
    with listening(heard.append):
        for row in range(1000):
            tell("read", row)
    assert len(heard) < 10


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (Step("read", 45_000, 0.32), "lecture de [a].xlsx, ligne 45\u202f000, 32\xa0%"),
        (Step("write", 7), "écriture de [a].xlsx, ligne 7"),
        (Step("check"), "relecture de [a].xlsx"),
    ],
)
def test_a_step_in_words(step: Step, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the rows and the share that are known; a name is no markup."""
    monkeypatch.setenv("STRATEGY_XL_LANG", "fr")
    assert step_text(Path("x/[a].xlsx"), step) == text


@pytest.mark.skipif(sys.platform == "win32", reason="no terminals of this kind")
def test_rows_are_shown_on_a_terminal(tmp_path: Path) -> None:
    """A workbook that takes a while says on which row it is, through its process."""
    book = tmp_path / "a.xlsx"
    book.write_bytes(render(load_default(), lang="fr", company="", today=date(2027, 3, 1), rows={}))
    code = (
        "from strategy_xl import progress; progress._PAUSE = 0; from strategy_xl.ooxml import sheet_pass; "
        "sheet_pass._BUFFER = 2000; from strategy_xl.commands import cli; cli()"
    )
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code, "recompute", str(book), "--no-journal", "--today", "2027-03-01"],
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "120", "TERM": "xterm", "STRATEGY_XL_LANG": "en"},
    ):
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # the other end is closed
            while piece := os.read(ours, 4096):
                shown += piece
    os.close(ours)
    text = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown).decode("utf-8", "replace")
    assert re.search(r"reading a\.xlsx, row \d+, \d+%", text) is not None, text[:2000]
