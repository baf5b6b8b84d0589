"""Sheets that are copies of a sheet of the workbook: their rows count nowhere, and that is said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from strategy_xl.book.known_places import Resolution
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.names import STAMP, STORED
from strategy_xl.text.parsing import fold

_NUMBERED = re.compile(r"(.+?)[ _]?(?:\(\d+\)|_\d+)")


def copied_sheets(path: str, info: WorkbookInfo, found: Resolution) -> Iterator[Finding]:
    """A note for each sheet that is a copy of one of the workbook's own.

    Excel gives a copy the stored names of its original, for that sheet alone, and its title with a number; a
    program that writes no such names leaves the title.

    Arguments:
        path: the workbook.
        info: its structure.
        found: what was found of the templates in it.
    """
    own = {fold(title) for title in found.sheets.values()}
    named = {name.scope for name in info.names_like(*STORED) if name.scope is not None and name.name != STAMP}
    for sheet in info.sheets:
        if sheet.kind != "worksheet" or fold(sheet.name) in own:
            continue
        numbered = None if found.is_guest else _NUMBERED.fullmatch(sheet.name)
        if sheet.name in named or (numbered is not None and fold(numbered[1]) in own):
            original = numbered[1] if numbered is not None else sheet.name
            yield Finding(
                "SX118",
                Location(path, sheet.name),
                {"title": sheet.name, "original": original},
                Severity.NOTE,
            )
