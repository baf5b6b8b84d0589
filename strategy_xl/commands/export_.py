"""``strategy-xl export``: everything that is held about a name, in one file that people can read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from strategy_xl.commands.personal import name_options, places_below, sought_of
from strategy_xl.commands.place import Here
from strategy_xl.commands.render import EXIT_CLEAN, EXIT_FINDINGS, language, load_spec, show_findings, text


@click.command(name="export", help=text("privacy.export.help"))
@name_options
@click.option(
    "-o",
    "--output",
    type=Here("SX818", dir_okay=False),
    metavar="FILE",
    help=text("privacy.export.output.help"),
)
@click.option("--force", is_flag=True, help=text("cli.new.force.help"))
def export(name: str, folder: Path, output: Path | None, *, force: bool, **options: Any) -> None:
    """Look everywhere, and write what was found."""
    from strategy_xl.ooxml.replace import check_target
    from strategy_xl.privacy.holding import as_text, holdings
    from strategy_xl.privacy.who import Who

    if output is not None:
        check_target(output, overwrite=force)
    spec = load_spec(options["templates"])
    kinds = Who(options["kind"]).kinds if options["kind"] else ()
    sought = sought_of(name, options)
    found = holdings(places_below(folder, options["history"]).narrowed(sought), spec, sought, kinds)
    content = as_text(found, spec, name, language(), datetime.now().astimezone())
    if output is None:
        click.echo(content, nl=False)
    else:
        output.write_text(content, encoding="utf-8")
        click.echo(text("privacy.export.done", path=str(output)))
    show_findings(found.findings, err=True)
    raise SystemExit(EXIT_FINDINGS if found.findings else EXIT_CLEAN)
