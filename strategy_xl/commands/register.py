"""``strategy-xl register``: the register of processing that the person in charge completes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from strategy_xl.commands.place import Here, write_text
from strategy_xl.commands.purge import years_option
from strategy_xl.commands.render import (
    chosen_day,
    json_option,
    language,
    load_spec,
    show_json,
    templates_option,
    text,
    today_option,
)
from strategy_xl.languages import LANGUAGES


@click.command(help=text("privacy.register.help"))
@click.argument("out", type=Here("SX818", dir_okay=False), metavar="OUT.md|OUT.csv")
@click.option("--lang", type=click.Choice(LANGUAGES), default=language, help=text("privacy.register.lang"))
@years_option
@click.option("--force", is_flag=True, help=text("cli.new.force.help"))
@json_option
@templates_option
@today_option
def register(out: Path, lang: str, years: int, *, force: bool, as_json: bool, **options: Any) -> None:
    """Write it as a list or as a text, by the ending of the file's name."""
    from strategy_xl.ooxml.replace import check_target
    from strategy_xl.privacy.register import as_csv, as_markdown
    from strategy_xl.privacy.register import register as entries_of

    check_target(out, overwrite=force)
    entries = entries_of(load_spec(options["templates"]), lang, years)
    is_list = out.suffix.lower() == ".csv"
    content = as_csv(entries, lang) if is_list else as_markdown(entries, lang, chosen_day(options["today"]))
    write_text(out, content)
    click.echo(text("privacy.register.done", path=str(out)))
    if as_json:
        show_json({"written": str(out), "entries": len(entries), "findings": []})
