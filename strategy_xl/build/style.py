"""How cells look: a few named looks, each turned into a style of the workbook once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

from strategy_xl.languages import forms_of
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldRole, FieldSpec, FieldType, ThemeSpec, Tone

WHITE = "FFFFFF"
LINE = "E2E5EA"
NBSP = "\N{NO-BREAK SPACE}"
BODY_SIZE = 10.0

CONTRAST = 4.5
"""Least contrast of a text with its ground, for those who see little (WCAG 2.1, AA)."""
DARKEN = 0.08

TONE_INK: Mapping[Tone, str] = {
    Tone.GOOD: "166534",
    Tone.WARN: "92400E",
    Tone.BAD: "9F1239",
    Tone.INFO: "1E40AF",
    Tone.NEUTRAL: "374151",
}
"""Text colour on a tone's background: every pair has a contrast of at least 4.5."""

TONE_STRONG: Mapping[Tone, str] = {
    Tone.GOOD: "23804A",
    Tone.WARN: "9A6412",
    Tone.BAD: "C0334D",
    Tone.INFO: "2F6FC9",
    Tone.NEUTRAL: "6B7280",
}
"""Saturated colour of a tone, for charts and box titles."""


def mix(colour: str, other: str, share: float) -> str:
    """A colour moved towards another one; share 0 gives the first, 1 the other (RGB hex)."""
    parts = (
        round(int(colour[i : i + 2], 16) * (1 - share) + int(other[i : i + 2], 16) * share) for i in (0, 2, 4)
    )
    return "".join(f"{part:02X}" for part in parts)


def tone_fill(theme: ThemeSpec, tone: Tone) -> str:
    """Background colour of a tone."""
    return str(getattr(theme, tone.value))


@dataclass(frozen=True, slots=True)
class Look:
    """Everything about a cell's appearance; equal looks share one style of the workbook."""

    size: float = BODY_SIZE
    bold: bool = False
    italic: bool = False
    underline: bool = False
    colour: str | None = None
    fill: str | None = None
    border: str | None = None
    """Colour of a thin line all around."""
    bottom: str | None = None
    """Colour of a medium line below."""
    format: str = "General"
    horizontal: str | None = None
    vertical: str = "center"
    wrap: bool = False
    indent: int = 0
    rotation: int = 0
    """Degrees that the text is turned by, against the clock."""
    locked: bool = True


def luminance(colour: str) -> float:
    """Relative luminance of an RGB hex colour, 0–1 (WCAG 2.1)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """How much two colours differ for the eye: 1 (not at all) to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(ink: str, ground: str) -> str:
    """The colour of a text, darkened on a light ground as far as it takes to be read well."""
    while contrast(ink, ground) < CONTRAST and luminance(ink) < luminance(ground) and ink != "000000":
        ink = mix(ink, "000000", DARKEN)
    return ink


class Styles:
    """Looks of one workbook; applying a known look costs one attribute."""

    def __init__(self, workbook: Workbook, theme: ThemeSpec) -> None:
        """Keep a scratch cell of the workbook on which new looks are composed."""
        self.theme = theme
        self._scratch: Any = workbook.create_sheet("scratch")
        self._workbook = workbook
        self._known: dict[Look, Any] = {}

    def close(self) -> None:
        """Drop the scratch sheet; give the looks of rules their numbers."""
        self._workbook.remove(self._scratch)
        # openpyxl would look for each of them among all others.
        numbers: dict[Any, int] = {}
        for sheet in self._workbook.worksheets:
            for area in sheet.conditional_formatting:
                for rule in area.rules:
                    if rule.dxf is not None:
                        rule.dxfId = numbers.setdefault(rule.dxf, len(numbers))
                        rule.dxf = None
        self._workbook._differential_styles.styles.extend(numbers)  # type: ignore[attr-defined] # noqa: SLF001

    def apply(self, cell: Any, look: Look) -> None:
        """Give a cell a look."""
        style = self._known.get(look)
        if style is None:
            style = self._known[look] = self._compose(look)
        cell._style = style  # noqa: SLF001 - openpyxl's own setters cost a hundred times more

    def _compose(self, look: Look) -> Any:
        scratch = self._scratch.cell(len(self._known) + 1, 1)
        scratch.font = Font(
            name=self.theme.font,
            size=look.size,
            bold=look.bold,
            italic=look.italic,
            underline="single" if look.underline else None,
            color=readable(look.colour or self.theme.ink, look.fill or WHITE),
        )
        if look.fill:
            scratch.fill = PatternFill("solid", fgColor=look.fill)
        if look.border:
            side = Side(style="thin", color=look.border)
            scratch.border = Border(left=side, right=side, top=side, bottom=side)
        elif look.bottom:
            scratch.border = Border(bottom=Side(style="medium", color=look.bottom))
        scratch.number_format = look.format
        scratch.alignment = Alignment(
            horizontal=look.horizontal,
            vertical=look.vertical,
            text_rotation=look.rotation or None,
            wrap_text=look.wrap or None,
            indent=look.indent,
        )
        scratch.protection = Protection(locked=look.locked)
        return scratch._style  # noqa: SLF001


def money_format(unit: str, lang: str) -> str:
    """Number format of whole amounts in a currency, or in one for each of something (``€/h``)."""
    if not forms_of(lang).currency_first:
        return f'#,##0{NBSP}"{unit}"'
    symbol, slash, per = unit.partition("/")
    after = f'"{slash}{per}"' if slash else ""
    return f'"{symbol}"#,##0{after};-"{symbol}"#,##0{after}'


def is_scale(spec: FieldSpec) -> bool:
    """Whether the unit names a scale (``0–10``, ``/100``): said once in the help, not beside every number."""
    return spec.unit is not None and ("–" in spec.unit.fr or spec.unit.fr == "%")


def number_format(spec: FieldSpec, lang: str) -> str:  # noqa: PLR0911 - one return a type
    """Excel number format of a field: the template's own, else the form of its type with its unit."""
    if spec.format is not None:
        return spec.format
    unit = spec.unit.get(lang) if spec.unit is not None else ""
    suffix = f'{NBSP}"{unit}"' if unit and not is_scale(spec) else ""
    match spec.type:
        case FieldType.MONEY:
            return money_format(unit or "€", lang)
        case FieldType.PERCENT:
            return f"0{forms_of(lang).space}%"
        case FieldType.DATE:
            return forms_of(lang).date_cell
        case FieldType.INTEGER:
            return f"#,##0{suffix}"
        case FieldType.NUMBER if spec.role is FieldRole.INPUT:
            large = f"#,##0{suffix}"
            return f"[>=1000]{large};[<=-1000]-{large};General{suffix}"
        case FieldType.NUMBER:
            return f"#,##0.0{suffix}"
        case _:
            return "General"


_CENTRED = frozenset({FieldType.DATE, FieldType.BOOL})


def value_look(spec: FieldSpec, theme: ThemeSpec, lang: str) -> Look:
    """Look of a field's value cells in a table: the fill says who fills it, the lock follows.

    Only what counts is asked for in colour: an input that may stay empty is white.
    """
    fill = {
        FieldRole.INPUT: theme.input if spec.required else WHITE,
        FieldRole.COMPUTED: theme.computed,
        FieldRole.OWNED: theme.owned,
    }[spec.role]
    centred = spec.type in _CENTRED or bool(spec.tones)
    right = spec.type in NUMERIC_TYPES and not centred
    return Look(
        fill=fill,
        border=LINE,
        bold=bool(spec.tones),
        format=number_format(spec, lang),
        horizontal="right" if right else "center" if centred else "left",
        wrap=spec.wraps,
        indent=0 if right or centred else 1,
        locked=spec.role is not FieldRole.INPUT,
        colour=TONE_INK[Tone.INFO] if spec.type is FieldType.LINK else None,
    )
