"""A mail with the sentences of a report and its first alerts, the page attached; nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from strategy_xl.report.data import PROGRAM, ReportData
from strategy_xl.report.highlights import highlights
from strategy_xl.report.listings import Listing, listings
from strategy_xl.report.markup import Html, joined, named, tag
from strategy_xl.report.morning_page import page
from strategy_xl.report.written_cells import told_place
from strategy_xl.text.catalog import message
from strategy_xl.text.figures import format_value

_ALERTS = 10
_FONT = "font-family:Calibri,Arial,sans-serif"


def mail(
    data: ReportData, lang: str, written: datetime, *, sender: str = "", recipients: Sequence[str] = ()
) -> EmailMessage:
    """The mail, as a file that mail programs open as a draft.

    Arguments:
        data: the report.
        lang: language of the sentences.
        written: when, for its date.
        sender, recipients: addresses; whoever sends it may fill them in.
    """
    found = EmailMessage(policy=SMTP)
    found["X-Mailer"] = PROGRAM  # first: a report is known by it
    found["Subject"] = message("report.title", lang, day=data.night.day)
    if sender:
        found["From"] = sender
    if recipients:
        found["To"] = ", ".join(recipients)
    found["Date"] = format_datetime(written)
    found["X-Unsent"] = "1"  # Outlook opens it as a draft
    told = highlights(data, lang)
    parts = [(message(f"report.top.{key}", lang), getattr(told, key)) for key in ("better", "worse", "today")]
    alerts = next(listing for listing in listings(data, lang) if listing.key == "alerts")
    found.set_content(_plain(data, parts, alerts, lang))
    found.add_alternative(_html(data, parts, alerts, lang), subtype="html")
    found.add_attachment(
        page(data, lang, written).encode(),
        maintype="text",
        subtype="html",
        filename=f"{message('report.mail.file', lang)}-{data.night.day.isoformat()}.html",
    )
    return found


def _told(data: ReportData, alerts: Listing, at: int) -> str:
    book = data.books[alerts.places.books[at]]
    return told_place(book.path, alerts.places.sheet(at), alerts.places.cell(at))


def _plain(data: ReportData, parts: Sequence[tuple[str, str]], alerts: Listing, lang: str) -> str:
    lines = [line for title, text in parts for line in (title.upper(), text, "")]
    what, actions = alerts.column("what").values, alerts.column("action").values
    stakes = alerts.column("stake").values
    for at in range(min(len(alerts), _ALERTS)):
        stake = f"{format_value(stakes[at], 'money', lang)} — " if stakes[at] else ""
        lines.append(f"- {stake}{_line(what[at])}")
        if actions[at]:
            lines.append(f"  → {_line(actions[at])}")
        lines.append(f"  {_told(data, alerts, at)}")
    lines += ["", message("report.footer.aid", lang)]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _html(data: ReportData, parts: Sequence[tuple[str, str]], alerts: Listing, lang: str) -> str:
    cell = "padding:4px 8px;border-bottom:1px solid #dfe4eb;vertical-align:top"
    rows = [
        tag(
            "tr",
            tag(
                "td",
                format_value(stake, "money", lang) if stake else "",
                style=f"{cell};white-space:nowrap;text-align:right",
            ),
            tag("td", tag("b", named(what)), Html("<br>"), named(action), style=cell),
            tag("td", named(_told(data, alerts, at)), style=f"{cell};color:#566070"),
        )
        for at, (stake, what, action) in enumerate(
            zip(*(alerts.column(key).values[:_ALERTS] for key in ("stake", "what", "action")), strict=True)
        )
    ]
    body = joined(
        tag("h1", message("report.title", lang, day=data.night.day), style="font-size:20px"),
        [
            joined(
                tag("h2", title, style="font-size:15px;color:#566070;margin-bottom:0"),
                tag("p", named(text), style="margin-top:2px;font-size:16px"),
            )
            for title, text in parts
        ],
        tag("h2", message("report.list.alerts", lang), style="font-size:15px;color:#566070") if rows else "",
        tag("table", rows, style="border-collapse:collapse") if rows else "",
        tag("p", message("report.footer.aid", lang), style="color:#566070"),
    )
    return str(tag("html", tag("body", body, style=_FONT), lang=lang))
