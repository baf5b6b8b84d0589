"""A copy of the program that a test may change, and what a row of CONTRIBUTING.md says of such a change."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PARTS = ("strategy_xl", "workbook_templates", "tools")
"""What is copied: the program, its templates, and the tools that write pages and compile catalogues."""
GUIDE = ROOT / "CONTRIBUTING.md"
_PATH = re.compile(r"`((?:strategy_xl|tests|tools|workbook_templates)/[^`]*)`")

_HEAD = """\
import json
from pathlib import Path
import strategy_xl
from commands_run import run as command
assert Path(strategy_xl.__file__).is_relative_to(Path.cwd())
def run(*arguments):
    done = command(*arguments)
    assert done.exit_code in (0, 1), done.output
    return json.loads(done.stdout) if "--json" in arguments else None
def tell(answer):
    print(json.dumps(answer, default=str))
"""


@dataclass(frozen=True, slots=True)
class House:
    """A copy of the program.

    Arguments:
        root: its folder.
    """

    root: Path

    @classmethod
    def copied(cls, root: Path) -> House:
        """A copy of the program as it is here; what is compiled comes along, so that it starts as quickly."""
        for part in PARTS:
            shutil.copytree(ROOT / part, root / part)
        return cls(root)

    def write(self, path: str, text: str) -> None:
        """Put a new file in; AssertionError where there is one."""
        target = self.root / path
        assert not target.exists(), path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def insert(self, path: str, text: str, *, before: str | None = None) -> None:
        """Put lines into a file: before a text that stands there once, else at its end."""
        target = self.root / path
        held = target.read_text(encoding="utf-8")
        if before is None:
            target.write_text(held + text, encoding="utf-8")
            return
        assert held.count(before) == 1, (path, before)
        target.write_text(held.replace(before, text + before), encoding="utf-8")

    def changed(self) -> set[str]:
        """The files that are new or other than here; those compiled from one of them are left out."""
        files = (path for part in PARTS for path in (self.root / part).rglob("*") if path.is_file())
        own = {path: ROOT / path.relative_to(self.root) for path in files if "__pycache__" not in path.parts}
        return {
            path.relative_to(self.root).as_posix()
            for path, here in own.items()
            if path.suffix != ".mo" and not (here.is_file() and here.read_bytes() == path.read_bytes())
        }

    def tool(self, name: str, *arguments: str) -> str:
        """Run a tool as people do; what it prints. AssertionError when it fails."""
        return self._run([f"tools/{name}", *arguments])

    def ask(self, code: str) -> Any:
        """What some Python answers, run in this copy: it hands its answer to ``tell``.

        ``run`` runs a command and gives what it answers in JSON, None without ``--json``; ``Path`` is
        imported. AssertionError when it fails.
        """
        return json.loads(self._run(["-c", _HEAD + code]).splitlines()[-1])

    def _run(self, arguments: list[str]) -> str:
        searched = (self.root, self.root / "tools", ROOT / "tests" / "auditing")
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, searched)), "STRATEGY_XL_LANG": "en"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def promised(wish: str) -> tuple[str, ...]:
    """The files that the row of CONTRIBUTING.md names for a wish (``add a rule``); ``<x>`` is anything."""
    rows = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {wish}")]
    assert len(rows) == 1, wish
    return tuple(_PATH.findall(rows[0].split(" | ")[1]))


def assert_kept(wish: str, changed: Iterable[str]) -> None:
    """What was changed is what the row names: no file besides, and none of them left alone."""
    patterns = {path: re.sub(r"<[^>]*>", "*", path) + "*" * path.endswith("/") for path in promised(wish)}
    touched = set(changed)
    besides = {path for path in touched if not any(fnmatch(path, each) for each in patterns.values())}
    alone = {path for path, each in patterns.items() if not any(fnmatch(one, each) for one in touched)}
    assert not besides, f"the row does not name {sorted(besides)}"
    assert not alone, f"the row names {sorted(alone)}, which nothing needed"
