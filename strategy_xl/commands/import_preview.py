"""What an import would do, before it does it: columns and how sure each is, new, changed and missing rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from strategy_xl.commands.render import language, printable, text

if TYPE_CHECKING:
    from strategy_xl.schema.spec import FieldSpec
    from strategy_xl.work.importing.plan import ImportPlan
    from strategy_xl.work.importing.records import ColumnView, ImportRow

MAX_ROWS = 10
"""Rows of each kind that are shown; the others are counted."""
_NARROW = 100
_LONGEST = 40
_WIDEST = (24, 22)
"""Most that the titles and the fields take of a line."""
_BETWEEN, _LEAST = 11, 12
_SURE, _LIKELY = 0.8, 0.6


def show_columns(planned: ImportPlan) -> None:
    """Each column of the list: where it goes, how sure that is, how much of it is read, and an example."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from strategy_xl.text.catalog import format_value

    console = Console()
    if not console.is_terminal:
        console = Console(width=_NARROW)
    rows = []
    for view in planned.columns:
        sure = format_value(view.confidence, "percent", language()) if view.field else ""
        read = f"{view.given - view.unread}/{view.given}" if view.field else ""
        cells = (view.column, _target(planned, view), sure, read, _example(planned, view))
        rows.append([printable(cell) for cell in cells])
    heads = [text(f"cli.import.head.{key}") for key in ("column", "field", "sure", "read", "example")]
    widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(4)]
    widths[:2] = [min(width, most) for width, most in zip(widths, _WIDEST, strict=False)]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for head, width in zip(
        heads, [*widths, max(console.width - sum(widths) - _BETWEEN, _LEAST)], strict=True
    ):
        table.add_column(head, width=width, overflow="fold")
    for view, row in zip(planned.columns, rows, strict=True):
        style = "green" if view.confidence >= _SURE else "yellow" if view.confidence >= _LIKELY else "red"
        styles = ("", "", style, "", "")
        table.add_row(
            *(Text(cell, one) for cell, one in zip(row, styles, strict=True))
        )  # brackets are no markup
    console.print(table)


def _target(planned: ImportPlan, view: ColumnView) -> str:
    if view.field is not None:
        return planned.data.field(view.field).label.get(language())
    if view.suggestion is not None:
        return text("cli.import.looks_like", suggestion=view.suggestion)
    return text("cli.import.left_out")


def _example(planned: ImportPlan, view: ColumnView) -> str:
    """A cell as it stands in the list, and as it will stand in the workbook where that looks otherwise."""
    if view.sample is None:
        return "" if view.field else text("cli.import.empty") if not view.given else ""
    raw = _cut(_raw(view.sample))
    if view.field is None or view.kept:
        return _cut(str(view.shown)) if view.kept else raw
    shown = _cut(_shown(planned.data.field(view.field), view.shown))
    return raw if shown.split() == raw.split() else f"{raw} → {shown}"


def _raw(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _shown(spec: FieldSpec, value: Any) -> str:
    """A value as people write it."""
    from strategy_xl.schema.spec import FieldType
    from strategy_xl.text.catalog import format_value

    lang = language()
    if value is None:
        return text("cli.import.nothing")
    if isinstance(value, date):
        return format_value(value, "date", lang)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if spec.type is FieldType.PERCENT:
            return format_value(value, "percent1" if round(value * 100, 6) % 1 else "percent", lang)
        return format_value(value, "dec2" if value % 1 else "int", lang)
    return str(value)


def _cut(value: str) -> str:
    line = " ".join(value.split(" ")).replace("\n", " ")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def show_rows(planned: ImportPlan, *, updates: bool) -> None:
    """New rows, what changes in others, how many are the same, and what the list does not have any more."""
    names = [_name(planned, row) for row in planned.new]
    if names:
        click.echo(text("cli.import.new", n=len(names), names=_some(names)))
    if planned.changed:
        click.echo(text("cli.import.changed" if updates else "cli.import.left", n=len(planned.changed)))
        for row in planned.changed[:MAX_ROWS]:
            changes = "; ".join(_changes(planned, row))
            click.echo("  " + text("cli.import.change", name=_name(planned, row), changes=changes))
        if len(planned.changed) > MAX_ROWS:
            click.echo("  " + text("cli.import.more", n=len(planned.changed) - MAX_ROWS))
    if planned.unchanged:
        click.echo(text("cli.import.same", n=planned.unchanged))
    if planned.gone:
        click.echo(text("cli.import.gone", n=len(planned.gone), names=_some(planned.gone)))


def _name(planned: ImportPlan, row: ImportRow) -> str:
    """A record by its name, and what else makes it the same."""
    return " · ".join(_cut(_raw(row.cells[key])) for key in planned.keys if row.cells.get(key) is not None)


def _changes(planned: ImportPlan, row: ImportRow) -> Iterable[str]:
    for key, (old, new) in row.changes.items():
        spec = planned.data.field(key)
        yield f"{spec.label.get(language())} {_cut(_shown(spec, old))} → {_cut(_shown(spec, new))}"


def _some(names: Sequence[str]) -> str:
    rest = len(names) - MAX_ROWS
    shown = ", ".join(names[:MAX_ROWS])
    return shown if rest <= 0 else f"{shown}… (+{rest})"
