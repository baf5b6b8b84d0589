"""The table of results of a run: one line a workbook, as many columns as the screen has room for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from strategy_xl.commands.render import language, printable, text

if TYPE_CHECKING:
    from rich.table import Table

    from strategy_xl.schema.spec import FigureSpec
    from strategy_xl.work.recompute import JobReport

_ALWAYS = ("alerts", "completeness")
"""Figures that every workbook has, whatever its templates count."""
_LAST_TO_GO = ("alerts", "findings")
_PIPED = 160
_USUAL, _SHORTEST = 32, 12
"""Letters of a name for which columns give way, and those that are left on the narrowest screens."""


def show_results(
    reports: Sequence[tuple[JobReport, str]], figures: Sequence[FigureSpec], width: int | None = None
) -> None:
    """Print what became of each workbook.

    Arguments:
        reports: each with the word for its state.
        figures: those that its templates count.
        width: letters in a line; those of the screen, when it is not given.
    """
    from rich.console import Console

    console = Console(width=width)
    if width is None and not console.is_terminal:
        console = Console(width=_PIPED)
    columns = _columns(reports, figures)
    names = _names([report.path for report, _ in reports])
    shown = list(columns)
    leaving = [key for key in reversed(columns) if key not in _LAST_TO_GO] + [*reversed(_LAST_TO_GO)]
    wide = console.options.update(width=sum(map(len, names)) + _PIPED * len(columns))

    def natural(most: int) -> int:
        called = [_shortened(name, most) for name in names]
        return console.measure(_table(called, reports, columns, shown), options=wide).maximum

    for key in leaving:
        if natural(_USUAL) <= console.width:
            break
        shown.remove(key)
    longest = max(_USUAL + console.width - natural(_USUAL), _SHORTEST)
    console.print(_table([_shortened(name, longest) for name in names], reports, columns, shown))


def _columns(reports: Sequence[tuple[JobReport, str]], figures: Sequence[FigureSpec]) -> dict[str, list[str]]:
    """Heading and cells of each column of figures, the ones that matter first."""
    labels = {figure.key: figure.label.get(language()) for figure in figures}
    headings = labels | {key: text(f"cli.table.{key}") for key in (*_ALWAYS, "findings", "cells", "seconds")}
    known = {
        "findings": [str(len(report.findings)) for report, _ in reports],
        "cells": [str(report.changed) for report, _ in reports],
        "seconds": [f"{report.seconds:.2f}" for report, _ in reports],
    }
    return {
        key: [heading, *known.get(key, [_figure(key, report.counts.get(key)) for report, _ in reports])]
        for key, heading in headings.items()
    }


def _table(
    names: Sequence[str],
    reports: Sequence[tuple[JobReport, str]],
    columns: dict[str, list[str]],
    shown: Sequence[str],
) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(text("cli.table.workbook"), no_wrap=True)
    table.add_column(text("cli.table.status"), no_wrap=True)
    for key in shown:
        table.add_column(columns[key][0], justify="right", no_wrap=True)
    for number, (name, (_, state)) in enumerate(zip(names, reports, strict=True), 1):
        # Brackets in a name are no markup.
        table.add_row(Text(name), state, *(columns[key][number] for key in shown))
    return table


def _names(paths: Sequence[Path]) -> list[str]:
    """What the workbooks are called; those of one name with their folders as well."""
    often = Counter(path.name for path in paths)
    return [
        printable(path.name if often[path.name] == 1 else str(Path(path.parent.name) / path.name))
        for path in paths
    ]


def _shortened(name: str, longest: int) -> str:
    """A name without its middle, where it is too long: how it begins and ends tells it from others."""
    if len(name) <= longest:
        return name
    ending = longest // 2
    return f"{name[: longest - ending - 1]}…{name[-ending:]}"


def _figure(heading: str, value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:.0%}" if heading == "completeness" else f"{value:.0f}"
