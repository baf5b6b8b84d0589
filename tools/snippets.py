"""What a page tells people to type, run in its order: files that it shows, commands, and what they answer.

In a page, a block ``csv title="clients.csv"`` is a file; each line of a block ``console`` is a command of this
program; a block ``text`` after it is what the command answers, line by line, where ``…`` stands for lines that
are left out. Spaces, seconds and moments are not compared.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from strategy_xl.commands import cli

BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$|^!\[[^\]]*\]\((\S+)\)$', re.MULTILINE | re.DOTALL)
WIDTH = "120"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A block of a page, or a picture in it: ``kind`` is the block's language or ``picture``."""

    kind: str
    name: str
    text: str


def snippets(page: Path) -> Iterator[Snippet]:
    """Blocks and pictures in their order."""
    for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
        if found[4]:
            yield Snippet("picture", Path(found[4]).stem, "")
        else:
            yield Snippet(found[1], found[2] or "", found[3])


def plain(line: str) -> str:
    """A line without what is different each time, and without the spaces that lay it out."""
    line = re.sub(r"[\s\u00a0\u202f─]+", " ", line).strip()
    line = re.sub(r"\d{8}T\d{6}_\d{6}Z-[0-9a-f]{8}", "VERSION", line)
    line = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC, \d+ (Ko|kB)", "MOMENT", line)
    return re.sub(r"(?<= )\d+[.,]\d\d$", "SECONDS", line)


def differs(expected: str, answer: str) -> str:
    """The first line of what a page shows that is not answered, in order; empty when all are."""
    lines = iter(filter(None, map(plain, answer.splitlines())))
    loose = False
    for wanted in filter(None, map(plain, expected.splitlines())):
        if wanted == "…":
            loose = True
            continue
        found = next(lines, None)
        while loose and found is not None and found != wanted:
            found = next(lines, None)
        if found != wanted:
            return wanted
        loose = False
    return ""


@contextlib.contextmanager
def settled(folder: Path, lang: str) -> Iterator[None]:
    """In a folder, in a language, on a screen of a known width, without a history of elsewhere."""
    before, here = dict(os.environ), Path.cwd()
    os.environ.update({"STRATEGY_XL_LANG": lang, "COLUMNS": WIDTH})
    os.environ.pop("STRATEGY_XL_HISTORY", None)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)


def run(
    page: Path, folder: Path, lang: str, replaced: Mapping[str, str] | None = None,
    at_picture: Callable[[str], None] = lambda _name: None,
) -> list[str]:  # fmt: skip
    """Run a page; what is not as it says: exit codes above 1, and answers other than those it shows.

    Arguments:
        page: the page. folder: where its files go. lang: of the messages.
        replaced: texts in commands and what stands for them here (a folder).
        at_picture: called where the page shows a picture, with its name.
    """
    wrong: list[str] = []
    answer = ""
    with settled(folder, lang):
        for snippet in snippets(page):
            if snippet.kind == "csv" and snippet.name:
                Path(snippet.name).write_text(snippet.text, encoding="utf-8")
            elif snippet.kind == "picture":
                at_picture(snippet.name)
            elif snippet.kind == "text" and answer:
                if line := differs(snippet.text, answer):
                    wrong.append(f"{page.name} shows “{line}”, the program answers:\n{answer}")
                answer = ""
            elif snippet.kind == "console":
                answer = ""
                for line in snippet.text.splitlines():
                    for text, other in (replaced or {}).items():
                        line = line.replace(text, other)  # noqa: PLW2901 - the same line, made fit
                    words = shlex.split(line, comments=True)
                    if not words:
                        continue
                    if words[0] != "strategy-xl":
                        wrong.append(f"{page.name}: {line} is no command of this program")
                        continue
                    result = CliRunner().invoke(cli, words[1:])
                    answer += result.output
                    if result.exit_code > 1:
                        wrong.append(f"{page.name}: {line}\n{result.output}")
    return wrong
