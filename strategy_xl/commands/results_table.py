"""The table of results of a run: one line a workbook, as many columns as the screen has room for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
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
    names, states = _names([report.path for report, _ in reports]), [state for _, state in reports]
    # As wide as what is longest in each column: a row of that is measured in the place of all rows.
    widest = {key: max(cells, key=len) for key, cells in columns.items()}
    state = max(states, key=len, default="")
    usual = max(min(max(map(len, names), default=0), _USUAL), 1)
    wide = console.options.update(width=_PIPED * len(columns))

    def natural() -> int:
        row = ["x" * usual, state, *(widest[key] for key in shown)]
        return console.measure(_table([columns[key][0] for key in shown], [row]), options=wide).maximum

    shown = list(columns)
    leaving = [key for key in reversed(columns) if key not in _LAST_TO_GO] + [*reversed(_LAST_TO_GO)]
    for key in leaving:
        if natural() <= console.width:
            break
        shown.remove(key)
    longest = max(usual + console.width - natural(), _SHORTEST)
    rows = zip(
        [_shortened(name, longest) for name in names],
        states,
        *(columns[key][1:] for key in shown),
        strict=True,
    )
    console.print(_table([columns[key][0] for key in shown], rows))


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


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table of names, states and figures."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(text("cli.table.workbook"), no_wrap=True)
    table.add_column(text("cli.table.status"), no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for name, *cells in rows:
        table.add_row(Text(name), *cells)  # brackets in a name are no markup
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
