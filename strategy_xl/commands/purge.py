"""``strategy-xl purge``: who was last in contact years ago goes from the history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from strategy_xl.commands.personal import places_below
from strategy_xl.commands.place import Place
from strategy_xl.commands.render import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    chosen_day,
    finding_data,
    history_option,
    json_option,
    show_findings,
    show_json,
    text,
    today_option,
)
from strategy_xl.errors import Finding, Location
from strategy_xl.privacy import VARIABLE, YEARS


def years_option(command: Any) -> Any:
    """Add ``--years N``."""
    return click.option(
        "--years",
        type=click.IntRange(0, 100),
        default=YEARS,
        show_default=True,
        envvar=VARIABLE,
        show_envvar=True,
        metavar="N",
        help=text("privacy.years.help"),
    )(command)


@click.command(help=text("privacy.purge.help"))
@click.argument("folder", type=Place(file_okay=False))
@years_option
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@json_option
@history_option
@today_option
def purge(folder: Path, years: int, history: str | None, today: Any, *, dry_run: bool, as_json: bool) -> None:
    """Remove them, and name where they still stand in a workbook."""
    from strategy_xl.commands.progressing import shown_wait
    from strategy_xl.history.database import HistoryError
    from strategy_xl.privacy.forgetting import shortened
    from strategy_xl.privacy.retention import limit, purge

    day = chosen_day(today)
    places = places_below(folder, history, looks=False)
    if places.target is None:
        raise HistoryError("SX964", Location(str(folder)))
    with shown_wait(text("cli.progress.search", folder=str(folder))):
        found = purge(places, day, years, text("privacy.pseudonym.name", mark="-"), dry_run=dry_run)
    click.echo(text("privacy.purged", n=len(found), day=limit(day, years)))
    staying: dict[str, list[str]] = {}
    for one in found:
        if one.is_in_workbook:
            staying.setdefault(one.entity.path, []).append(one.entity.cell)
    findings = [
        Finding("SX199", Location(path), {"cells": shortened(cells)}) for path, cells in staying.items()
    ]
    if as_json:
        data = {"done": not dry_run, "before": limit(day, years), "purged": len(found)}
        show_json(data | {"findings": list(map(finding_data, findings))})
    else:
        show_findings(findings, err=True)
    raise SystemExit(EXIT_FINDINGS if findings else EXIT_CLEAN)
