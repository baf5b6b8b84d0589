"""``strategy-xl serve`` and ``strategy-xl lite``: what they pass on and what they tell."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from strategy_xl.commands.lite import lite
from strategy_xl.commands.serve import serve
from strategy_xl.errors import UsageError
from strategy_xl.hosts.web import server
from strategy_xl.text.catalog import message

RUNNER = CliRunner()
DOCS = Path(__file__).parents[2] / "docs"


def test_lite_writes_the_workbook_and_says_what_it_is(tmp_path: Path) -> None:
    """The command names the file, the functions and the size, and says that it is experimental."""
    target = tmp_path / "lite.xlsx"
    result = RUNNER.invoke(lite, [str(target), "--lang", "en"])
    assert result.exit_code == 0, result.output
    assert zipfile.is_zipfile(target)
    assert str(target) in result.output
    assert "expérimental" in result.output
    assert lite.get_short_help_str(200).count("expérimental") == 1


@pytest.mark.parametrize(("lang", "word"), [("fr", "expérimental"), ("en", "experimental")])
def test_lite_says_everywhere_that_it_is_experimental(lang: str, word: str) -> None:
    """Its help, what it answers, the title and a sentence of the workbook, its code and the docs say it."""
    told = [
        message("web.cli.lite.help", lang),
        message("web.cli.lite.done", lang, path="x.xlsx", n=1, size=1),
        message("web.lite.title", lang),
        message("web.lite.text.experimental", lang),
        message("web.lite.code", lang, version="1"),
    ]
    page = DOCS / ("hosts.md" if lang == "en" else "hosts.fr.md")
    told += [part for part in re.split(r"\n\||\n\n", page.read_text("utf-8")) if "lite OUT.xlsx`" in part]
    assert len(told) >= 7
    assert [text for text in told if word not in text.casefold()] == []


def test_lite_keeps_an_existing_file_unless_forced(tmp_path: Path) -> None:
    """Somebody's file is replaced on demand only."""
    target = tmp_path / "lite.xlsx"
    target.write_bytes(b"mine")
    refused = RUNNER.invoke(lite, [str(target)])
    assert isinstance(refused.exception, UsageError)
    assert refused.exception.finding.code == "SX144"
    assert target.read_bytes() == b"mine"
    assert RUNNER.invoke(lite, [str(target), "--force"]).exit_code == 0
    assert zipfile.is_zipfile(target)


def test_serve_passes_its_options_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By default it listens on this machine only; every option reaches the server."""
    asked: list[Any] = []
    monkeypatch.setattr(server, "serve", lambda *args, **options: asked.append((args, options)))
    pem = tmp_path / "a.pem"
    pem.write_text("x")
    assert RUNNER.invoke(serve, []).exit_code == 0
    words = ["--host", "0.0.0.0", "--port", "9", "--url", "https://plan.example", "--lang", "en"]  # noqa: S104
    files = ["--certificate", str(pem), "--private-key", str(pem), "--folder", str(tmp_path)]
    result = RUNNER.invoke(serve, [*words, *files])
    assert result.exit_code == 0, result.output
    everywhere = server.Door("0.0.0.0", 9, "https://plan.example", pem, pem)  # noqa: S104
    assert asked == [
        ((server.Door("127.0.0.1", 8321),), {"lang": "fr", "folder": None}),
        ((everywhere,), {"lang": "en", "folder": tmp_path}),
    ]


def test_serve_refuses_a_key_without_its_certificate(tmp_path: Path) -> None:
    """A key alone would be silently without effect, and the address without HTTPS."""
    pem = tmp_path / "a.pem"
    pem.write_text("x")
    result = RUNNER.invoke(serve, ["--private-key", str(pem)])
    assert result.exit_code == 2
    assert "--certificate" in result.output


def test_serve_refuses_a_port_that_is_none() -> None:
    """A number that is no port is a usage error."""
    assert RUNNER.invoke(serve, ["--port", "70000"]).exit_code == 2


def test_serve_tells_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the command ends with the error to show, nothing served."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = RUNNER.invoke(serve, [])
    assert isinstance(result.exception, UsageError)
    assert result.exception.finding.code == "SX991"


@pytest.mark.parametrize("command", ["serve", "lite"])
def test_help_names_licence_or_state_and_loads_nothing(command: str) -> None:
    """The help says that it is experimental or licensed, and comes without anything heavy."""
    script = (
        "import sys\n"
        f"from strategy_xl.commands.{command} import {command} as command\n"
        "command(['--help'], standalone_mode=False)\n"
        "print([n for n in ('pandas', 'xlwings', 'openpyxl', 'starlette', 'uvicorn') if n in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    word = {"serve": "licence", "lite": "expérimental"}[command]
    assert word in done.stdout
