"""What a page tells people to type, run in its order: files that it shows, commands, and what they answer.

    python tools/snippets.py docs/tutorial.md docs/tutorial.fr.md

writes anew what these pages show as answers, but for those with ``…``, which it only compares.

In a page, a block ``csv title="clients.csv"`` is a file; each line of a block ``console`` is a command of
this program; a block ``text`` after it is what the commands answer, line by line, where ``…`` stands for
lines that are left out. Spaces, seconds, cells written and moments are not compared. A block ``python`` is
run as a program.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from strategy_xl.commands import cli

BLOCK = re.compile(
    r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$|^!\[[^\]]*\]\((\S+)\)$', re.MULTILINE | re.DOTALL
)
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
    return re.sub(r"(?<= )\d+ \d+[.,]\d\d$", "CELLS SECONDS", line)


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


def typed(text: str, page: str, wrong: list[str]) -> str:
    """Run the lines of a block; what they answer. Those that fail, or are not ours, go to what is wrong."""
    answer = ""
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        if words and words[0] != "strategy-xl":
            wrong.append(f"{page}: {line} is no command of this program")
        elif words:
            result = CliRunner().invoke(cli, words[1:])
            answer += result.output
            if result.exit_code > 1:
                wrong.append(f"{page}: {line}\n{result.output}")
    return answer


def run(
    page: Path, folder: Path, lang: str,
    at_picture: Callable[[str], None] = lambda _name: None, answers: list[tuple[str, str]] | None = None,
) -> list[str]:  # fmt: skip
    """Run a page; what is not as it says: exit codes above 1, and answers other than those it shows.

    Arguments:
        page: the page. folder: where its files go. lang: of the messages.
        at_picture: called where the page shows a picture, with its name.
        answers: takes each answer that the page shows, beside what the program said.
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
                if answers is not None:
                    answers.append((snippet.text, answer))
                if line := differs(snippet.text, answer):
                    wrong.append(f"{page.name} shows “{line}”, the program answers:\n{answer}")
                answer = ""
            elif snippet.kind == "python":
                exec(compile(snippet.text, page.name, "exec"), {})  # noqa: S102 - our own pages
            elif snippet.kind == "console":
                answer = typed(snippet.text, page.name, wrong)
    return wrong


def main() -> int:
    """Write the answers of the pages on the command line; 1 when something else is wrong with one."""
    wrong = []
    for page in map(Path, sys.argv[1:]):
        answers: list[tuple[str, str]] = []
        with tempfile.TemporaryDirectory() as scratch:
            told = run(page.resolve(), Path(scratch), "fr" if ".fr." in page.name else "en", answers=answers)
        text = page.read_text(encoding="utf-8")
        for shown, answer in answers:
            if "…\n" not in shown:
                lines = [line.rstrip() for line in answer.splitlines() if line.strip()]
                text = text.replace(f"```text\n{shown}", "```text\n" + "\n".join(lines) + "\n", 1)
        page.write_text(text, encoding="utf-8")
        wrong += [line for line in told if " shows “" not in line]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
