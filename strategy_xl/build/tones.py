"""Colours that follow the content: choices by their tone, completeness as bars."""

from __future__ import annotations

from openpyxl.formatting.rule import DataBar, FormatObject, Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle

from strategy_xl.build.page import Page
from strategy_xl.build.style import TONE_INK, tone_fill
from strategy_xl.schema.names import choice_name
from strategy_xl.schema.spec import Tone


def colour_choices(page: Page) -> None:
    """Colour every range that shows choices of a list with tones: one set of rules per list and sheet."""
    book = page.book
    for key, areas in page.toned.items():
        for item in book.spec.list_(key).choices:
            if item.tone is Tone.NEUTRAL:
                continue
            look = DifferentialStyle(
                font=Font(color=TONE_INK[item.tone]),
                fill=PatternFill(bgColor=tone_fill(book.spec.theme, item.tone)),
            )
            name = choice_name(key, item.key)
            rule = Rule(type="cellIs", operator="equal", formula=[name], dxf=look)
            page.sheet.conditional_formatting.add(" ".join(areas), rule)


def bars(page: Page, area: str, colour: str, full: float = 1) -> None:
    """Show numbers as bars from 0 to the value of a full one; the last stage adds their modern twins."""
    ends = [FormatObject(type="num", val=0), FormatObject(type="num", val=full)]
    bar = DataBar(cfvo=ends, color=colour, minLength=0, maxLength=100)
    page.sheet.conditional_formatting.add(area, Rule(type="dataBar", dataBar=bar))
