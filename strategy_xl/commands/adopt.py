"""``strategy-xl adopt``: put our sheets into a workbook that people have already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.import_planning import column_pair
from strategy_xl.commands.place import Here, chosen_target
from strategy_xl.commands.render import (
    backup_option,
    chosen_day,
    exit_code,
    finding_data,
    json_option,
    language,
    load_spec,
    show_backups,
    show_findings,
    show_json,
    templates_option,
    text,
    today_option,
)
from strategy_xl.errors import UsageError
from strategy_xl.languages import LANGUAGES

if TYPE_CHECKING:
    from strategy_xl.work.adopt import AdoptionReport
    from strategy_xl.work.adoption.filling import ListReport
    from strategy_xl.work.adoption.foreign_lists import Wish


@click.command(help=text("adopt.help"))
@click.argument("book", type=Here(dir_okay=False), metavar="THEIRS.xlsx")
@click.option("--modules", multiple=True, metavar="MODULE,…", help=text("adopt.modules.help"))
@click.option("--map", "maps", multiple=True, metavar="OURS[=THEIRS]", help=text("adopt.map.help"))
@click.option("--column", "pairs", multiple=True, metavar="COLUMN=FIELD", help=text("adopt.column.help"))
@click.option("--link", is_flag=True, help=text("adopt.link.help"))
@click.option(
    "--lang", default="fr", show_default=True, metavar="|".join(LANGUAGES), help=text("cli.new.lang.help")
)
@click.option("--company", help=text("cli.new.company.help"))
@click.option("-o", "--out", type=Here("SX818", dir_okay=False), help=text("adopt.out.help"))
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@json_option
@backup_option
@templates_option
@today_option
def adopt(book: Path, out: Path | None, templates: Path | None, *, as_json: bool, **options: Any) -> None:
    """Plan and write, then say what came in, what is called otherwise, and what is kept."""
    from strategy_xl.commands.progressing import shown_steps
    from strategy_xl.text.naming import find_module
    from strategy_xl.work.adopt import AdoptionWish, adopt_workbook

    spec = load_spec(templates)
    target = chosen_target(book, out, dry_run=options["dry_run"])
    named = [name.strip() for listed in options["modules"] for name in listed.split(",") if name.strip()]
    wish = AdoptionWish(
        options["lang"],
        chosen_day(options["today"]),
        options["company"] or "",
        [find_module(spec, name) or name for name in named],
        wishes(options["maps"], options["pairs"], links=options["link"]),
    )
    with shown_steps(book):
        report = adopt_workbook(
            book,
            target,
            spec,
            wish,
            dry_run=options["dry_run"],
            backups=options["backup"],
        )
    if as_json:
        show_json(_data(report))
    else:
        _show(report, dry_run=options["dry_run"])
    raise SystemExit(exit_code(report.findings))


def wishes(maps: Sequence[str], pairs: Iterable[str], *, links: bool) -> list[Wish]:
    """What ``--map`` and ``--column`` say.

    Errors: UsageError SX114 a pair that is none, SX627 a column that may be of several lists.
    """
    from strategy_xl.text.parsing import fold
    from strategy_xl.work.adoption.foreign_lists import Wish

    listed = [
        (target.strip(), where.strip() or None) for target, _, where in (m.partition("=") for m in maps)
    ]
    columns: dict[str, dict[str, str]] = {fold(target): {} for target, _ in listed}
    for pair in pairs:
        column, field = column_pair(pair)
        head, colon, rest = column.partition(":")
        if colon and fold(head.strip()) in columns:
            columns[fold(head.strip())][rest.strip()] = field
        elif len(columns) == 1:
            next(iter(columns.values()))[column] = field
        else:
            raise UsageError("SX627", pair=pair)
    return [Wish(target, where, columns[fold(target)], links) for target, where in listed]


def _show(report: AdoptionReport, *, dry_run: bool) -> None:
    from strategy_xl.commands.import_preview import show_columns
    from strategy_xl.text.catalog import format_value

    for item in report.lists:
        fit = format_value(item.score, "percent", language())
        title = item.planned.data.sheet
        click.echo(
            text("adopt.list", name=item.found.reference, title=title, n=len(item.planned.new), fit=fit)
        )
        show_columns(item.planned)
        if item.linked:
            shown = ", ".join(_linked(item))
            click.echo(text("adopt.linked", columns=shown))
        if item.copied:
            click.echo(text("adopt.copied", columns=", ".join(_labels(item, item.copied))))
    show_findings(report.findings, err=True)
    if report.kept:
        kinds = ", ".join(text(f"adopt.kind.{kind}", n=count) for kind, count in report.kept.items())
        click.echo(text("adopt.kept", kinds=kinds))
    done = "adopt.would" if dry_run else "adopt.done"
    click.echo(text(done, n=len(report.sheets), path=str(report.target)))
    show_backups(int(report.backup is not None))


def _labels(item: ListReport, fields: Iterable[str]) -> list[str]:
    return [item.planned.data.field(key).label.get(language()) for key in fields]


def _linked(item: ListReport) -> Iterable[str]:
    """The labels of linked fields, with what their numbers are multiplied by."""
    from strategy_xl.text.catalog import format_value

    for label, factor in zip(_labels(item, item.linked), item.linked.values(), strict=True):
        if factor == 1:
            yield label
        elif factor < 1:
            yield f"{label} (÷ {format_value(round(1 / factor), 'int', language())})"
        else:
            yield f"{label} (× {format_value(factor, 'int', language())})"


def _data(report: AdoptionReport) -> Mapping[str, object]:
    return {
        "workbook": str(report.path),
        "written": str(report.target) if report.written else None,
        "sheets": dict(report.sheets),
        "renamed": {
            "sheets": dict(report.naming.titles),
            "tables": dict(report.naming.tables),
            "names": dict(report.naming.names),
        },
        "kept": dict(report.kept),
        "parts": report.parts,
        "lists": [
            {
                "list": item.found.reference,
                "table": item.planned.data.block.key,
                "score": round(item.score, 3),
                "rows": len(item.planned.new),
                "columns": [
                    {"column": view.column, "field": view.field, "confidence": round(view.confidence, 3)}
                    for view in item.planned.columns
                ],
                "linked": dict(item.linked),
                "copied": item.copied,
                "room": item.room,
            }
            for item in report.lists
        ],
        "backup": str(report.backup) if report.backup is not None else None,
        "findings": [finding_data(finding) for finding in report.findings],
    }
