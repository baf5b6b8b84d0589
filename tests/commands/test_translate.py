"""``translate`` on the command line: preview, translation, JSON, and what cannot be done said in words."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from strategy_xl.build.book import build
from strategy_xl.commands.translate import translate
from strategy_xl.errors import UsageError
from strategy_xl.schema.loader import load_default

OLD = Path(__file__).parents[1] / "data" / "books" / "small-3.xlsx"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small French workbook, among people who read English."""
    monkeypatch.setenv("STRATEGY_XL_LANG", "en")
    path = tmp_path / "plan.xlsx"
    build(load_default(), path, lang="fr", today=date(2026, 11, 30), only=["sources"])
    return path


def test_preview_translation_and_nothing_to_do(book: Path) -> None:
    """Sheet by sheet, in words; what is in the language already keeps its bytes."""
    before = book.read_bytes()
    told = CliRunner().invoke(translate, [str(book), "--to", "en", "--dry-run"])
    assert told.exit_code == 0, told.output
    assert "fr → en (nothing is written)" in told.output
    assert "Paramètres → Settings" in told.output
    assert "1 workbook would be translated." in told.output
    assert book.read_bytes() == before
    told = CliRunner().invoke(translate, [str(book), "--to", "en", "--json"])
    assert told.exit_code == 0, told.output
    (report,) = json.loads(told.stdout)["workbooks"]
    assert report["written"]
    assert {sheet["after"] for sheet in report["sheets"]} >= {"Settings"}
    after = book.read_bytes()
    told = CliRunner().invoke(translate, [str(book), "--to", "en"])
    assert told.exit_code == 0, told.output
    assert "already in this language (en)" in told.output
    assert book.read_bytes() == after


def test_what_cannot_be_done_is_said_with_the_way_out(book: Path) -> None:
    """Open elsewhere, of an earlier version, damaged: each is named; an unknown language stops all."""
    before = book.read_bytes()
    mark = book.with_name("~$plan.xlsx")
    mark.touch()
    old = Path(shutil.copy(OLD, book.with_name("old.xlsx")))
    broken = book.with_name("broken.xlsx")
    broken.write_bytes(b"PK nothing")
    told = CliRunner().invoke(translate, [str(book), str(old), str(broken), "--to", "en"])
    assert told.exit_code == 3
    for code in ("SX113", "SX650", "SX90"):
        assert code in told.output
    assert "run strategy-xl upgrade on it first" in told.output
    assert "SX190" not in told.output
    assert book.read_bytes() == before
    told = CliRunner().invoke(translate, [str(book), "--to", "de"])
    assert isinstance(told.exception, UsageError)
    assert "SX146" in str(told.exception)
