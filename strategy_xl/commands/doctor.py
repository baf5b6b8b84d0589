"""``strategy-xl doctor``: what is missing for the functions in cells or for a night, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from strategy_xl.commands.place import Here
from strategy_xl.commands.render import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    history_option,
    json_option,
    show_json,
    text,
)
from strategy_xl.text.catalog import has_message

if TYPE_CHECKING:
    from strategy_xl.hosts.doctor import Result

_COLOURS = {"ok": "green", "attention": "yellow", "problem": "red", "not_applicable": None}
_TO_MEND = ("attention", "problem")


@click.command(name="doctor", help=text("doctor.help"))
@click.argument(
    "folder",
    required=False,
    type=Here("SX819", exists=True, file_okay=False),
    metavar="[FOLDER]",
)
@click.option("--night", is_flag=True, help=text("doctor.night.help"))
@history_option
@json_option
def doctor(folder: Path | None, history: str | None, *, night: bool, as_json: bool) -> None:
    """Run every check and print what it found."""
    from strategy_xl.hosts import doctor as checks
    from strategy_xl.hosts.machine import Machine

    machine = Machine(books=folder.resolve()) if folder is not None else Machine()
    if night:
        from strategy_xl.hosts.doctor.night import LOOKS, Night, examine_night

        keys, found = list(LOOKS), examine_night(machine, Night(machine.books, history or ""))
    else:
        keys, found = [check.key for check in checks.CHECKS], checks.examine(machine)
    if as_json:
        results = list(found)
        show_json([_data(each) for each in results])
    else:
        results = list(_shown(found, keys))
        counts = {state: sum(each.state == state for each in results) for state in _TO_MEND}
        click.echo(text("doctor.done", **counts))
    raise SystemExit(exit_code(results))


def exit_code(results: Iterable[Result]) -> int:
    """1 when there is a problem; what asks for attention only works, and is no failure."""
    return EXIT_FINDINGS if any(each.state == "problem" for each in results) else EXIT_CLEAN


def sentence(result: Result) -> str:
    """What a check found, in the user's language."""
    return text(result.key, **result.args)


def remedy(result: Result) -> str:
    """What to do about it, in the user's language; ``""`` when there is nothing to do."""
    key = f"{result.key}.hint"
    return text(key, **result.args) if has_message(key) else ""


def _shown(results: Iterable[Result], keys: Iterable[str]) -> Iterator[Result]:
    """Print each result as soon as it is there: some checks ask another program."""
    states = {state: text(f"doctor.state.{state}") for state in _COLOURS}
    width = max(map(len, states.values())) + 2
    title_width = max(len(text(f"doctor.{key}.title")) for key in keys) + 2
    for result in results:
        word = click.style(states[result.state].ljust(width), fg=_COLOURS[result.state])
        title = text(f"doctor.{result.check}.title").ljust(title_width)
        click.echo(f"{word}{title}{sentence(result)}")
        if cure := remedy(result):
            click.echo(f"{' ' * width}→ {cure}")
        yield result


def _data(result: Result) -> dict[str, object]:
    """A result for ``--json``: stable keys, with both the code and the sentences."""
    return {
        "check": result.check,
        "state": result.state.value,
        "code": result.code,
        "message": sentence(result),
        "remedy": remedy(result) or None,
        "facts": dict(result.args),
    }
