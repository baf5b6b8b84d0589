"""The morning page: one HTML file that reaches for nothing outside itself.

What people read first is written out and needs no script. All lists lie in the page as packed columns
(``packed``), which the scripts in ``assets`` unpack, draw, filter, sort and search. The policy in the page
lets nothing run, load or be sent but that one script and that one style, known by their hashes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from strategy_xl.languages import LANGUAGES, forms_of
from strategy_xl.report import sections
from strategy_xl.report.data import BookState, Label, Labels, ReportData
from strategy_xl.report.listings import DECIMALS, Form, Listing, listings
from strategy_xl.report.markup import Html, joined, tag
from strategy_xl.report.packed import Block
from strategy_xl.report.page_head import asset, page_head
from strategy_xl.report.static_lists import framed, shown
from strategy_xl.report.written_cells import Words, measures
from strategy_xl.text.catalog import message

_SCRIPTS = ("columns.js", "cells.js", "search.js", "lists.js", "matrix.js", "page.js")
_SECTIONS = ("alerts", "moves", "clients", "kpis", "objectives", "accounts", "books", "operation")
_TEXTS = (
    "search", "search_help", "count", "count_one", "count_some", "no_match", "copy", "copied", "all_classes",
    "all_books", "book", "sort", "zoom_in", "zoom_out", "zoom_all", "matrix", "matrix_help", "x", "y",
    "new", "was", "no_alert", "limits", "limits_unknown", "theme", "theme_auto", "theme_light", "theme_dark",
    "print", "moved", "reset", "points",
)  # fmt: skip
"""Messages that the scripts show."""
_FILLED_LATER = {name: f"{{{name}}}" for name in ("n", "of", "label", "low", "high")}
"""What the scripts themselves put into a message."""
MOST_ALERTS = 5_000
"""Alerts that the page holds, those with the greatest stakes; the other forms hold them all."""


@cache
def state_labels() -> Labels:
    """What becomes of workbooks, in words."""
    tones = {
        BookState.FAILED: "bad",
        BookState.SKIPPED: "warn",
        BookState.LEFT: "warn",
        BookState.CHANGED: "good",
    }
    return {
        state.value: Label(
            {lang: message(f"report.state.{state.value}", lang) for lang in LANGUAGES},
            tones.get(state, "neutral"),
        )
        for state in BookState
    }


def page(data: ReportData, lang: str, written: datetime) -> str:
    """The page as a text.

    Arguments:
        data: the report.
        lang: the language, as ``data`` has its sentences.
        written: when, for its last line.
    """
    words = Words(lang, {**data.lists, "book_state": state_labels()})
    lists = {listing.key: listing for listing in listings(data, lang)}
    alerts = lists["alerts"]
    lists["alerts"] = alerts.taken(range(min(len(alerts), MOST_ALERTS)))
    style, script = asset("page.css"), asset(*_SCRIPTS)
    title = words.get("title", day=data.night.day)
    body = tag(
        "body",
        tag("a", words.get("skip"), class_="skip", href="#alerts"),
        _header(data, words),
        tag("p", words.get("failed"), class_="failed"),
        tag("noscript", tag("p", words.get("noscript"), class_="failed")),
        tag("main", sections.sentences(data, words), sections.tiles(data, words), _parts(data, lists, words)),
        _footer(data, words, written),
        _blocks(data, lists, words),
        tag("script", Html(script)),
    )
    return f"<!DOCTYPE html>\n{tag('html', page_head(title, style, script), body, lang=lang)}\n"


def _header(data: ReportData, words: Words) -> Html:
    night = data.night
    scope = (
        words.get("scope.books", n=len(data.books)),
        words.get("scope.clients", n=len(data.clients.places)),
    )
    compared = (
        words.get("scope.compared", day=night.compared)
        if night.compared is not None
        else words.get("scope.first")
    )
    links = [tag("li", tag("a", words.get(f"nav.{key}"), href=f"#{key}")) for key in _SECTIONS]
    return tag(
        "header",
        tag(
            "div",
            tag(
                "div",
                tag("h1", words.get("title", day=night.day)),
                tag(
                    "p", " · ".join([night.folder, *scope, compared] if night.folder else [*scope, compared])
                ),
            ),
            tag("div", class_="toolbar", id="toolbar"),
            class_="band",
        ),
        tag("nav", tag("ul", links), aria_label=words.get("nav")),
    )


def _parts(data: ReportData, lists: dict[str, Listing], words: Words) -> Iterable[Html]:
    above = {
        "clients": Html('<div id="matrix"></div>'),
        "kpis": sections.statuses(data, words),
        "objectives": sections.letters(data, words),
        "accounts": sections.coverage(data, words),
    }
    for key in _SECTIONS:
        if key == "moves":
            content = sections.moved(data, lists["clients"], words)
        elif key == "operation":
            content = sections.operation(data, words)
        else:
            content = joined(above.get(key, ""), framed(data, _first_rows(lists[key]), words))
            if key == "alerts":
                content = sections.alerts(data, content, words)
        lead = tag("p", words.get(f"lead.{key}"), class_="lead")
        yield tag(
            "section",
            tag("h2", words.get(f"list.{key}"), id=f"h-{key}"),
            lead,
            content,
            id=key,
            aria_labelledby=f"h-{key}",
        )


def _first_rows(listing: Listing) -> Listing:
    """A list as it is sorted at first; the packed columns keep their own order, which is shorter."""
    if not listing.sort:
        return listing
    values = listing.column(listing.sort).values
    return listing.taken(sorted(range(len(listing)), key=lambda at: -(values[at] or 0.0))[:25])


def _footer(data: ReportData, words: Words, written: datetime) -> Html:
    run = words.get("footer.run", run=data.night.run[:8]) if data.night.run else ""
    return tag(
        "footer",
        tag("p", words.get("footer.written", day=written.date(), time=f"{written:%H:%M}"), " ", run),
        tag("p", words.get("footer.aid")),
        tag("p", words.get("footer.keys"), class_="keys", hidden=True),
    )


def _blocks(data: ReportData, lists: dict[str, Listing], words: Words) -> Iterable[Html]:
    """The lists as packed columns, and what the scripts know beside."""
    about = {
        "lang": words.lang,
        "tag": forms_of(words.lang).tag,
        "names_months": bool(forms_of(words.lang).months),
        "texts": {key: words.get(f"page.{key}", **_FILLED_LATER) for key in _TEXTS},
        "lists": {
            key: {choice: [label.get(words.lang), label.tone] for choice, label in labels.items()}
            for key, labels in words.lists.items()
        },
        "books": [[book.path, book.link, book.threshold] for book in data.books],
        "headings": {
            column.key: words.get(f"column.{column.key}")
            for found in lists.values()
            for column in found.columns
        }
        | {"place": words.get("column.place")},
    }
    yield _data("about", Block(about).packed())
    for listing in lists.values():
        yield _data(listing.key, _block(listing, words.lang).packed())


def _data(key: str, packed: str) -> Html:
    return tag("script", Html(packed), type="text/plain", id=f"d-{key}")


def _block(listing: Listing, lang: str) -> Block:
    """One list for the scripts."""
    block = Block(
        {
            "key": listing.key,
            "rows": len(listing),
            "total": max(listing.total, len(listing)),
            "shown": shown(listing),
            "sort": listing.sort,
            "spots": [list(spot) for spot in listing.places.known],
            "forms": {
                column.key: [column.form.value, column.list_, column.other] for column in listing.columns
            },
        }
    )
    block.integers("@book", listing.places.books, steps=True)
    block.integers("@spot", listing.places.spots)
    block.integers("@row", listing.places.rows, steps=True)
    for column in listing.columns:
        if column.form in DECIMALS and column.form is not Form.MEASURE:
            block.numbers(column.key, column.values, DECIMALS[column.form])
        elif column.form is Form.DAY:
            block.days(column.key, column.values)
        elif column.form is Form.TREND:
            block.trends(column.key, column.values)
        elif column.form is Form.MEASURE:
            block.texts(column.key, measures(listing, column, lang))
        else:
            # Scripts colour and filter by choices, however few rows there are.
            block.texts(column.key, column.values, listed=column.form is Form.CHOICE)
    return block
