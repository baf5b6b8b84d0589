"""The report as a workbook: a summary with native charts, and a sheet a list.

It is a new file that belongs to nobody's work; no workbook of the staff is opened for it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from strategy_xl.ooxml.finish import complete, rework
from strategy_xl.report.charts_of_portfolio import bars, letters_chart, matrix_chart
from strategy_xl.report.data import LETTERS, PROGRAM, Labels, ReportData
from strategy_xl.report.highlights import highlights
from strategy_xl.report.listings import Form, Listing, Shown, listings
from strategy_xl.report.plain_forms import heading
from strategy_xl.report.totals import Sum, class_sums, letter_counts, migrations, ranked
from strategy_xl.report.written_cells import told_place
from strategy_xl.text.catalog import message

if TYPE_CHECKING:
    from openpyxl import Workbook

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST = 32_767
_A4 = 9
_FONT = "Calibri"
_LINKS = 60_000
"""Links that a sheet can hold are a few more; other rows have the same text without one."""
_FORMATS = {
    Form.SCORE: "0.0",
    Form.INTEGER: "#,##0",
    Form.SECONDS: "0.00",
    Form.MONEY: '#,##0\\ "€"',
    Form.PERCENT: "0%",
    Form.RATIO: "0.00",
    Form.MEASURE: "#,##0.##",
    Form.DAY: "yyyy-mm-dd",
}
_WIDTHS = {Form.NAME: 42, Form.TEXT: 34, Form.CHOICE: 20, Form.MARK: 5}
_TONES = {"good": "C6EFCE", "info": "DDEBF7", "warn": "FFEB9C", "bad": "FFC7CE", "neutral": "EDEDED"}


def portfolio(data: ReportData, lang: str, written: datetime) -> bytes:
    """The workbook's bytes.

    Arguments:
        data: the report.
        lang: language of headings and labels.
        written: when, for its properties.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.title = message("report.title", lang, day=data.night.day)
    book.properties.creator, book.properties.keywords = "strategy_xl", PROGRAM
    book.properties.created = book.properties.modified = written.replace(tzinfo=None)
    writer = _Writer(book, data, lang)
    found = {listing.key: listing for listing in listings(data, lang)}
    clients = _by_class(found["clients"], data.lists.get("client", {}))
    found["clients"] = clients
    writer.summary(clients)
    for listing in found.values():
        writer.sheet(listing)
    saved, stream = io.BytesIO(), io.BytesIO()
    book.save(saved)
    parts = rework(saved.getvalue(), company="", day=written.date(), alternatives=writer.alternatives)
    complete(parts, stream)
    return stream.getvalue()


def _by_class(clients: Listing, labels: Labels) -> Listing:
    """Clients class by class, so that each is one series of the chart; the largest revenue first."""
    places = {key: place for place, key in enumerate(labels)}
    classes, revenues = clients.column("class").values, clients.column("revenue").values
    return clients.taken(
        sorted(
            range(len(clients)), key=lambda at: (places.get(classes[at], len(places)), -(revenues[at] or 0.0))
        )
    )


class _Writer:
    """Writes the sheets of one workbook, row by row."""

    def __init__(self, book: Workbook, data: ReportData, lang: str) -> None:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font, PatternFill

        self.book, self.data, self.lang = book, data, lang
        self.alternatives: list[str] = []
        self._cell: Callable[..., Any] = WriteOnlyCell
        self._bold = Font(name=_FONT, bold=True)
        self._large = Font(name=_FONT, bold=True, size=16)
        self._white = Font(name=_FONT, bold=True, color="FFFFFF")
        self._dark = PatternFill("solid", fgColor="2B3A52")
        self._blue = Font(name=_FONT, color="1D4F9C", underline="single")

    def words(self, key: str, /, **args: object) -> str:
        """A message of the report."""
        return message(f"report.{key}", self.lang, **args)

    # -- cells ---------------------------------------------------------------------------------------------

    def _text(self, sheet: Any, text: str) -> Any:
        """A text as text, whatever it begins with."""
        clean = _ILLEGAL.sub("\ufffd", text)[:_LONGEST]
        if not clean.startswith(("=", "#")):
            return clean
        cell = self._cell(sheet, value=" ")
        cell.value = clean
        cell.data_type = "s"
        return cell

    def _number(self, sheet: Any, value: Any, format_: str) -> Any:
        cell = self._cell(sheet, value=value)
        cell.number_format = format_
        return cell

    def _styled(self, sheet: Any, value: Any, font: Any, fill: Any = None) -> Any:
        cell = self._cell(sheet, value=value)
        cell.font = font
        if fill is not None:
            cell.fill = fill
        return cell

    def _made(self, title: str) -> Any:
        """A new sheet that prints one page wide."""
        from openpyxl.worksheet.properties import PageSetupProperties

        sheet = self.book.create_sheet(title)
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = _A4
        sheet.page_setup.fitToHeight = 0
        return sheet

    def _head(self, sheet: Any, texts: Iterable[str]) -> list[Any]:
        return [self._styled(sheet, text, self._white, self._dark) for text in texts]

    def _link(self, sheet: Any, text: str, address: str) -> Any:
        cell = self._cell(sheet, value=text)
        cell.data_type = "s"
        cell.hyperlink = address
        cell.font = self._blue
        return cell

    # -- lists ---------------------------------------------------------------------------------------------

    def sheet(self, listing: Listing) -> None:
        """A sheet with a list: filter, fixed head, verdicts in the colour of their tone."""
        from openpyxl.utils import get_column_letter

        sheet = self._made(self.words(f"nav.{listing.key}"))
        sheet.freeze_panes = "B2"
        is_books = listing.key == "books"
        heads = [heading(shown.key, self.lang) for shown in listing.columns]
        heads += [self.words("column.workbook"), *([] if is_books else [self.words("column.place")])]
        for at, shown in enumerate(listing.columns, 1):
            width = _WIDTHS.get(shown.form, 13) if shown.form is not Form.TREND else 24
            sheet.column_dimensions[get_column_letter(at)].width = width
        for at in range(len(listing.columns) + 1, len(heads) + 1):
            sheet.column_dimensions[get_column_letter(at)].width = 34
        sheet.append(self._head(sheet, heads))
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{max(len(listing), 1) + 1}"
        writers = [self._writer(sheet, shown) for shown in listing.columns]
        for at in range(len(listing)):
            row = [write(at) for write in writers]
            book = self.data.books[listing.places.books[at]]
            row.append(self._text(sheet, book.path))
            told = told_place("", listing.places.sheet(at), listing.places.cell(at))
            if is_books:
                if book.link and at < _LINKS:
                    row[-1] = self._link(sheet, _ILLEGAL.sub("\ufffd", book.path), book.link)
            elif book.link and at < _LINKS and told:
                row.append(self._link(sheet, _ILLEGAL.sub("\ufffd", told), _address(book.link, listing, at)))
            else:
                row.append(self._text(sheet, told))
            sheet.append(row)
        self._tones(sheet, listing)

    def _writer(self, sheet: Any, shown: Shown) -> Callable[[int], Any]:
        values = shown.values
        if shown.form in _FORMATS:
            format_ = _FORMATS[shown.form]
            return lambda at: None if values[at] is None else self._number(sheet, values[at], format_)
        if shown.form is Form.TREND:
            return lambda at: " → ".join(f"{point:g}" for point in values[at])
        labels = self._labels(shown.list_)
        return lambda at: self._text(sheet, labels.get(values[at], values[at])) if values[at] else None

    def _labels(self, list_: str) -> dict[str, str]:
        labels = {key: label.get(self.lang) for key, label in self.data.lists.get(list_, {}).items()}
        if list_ == "book_state":
            from strategy_xl.report.data import BookState

            labels = {state.value: self.words(f"state.{state.value}") for state in BookState}
        return labels | {"new": self.words("page.new")} if labels else {}

    def _tones(self, sheet: Any, listing: Listing) -> None:
        from openpyxl.formatting.rule import Rule
        from openpyxl.styles import PatternFill
        from openpyxl.styles.differential import DifferentialStyle
        from openpyxl.utils import get_column_letter

        if not len(listing):
            return
        for at, shown in enumerate(listing.columns, 1):
            for label in self.data.lists.get(shown.list_, {}).values():
                look = DifferentialStyle(fill=PatternFill(bgColor=_TONES[label.tone]))
                text = label.get(self.lang).replace('"', '""')
                letter = get_column_letter(at)
                sheet.conditional_formatting.add(
                    f"{letter}2:{letter}{len(listing) + 1}",
                    Rule(
                        type="cellIs",
                        operator="equal",
                        formula=[f'"{text}"'],
                        dxf=look,
                    ),
                )

    # -- summary -------------------------------------------------------------------------------------------

    def summary(self, clients: Listing) -> None:
        """The first sheet: three sentences, classes, moves, statuses, letters, each with its chart."""
        sheet = self._made(self.words("top"))
        sheet.sheet_view.showGridLines = False
        for letter, width in zip("ABCDEFG", (30, 14, 18, 14, 14, 14, 14), strict=True):
            sheet.column_dimensions[letter].width = width
        told = highlights(self.data, self.lang)
        sheet.append([self._styled(sheet, self.words("title", day=self.data.night.day), self._large)])
        sheet.append([])
        for key, text in (("better", told.better), ("worse", told.worse), ("today", told.today)):
            sheet.append([self._styled(sheet, self.words(f"top.{key}"), self._bold), self._text(sheet, text)])
        row = 6
        row = self._classes(sheet, row)
        row = self._moves(sheet, row)
        row = self._statuses(sheet, row)
        self._letters(sheet, row)
        labels = self.data.lists.get("client", {})
        keys = [key for key in labels if labels[key].tone != "neutral"]
        spans = _spans(clients.column("class").values, keys)
        if spans:
            columns = [shown.key for shown in clients.columns]
            chart = matrix_chart(
                self.words("nav.clients"),
                [(labels[key], span) for key, span in spans.items()],
                (columns.index("x") + 1, columns.index("y") + 1),
                self.words,
                self.lang,
            )
            self._chart(sheet, chart, "I7", self.words("page.matrix", n=str(len(clients))))

    def _chart(self, sheet: Any, chart: Any, place: str, text: str) -> None:
        """Put a chart on a sheet, with what it says for those who do not see it."""
        sheet.add_chart(chart, place)
        self.alternatives.append(text)

    def _told(self, rows: Sequence[Sequence[Any]]) -> str:
        """The figures of a small table in one line."""
        lines = (
            f"{line[0]}: {', '.join(str(value) for value in line[1:] if isinstance(value, int))}"
            for line in rows[1:]
        )
        return " · ".join(lines)

    def _table(self, sheet: Any, row: int, title: str, rows: Sequence[Sequence[Any]]) -> int:
        """A small table under a title; the row after it."""
        sheet.append([])
        sheet.append([self._styled(sheet, title, self._bold)])
        for line in rows:
            sheet.append(line)
        return row + 2 + len(rows)

    def _classes(self, sheet: Any, row: int) -> int:
        sums, labels = class_sums(self.data.clients), self.data.lists.get("client", {})
        rows: list[list[Any]] = [
            self._head(
                sheet,
                [self.words("column.class"), self.words("column.clients"), self.words("column.revenue")],
            )
        ]
        for key, label in labels.items():
            total = sums.get(key, Sum())
            money = self._number(sheet, total.revenue, _FORMATS[Form.MONEY])
            rows.append([label.get(self.lang), total.count, money])
        after = self._table(sheet, row, self.words("list.clients"), rows)
        first = after - len(rows)
        self._chart(
            sheet,
            bars(sheet, self.words("list.clients"), first, after - 1, list(labels.values())),
            "I37",
            self._told(rows),
        )
        return after

    def _moves(self, sheet: Any, row: int) -> int:
        if self.data.night.compared is None:
            return row
        labels, found = self.data.lists.get("client", {}), migrations(self.data.clients)
        keys = ranked(labels)
        rows: list[list[Any]] = [
            self._head(sheet, [self.words("moves.corner"), *(labels[key].get(self.lang) for key in keys)])
        ]
        for before in keys:
            counts = [found.get((before, now), Sum()).count for now in keys]
            rows.append([labels[before].get(self.lang), *counts])
        return self._table(sheet, row, self.words("list.moves"), rows)

    def _statuses(self, sheet: Any, row: int) -> int:
        labels = self.data.lists.get("kpi", {})
        rows: list[list[Any]] = [self._head(sheet, [self.words("column.status"), self.words("nav.kpis")])]
        rows += [[label.get(self.lang), self.data.kpis.statuses.count(key)] for key, label in labels.items()]
        after = self._table(sheet, row, self.words("list.kpis"), rows)
        first = after - len(rows)
        self._chart(
            sheet,
            bars(sheet, self.words("list.kpis"), first, after - 1, list(labels.values())),
            "I53",
            self._told(rows),
        )
        return after

    def _letters(self, sheet: Any, row: int) -> int:
        counts = letter_counts(self.data.objectives)
        marks = ("2", "1", "0", "?")
        names = [self.words(f"mark.{mark.replace('?', 'x')}") for mark in marks]
        rows: list[list[Any]] = [self._head(sheet, [self.words("letter"), *names])]
        rows += [
            [self.words(f"letter.{letter}"), *(counts[letter].get(mark, 0) for mark in marks)]
            for letter in LETTERS
        ]
        after = self._table(sheet, row, self.words("list.objectives"), rows)
        self._chart(
            sheet,
            letters_chart(sheet, self.words("list.objectives"), after - len(rows), after - 1),
            "I69",
            self._told(rows),
        )
        return after


def _spans(classes: Sequence[str], keys: Sequence[str]) -> dict[str, tuple[int, int]]:
    """First and last row on the sheet of each class; the clients lie class by class."""
    found: dict[str, tuple[int, int]] = {}
    for row, key in enumerate(classes, 2):
        if key in keys:
            found[key] = (found.get(key, (row, row))[0], row)
    return found


def _address(link: str, listing: Listing, at: int) -> str:
    from strategy_xl.report.written_cells import fragment

    return link + fragment(listing.places.sheet(at), listing.places.cell(at))
