"""What stands in a cell now, and what the rest of the workbook has to say about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from strategy_xl.errors import Location
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml.cells import BLANK, Typed, ValueProblem, serial
from strategy_xl.ooxml.xml_bytes import content, decode_xstring, tags, unescape

EMPTY_TEXT = Typed("s", "")


class SheetFacts(NamedTuple):
    """What the workbook tells about cells: calendar, texts, styles.

    Arguments:
        where, part: workbook, sheet and its part, for messages.
        is_1904: calendar of the workbook.
        inline: whether new text goes in as inline string (else ``t="str"``).
        shared_text: text of an index of the shared strings; read only when a cell asks.
        has_date_style: whether a style index shows dates; read only when a date is written.
        size: bytes of the part; 0 when it is not said how much of it is done.
        is_plain: whether the sheet's rows are known to be written the plain way, in order, without formulas
            that say for which cells they are (arrays, data tables, shared ones).
    """

    where: Location
    part: str = ""
    is_1904: bool = False
    inline: bool = True
    shared_text: Callable[[int], str | None] = lambda _index: None
    has_date_style: Callable[[bytes], bool] = lambda _style: True
    size: int = 0
    is_plain: bool = False

    def at(self, row: int, column: int) -> Location:
        """The location of a cell of the sheet."""
        return Location(self.where.workbook, self.where.sheet, cell_name(row, column))


class Tally:
    """What happened to a sheet's cells."""

    __slots__ = (
        "changed",
        "has_formulas",
        "inserted_cells",
        "inserted_rows",
        "lost_formulas",
        "recalculate",
        "rounded",
        "unchanged",
        "undated",
    )

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self.changed = 0
        self.unchanged = 0
        self.recalculate = 0  # changes that a formula could read, so not mere cached values
        self.inserted_cells = 0
        self.inserted_rows = 0
        self.has_formulas = False
        self.lost_formulas: set[tuple[int, int]] = set()
        self.undated: dict[int, list[int]] = {}  # column → [first row, count]
        self.rounded: dict[int, list[int]] = {}


def stored_value(
    facts: SheetFacts, kind: bytes | None, raw: bytes | None, inline: bytes | None
) -> Typed | None:
    """The value that stands in a cell; None when it cannot be told, so that it counts as different.

    Arguments:
        facts: the workbook's shared texts and calendar.
        kind: attribute ``t`` of the cell.
        raw: inside of ``<v>``.
        inline: inside of the only ``<t>`` of an inline string.

    An empty text is a value: Excel counts the cell.
    """
    if inline is not None or kind in (b"str", b"inlineStr"):
        return Typed("s", decode_xstring(unescape(inline or raw or b"")))
    if not raw:
        return EMPTY_TEXT if kind == b"s" else BLANK
    if kind == b"b":
        return Typed("b", raw.strip() in (b"1", b"true"))
    if kind == b"e":
        return Typed("e", unescape(raw))
    try:
        return _converted(facts, kind or b"n", raw)
    except (ValueError, ValueProblem):
        return None


def _converted(facts: SheetFacts, kind: bytes, raw: bytes) -> Typed | None:
    """A number, an index of the shared strings or an ISO date as a value."""
    if kind == b"n":
        return Typed("n", float(raw))
    if kind == b"s":
        shared = facts.shared_text(int(raw))
        return None if shared is None else Typed("s", shared)
    if kind == b"d":
        moment = datetime.fromisoformat(unescape(raw).strip())
        return Typed("n", serial(moment.replace(tzinfo=None), is_1904=facts.is_1904))
    return None


def rich_text(raw: bytes) -> str:
    """The text of a string item: its runs joined, phonetic helps left out."""
    text, skip, at = "", 0, -1
    for tag in tags(raw):
        if tag.local == b"rPh" and not tag.is_empty:
            skip += -1 if tag.is_close else 1
        elif tag.local == b"t" and not skip and not tag.is_empty:
            if not tag.is_close:
                at = tag.end
            elif at >= 0:
                text += decode_xstring(content(raw[at : tag.start]))
                at = -1
    return text
