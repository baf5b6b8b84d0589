"""What ``strategy-xl history`` shows: who changed class, how KPIs go, what stands still."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from strategy_xl.commands.history_changes import change_data, show_changes
from strategy_xl.commands.render import language, printable, text
from strategy_xl.history import queries, trends
from strategy_xl.history.queries import Book, ChangeRow, Connection, Entity, Scope
from strategy_xl.history.trends import Move, Stall, Trend
from strategy_xl.model import ClientClass
from strategy_xl.schema.spec import EntityKind, FormBlock, TableBlock, WorkbookSpec

CLASSES = (ClientClass.IDEAL, ClientClass.HAPPY, ClientClass.AT_RISK, ClientClass.AVOID)
SINGLE = "stakeholders.SINGLE_THREAD"
_NAMED = 3
"""Names shown in a field of the picture; of the others it is said how many there are."""
_LINES = 30
_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 160


@dataclass(frozen=True)
class View:
    """What there is to show of some workbooks."""

    since: date
    today: date
    stalled_days: int
    books: Mapping[int, Book]
    sheets: Mapping[tuple[int, str], str]
    first: date | None
    last: date | None
    stayed: Mapping[str, int]
    moves: Sequence[Move]
    kpis: Sequence[Trend]
    stalls: Sequence[Stall]
    single: Sequence[Move]
    changes: Sequence[ChangeRow]

    @classmethod
    def of(cls, connection: Connection, scope: Scope, since: date, today: date, stalled_days: int) -> View:
        """Ask the history."""
        kind = str(EntityKind.CLIENT)
        books = {book.id: book for book in queries.books_of(connection, scope)}
        order = {number: place for place, number in enumerate(books)}
        moves = trends.moves(connection, kind, since, scope)
        moved = {(move.entity.book, move.entity.number) for move in moves}
        now = queries.states_on(connection, kind, scope)
        nights = [night.day for night in queries.nights_of(connection, scope)]
        return cls(
            since,
            today,
            stalled_days,
            books,
            {key: row.sheet for key, row in queries.blocks_of(connection, scope).items()},
            min(nights, default=None),
            max(nights, default=None),
            Counter(str(state.verdict) for key, state in now.items() if key not in moved),
            sorted(moves, key=lambda move: order[move.entity.book]),
            sorted(
                trends.trends(connection, str(EntityKind.KPI), "current", since, scope),
                key=lambda trend: order[trend.entity.book],
            ),
            sorted(
                trends.stalls(connection, today, stalled_days, scope),
                key=lambda stall: order[stall.objective.book],
            ),
            sorted(
                trends.newly(connection, str(EntityKind.ACCOUNT), SINGLE, since, scope),
                key=lambda move: order[move.entity.book],
            ),
            queries.changes_of(connection, scope, since=since),
        )

    # -- JSON ----------------------------------------------------------------------------------------------

    def data(self) -> dict[str, Any]:
        """All of it, with stable keys and without a limit."""
        return {
            "since": self.since.isoformat(),
            "until": self.today.isoformat(),
            "first_night": None if self.first is None else self.first.isoformat(),
            "last_night": None if self.last is None else self.last.isoformat(),
            "workbooks": [book.path for book in self.books.values()],
            "migrations": [
                self._where(move.entity)
                | {
                    "before": None if move.before is None else move.before.verdict,
                    "after": None if move.after is None else move.after.verdict,
                    "is_new": move.before is None,
                    "is_gone": move.after is None,
                    "day": move.day.isoformat(),
                }
                for move in self.moves
            ],
            "changes": change_data(self.changes, self.books),
            "unchanged": dict(self.stayed),
            "kpis": [
                self._where(trend.entity)
                | {
                    "status": trend.last.verdict,
                    "unit": trend.last.values.get("unit"),
                    "target": trend.last.values.get("target"),
                    "points": [[day.isoformat(), value] for day, value in trend.points],
                }
                for trend in self.kpis
            ],
            "stalled_objectives": [
                self._where(stall.objective)
                | {
                    "kpi": stall.indicator.name,
                    "progress": stall.progress,
                    "since": stall.since.isoformat(),
                }
                for stall in self.stalls
            ],
            "single_threaded": [
                self._where(move.entity) | {"since": move.day.isoformat()} for move in self.single
            ],
        }

    def _where(self, entity: Entity) -> dict[str, object]:
        return {
            "name": entity.name,
            "workbook": self.books[entity.book].path,
            "sheet": self.sheets.get((entity.book, entity.kind)),
            "cell": entity.cell,
        }

    # -- text ----------------------------------------------------------------------------------------------

    def show(self, spec: WorkbookSpec) -> None:
        """Print it in the user's language."""
        labels = verdict_labels(spec)
        console = Console()
        if not console.is_terminal:
            console = Console(width=_WIDTH)
        if self.first is not None and self.last is not None:
            head = text("cli.history.head", n=len(self.books), first=self.first, last=self.last)
            click.secho(head, bold=True)
        self._show_moves(console, labels[EntityKind.CLIENT])
        show_changes(self.changes, self.books, spec, day=self.since)
        shares = {name.casefold() for unit in spec.units if unit.kind == "percent" for name in unit.names}
        self._show_kpis(console, labels[EntityKind.KPI], shares)
        stalled = [
            text(
                "cli.history.stalled",
                name=stall.objective.name,
                kpi=stall.indicator.name,
                progress=stall.progress,
                day=stall.since,
                cell=self._place(stall.objective),
            )
            for stall in self.stalls
        ]
        _show_lines("cli.history.stalled.title", stalled, days=self.stalled_days)
        single = [
            text("cli.history.single", name=move.entity.name, day=move.day, cell=self._place(move.entity))
            for move in self.single
        ]
        _show_lines("cli.history.single.title", single, day=self.since)

    def _place(self, entity: Entity) -> str:
        sheet = self.sheets.get((entity.book, entity.kind), "")
        return f"{self.books[entity.book].path}!{sheet}!{entity.cell}"

    def _show_moves(self, console: Console, labels: Mapping[str, str]) -> None:
        click.echo()
        click.secho(text("cli.history.moves.title", day=self.since), bold=True)
        changed = [move for move in self.moves if move.before is not None and move.after is not None]
        if not self.moves:
            click.echo(text("cli.history.moves.none"))
            return
        fields: dict[tuple[str, str], list[str]] = defaultdict(list)
        for move in changed:
            fields[_verdict(move.before), _verdict(move.after)].append(move.entity.name)
        classes = [str(key) for key in CLASSES]
        table = Table(box=box.SIMPLE_HEAD, show_lines=True)
        table.add_column(text("cli.history.moves.from"))
        for key in classes:
            table.add_column(text("cli.history.moves.to", label=labels.get(key, key)), overflow="fold")
        for before in classes:
            cells = [
                text("cli.history.stayed", n=self.stayed.get(before, 0))
                if before == after
                else _named(fields.pop((before, after), []))
                for after in classes
            ]
            table.add_row(labels.get(before, before), *map(Text, cells))
        console.print(table)
        rest = [
            text(
                "cli.history.moves.other",
                before=labels.get(old, old) or "—",
                after=labels.get(new, new) or "—",
                names=_named(names),
            )
            for (old, new), names in fields.items()
        ]
        for key, chosen in (
            ("cli.history.moves.new", [move for move in self.moves if move.before is None]),
            ("cli.history.moves.gone", [move for move in self.moves if move.after is None]),
        ):
            if chosen:
                rest.append(text(key, names=_named([move.entity.name for move in chosen])))
        for line in rest:
            click.echo(f"  {line}")

    def _show_kpis(self, console: Console, labels: Mapping[str, str], shares: Collection[str]) -> None:
        """The KPIs; ``shares`` are the units in which 0.27 is 27 %."""
        if not self.kpis:
            return
        click.echo()
        click.secho(text("cli.history.kpis.title", day=self.since), bold=True)
        table = Table(box=box.SIMPLE_HEAD)
        for heading in ("kpi", "status", "before", "now", "way", "cell"):
            side: Literal["left", "right"] = "right" if heading in {"before", "now"} else "left"
            table.add_column(text(f"cli.history.kpis.{heading}"), justify=side, overflow="fold")
        for trend in self.kpis[:_LINES]:
            values = [value for _, value in trend.points]
            unit = trend.last.values.get("unit")
            table.add_row(
                Text(printable(trend.entity.name)),
                labels.get(str(trend.last.verdict), "—"),
                _figure(values[0] if values else None, unit, shares),
                _figure(values[-1] if values else None, unit, shares),
                bars(values),
                Text(printable(self._place(trend.entity))),
            )
        console.print(table)
        if len(self.kpis) > _LINES:
            click.echo("  " + text("cli.history.more", n=len(self.kpis) - _LINES))


def bars(values: Sequence[float]) -> str:
    """A line of numbers as small bars, the last twelve; "=" when there was but one."""
    shown = values[-12:]
    if len(shown) < 2:
        return "=" if shown else ""
    low, high = min(shown), max(shown)
    step = (high - low) / (len(_BARS) - 1)
    return "".join(_BARS[round((value - low) / step)] for value in shown)


def verdict_labels(spec: WorkbookSpec) -> dict[EntityKind, dict[str, str]]:
    """What the verdicts of each kind are called, in the user's language."""
    lists = {item.key: item for item in spec.lists}
    found: dict[EntityKind, dict[str, str]] = {kind: {} for kind in EntityKind}
    for _, block in spec.data_blocks().values():
        if not isinstance(block, TableBlock | FormBlock) or block.record is None:
            continue
        for field in block.fields:
            if field.key == block.record.verdict and field.choices is not None:
                choices = lists[field.choices].choices
                found[block.record.kind] = {choice.key: choice.get(language()) for choice in choices}
    return found


def _verdict(state: queries.State | None) -> str:
    return "" if state is None or state.verdict is None else state.verdict


def _named(names: Sequence[str]) -> str:
    """How many, and the first of them by name."""
    if not names:
        return ""
    shown = ", ".join(printable(name) for name in names[:_NAMED])
    rest = len(names) - _NAMED
    return text(
        "cli.history.names.more" if rest > 0 else "cli.history.names", n=len(names), names=shown, rest=rest
    )


def _figure(value: float | None, unit: object, shares: Collection[str]) -> str:
    if value is None:
        return "—"
    if not isinstance(unit, str):
        return text("cli.history.figure", value=value, unit="").rstrip()
    if unit.strip().casefold() in shares and abs(value) <= 1:
        return text("cli.history.share", value=value)
    return text("cli.history.figure", value=value, unit=unit)


def _show_lines(title: str, lines: Sequence[str], **args: object) -> None:
    click.echo()
    click.secho(text(title, n=len(lines), **args), bold=True)
    for line in lines[:_LINES]:
        click.echo(f"  {line}")
    if len(lines) > _LINES:
        click.echo("  " + text("cli.history.more", n=len(lines) - _LINES))
