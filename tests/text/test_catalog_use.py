"""Catalogues hold what the program says and nothing else: no key without a use, no use without a key."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from strategy_xl.text.catalog import has_message

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "strategy_xl"
CODE = re.compile(r"SX\d{3}")


@cache
def literals() -> tuple[frozenset[str], tuple[str, ...]]:
    """Every string constant of the package, and the fixed beginnings of its f-strings."""
    whole: set[str] = set()
    starts: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                starts.add(str(node.values[0].value))
    return frozenset(whole), tuple(start for start in starts if start.endswith((".", "_")))


@cache
def keys(area: str) -> frozenset[str]:
    """The keys of one area."""
    with (PACKAGE / "text" / "locales" / "fr" / "LC_MESSAGES" / f"{area}.po").open("rb") as stream:
        found = [message.id for message in read_po(stream, locale="fr") if message.id]
    return frozenset(key[0] if isinstance(key, tuple) else key for key in found)


AREAS = sorted(path.stem for path in (PACKAGE / "text" / "locales" / "fr" / "LC_MESSAGES").glob("*.po"))


def used(key: str) -> bool:
    """Whether the program can ask for a key: whole, as rule code, hint or action, or built from parts."""
    whole, starts = literals()
    base = re.sub(r"(\.many)?(\.hint|\.action)?$", "", key)
    if key in whole or base in whole:
        return True
    rule, _dot, code = base.partition(".")
    family = code.partition(".")[0] + "."  # "draft." + strategy
    if code and {code, family} & whole and (PACKAGE / "rules" / f"{rule}.py").exists():
        return True
    return any(len(start) > 3 and base.startswith(start) for start in starts)


@pytest.mark.parametrize("area", AREAS)
def test_no_key_without_use(area: str) -> None:
    """Every key of a catalogue is asked for somewhere."""
    unused = sorted(key for key in keys(area) if not used(key))
    # Codes that a rule builds from parts (CLASS_<CLASS>, IDEAL_<INPUT>, QUADRANT_<XX>) are held to their
    # catalogue by the rule's own message test, which renders every code that a rule can return.
    built = re.compile(r"\.[A-Z][A-Z0-9]*_[A-Z0-9_]+(\.action)?$")
    assert not [key for key in unused if not built.search(key)]


def test_no_finding_without_message() -> None:
    """Every finding code in the program has its message in both languages."""
    codes = {text for text in literals()[0] if CODE.fullmatch(text)}
    assert len(codes) > 60
    assert not [code for code in sorted(codes) for lang in ("fr", "en") if not has_message(code, lang)]


def test_command_line_keys_exist() -> None:
    """Every key of the command line in the program has its message."""
    wanted = {text for text in literals()[0] if re.fullmatch(r"(cli|core)\.[a-z_.]+[a-z]", text)}
    assert not [key for key in sorted(wanted) if not has_message(key)]
