"""The parts of the page above and beside its lists: sentences, classes, moves, letters, what failed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from strategy_xl.errors import Finding
from strategy_xl.report.data import LETTERS, NEW, Book, BookState, ReportData
from strategy_xl.report.highlights import highlights
from strategy_xl.report.listings import Listing, remedy, sentence
from strategy_xl.report.markup import Html, joined, named, tag
from strategy_xl.report.static_lists import table
from strategy_xl.report.totals import (
    account_counts,
    before_counts,
    class_sums,
    letter_counts,
    migrations,
    moves,
    ranked,
    way,
)
from strategy_xl.report.written_cells import ARROWS, Words, choice, place
from strategy_xl.text.figures import format_value

_MOVERS = 12
_SLOWEST, _FAILED, _RESTORED = 8, 12, 8
_HEATS = 5


def sentences(data: ReportData, words: Words) -> Html:
    """What got better, what got worse, what to do today."""
    found = highlights(data, words.lang)
    parts = (
        ("better", "▲", found.better),
        ("worse", "▼", found.worse),
        ("today", "➜", found.today),
    )
    return tag(
        "section",
        [
            tag(
                "article",
                tag("h2", tag("span", sign, class_="sign", aria_hidden="true"), " ", words.get(f"top.{key}")),
                tag("p", named(text)),
                class_=key,
            )
            for key, sign, text in parts
        ],
        id="top",
        aria_label=words.get("top"),
    )


def tiles(data: ReportData, words: Words) -> Html:
    """One tile a class: how many clients, how many more than before, their revenue."""
    labels = data.lists.get("client", {})
    sums, before = class_sums(data.clients), before_counts(data.clients)
    whole = sum(found.revenue for found in sums.values()) or 1.0
    found = []
    for key in labels:
        if key not in sums:
            continue
        more = sums[key].count - before.get(key, 0) - _arrived(data, key) if before else 0
        found.append(
            tag(
                "li",
                tag("span", format_value(sums[key].count, "int", words.lang), class_="count"),
                tag("span", labels[key].get(words.lang), class_="name"),
                tag(
                    "span",
                    words.get("tile.more", n=more, sign="+" if more > 0 else "−", size=abs(more)),
                    class_="more",
                )
                if more
                else "",
                tag(
                    "span",
                    words.get("tile.revenue", revenue=sums[key].revenue, share=sums[key].revenue / whole),
                    class_="revenue",
                ),
                class_=f"tile {labels[key].tone}",
            )
        )
    return tag("ul", found, class_="tiles") if found else Html("")


def _arrived(data: ReportData, key: str) -> int:
    return sum(
        before == NEW and now == key
        for before, now in zip(data.clients.previous, data.clients.classes, strict=True)
    )


def alerts(data: ReportData, listed: Html, words: Words) -> Html:
    """The list of alerts, with what an earlier program has not kept of some."""
    found = data.alerts
    notes = [
        tag("p", words.get(f"alerts.{key}", n=count), class_="note")
        for key, count in (("worded", found.worded), ("untold", found.untold))
        if count
    ]
    return joined(*notes, listed if len(found.places) or not found.untold else "")


def moved(data: ReportData, listing: Listing, words: Words) -> Html:
    """Clients from class to class: a table of four by four, and those with the largest revenue by name."""
    if data.night.compared is None:
        return tag("p", words.get("moves.first"), class_="empty")
    labels = data.lists.get("client", {})
    found, keys = migrations(data.clients), ranked(labels)
    most = max((found[pair].count for pair in found if pair[0] != pair[1] and pair[0] in keys), default=0)
    rows = [
        tag(
            "tr",
            tag("th", choice(words, "client", before), scope="row"),
            [_migration(found, words, before, now, most) for now in keys],
        )
        for before in keys
    ]
    head = tag(
        "tr",
        tag("th", words.get("moves.corner"), scope="col", class_="corner"),
        [tag("th", choice(words, "client", now), scope="col") for now in keys],
    )
    picture = tag(
        "table",
        tag("caption", words.get("moves.caption", day=data.night.compared)),
        tag("thead", head),
        tag("tbody", rows),
        class_="migrations",
    )
    arrived = sum(count.count for (before, _now), count in found.items() if before == NEW)
    note = [
        words.get(f"moves.{key}", n=count)
        for key, count in (("arrived", arrived), ("left", data.left_clients))
        if count
    ]
    change = moves(labels, data.clients.previous, data.clients.classes, data.clients.revenues)
    movers = sorted(
        [*change.worse[:_MOVERS], *change.better[:_MOVERS]],
        key=lambda at: -(data.clients.revenues[at] or 0.0),
    )[:_MOVERS]
    listed = (
        tag("div", table(data, listing, words, movers), class_="frame plain")
        if movers
        else tag("p", words.get("moves.none"), class_="empty")
    )
    return joined(
        tag(
            "div",
            tag("div", picture, tag("p", " ".join(note), class_="note") if note else ""),
            class_="beside",
        ),
        tag("h3", words.get("moves.largest")),
        listed,
    )


def _migration(
    found: Mapping[tuple[str, str], object], words: Words, before: str, now: str, most: int
) -> Html:
    from strategy_xl.report.totals import Sum

    total = found.get((before, now), Sum())
    assert isinstance(total, Sum)
    if not total.count:
        return tag("td", "·", class_="none")
    shown = joined(
        tag("strong", format_value(total.count, "int", words.lang)),
        tag("small", format_value(total.revenue, "money", words.lang)) if total.revenue else "",
    )
    if before == now:
        return tag("td", shown, class_="same", data_before=before, data_now=now)
    turn = way(words.lists["client"], before, now)
    heat = math.ceil(_HEATS * math.log1p(total.count) / math.log1p(most)) if most else 1
    name = {1: "up", -1: "down", 0: "flat"}[turn]
    arrow = tag("span", ARROWS[turn], class_="arrow", aria_label=words.get(f"moves.{name}"), role="img")
    return tag("td", arrow, " ", shown, class_=f"{name} h{heat}", data_before=before, data_now=now)


def statuses(data: ReportData, words: Words) -> Html:
    """KPIs by status: one bar, and its legend in words."""
    return _split(
        ((key, data.kpis.statuses.count(key)) for key in data.lists.get("kpi", {})),
        words,
        "kpi",
    )


def coverage(data: ReportData, words: Words) -> Html:
    """Accounts by their gravest alert."""
    counts = account_counts(data.accounts)
    keys = ["", *data.lists.get("account", {})]
    return _split(((key, counts.get(key, 0)) for key in keys), words, "account")


def _split(counts: Iterable[tuple[str, int]], words: Words, list_: str) -> Html:
    """A whole cut into parts: a bar, and a legend that says the same in words."""
    parts = [(key, count) for key, count in counts if count]
    whole = sum(count for _, count in parts)
    if not whole:
        return Html("")
    drawn, items, start = [], [], 0.0
    for key, count in parts:
        width = count / whole * 100
        tone = words.tone(list_, key) if key else "good"
        drawn.append(
            tag("rect", x=round(start, 3), width=round(max(width - 0.25, 0.1), 3), height=10, class_=tone)
        )
        start += width
        items.append(
            tag(
                "li",
                tag("span", class_=f"dot {tone}", aria_hidden="true"),
                " ",
                tag("strong", format_value(count, "int", words.lang)),
                " ",
                words.label(list_, key) if key else words.get("page.no_alert"),
            )
        )
    picture = tag(
        "svg", drawn, viewBox="0 0 100 10", preserveAspectRatio="none", class_="split", aria_hidden="true"
    )
    return joined(picture, tag("ul", items, class_="legend"))


def letters(data: ReportData, words: Words) -> Html:
    """Objectives by letter: how many have it, half have it, lack it."""
    whole = len(data.objectives.places)
    if not whole:
        return Html("")
    counts = letter_counts(data.objectives)
    rows = []
    for letter in LETTERS:
        drawn, start = [], 0.0
        for mark in ("2", "1", "0", "?"):
            width = counts[letter].get(mark, 0) / whole * 100
            name = mark.replace("?", "x")
            drawn.append(tag("rect", x=round(start, 3), width=round(width, 3), height=10, class_=f"m{name}"))
            start += width
        bar = tag(
            "svg", drawn, viewBox="0 0 100 10", preserveAspectRatio="none", class_="split", aria_hidden="true"
        )
        told = [
            tag("td", format_value(counts[letter].get(mark, 0), "int", words.lang), class_="number")
            for mark in ("2", "1", "0", "?")
        ]
        rows.append(
            tag(
                "tr",
                tag("th", words.get(f"letter.{letter}"), scope="row"),
                tag("td", bar, class_="wide"),
                told,
            )
        )
    heads = [
        tag("th", tag("span", words.get(f"mark.{name}")), scope="col", class_="number")
        for name in ("2", "1", "0", "x")
    ]
    head = tag(
        "tr",
        tag("th", words.get("letter"), scope="col"),
        tag("th", words.get("letter.share"), scope="col"),
        heads,
    )
    return tag(
        "table",
        tag("caption", words.get("letter.caption"), class_="hidden"),
        tag("thead", head),
        tag("tbody", rows),
        class_="letters",
    )


def _failures(data: ReportData, words: Words) -> Iterable[Html]:
    """What was not treated, by what helps."""
    groups: dict[str, list[tuple[Book, Finding]]] = {}
    for book in data.books:
        if book.failure is not None:
            groups.setdefault(book.failure.code, []).append((book, book.failure))
    if not groups:
        return
    yield tag("h3", words.get("operation.failed", n=sum(map(len, groups.values()))))
    for code, group in sorted(groups.items(), key=lambda item: -len(item[1])):
        items = [
            tag("li", place(book), " ", tag("span", named(sentence(failure, words.lang))))
            for book, failure in group[:_FAILED]
        ]
        helps = remedy(group[0][1], words.lang)
        rest = words.get("operation.rest", n=len(group) - _FAILED) if len(group) > _FAILED else ""
        yield tag(
            "div",
            tag(
                "p",
                tag("span", code, class_="tag bad"),
                " ",
                named(helps or words.get("operation.no_remedy")),
                class_="remedy",
            ),
            tag("ul", items),
            tag("p", rest, class_="more") if rest else "",
            class_="failures",
        )


def operation(data: ReportData, words: Words) -> Html:
    """For the administrator: what failed and what helps, what took long, what was put back."""
    lang = words.lang
    slow = sorted(
        (book for book in data.books if book.seconds is not None), key=lambda book: -(book.seconds or 0.0)
    )[:_SLOWEST]
    restored = sorted((book for book in data.books if book.restored), key=lambda book: -book.restored)
    kept = sum(book.backups > 0 for book in data.books)
    counts = [
        tag("li", tag("strong", format_value(count, "int", lang)), " ", words.get(f"state.{state.value}"))
        for state in BookState
        if (count := sum(book.state is state for book in data.books))
    ]
    parts = [tag("ul", counts, class_="legend"), *_failures(data, words)]
    columns = []
    if slow:
        rows = [
            tag("li", place(book), " ", tag("span", words.get("operation.seconds", seconds=book.seconds)))
            for book in slow
        ]
        columns.append(tag("div", tag("h3", words.get("operation.slowest")), tag("ol", rows)))
    if restored:
        rows = [
            tag("li", place(book), " ", tag("span", format_value(book.restored, "int", lang)))
            for book in restored[:_RESTORED]
        ]
        total = sum(book.restored for book in restored)
        columns.append(tag("div", tag("h3", words.get("operation.restored", n=total)), tag("ol", rows)))
    text = words.get("operation.backups", n=kept, folder=data.night.backups)
    columns.append(tag("div", tag("h3", words.get("operation.backups.title")), tag("p", text)))
    return joined(parts, tag("div", columns, class_="columns"))
