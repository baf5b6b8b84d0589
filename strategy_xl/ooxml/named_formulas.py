"""Formulas under names of the workbook: read with what is said of them, put in, taken out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from strategy_xl.ooxml.cell_patch import escape_formula
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.workbook_tabs import child_of, with_more_names
from strategy_xl.ooxml.xml_bytes import content, escape, tags, top_children, unescape
from strategy_xl.ooxml.xml_insert import prefixed


class NamedFormula(NamedTuple):
    """A name of a workbook, what it stands for, and what Excel shows beside it.

    ``sheet`` is the place of the sheet among the tabs that it belongs to, None for the workbook; Excel does
    not list a hidden one.
    """

    name: str
    text: str
    comment: str = ""
    sheet: int | None = None
    hidden: bool = False


def named_formulas(data: bytes) -> list[NamedFormula]:
    """The names of a workbook part, in its order, those of single sheets too.

    Arguments: data: the part, in UTF-8.
    """
    return [found for found, _, _ in _standing(data)]


def _standing(data: bytes) -> Iterable[tuple[NamedFormula, int, int]]:
    """The names, and where the element of each begins and ends."""
    listed = child_of(data, b"definedNames")
    if listed is None or listed[0].is_empty:
        return
    start, stop = listed[0].start, listed[1]
    whole = data[start:stop]
    for tag, end in top_children(whole):
        attributes = tag.attributes()
        text = "" if tag.is_empty else content(whole[tag.end : whole.rindex(b"</", tag.end, end)])
        sheet = attributes.get(b"localSheetId", b"")
        found = NamedFormula(
            unescape(attributes.get(b"name", b"")),
            text,
            unescape(attributes.get(b"comment", b"")),
            int(sheet) if sheet.isdigit() else None,
            attributes.get(b"hidden") in (b"1", b"true"),
        )
        yield found, tag.start + start, end + start


def with_named_formulas(data: bytes, wanted: Iterable[NamedFormula], gone: Collection[str] = ()) -> bytes:
    """A workbook part with some names of the workbook put in, and others taken out.

    A name that says the same already keeps its bytes; a list of names that was empty, or is now, goes.

    Arguments:
        data: the part, in UTF-8.
        wanted: the names that it is to have, each in the place of one of the same name.
        gone: the names that it is to have no more.

    Names of single sheets stay as they are.
    """
    left = {item.name.casefold(): item for item in wanted}
    going = {name.casefold() for name in gone}
    pieces, prefix = Pieces(data), next(tags(data)).prefix
    count = taken = 0
    for found, start, end in _standing(data):
        key = found.name.casefold()
        count += 1
        if found.sheet is not None:
            continue
        if key in left:
            new = left.pop(key)
            if new != found:
                pieces.put(start, end, prefixed(_element(new), prefix))
        elif key in going:
            taken += 1
            pieces.put(start, end, b"")
    changed = with_more_names(pieces.result(), list(map(_element, left.values())))
    listed = child_of(changed, b"definedNames")
    if taken and taken == count and not left and listed is not None:
        return changed[: listed[0].start] + changed[listed[1] :]
    return changed


def _element(item: NamedFormula) -> bytes:
    said = b' comment="%b"' % escape(item.comment) if item.comment else b""
    said += b' hidden="1"' if item.hidden else b""
    return b'<definedName name="%b"%b>%b</definedName>' % (escape(item.name), said, escape_formula(item.text))
