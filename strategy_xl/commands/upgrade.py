"""``strategy-xl upgrade``: bring workbooks of earlier versions to the present, around what people did."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.each_book import done_to_each, show_end
from strategy_xl.commands.render import (
    backup_option,
    chosen_day,
    json_option,
    load_spec,
    templates_option,
    text,
    today_option,
)

if TYPE_CHECKING:
    from strategy_xl.errors import Finding
    from strategy_xl.work.upgrade import Decide, UpgradeReport
    from strategy_xl.work.upgrade_columns import Conflict

_LONGEST = 160
"""Letters that are shown of each side of a conflict."""
_EACH = frozenset({"sheet", "block", "column", "line", "list", "header"})
"""Kinds of change that are told one by one; of formulas and texts, how many a sheet has is enough."""


@click.command(help=text("cli.upgrade.help"))
@click.argument("paths", metavar="BOOK|FOLDER", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@click.option(
    "--prefer", type=click.Choice(["mine", "template"]), default=None, help=text("cli.upgrade.prefer.help")
)
@json_option
@backup_option
@templates_option
@today_option
def upgrade(paths: tuple[str, ...], templates: Path | None, *, as_json: bool, **options: Any) -> None:
    """Upgrade each workbook, and say what changed, what stayed as people made it, and what clashed."""
    from strategy_xl.work.upgrade import upgrade_workbook

    spec, today, is_dry = load_spec(templates), chosen_day(options["today"]), options["dry_run"]
    asks = options["prefer"] is None and not as_json and not is_dry and sys.stdin.isatty()
    decide = _decider(options["prefer"], asks=asks)

    def work(path: Path) -> UpgradeReport:
        how = {"decide": decide, "dry_run": is_dry, "backups": options["backup"]}
        return upgrade_workbook(path, path, spec, today, **how)

    show = None if as_json else partial(_show, is_dry=is_dry)
    reports, failures = done_to_each(paths, work, show, refusal="SX607", dry_run=is_dry, asks=asks)
    found = [finding for report in reports for finding in (*report.findings, *_clashes(report))]

    def told() -> None:
        done = sum(not report.is_current for report in reports)
        would = "cli.upgrade.would" if is_dry else "cli.upgrade.done"
        click.echo(text(would if done else "cli.upgrade.nothing", n=done))

    books = [(report, _data(report)) for report in reports]
    raise SystemExit(show_end(books, found, failures, None if as_json else told))


def _decider(prefer: str | None, *, asks: bool) -> Decide:
    """Who decides conflicts: the option, else the person at the terminal, else what people made stays."""
    if not asks:
        return lambda _: prefer == "template"

    def ask(conflict: Conflict) -> bool:
        click.echo(
            text("cli.upgrade.conflict", place=_place(conflict), label=conflict.label, n=conflict.count)
        )
        click.echo("  " + text("cli.upgrade.mine", value=_short(conflict.mine)))
        click.echo("  " + text("cli.upgrade.template", value=_short(conflict.template)))
        return click.confirm(text("cli.upgrade.ask"), default=False)

    return ask


def _place(conflict: Conflict) -> str:
    return f"{conflict.sheet}!{conflict.cell}"


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"


def _clashes(report: UpgradeReport) -> Iterator[Finding]:
    """What was left as people made it although the templates have changed it too."""
    from strategy_xl.errors import Finding, Location, Severity

    for conflict, taken in report.conflicts:
        if not taken:
            where = Location(str(report.path), conflict.sheet, conflict.cell)
            sides = {"mine": _short(conflict.mine), "template": _short(conflict.template)}
            args = {"label": conflict.label, **sides, "n": conflict.count}
            yield Finding("SX608", where, args, Severity.WARNING)


def _show(report: UpgradeReport, *, is_dry: bool) -> None:
    """A workbook and what changes in it, sheet by sheet."""
    if report.is_current:
        click.echo(text("cli.upgrade.current", path=str(report.path), version=report.version))
        return
    head = "cli.upgrade.book.would" if is_dry else "cli.upgrade.book"
    click.secho(text(head, path=str(report.path), version=report.version, target=report.target), bold=True)
    sheets = dict.fromkeys(change.sheet for change in report.changes)
    for sheet in sheets:
        click.echo(f"  {sheet}")
        own = [change for change in report.changes if change.sheet == sheet]
        for change in own:
            if change.kind in _EACH:
                args = {"label": change.label, "cell": change.cell, "before": change.before}
                click.echo("    " + text(f"cli.upgrade.change.{change.kind}", **args))
        for kind in ("formula", "text"):
            count = sum(change.count for change in own if change.kind == kind)
            if count:
                labels = ", ".join(dict.fromkeys(change.label for change in own if change.kind == kind))
                click.echo("    " + text(f"cli.upgrade.change.{kind}", n=count, labels=_short(labels)))


def _data(report: UpgradeReport) -> dict[str, object]:
    """A report as JSON."""
    return {
        "workbook": str(report.path),
        "from": report.version,
        "to": report.target,
        "written": report.written,
        "backup": str(report.backup) if report.backup is not None else None,
        "changes": [
            {
                "kind": change.kind,
                "sheet": change.sheet,
                "cell": change.cell or None,
                "label": change.label,
                "cells": change.count,
                "before": change.before or None,
                "after": change.after or None,
            }
            for change in report.changes
        ],
        "conflicts": [
            {
                "kind": conflict.kind,
                "sheet": conflict.sheet,
                "cell": conflict.cell,
                "cells": conflict.count,
                "label": conflict.label,
                "mine": conflict.mine,
                "template": conflict.template,
                "taken": "template" if taken else "mine",
            }
            for conflict, taken in report.conflicts
        ],
    }
