"""The three sentences on top of the report: what got better, what got worse, what to do today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from strategy_xl.report.data import BookState, Labels, ReportData
from strategy_xl.report.totals import Moves, account_moves, class_sums, moves, ranked
from strategy_xl.text.catalog import message
from strategy_xl.text.shortening import shorten

_NAME_LENGTH, _ACTION_LENGTH = 60, 180
_GOOD, _BAD = ("good",), ("warn", "bad")


@dataclass(frozen=True, slots=True)
class Highlights:
    """Three sentences in plain words."""

    better: str
    worse: str
    today: str


def highlights(data: ReportData, lang: str) -> Highlights:
    """The sentences of a report.

    Arguments:
        data: the report.
        lang: ``fr`` or ``en``.
    """
    if data.night.compared is None:
        return Highlights(_standing(data, lang, _GOOD), _standing(data, lang, _BAD), _today(data, lang))
    changes = {
        "client": moves(
            data.lists.get("client", {}),
            data.clients.previous,
            data.clients.classes,
            data.clients.revenues,
        ),
        "kpi": moves(data.lists.get("kpi", {}), data.kpis.previous, data.kpis.statuses),
        "objective": moves(
            data.lists.get("objective", {}), data.objectives.previous, data.objectives.verdicts
        ),
        "account": account_moves(data.accounts, data.lists.get("account", {})),
    }
    return Highlights(
        _changed(data, changes, "better", lang), _changed(data, changes, "worse", lang), _today(data, lang)
    )


def _joined(parts: Sequence[str], lang: str) -> str:
    """Parts of a sentence as a list that ends with "and"."""
    if len(parts) < 2:
        return "".join(parts)
    return message("report.and", lang, first=", ".join(parts[:-1]), last=parts[-1])


def _begun(text: str) -> str:
    """A sentence with a capital letter."""
    return text[:1].upper() + text[1:]


def _changed(data: ReportData, changes: dict[str, Moves], what: str, lang: str) -> str:
    """What changed for the better, or for the worse, since the run compared with."""
    parts = []
    for kind, found in changes.items():
        rows = found.better if what == "better" else found.worse
        if not rows:
            continue
        args: dict[str, object] = {"n": len(rows)}
        if kind == "client":
            revenue = sum(data.clients.revenues[at] or 0.0 for at in rows)
            args |= {
                "revenue": revenue or None,
                "name": shorten(data.clients.names[rows[0]], _NAME_LENGTH),
            }
        parts.append(message(f"report.{what}.{kind}", lang, **args))
    if not parts:
        return message(f"report.{what}.none", lang, day=data.night.compared)
    return message("report.since", lang, day=data.night.compared, changes=_joined(parts, lang))


def _toned(labels: Labels, tones: Sequence[str]) -> list[str]:
    return [key for key in ranked(labels) if labels[key].tone in tones]


def _standing(data: ReportData, lang: str, tones: Sequence[str]) -> str:
    """How good, or how bad, things are, where there is nothing to compare them with."""
    labels = data.lists.get("client", {})
    sums = class_sums(data.clients)
    parts = [
        message(
            "report.standing.client",
            lang,
            n=sums[key].count,
            label=labels[key].get(lang),
            revenue=sums[key].revenue or None,
        )
        for key in _toned(labels, tones)
        if key in sums
    ]
    statuses = set(_toned(data.lists.get("kpi", {}), tones))
    count = sum(status in statuses for status in data.kpis.statuses)
    kind = "good" if tones is _GOOD else "bad"
    if count:
        parts.append(message(f"report.standing.kpi.{kind}", lang, n=count, of=len(data.kpis.statuses)))
    if not parts:
        return message(f"report.standing.none.{kind}", lang)
    return message("report.standing", lang, found=_begun(_joined(parts, lang)))


def _first(data: ReportData, at: int, lang: str) -> str:
    """What to begin with: whom, what is at stake, what to do, unless the action says whom itself."""
    alerts = data.alerts
    name = alerts.names[at] or alerts.texts[at]
    action = _begun(shorten(alerts.actions[at], _ACTION_LENGTH))
    if alerts.names[at] and alerts.names[at] in action:
        return action
    return message(
        "report.today.first",
        lang,
        name=shorten(name, _NAME_LENGTH),
        stake=alerts.stakes[at] or None,
        action=action,
    )


def _today(data: ReportData, lang: str) -> str:
    """The action with the greatest stake, what is urgent beside it, and workbooks that need somebody."""
    parts = []
    alerts = data.alerts
    urgent = [at for at, severity in enumerate(alerts.severities) if severity == "error"]
    first = max(
        (at for at in range(len(alerts.texts)) if alerts.actions[at]),
        key=lambda at: (alerts.stakes[at] or 0.0, alerts.severities[at] == "error"),
        default=None,
    )
    if first is not None:
        parts.append(_first(data, first, lang))
    rest = [at for at in urgent if at != first]
    if rest:
        stake = sum(alerts.stakes[at] or 0.0 for at in rest)
        parts.append(message("report.today.urgent", lang, n=len(rest), stake=stake or None))
    failed = sum(book.state in {BookState.FAILED, BookState.SKIPPED, BookState.LEFT} for book in data.books)
    if failed:
        parts.append(message("report.today.books", lang, n=failed))
    return " ".join(parts) or message("report.today.none", lang)
