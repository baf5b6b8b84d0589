"""``strategy-xl export``: everything that is held about a name, in one file that people can read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from strategy_xl.commands.personal import name_options, places_below, sought_of
from strategy_xl.commands.place import Here, write_text
from strategy_xl.commands.render import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    finding_data,
    json_option,
    language,
    load_spec,
    show_findings,
    show_json,
    text,
)


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
@json_option
def export(
    name: str, folder: Path, output: Path | None, *, force: bool, as_json: bool, **options: Any
) -> None:
    """Look everywhere, and write what was found: as data when that is asked for and goes into no file."""
    from strategy_xl.commands.progressing import shown_wait
    from strategy_xl.ooxml.replace import check_target
    from strategy_xl.privacy.holding import as_data, as_text, holdings
    from strategy_xl.privacy.who import Who

    if output is not None:
        check_target(output, overwrite=force)
    spec = load_spec(options["templates"])
    kinds = Who(options["kind"]).kinds if options["kind"] else ()
    sought = sought_of(name, options)
    with shown_wait(text("cli.progress.search", folder=str(folder))):
        found = holdings(places_below(folder, options["history"]).narrowed(sought), spec, sought, kinds)
    content = as_text(found, spec, name, language(), datetime.now().astimezone())
    if output is None:
        click.echo(content, nl=False)
    else:
        write_text(output, content)
        click.echo(text("privacy.export.done", path=str(output)))
    if as_json:
        held = as_data(found) if output is None else {"written": str(output)}
        show_json(held | {"findings": list(map(finding_data, found.findings))})
    else:
        show_findings(found.findings, err=True)
    raise SystemExit(EXIT_FINDINGS if found.findings else EXIT_CLEAN)
