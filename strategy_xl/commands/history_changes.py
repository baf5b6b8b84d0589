"""What ``strategy-xl history`` shows of verdicts that changed: what moved, where, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import click

from strategy_xl.answers.change_sentences import Teller
from strategy_xl.answers.changes import Change
from strategy_xl.commands.render import language, printable, text
from strategy_xl.history.queries import Book, ChangeRow
from strategy_xl.schema.spec import WorkbookSpec

_LINES = 30
"""Changes that are shown; of the others it is said how many there are."""


def change_data(rows: Sequence[ChangeRow], books: Mapping[int, Book]) -> list[dict[str, Any]]:
    """The changes with stable keys and without a limit."""
    return [
        {
            "day": row.day.isoformat(),
            "kind": row.kind,
            "name": row.name,
            "workbook": books[row.book].path,
            "sheet": row.detail["sheet"],
            "cell": row.detail["cell"],
            "verdict": row.verdict,
            "before": row.old,
            "after": row.new,
            "why": row.why,
            "causes": row.detail["causes"],
            "crossing": row.detail["crossing"],
        }
        for row in rows
    ]


def show_changes(
    rows: Sequence[ChangeRow], books: Mapping[int, Book], spec: WorkbookSpec, **title: Any
) -> None:
    """Print the changes, the last ones first, each with its reason under it.

    Arguments:
        rows, books: as the history has them.
        spec: the templates, for the words.
        title: what the title says besides.
    """
    click.echo()
    click.secho(text("cli.history.changes.title", **title), bold=True)
    if not rows:
        click.echo("  " + text("cli.history.changes.none"))
    told = list(_told(rows, books, Teller(spec, language())))
    for line, reason in told[:_LINES]:
        click.echo(f"  {printable(line)}")
        click.echo(f"      {printable(reason)}")
    if len(told) > _LINES:
        click.echo("  " + text("cli.history.more", n=len(told) - _LINES))


def _told(rows: Sequence[ChangeRow], books: Mapping[int, Book], teller: Teller) -> Iterator[tuple[str, str]]:
    """Changes as lines; those of one row that have the same reason together."""
    read = [(row, Change.of_data(row.detail)) for row in rows]
    sentences = [(row, change, teller.sentence(change)) for row, change in read]
    for (day, book, _number, reason), group in groupby(
        sentences, key=lambda one: (one[0].day, one[0].book, one[0].number, one[2])
    ):
        own = list(group)
        row, change, _ = own[0]
        yield (
            text(
                "cli.history.change",
                day=day,
                name=teller.name(change.block, row.name),
                verdicts=", ".join(teller.verdict(one) for _, one, _ in own),
                place=f"{books[book].path}!{change.sheet}!{change.cell}",
            ),
            reason,
        )
