"""What ``make test`` tests is the built wheel: the package as people install it, with all that it carries."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from importlib.metadata import distribution
from pathlib import Path

import pytest

import strategy_xl

ROOT = Path(__file__).parents[2]
PACKAGE = Path(strategy_xl.__file__).parent


@pytest.fixture(scope="module")
def program() -> Path:
    """The command that the wheel brought; without the wheel the test skips, in CI it fails."""
    if PACKAGE.is_relative_to(ROOT / "strategy_xl"):
        if os.environ.get("CI"):
            pytest.fail(f"{PACKAGE} is the checkout, not the wheel: run `make test`")
        pytest.skip("the checkout is tested, not the wheel: `make test` does that")
    return Path(sysconfig.get_path("scripts"), "strategy-xl")


def test_every_test_is_of_the_wheel(program: Path) -> None:
    """A process that a test starts in its folder finds the wheel, as this one does."""
    code = "import strategy_xl; print(strategy_xl.__file__)"
    python = program.with_name("python")
    said = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout
    assert Path(said.strip()) == PACKAGE / "__init__.py"


@pytest.mark.usefixtures("program")
def test_no_test_or_tool_makes_the_checkout_findable() -> None:
    """Processes that begin with this one's ``sys.path`` would run the checkout, and be another program."""
    assert ROOT not in [Path(entry).resolve() for entry in sys.path]


def test_wheel_carries_the_program_and_nothing_else(program: Path) -> None:
    """Its files are those of the package and the templates in the checkout: no test, tool or page."""
    assert program.is_file()
    own = {
        path.relative_to(ROOT / "strategy_xl" if path.is_relative_to(ROOT / "strategy_xl") else ROOT)
        for folder in ("strategy_xl", "workbook_templates")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {
        path.relative_to(PACKAGE)
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    } == own


def test_the_command_makes_and_recomputes(program: Path, tmp_path: Path) -> None:
    """As the console script, far from the checkout: new, recompute, check, and a wrong name's exit code.

    One sheet is enough: that every template came along is seen above.
    """

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(program), *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    made = run("new", "plan.xlsx", "--with-example", "--only", "client_matrix", "--today", "2027-03-01")
    assert made.returncode == 0, made.stderr
    done = run("recompute", "plan.xlsx", "--json", "--jobs", "1", "--today", "2027-03-01")
    assert json.loads(done.stdout)[0]["status"] == "unchanged"
    assert run("check", "plan.xlsx").returncode == 0
    assert run("check", "nowhere.xlsx").returncode == 2
    assert run("--version").stdout.split()[-1] == strategy_xl.__version__


def test_one_version() -> None:
    """What is installed, the program and the newest part of the changelog tell the same version."""
    assert distribution("strategy-xl").version == strategy_xl.__version__
    newest = re.search(r"^## (\S+) \(", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == strategy_xl.__version__
