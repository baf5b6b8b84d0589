"""The sheet that shows the LAMBDAs in another language: what reads as it was made follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from strategy_xl.book.data import WorkbookData
from strategy_xl.errors import Finding, Location
from strategy_xl.ooxml.cells import Formula
from strategy_xl.ooxml.formula_texts import array_areas, formula_texts
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.names import STORED
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.work.gallery_cards import gallery, limits, sheet_title


@dataclass(frozen=True, slots=True)
class GalleryWords:
    """What the sheet is to say.

    Arguments:
        titles: its title before → afterwards; nothing when another sheet has that one.
        edits: title before → column → row → value.
        findings: what stays in the language before.
    """

    titles: Mapping[str, str]
    edits: Mapping[str, Mapping[int, Mapping[int, Any]]]
    findings: tuple[Finding, ...]


class _Cells:
    """The cells of a sheet: what was typed, or the formula."""

    def __init__(self, info: WorkbookInfo, title: str) -> None:
        values, data = SheetValues(info), info.package.read(info.sheet(title).part)
        self._grid, self._rows = values.grid(title), values.meta(title).rows
        self.formulas = formula_texts(data)
        self._spilled = array_areas(data)

    def typed(self) -> Iterator[tuple[tuple[int, int], object]]:
        """Every cell that is no formula, nor shows the answer of one beside it."""
        for row in range(1, self._rows + 1):
            for column, value in enumerate(self._grid.row(row), 1):
                place = row, column
                if place not in self.formulas and not any(area.has(*place) for area in self._spilled):
                    yield place, value


def reworded_gallery(
    info: WorkbookInfo, data: WorkbookData, spec: WorkbookSpec, target: str, day: date
) -> GalleryWords | None:
    """What the sheet that shows the LAMBDAs is to say in another language; None without such a sheet.

    Arguments:
        info: the workbook, in the language that it has.
        data: what was read of it.
        spec: its templates.
        target: the language.
        day: day of the translation.
    """
    title, new = sheet_title(data.lang), sheet_title(target)
    others = {sheet.name.casefold() for sheet in info.sheets}
    if title.casefold() not in others or title in data.sheets.values():
        return None
    names = {item.name for item in info.names_like(*STORED) if item.scope is None}
    settings = limits(data, SheetValues(info))
    standing = _Cells(info, title)
    before, after = (
        _made(gallery(lang, day, names=names, settings=settings, title=title, spec=spec), title)
        for lang in (data.lang, target)
    )
    known = dict(standing.typed())
    edits: dict[int, dict[int, Any]] = {}
    left = 0
    wanted = dict(after.typed())
    for place, text in before.typed():
        if wanted.get(place) == text:
            continue
        if known.get(place) == text:
            edits.setdefault(place[1], {})[place[0]] = wanted.get(place)
        else:
            left += 1
    for place, text in before.formulas.items():
        formula = after.formulas.get(place)
        if formula in (None, text):
            continue
        if standing.formulas.get(place) == text:
            edits.setdefault(place[1], {})[place[0]] = Formula(str(formula), array=True)
        else:
            left += 1
    if not edits:
        return None
    where = Location(info.package.path, title)
    told = (Finding("SX538", where, {"title": title}),) if left else ()
    return GalleryWords({title: new} if new.casefold() not in others else {}, {title: edits}, told)


def _made(content: bytes, title: str) -> _Cells:
    with Package("", BytesIO(content)) as package:
        return _Cells(WorkbookInfo(package), title)
