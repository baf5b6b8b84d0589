"""``strategy-xl new``: make a workbook from the templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from strategy_xl.commands.render import (
    EXIT_UNREADABLE,
    chosen_day,
    load_spec,
    show_findings,
    templates_option,
    text,
)
from strategy_xl.commands.render import today_option as with_today
from strategy_xl.model import LANGUAGES


@click.command(help=text("cli.new.help"))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.xlsx")
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="fr", show_default=True, help=text("cli.new.lang.help")
)
@click.option("--company", help=text("cli.new.company.help"))
@click.option("--only", multiple=True, metavar="MODULE", help=text("cli.new.only.help"))
@click.option("--with-example", is_flag=True, help=text("cli.new.example.help"))
@click.option("--protect", is_flag=True, help=text("cli.new.protect.help"))
@click.option("--force", is_flag=True, help=text("cli.new.force.help"))
@templates_option
@with_today
def new(out: Path, lang: str, *, force: bool, with_example: bool, **options: Any) -> None:
    """Build the workbook, then fill its results so that it reads right in every viewer."""
    from strategy_xl.build.book import build
    from strategy_xl.commands.progressing import shown_steps
    from strategy_xl.text.naming import find_module
    from strategy_xl.work.fitting import MISFITS
    from strategy_xl.work.recompute import recompute_workbook

    spec = load_spec(options["templates"])
    today = chosen_day(options["today"])
    with shown_steps(out):
        build(
            spec,
            out,
            lang=lang,
            company=options["company"],
            only=[find_module(spec, name) or name for name in options["only"]],
            example=with_example,
            today=today,
            overwrite=force,
            protect=options["protect"],
        )
        report = recompute_workbook(out, spec, today, backups=0)
    if report.failure is not None:
        show_findings([report.failure], err=True)
        raise SystemExit(EXIT_UNREADABLE)
    show_findings([finding for finding in report.findings if finding.code in MISFITS], err=True)
    click.echo(text("cli.new.done", path=str(out), sheets=len(report.sheets)))
