"""Six questions in the place of options, for those who begin a workbook without knowing the command."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import join
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.render import language, text
from strategy_xl.languages import HOUSE, LANGUAGES, forms_of
from strategy_xl.text.catalog import has_message

if TYPE_CHECKING:
    from questionary import Question

    from strategy_xl.schema.spec import WorkbookSpec

MOST_PEOPLE = 1000
_FLAGS = {"example": "--with-example", "protect": "--protect", "lambdas": "--lambdas", "force": "--force"}


def ask(spec: WorkbookSpec, out: Path | None) -> tuple[Path, dict[str, Any]]:
    """Ask what the workbook is to be; Raises click.Abort when somebody leaves.

    Arguments:
        spec: the templates, for the markets and the sheets that they know.
        out: where the workbook goes, when that is said already; else it is named after the firm.

    Result: where it goes, and the options of ``new``.
    """
    import questionary
    from questionary import Choice

    from strategy_xl.work.beginning import CAPACITY, MARKET, setting

    spoken = language()
    click.echo(text("start.welcome"))
    said: dict[str, Any] = {"company": _answer(questionary.text(text("start.company"))).strip() or None}
    market = setting(spec, MARKET)
    if market is not None and market.choices is not None:
        choices = [Choice(item.get(spoken), item.key) for item in spec.list_(market.choices).choices]
        said["market"] = _answer(
            questionary.select(
                market.label.get(spoken),
                choices,
                default=str(market.default) if market.default else None,
                instruction=" ",
            )
        )
    languages = [Choice(_named_language(lang), lang) for lang in LANGUAGES]
    said["lang"] = _answer(
        questionary.select(text("start.language"), languages, default=spoken, instruction=" ")
    )
    if setting(spec, CAPACITY) is not None:
        team = _answer(questionary.text(text("start.team"), validate=_is_team))
        said["team"] = int(team) if team.strip() else None
    modules = [Choice(item.sheet.get(spoken), item.key, checked=True) for item in spec.modules]
    how = text("start.modules.how")
    question = questionary.checkbox(text("start.modules"), modules, instruction=how, erase_when_done=True)
    chosen = _answer(question)
    said["only"] = () if len(chosen) in {0, len(modules)} else tuple(chosen)
    names = ", ".join(item.sheet.get(spoken) for item in spec.modules if item.key in chosen)
    told = text("start.chosen", names=names) if said["only"] else text("start.all", n=len(modules))
    click.echo(f"? {text('start.modules')}\n  {told}")  # the library's own summary is in English
    listed = _answer(questionary.path(text("start.list"), validate=_is_list))
    said["listed"] = Path(listed.strip()).expanduser() if listed.strip() else None
    return out or _named(said["company"], said["lang"]), said


def _named_language(lang: str) -> str:
    """A language in the words of the one that is spoken, else in its own."""
    key = f"start.language.{lang}"
    return text(key) if has_message(key, language()) else forms_of(lang).name


def confirmed() -> None:
    """Ask whether what was shown is to be done; raises click.Abort when not."""
    import questionary

    choices = [
        questionary.Choice(text("start.yes"), value=True),
        questionary.Choice(text("start.no"), value=False),
    ]
    if not _answer(questionary.select(text("start.confirm"), choices, instruction=" ")):
        raise click.Abort


def command_line(out: Path, options: Mapping[str, Any]) -> str:
    """The command that does the same without questions, for the shell of this system.

    Arguments:
        out: where the workbook goes.
        options: those of ``new``.
    """
    words = ["strategy-xl", "new", str(out)]
    if options["lang"] != HOUSE:
        words += ["--lang", options["lang"]]
    for name, option in (("company", "--company"), ("market", "--market"), ("team", "--team")):
        if options.get(name):
            words += [option, str(options[name])]
    for module in options.get("only", ()):
        words += ["--only", module]
    if options.get("listed"):
        words += ["--import", str(options["listed"])]
    words += [flag for name, flag in _FLAGS.items() if options.get(name)]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else join(words)


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _answer(question: Question) -> Any:
    try:
        return question.unsafe_ask()
    except (KeyboardInterrupt, EOFError) as left:
        raise click.Abort from left


def _is_team(typed: str) -> bool | str:
    fits = not typed.strip() or (typed.strip().isdecimal() and 1 <= int(typed) <= MOST_PEOPLE)
    return fits or text("start.team.wrong", most=MOST_PEOPLE)


def _is_list(typed: str) -> bool | str:
    fits = not typed.strip() or Path(typed.strip()).expanduser().is_file()
    return fits or text("start.list.wrong")


def _named(company: str | None, lang: str) -> Path:
    """A name after the firm that no file has yet, in the folder where the command was called."""
    plain = unicodedata.normalize("NFKD", company or "").encode("ascii", "ignore").decode()
    words: Sequence[str] = re.findall(r"[A-Za-z0-9]+", plain)
    stem = "-".join((text(f"start.stem.{lang}"), *words))
    taken = (Path(f"{stem}-{number}.xlsx") for number in range(2, 10_000))
    first = Path(f"{stem}.xlsx")
    return first if not first.exists() else next(path for path in taken if not path.exists())
