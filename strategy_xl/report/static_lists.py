"""The lists of the page as people see them before a script runs: their first rows, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence

from strategy_xl.report.data import ReportData
from strategy_xl.report.listings import Listing
from strategy_xl.report.markup import Html, joined, tag
from strategy_xl.report.written_cells import NUMERIC, Words, book_of, cells, place

ROWS = 25
SHOWN = {
    "alerts": ("stake", "severity", "what", "action", "due"),
    "clients": ("client", "class", "before", "x", "y", "revenue", "because"),
    "kpis": ("kpi", "status", "before", "progress", "pace", "trend", "current", "target", "forecast"),
    "objectives": ("objective", "verdict", "before", "score", "s", "m", "a", "r", "t", "stalled"),
    "accounts": ("account", "alert", "before", "coverage", "contacts"),
    "books": (
        "state", "completeness", "weakest", "clients", "alerts", "changed", "restored", "seconds", "failure",
    ),
}  # fmt: skip
"""What the page shows of each list; the other columns are told with these."""
_OFTEN_EMPTY = frozenset({"because", "trend", "stalled", "failure"})
"""Columns that are left out when no line has anything in them."""


def shown(listing: Listing) -> list[str]:
    """The columns that the page shows of a list: those in which there is anything to see."""
    return [
        column.key
        for key in SHOWN[listing.key]
        for column in listing.columns
        if column.key == key and (key not in _OFTEN_EMPTY or any(column.values))
    ]


def table(
    data: ReportData, listing: Listing, words: Words, rows: Sequence[int] | None = None, *, id_: str = ""
) -> Html:
    """A list as a table.

    Arguments:
        data, listing, words: the report, the list, the page's words.
        rows: what is shown of it; the first ones without.
        id_: of the table; "" for one that no script takes over.
    """
    told = range(min(len(listing), ROWS)) if rows is None else rows
    columns = [listing.column(key) for key in shown(listing)]
    writers = [cells(listing, column, words) for column in columns]
    classes = [f"c-{column.key}" + (" number" if column.form in NUMERIC else "") for column in columns]
    head = [
        tag("th", words.get(f"column.{column.key}"), scope="col", class_=class_, data_key=column.key)
        for column, class_ in zip(columns, classes, strict=True)
    ]
    head.insert(
        len(head) if listing.key != "books" else 0,
        tag("th", words.get("column.place"), scope="col", class_="c-place"),
    )
    body = []
    for at in told:
        row = [tag("td", writer(at), class_=class_) for writer, class_ in zip(writers, classes, strict=True)]
        book = book_of(data, listing, at)
        link = place(book, listing.places.sheet(at), listing.places.cell(at))
        row.insert(len(row) if listing.key != "books" else 0, tag("td", link, class_="c-place"))
        body.append(tag("tr", row))
    caption = tag("caption", words.get(f"list.{listing.key}"), class_="hidden")
    return tag(
        "table",
        caption,
        tag("thead", tag("tr", head)),
        tag("tbody", body),
        class_=f"list l-{listing.key}",
        id=id_ or None,
    )


def framed(data: ReportData, listing: Listing, words: Words) -> Html:
    """A list that a script takes over: its first rows in a frame, and a line that says how many there are."""
    if not len(listing):
        return tag("p", words.get(f"empty.{listing.key}"), class_="empty")
    count = min(len(listing), ROWS)
    more = (
        tag("p", words.get("more", n=count, of=max(listing.total, len(listing))), class_="more")
        if count < max(listing.total, len(listing))
        else Html("")
    )
    return joined(
        tag("div", class_="tools", hidden=True),
        tag(
            "div",
            table(data, listing, words, id_=f"t-{listing.key}"),
            class_="frame",
            role="group",
            tabindex=0,
            aria_label=words.get(f"list.{listing.key}"),
        ),
        more,
    )
