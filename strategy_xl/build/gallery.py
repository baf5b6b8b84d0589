"""A sheet of cards, one a named LAMBDA: what it is for, an example that is live, what is expected of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.writer.excel import ExcelWriter

from strategy_xl.build.layout import FIRST_COLUMN, LEGEND_ROW, MARGIN_WIDTH, QUESTION_ROW, TITLE_ROW
from strategy_xl.build.page import AUTHOR
from strategy_xl.build.style import LINE, TONE_INK, WHITE, Look, Styles, mix, tone_fill
from strategy_xl.build.written import put_value
from strategy_xl.formulas.cell_refs import Area, cell_name, column_letters
from strategy_xl.formulas.excel import quote
from strategy_xl.languages import forms_of
from strategy_xl.ooxml.finish import complete, rework
from strategy_xl.schema.spec import ThemeSpec, Tone
from strategy_xl.text.catalog import message
from strategy_xl.text.lines import LINE_HEIGHT, text_lines

LABEL_WIDTH, CELL_WIDTH, CELLS = 14.0, 16.0, 8
"""Widths in characters of the column of labels and of those beside it, and how many of these there are."""
_SMALL_WIDTH = CELL_WIDTH * 1.2
"""What a cell takes of letters of size 8."""
_LEFT = FIRST_COLUMN + 1
_LAST = FIRST_COLUMN + CELLS
_LIST_ROW = 4
_NAME_ERROR = 5
"""What ERROR.TYPE says of #NAME?."""


@dataclass(frozen=True, slots=True)
class DaysFromToday:
    """A day in an example, which moves with the calendar: what is expected holds on any day."""

    days: int


@dataclass(frozen=True, slots=True)
class Given:
    """An argument of an example.

    Arguments:
        title: what stands above it; empty when it has titles of its own.
        rows: its cells.
        format: number format of its numbers.
    """

    title: str
    rows: tuple[tuple[object, ...], ...]
    format: str = "General"


@dataclass(frozen=True, slots=True)
class Card:
    """A LAMBDA and an example of it.

    Arguments:
        name: of the LAMBDA.
        purpose: what it is for, in a sentence.
        signature: the formula with the names of its arguments.
        given: what is given for each argument in order, None for one left out.
        results: what each column of the answer holds.
        expected: the answer, rows of cells.
    """

    name: str
    purpose: str
    signature: str
    given: tuple[Given | None, ...]
    results: tuple[str, ...]
    expected: tuple[tuple[object, ...], ...]


def render_gallery(  # noqa: PLR0913 - what a sheet is made of, all by name
    cards: Sequence[Card], *, title: str, lang: str, theme: ThemeSpec, colour: str, day: date, today: str
) -> bytes:
    """A workbook of that one sheet; the LAMBDAs themselves are not in it.

    Arguments:
        cards: what it shows, in order.
        title: of the sheet.
        lang: its language.
        theme, colour: fonts and colours, and that of its title band.
        day: day of the build.
        today: the formula by which it knows the day.
    """
    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = title
    styles = Styles(workbook, theme)
    answers = _Gallery(sheet, styles, lang, colour, today).write(cards)
    properties = workbook.properties
    properties.title = title
    properties.creator = properties.lastModifiedBy = AUTHOR
    properties.language = forms_of(lang).tag
    styles.close()
    saved = io.BytesIO()
    ExcelWriter(workbook, zipfile.ZipFile(saved, "w", zipfile.ZIP_STORED)).save()

    def filled(data: bytes) -> bytes:
        return _with_answers(data, answers)

    parts = rework(saved.getvalue(), company="", day=day, more={"xl/worksheets/sheet1.xml": filled})
    made = io.BytesIO()
    complete(parts, made)
    return made.getvalue()


def _with_answers(data: bytes, answers: Mapping[str, object]) -> bytes:
    """A sheet's part in which formulas show an answer before anything has computed them."""
    for cell, answer in answers.items():
        start = data.index(b'<c r="%b" ' % cell.encode())
        end = data.index(b"</c>", start)
        raw = data[start:end].replace(b"<v></v>", b"").replace(b"<v />", b"").replace(b"<v/>", b"")
        if isinstance(answer, str):
            opened = raw.index(b">")
            raw = raw[:opened].replace(b' t="n"', b"") + b' t="str"' + raw[opened:]
            raw += b"<v>%b</v>" % _escaped(answer)
        else:
            raw += b"<v>%b</v>" % f"{answer:.15g}".encode()
        data = data[:start] + raw + data[end:]
    return data


def _escaped(text: str) -> bytes:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()


class _Gallery:
    """The sheet while it is written."""

    def __init__(self, sheet: Any, styles: Styles, lang: str, colour: str, today: str) -> None:
        """Nothing is written yet."""
        self._sheet, self._styles, self._lang = sheet, styles, lang
        self._theme, self._colour, self._today = styles.theme, colour, today
        self._answers: dict[str, object] = {}
        self._checks: list[str] = []
        self._row = 0

    def write(self, cards: Sequence[Card]) -> Mapping[str, object]:
        """Write all of it; what the cells with formulas show, by cell."""
        self._band()
        self._row = _LIST_ROW + 3 + len(cards)
        places = []
        for card in cards:
            places.append(self._row)
            self._checks.append(self._card(card))
        self._list(cards, places)
        self._frame()
        return self._answers

    # -- around the cards ------------------------------------------------------------------------------

    def _say(self, key: str, **args: object) -> str:
        said: str = message(f"lambdas.gallery.{key}", self._lang, **args)
        return said

    def _put(self, row: int, column: int, value: object, look: Look) -> Any:
        cell = self._sheet.cell(row, column)
        put_value(cell, value)
        self._styles.apply(cell, look)
        return cell

    def _strip(self, row: int, look: Look, first: int = FIRST_COLUMN) -> None:
        for column in range(first, _LAST + 1):
            self._styles.apply(self._sheet.cell(row, column), look)

    def _height(self, row: int, lines: float) -> None:
        self._sheet.row_dimensions[row].height = max(lines * LINE_HEIGHT + 4, 16.0)

    def _band(self) -> None:
        band = Look(size=16, bold=True, colour=WHITE, fill=self._colour)
        tint = Look(size=11, italic=True, fill=mix(self._colour, WHITE, 0.9))
        self._strip(TITLE_ROW, band, 1)
        self._strip(QUESTION_ROW, tint, 1)
        self._put(TITLE_ROW, FIRST_COLUMN, self._say("title"), band)
        self._put(QUESTION_ROW, FIRST_COLUMN, self._say("question"), tint)
        self._sheet.row_dimensions[TITLE_ROW].height = 30
        self._sheet.row_dimensions[QUESTION_ROW].height = 19
        about = Look(size=8, colour=self._theme.muted)
        self._put(LEGEND_ROW, FIRST_COLUMN, self._say("about"), about)
        self._sheet.row_dimensions[LEGEND_ROW].height = 14

    def _list(self, cards: Sequence[Card], places: Sequence[int]) -> None:
        """All of them at the top, each with the way to its card and what came of its check."""
        head = Look(bold=True, colour=self._colour, bottom=mix(self._colour, WHITE, 0.45), vertical="bottom")
        self._strip(_LIST_ROW, head)
        for column, key in ((FIRST_COLUMN, "function"), (_LEFT + 1, "purpose"), (_LAST, "check")):
            look = Look(**{**_fields(head), "horizontal": "center"}) if key == "check" else head
            self._put(_LIST_ROW, column, self._say(key), look)
        self._sheet.row_dimensions[_LIST_ROW].height = 20
        for at, (card, place) in enumerate(zip(cards, places, strict=True)):
            row = _LIST_ROW + 1 + at
            cell = self._put(row, FIRST_COLUMN, card.name, Look(underline=True, colour=TONE_INK[Tone.INFO]))
            target = f"{self._quoted}!{cell_name(place, FIRST_COLUMN)}"
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=target)
            self._put(row, _LEFT + 1, card.purpose, Look())
            self._check_cell(row, _LAST, self._short(self._checks[at]), "")
            self._sheet.row_dimensions[row].height = 16
        self._toned(Area(_LIST_ROW + 1, _LAST, _LIST_ROW + len(cards), _LAST))

    @property
    def _quoted(self) -> str:
        title: str = self._sheet.title
        return "'" + title.replace("'", "''") + "'"

    def _short(self, check: str) -> str:
        """What the list shows of a check: a word."""
        words = (quote(self._say(key)) for key in ("ok", "different"))
        ok, different = words
        return f'IF({check}={ok},{ok},IF({check}={different},{different},"–"))'

    def _frame(self) -> None:
        sheet = self._sheet
        sheet.column_dimensions["A"].width = MARGIN_WIDTH
        sheet.column_dimensions[get_column_letter(FIRST_COLUMN)].width = LABEL_WIDTH + 0.71
        for column in range(_LEFT, _LAST + 1):
            sheet.column_dimensions[get_column_letter(column)].width = CELL_WIDTH + 0.71
        sheet.freeze_panes = f"A{QUESTION_ROW + 1}"
        sheet.sheet_view.showGridLines = False
        sheet.sheet_view.zoomScale = 100
        sheet.sheet_properties.tabColor = self._colour
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.4
        margins.top = margins.bottom = 0.6
        margins.header = margins.footer = 0.3
        sheet.print_area = f"A1:{column_letters(_LAST)}{self._row - 1}"
        sheet.print_title_rows = f"{TITLE_ROW}:{QUESTION_ROW}"
        footer = sheet.oddFooter
        footer.center.text, footer.right.text = "&A", "&P / &N"
        footer.center.size = footer.right.size = 8

    # -- a card ----------------------------------------------------------------------------------------

    def _card(self, card: Card) -> str:
        """Write a card from the next row on; the cell of its check."""
        head = Look(
            size=12, bold=True, colour=self._colour, bottom=mix(self._colour, WHITE, 0.45), vertical="bottom"
        )
        self._strip(self._row, head)
        self._put(self._row, FIRST_COLUMN, card.name, head)
        self._sheet.row_dimensions[self._row].height = 23
        self._put(self._row + 1, FIRST_COLUMN, card.purpose, Look(italic=True, colour=self._theme.muted))
        self._row += 2
        self._label("signature")
        for line in _lines(card.signature, CELLS * CELL_WIDTH):
            self._put(self._row, _LEFT, line, Look(colour=self._theme.muted))
            self._row += 1
        places = self._given(card)
        text = _call(card, places)
        self._label("formula")
        typed = text.replace(",", forms_of(self._lang).separator)
        self._put(self._row, _LEFT, typed, Look(colour=TONE_INK[Tone.INFO]))
        self._row += 1
        answer = self._answer(card, text)
        expected = self._expected(card)
        check = self._check(answer, expected)
        self._row += 2
        return check

    def _label(self, key: str) -> None:
        self._put(self._row, FIRST_COLUMN, self._say(key), Look(bold=True, colour=self._theme.muted))

    def _given(self, card: Card) -> list[Area | None]:
        """The cells of the arguments, side by side as far as there is room; where each stands."""
        self._label("given")
        places: list[Area | None] = []
        column, deep = _LEFT, 0
        for item in card.given:
            if item is None:
                places.append(None)
                continue
            width = len(item.rows[0])
            if column + width - 1 > _LAST and column > _LEFT:
                self._row, column, deep = self._row + deep, _LEFT, 0
            top = self._row
            if item.title:
                top += 1
                self._put(self._row, column, item.title, Look(size=8, colour=self._theme.muted))
            self._cells(item, top, column)
            deep = max(deep, top - self._row + len(item.rows))
            places.append(Area(top, column, top + len(item.rows) - 1, column + width - 1))
            column += width
        self._row += deep
        return places

    def _cells(self, item: Given, top: int, column: int) -> None:
        for down, line in enumerate(item.rows):
            row, lines = top + down, 1
            for across, value in enumerate(line):
                is_title = not item.title and down == 0
                is_number = isinstance(value, int | float | DaysFromToday)
                look = Look(
                    fill=None if is_title else self._theme.input,
                    border=LINE,
                    bold=is_title,
                    colour=self._theme.muted if is_title else None,
                    format=item.format if is_number else "General",
                    horizontal="right" if is_number else "left",
                    wrap=isinstance(value, str),
                )
                if isinstance(value, DaysFromToday):
                    cell = self._put(row, column + across, None, look)
                    cell.value = f"={self._today}{value.days:+d}"
                else:
                    self._put(row, column + across, value, look)
                if isinstance(value, str):
                    lines = max(lines, text_lines(value, CELL_WIDTH - 1))
            if lines > 1:
                now = self._sheet.row_dimensions[row].height or 0
                self._height(row, max(lines, (now - 4) / LINE_HEIGHT))

    def _answer(self, card: Card, text: str) -> Area:
        """The live formula, as an array formula over the cells of its answer."""
        small = Look(size=8, colour=self._theme.muted, wrap=True, vertical="bottom")
        for across, title in enumerate(card.results):
            self._put(self._row, _LEFT + across, title, small)
        self._height(self._row, max(text_lines(title, _SMALL_WIDTH) for title in card.results))
        self._row += 1
        self._label("answer")
        area = self._area(card)
        first = cell_name(area.top, area.left)
        self._rows(card, Look(fill=self._theme.computed, bold=True))
        self._sheet[first].value = ArrayFormula(_reference(area, is_whole=True), text)
        self._answers[first] = card.expected[0][0]
        broken = Rule(
            type="expression",
            formula=[f"ISERROR({first})"],
            dxf=DifferentialStyle(font=Font(color=self._theme.muted, bold=False)),
        )
        self._sheet.conditional_formatting.add(_reference(area, is_whole=True), broken)
        return area

    def _expected(self, card: Card) -> Area:
        self._label("expected")
        area = self._area(card)
        self._rows(card, Look())
        return area

    def _area(self, card: Card) -> Area:
        height, width = len(card.expected), len(card.expected[0])
        return Area(self._row, _LEFT, self._row + height - 1, _LEFT + width - 1)

    def _rows(self, card: Card, look: Look) -> None:
        """The cells of an answer; a long text runs on over the empty cells beside it."""
        for line in card.expected:
            self._strip(self._row, look, _LEFT)
            for across, value in enumerate(line):
                form = _figures(value) if isinstance(value, int | float) else "General"
                own = {"format": form, "horizontal": "left"}
                self._put(self._row, _LEFT + across, value, Look(**{**_fields(look), **own}))
            self._sheet.row_dimensions[self._row].height = 16
            self._row += 1

    def _check(self, answer: Area, expected: Area) -> str:
        """Whether the answer is what is expected; a sentence where the program knows no LAMBDA."""
        self._label("check")
        one, other = _reference(answer), _reference(expected)
        first = cell_name(answer.top, answer.left)
        pair = ",".join(f'IF({area}="","",IFERROR(ROUND({area},9),{area}))' for area in (one, other))
        ok, different, unknown = (quote(self._say(key)) for key in ("ok", "different", "unknown"))
        known = f"IF(SUM(1-EXACT({pair}))=0,{ok},{different})"
        text = (
            f"IF(SUM(ISERROR({one})*1)>0,IF(IFERROR(ERROR.TYPE({first}),{_NAME_ERROR})={_NAME_ERROR},"
            f"{unknown},{different}),{known})"
        )
        self._strip(self._row, Look(), _LEFT)
        cell = self._check_cell(self._row, _LEFT, text, "left")
        self._toned(Area(self._row, _LEFT, self._row, _LEFT))
        self._row += 1
        return cell

    def _check_cell(self, row: int, column: int, text: str, side: str) -> str:
        """A cell with a verdict, empty until somebody computes it."""
        look = Look(bold=True, horizontal=side or "center")
        cell = self._put(row, column, None, look)
        name = str(cell.coordinate)
        cell.value = ArrayFormula(name, f"={text}")
        self._answers[name] = ""
        return name

    def _toned(self, area: Area) -> None:
        """A verdict in its colour."""
        first = cell_name(area.top, area.left)
        for key, tone in (("ok", Tone.GOOD), ("different", Tone.BAD)):
            look = DifferentialStyle(
                font=Font(color=TONE_INK[tone]), fill=PatternFill(bgColor=tone_fill(self._theme, tone))
            )
            rule = Rule(type="expression", formula=[f"{first}={quote(self._say(key))}"], dxf=look)
            self._sheet.conditional_formatting.add(_reference(area, is_whole=True), rule)


def _call(card: Card, places: Sequence[Area | None]) -> str:
    """The formula that calls a LAMBDA with its example, as a file has it."""
    given = ["" if place is None else _reference(place) for place in places]
    while given and not given[-1]:
        given.pop()
    return f"={card.name}({','.join(given)})"


def _figures(value: float) -> str:
    """The number format of an answer: what is behind the fourth digit is not read."""
    return "#,##0" if value == int(value) else "#,##0.0###"


def _fields(look: Look) -> dict[str, Any]:
    return {name: getattr(look, name) for name in Look.__slots__}


def _reference(area: Area, *, is_whole: bool = False) -> str:
    first = cell_name(area.top, area.left)
    last = cell_name(area.bottom, area.right)
    return f"{first}:{last}" if is_whole or first != last else first


def _lines(text: str, width: float) -> Iterator[str]:
    """A long signature in lines that fit, cut between arguments."""
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = "    " + word
        else:
            line = f"{line} {word}" if line else word
    yield line
