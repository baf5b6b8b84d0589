"""The lists of a report for other programs: JSON with stable keys, and one CSV file a list."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from strategy_xl.languages import forms_of
from strategy_xl.report.data import GENERATOR, PROGRAM, Book, ReportData
from strategy_xl.report.highlights import highlights
from strategy_xl.report.listings import Form, Listing, Shown, listings
from strategy_xl.text.catalog import message

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a text must not begin with in a table that spreadsheets open: they would take it for a formula."""


def as_json(data: ReportData, lang: str) -> str:
    """The report as JSON: numbers as numbers, verdicts as keys, days as ``2027-03-01``.

    Arguments: as of ``as_data``.
    """
    return json.dumps(as_data(data, lang), ensure_ascii=False, indent=1, default=_plain) + "\n"


def as_data(data: ReportData, lang: str) -> dict[str, Any]:
    """The report with stable keys.

    Arguments:
        data: the report.
        lang: language of the sentences.
    """
    told = highlights(data, lang)
    night = data.night
    return {
        "program": PROGRAM,
        "night": {
            "run": night.run,
            "day": night.day.isoformat(),
            "started": night.started.isoformat() if night.started is not None else None,
            "seconds": night.seconds,
            "compared": night.compared.isoformat() if night.compared is not None else None,
            "folder": night.folder,
        },
        "highlights": {"better": told.better, "worse": told.worse, "today": told.today},
        "left_clients": data.left_clients,
        "lists": {
            listing.key: [_row(data, listing, at) for at in range(len(listing))]
            for listing in listings(data, lang)
        },
    }


def _row(data: ReportData, listing: Listing, at: int) -> Mapping[str, Any]:
    found: dict[str, Any] = {shown.key: _value(shown, at) for shown in listing.columns}
    book: Book = data.books[listing.places.books[at]]
    found["workbook"] = book.path
    if listing.key != "books":
        found |= {"sheet": listing.places.sheet(at), "cell": listing.places.cell(at)}
    return found


def _value(shown: Shown, at: int) -> Any:
    value = shown.values[at]
    return None if value == "" else value


def _plain(value: object) -> object:
    """What JSON has no form for."""
    return (
        value.isoformat()
        if isinstance(value, date)
        else list(value)
        if isinstance(value, tuple)
        else str(value)
    )


def as_csv(data: ReportData, lang: str) -> Iterator[tuple[str, str]]:
    """Name and content of one file a list.

    Arguments:
        data: the report.
        lang: language of headings and labels, of decimal marks and of what parts the columns. A last column
            without values has the name of the program, by which the file is known.
    """
    for listing in listings(data, lang):
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=forms_of(lang).separator, lineterminator="\r\n")
        places = ("workbook",) if listing.key == "books" else ("workbook", "sheet", "cell")
        heads = [*(shown.key for shown in listing.columns), *places]
        writer.writerow([*(heading(head, lang) for head in heads), GENERATOR])
        for at in range(len(listing)):
            row = [_written(data, shown, at, lang) for shown in listing.columns]
            row.append(_safe(data.books[listing.places.books[at]].path))
            if listing.key != "books":
                row += [_safe(listing.places.sheet(at)), listing.places.cell(at)]
            writer.writerow([*row, ""])
        yield f"{listing.key}.csv", stream.getvalue()


def heading(key: str, lang: str) -> str:
    """Heading of a column in a file, where what was before stands by itself."""
    return message("report.column.previous" if key == "before" else f"report.column.{key}", lang)


def _written(data: ReportData, shown: Shown, at: int, lang: str) -> str:
    value = shown.values[at]
    if value is None or value == "":
        return ""
    if isinstance(value, float | int):
        text = (
            f"{round(value, 4):g}" if isinstance(value, float) and not value.is_integer() else f"{value:.0f}"
        )
        return text.replace(".", forms_of(lang).decimal)
    if isinstance(value, date):
        return value.isoformat()
    if shown.form is Form.TREND:
        return " ".join(f"{point:g}" for point in value)
    labels = data.lists.get(shown.list_, {})
    return _safe(labels[value].get(lang) if value in labels else str(value))


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
