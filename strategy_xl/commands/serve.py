"""``strategy-xl serve``: the functions for Excel on the web and on Mac."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from strategy_xl.commands.place import Here
from strategy_xl.commands.render import json_option, language, show_json, text
from strategy_xl.languages import LANGUAGES

_FILE = Here(exists=True, dir_okay=False)


@click.command(help=text("web.cli.serve.help"))
@click.option("--host", default="127.0.0.1", show_default=True, help=text("web.cli.serve.host.help"))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8321,
    show_default=True,
    help=text("web.cli.serve.port.help"),
)
@click.option("--lang", type=click.Choice(LANGUAGES), help=text("web.cli.serve.lang.help"))
@click.option("--url", metavar="URL", help=text("web.cli.serve.url.help"))
@click.option("--certificate", type=_FILE, help=text("web.cli.serve.certificate.help"))
@click.option("--private-key", type=_FILE, help=text("web.cli.serve.key.help"))
@click.option("--folder", type=Here("SX818", file_okay=False), help=text("web.cli.serve.folder.help"))
@json_option
def serve(host: str, port: int, lang: str | None, *, as_json: bool, **how: Any) -> None:
    """Start the server; what is missing for it is told instead."""
    from strategy_xl.hosts.web import server

    if how["private_key"] and not how["certificate"]:
        raise click.UsageError(text("web.certificate.alone"))
    if as_json:
        how["told"] = _as_data
    kept = {name: how.pop(name) for name in ("url", "certificate", "private_key")}
    server.serve(server.Door(host, port, **kept), lang=lang or language(), **how)


def _as_data(address: str, lines: Sequence[str]) -> None:
    """One line as soon as it listens, for the program that has started it and goes on reading."""
    show_json({"address": address, "notes": list(lines), "findings": []}, in_one_line=True)
