"""``strategy-xl lite``: a workbook with the functions for xlwings Lite."""

from __future__ import annotations

from pathlib import Path

import click

from strategy_xl.commands.place import Here
from strategy_xl.commands.render import json_option, show_json, text
from strategy_xl.languages import LANGUAGES


@click.command(help=text("web.cli.lite.help"))
@click.argument("out", type=Here("SX818", dir_okay=False), metavar="OUT.xlsx")
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default="fr",
    show_default=True,
    help=text("web.cli.lite.lang.help"),
)
@click.option("--force", is_flag=True, help=text("web.cli.lite.force.help"))
@json_option
def lite(out: Path, lang: str, *, force: bool, as_json: bool) -> None:
    """Write the workbook and say how much code it carries."""
    from strategy_xl.functions.registry import functions
    from strategy_xl.hosts.web.lite import build_lite, main_py

    build_lite(out, lang=lang, overwrite=force)
    size, count = len(main_py(lang).encode()), len(functions())
    click.echo(text("web.cli.lite.done", path=str(out), n=count, size=round(size / 1000)))
    if as_json:
        told = {"written": str(out), "functions": count, "bytes": size, "experimental": True}
        show_json({**told, "findings": []})
