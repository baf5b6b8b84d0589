"""The optional hosts stay optional: nothing else imports them, and importing them loads nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

LICENSED = ("xlwings.server", "xlwings.pro", "starlette", "uvicorn")
OURS = tuple(f"strategy_xl.hosts.web.{name}" for name in ("server", "office_pages", "lite", "lite_bundle"))
MAY = {
    "hosts/web/answering.py": {"xlwings.server"},
    "hosts/web/guarding.py": {"strategy_xl.hosts.web.office_pages"},
    "hosts/web/listening.py": {"uvicorn"},
    "hosts/web/server.py": {"starlette", "uvicorn", "strategy_xl.hosts.web.office_pages"},
    "hosts/web/lite.py": {"strategy_xl.hosts.web.lite_bundle"},
    "commands/serve.py": {"strategy_xl.hosts.web.server"},
    "commands/lite.py": {"strategy_xl.hosts.web.lite"},
}


def _named(tree: ast.AST) -> Iterator[str]:
    """Everything a source imports, by statement or by a name in a text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_nothing_else_imports_the_optional_hosts() -> None:
    """The licensed part of xlwings and the optional hosts are known to themselves and their commands only."""
    for path in sorted((ROOT / "strategy_xl").rglob("*.py")):
        names = set(_named(ast.parse(path.read_text(encoding="utf-8"))))
        found = {
            known
            for known in (*LICENSED, *OURS)
            if any(name == known or name.startswith(f"{known}.") for name in names if " " not in name)
        }
        assert found <= MAY.get(path.relative_to(ROOT / "strategy_xl").as_posix(), set()), path


def test_importing_the_module_loads_none_of_it() -> None:
    """The module can be imported without extra and without key: nothing of either is loaded."""
    script = (
        "import sys, strategy_xl.hosts.web.server, strategy_xl.commands.serve, strategy_xl.commands.lite\n"
        "print([n for n in ('xlwings', 'starlette', 'uvicorn', 'pandas', 'openpyxl') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
