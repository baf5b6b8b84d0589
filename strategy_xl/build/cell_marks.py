"""What a table's cells show beside their value: bars, small lines, colours of single values, units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter

from strategy_xl.build import tones
from strategy_xl.build.layout import PlacedBlock
from strategy_xl.build.page import Page
from strategy_xl.build.style import NBSP, TONE_INK, TONE_STRONG, WHITE, mix, money_format, tone_fill
from strategy_xl.formulas.excel import quote
from strategy_xl.languages import forms_of
from strategy_xl.ooxml.extensions import SparklineGroup
from strategy_xl.schema.spec import FieldSpec, TableBlock, Tone, UnitSpec

BAR_LIGHT = 0.5
"""How much lighter than its tone a bar is: the number before it keeps a contrast of 4.5."""
FIRST_FORMAT = 500
"""Number of the first format of a unit, past all those of cells: programs know formats by their number."""


def mark(page: Page, placed: PlacedBlock, block: TableBlock) -> None:
    """Add the marks that the fields of a table ask for."""
    for spec in block.fields:
        if spec.bar is not None:
            colour = mix(TONE_STRONG[spec.bar.tone], WHITE, BAR_LIGHT)
            tones.bars(page, placed.value_area(spec.key).local, colour, spec.bar.full)
        if spec.spark is not None:
            page.sparklines.append(_lines(page, placed, spec))
    _colour_values(page, placed, block)
    _show_units(page, placed, block)


def _lines(page: Page, placed: PlacedBlock, spec: FieldSpec) -> SparklineGroup:
    """One small line a row, over the row's own cells."""
    area, cells = page.book.formulas.area(spec.spark or ""), placed.value_area(spec.key)
    letter = get_column_letter(cells.column)
    first, last = get_column_letter(area.column), get_column_letter(area.last_column)
    sheet = area.absolute.rpartition("!")[0]
    lines = [
        (f"{letter}{row}", f"{sheet}!{first}{row}:{last}{row}")
        for row in range(cells.row, cells.last_row + 1)
    ]
    return SparklineGroup(lines, TONE_STRONG[Tone.NEUTRAL], page.colour)


def _colour_values(page: Page, placed: PlacedBlock, block: TableBlock) -> None:
    """Colour single values; an empty cell is no zero."""
    areas: dict[tuple[tuple[str, Tone], ...], list[str]] = defaultdict(list)
    for spec in block.fields:
        if spec.tones:
            areas[tuple(spec.tones.items())].append(placed.value_area(spec.key).local)
    for values, found in areas.items():
        here = found[0].split(":", maxsplit=1)[0]
        for value, tone in values:
            look = DifferentialStyle(
                font=Font(color=TONE_INK[tone]),
                fill=PatternFill(bgColor=tone_fill(page.book.spec.theme, tone)),
            )
            number = value.isdecimal()
            condition = f"AND(ISNUMBER({here}),{here}={value})" if number else f"{here}={quote(value)}"
            rule = Rule(type="expression", formula=[condition], dxf=look)
            page.sheet.conditional_formatting.add(" ".join(found), rule)


def _show_units(page: Page, placed: PlacedBlock, block: TableBlock) -> None:
    """Show numbers in the unit that their row names."""
    areas: dict[str, list[str]] = defaultdict(list)
    for spec in block.fields:
        if spec.unit_from is not None:
            areas[spec.unit_from].append(placed.value_area(spec.key).local)
    for key, found in areas.items():
        here = found[0].split(":", maxsplit=1)[0]
        named = f"${get_column_letter(placed.columns[key])}{placed.body + 1}"
        forms = [form for unit in page.book.spec.units for form in _forms(unit, here, named, page.book.lang)]
        for number, (condition, shown) in enumerate(forms, FIRST_FORMAT):
            style = DifferentialStyle(numFmt=NumberFormat(number, shown))
            rule = Rule(type="expression", formula=[condition], dxf=style)
            page.sheet.conditional_formatting.add(" ".join(found), rule)


def _forms(unit: UnitSpec, here: str, named: str, lang: str) -> Iterator[tuple[str, str]]:
    """Conditions and number formats of a unit, the first that holds counts."""
    names = [f"TRIM({named})={quote(name)}" for name in unit.names]
    is_unit = names[0] if len(names) == 1 else f"OR({','.join(names)})"
    if unit.kind == "money":
        yield is_unit, money_format(unit.names[0], lang)
        return
    if unit.kind == "percent":
        space = forms_of(lang).space
        share = f"{is_unit},ISNUMBER({here}),ABS(N({here}))<=1"
        yield f"AND({share},ROUND(100*N({here}),1)=ROUND(100*N({here}),0))", f"0{space}%"
        yield f"AND({share})", f"0.0{space}%"
    glued = unit.kind == "percent" and not forms_of(lang).space
    suffix = f'{"" if glued else NBSP}"{unit.names[0]}"'
    yield f"AND({is_unit},ISNUMBER({here}),ROUND(N({here}),1)=ROUND(N({here}),0))", f"#,##0{suffix}"
    yield is_unit, f"#,##0.0{suffix}"
