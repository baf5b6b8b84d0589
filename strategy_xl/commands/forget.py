"""``strategy-xl forget``: no byte of a name in what runs keep, and, when asked, in the workbooks."""

from __future__ import annotations

import secrets
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.personal import name_options, places_below, sought_of
from strategy_xl.commands.render import (
    EXIT_CLEAN,
    EXIT_FINDINGS,
    finding_data,
    json_option,
    load_spec,
    show_findings,
    show_json,
    text,
)
from strategy_xl.errors import UsageError

if TYPE_CHECKING:
    from strategy_xl.privacy.forgetting import Forgotten


@click.command(help=text("privacy.forget.help"))
@name_options
@click.option("--workbooks", is_flag=True, help=text("privacy.workbooks.help"))
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@click.option("--yes", is_flag=True, help=text("privacy.yes.help"))
@json_option
def forget(name: str, folder: Path, *, workbooks: bool, dry_run: bool, yes: bool, **options: Any) -> None:
    """Show what holds the name, ask, and forget it."""
    as_json = options["as_json"]
    if as_json and not (yes or dry_run):
        raise UsageError("SX661")
    from strategy_xl.commands.progressing import shown_wait
    from strategy_xl.privacy.forgetting import Wish, forget, others_called_so
    from strategy_xl.privacy.who import Who

    spec = load_spec(options["templates"])
    plain = sought_of(name, options)
    places = places_below(folder, options["history"]).narrowed(plain)
    searching = text("cli.progress.search", folder=str(folder))
    with shown_wait(searching):
        spared = others_called_so(places, spec, plain)
    who = options["kind"]
    kinds = Who(who).kinds if who else ()
    other = text(f"privacy.pseudonym.{who or 'name'}", mark=secrets.token_hex(3))
    sought = sought_of(name, options, spared)
    wish = Wish(sought, other, kinds, workbooks, dry_run=True)
    with shown_wait(searching):
        found = forget(places, spec, wish)
    _show(found)
    if spared:
        click.echo(text("privacy.spared", n=len(spared), names=", ".join(sorted(spared)[:10])))
    if not as_json:
        show_findings(found.findings, err=True)
    if not found.deeds:
        click.echo(text("privacy.nothing"))
    doing = bool(found.deeds) and not dry_run
    if doing and not yes and not click.confirm(text("privacy.confirm"), err=True):
        raise SystemExit(EXIT_CLEAN)
    done = found
    if doing:
        with shown_wait(text("cli.progress.forget")):
            done = forget(places, spec, Wish(sought, other, kinds, workbooks))
    if as_json:
        show_json(_data(done, other if doing else None, len(spared)))
    else:
        show_findings((finding for finding in done.findings if finding not in found.findings), err=True)
    if doing:
        click.echo(text("privacy.done", other=other))
        click.echo(text("privacy.copies"))
    raise SystemExit(EXIT_FINDINGS if done.findings else EXIT_CLEAN)


def _data(done: Forgotten, other: str | None, spared: int) -> dict[str, object]:
    """What became of a name, or would, for ``--json``: no name of anybody, but those that paths hold.

    Arguments:
        done: what was done, or would be.
        other: what stands in the name's place; None when nothing was done.
        spared: how many longer names of others stay.
    """
    return {
        "done": other is not None,
        "in_its_place": other,
        "places": [{"kind": deed.place.value, "path": deed.path, "count": deed.count} for deed in done.deeds],
        "spared": spared,
        "findings": list(map(finding_data, done.findings)),
    }


def _show(found: Forgotten) -> None:
    """One line a place, with its files below where there are several."""
    counts: Counter[str] = Counter()
    for deed in found.deeds:
        counts[deed.place] += deed.count
    for place, count in counts.items():
        click.echo(text(f"privacy.place.{place}", n=count))
        for deed in found.deeds:
            if deed.place == place:
                click.echo(f"    {text('privacy.path', path=deed.path)}")
