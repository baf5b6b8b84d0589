"""``strategy-xl merge``: two versions of a workbook, edited apart from one base, put together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.diff import write_page
from strategy_xl.commands.place import Here
from strategy_xl.commands.render import (
    backup_option,
    chosen_day,
    exit_code,
    finding_data,
    json_option,
    load_spec,
    show_backups,
    show_findings,
    show_json,
    templates_option,
    text,
    today_option,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from strategy_xl.work.merge_writing import MergeReport

_CONFLICTS = frozenset({"SX510", "SX511", "SX513", "SX526", "SX528", "SX529"})


@click.command(help=text("cli.merge.help"))
@click.argument("base", type=Here(dir_okay=False))
@click.argument("a", type=Here(dir_okay=False))
@click.argument("b", type=Here(dir_okay=False))
@click.option(
    "-o",
    "--out",
    required=True,
    type=Here("SX818", dir_okay=False),
    metavar="OUT",
    help=text("cli.merge.out"),
)
@click.option("--prefer", type=click.Choice(["a", "b"]), help=text("cli.merge.prefer"))
@click.option("--force", is_flag=True, help=text("cli.merge.force"))
@click.option("--name", metavar="NAME", help=text("cli.merge.name"))
@click.option("--dry-run", is_flag=True, help=text("cli.dry_run.help"))
@json_option
@click.option("--html", type=Here("SX818", dir_okay=False), metavar="PAGE", help=text("cli.diff.html"))
@backup_option
@templates_option
@today_option
def merge(base: Path, a: Path, b: Path, templates: Path | None, today: Any, **options: Any) -> None:
    """Plan the merge, write it, and tell conflicts and what was not taken over."""
    from strategy_xl.commands.progressing import shown_steps, shown_wait
    from strategy_xl.ooxml.open_marks import refuse_if_open
    from strategy_xl.ooxml.replace import check_target
    from strategy_xl.work.merge import plan_merge
    from strategy_xl.work.merge_rows import Side
    from strategy_xl.work.merge_writing import write_merge

    target: Path = options["out"]
    is_a = target.exists() and a.exists() and target.samefile(a)
    check_target(target, overwrite=is_a or options["force"])
    if not options["dry_run"]:
        refuse_if_open(target)
    spec, day = load_spec(templates), chosen_day(today)
    prefer = Side(options["prefer"]) if options["prefer"] is not None else None
    with shown_wait(text("cli.progress.compare", a=a.name, b=b.name)):
        planned = plan_merge(base, a, b, spec, day, prefer=prefer)
    with shown_steps(target):
        report = write_merge(planned, target, spec, dry_run=options["dry_run"], backups=options["backup"])
    if options["name"]:
        report = _named(report, {str(a): options["name"], str(b): f"{options['name']} (B)"})
    if options["html"] is not None:
        _write_page(options["html"], report, (base, a, b), day)
    if options["as_json"]:
        show_json(_data(report, target))
    else:
        show_findings(report.findings)
        counts = {"cells": planned.cells, "rows": report.added, "cleared": planned.cleared}
        done = "cli.merge.would" if options["dry_run"] else "cli.merge.done"
        settled = report.conflicts if prefer is not None else 0
        click.echo(text(done, path=str(target), conflicts=report.conflicts - settled, **counts))
        if settled:
            click.echo(text("cli.merge.settled", n=settled))
        if options["html"] is not None:
            click.echo(text("cli.diff.written", path=str(options["html"])))
        show_backups(int(report.patch.backup is not None))
    raise SystemExit(exit_code(report.findings))


def _named(report: MergeReport, names: Mapping[str, str]) -> MergeReport:
    """The report with what people call the files, for a program that calls with files of its own."""
    findings = []
    for one in report.findings:
        known = one.location.workbook or ""
        where = replace(one.location, workbook=names.get(known, known))
        findings.append(replace(one, location=where))
    return replace(report, findings=tuple(findings))


def _data(report: MergeReport, target: Path) -> dict[str, Any]:
    """A merge with stable keys."""
    from strategy_xl.work.merge_data import conflicts_data

    plan = report.plan
    return {
        "written": str(target) if report.patch.written else None,
        "cells": plan.cells,
        "rows_added": report.added,
        "rows_removed": plan.cleared,
        "sheets": list(report.sheets),
        "prefer": plan.prefer,
        "conflicts": conflicts_data(plan, report.notes, report.drawn),
        "findings": [finding_data(finding) for finding in report.findings],
        "backup": str(report.patch.backup) if report.patch.backup is not None else None,
    }


def _write_page(target: Path, report: MergeReport, paths: tuple[Path, Path, Path], day: date) -> None:
    """The conflicts, and what else is told, as a page."""
    from strategy_xl.report.diff_page import DiffPage
    from strategy_xl.work.diff_sentences import Line, Section

    lines = [
        Line("!" if one.code in _CONFLICTS else "»", text(one.code, **one.args), str(one.location))
        for one in report.findings
    ]
    parts = [
        Section("conflicts", text("diff.page.conflicts"), tuple(one for one in lines if one.mark == "!")),
        Section("notes", text("diff.page.notes"), tuple(one for one in lines if one.mark != "!")),
    ]
    counts = {"cells": report.plan.cells, "rows": report.added, "cleared": report.plan.cleared}
    summary = [text("diff.page.merged", conflicts=report.conflicts, **counts)]
    versions = list(zip((text("diff.page.base"), "A", "B"), map(str, paths), strict=True))
    page = DiffPage(text("diff.page.merge"), versions, summary, [part for part in parts if part.lines])
    write_page(target, page, day)
