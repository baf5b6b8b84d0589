"""The workbook part with one more sheet among its tabs, and with defined names put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from strategy_xl.ooxml.cell_patch import escape_formula
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.xml_bytes import Tag, escape, set_attribute, tags, top_children, unescape
from strategy_xl.ooxml.xml_insert import insert_child, prefixed

GONE = b"#REF!"
"""What stands in a formula for something that was deleted."""

LINKS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ORDER = (
    b"fileVersion", b"fileSharing", b"workbookPr", b"AlternateContent", b"revisionPtr", b"workbookProtection",
    b"bookViews", b"sheets", b"functionGroups", b"externalReferences", b"definedNames", b"calcPr",
)  # fmt: skip


def child_of(data: bytes, name: bytes) -> tuple[Tag, int] | None:
    """The first child of the root of that name, and where it ends; None without one."""
    return next(((tag, end) for tag, end in top_children(data) if tag.local == name), None)


def _items(data: bytes, name: bytes) -> Iterator[tuple[Tag, bytes]]:
    """The items of a child of the root: their tag, its place counted in the part, and the whole of them."""
    found = child_of(data, name)
    if found is None:
        return
    start, end = found[0].start, found[1]
    for tag, stop in top_children(data[start:end]):
        yield Tag(tag.raw, tag.start + start, tag.end + start), data[start + tag.start : start + stop]


def with_sheet(data: bytes, title: str, link: bytes, after: str | None, source: bytes, index: int) -> bytes:
    """A workbook part with one more sheet and its print areas; those behind it move by one.

    Arguments:
        data: the part.
        title: of the new sheet.
        link: id of the relation to it.
        after: title of the sheet that it follows; None puts it first.
        source: the workbook part it comes from.
        index: its place there.
    """
    listed = [
        (tag.start + len(raw), unescape(tag.attributes()[b"name"]), int(tag.attributes()[b"sheetId"]))
        for tag, raw in _items(data, b"sheets")
    ]
    place = next((n for n, (_, name, _) in enumerate(listed, 1) if name == after), 0)
    at = listed[place - 1][0] if place else next(_items(data, b"sheets"))[0].start
    number = max(item[2] for item in listed) + 1
    new = b'<sheet xmlns:r="%b" name="%b" sheetId="%d" r:id="%b"/>' % (LINKS, escape(title), number, link)
    data = _moved(data[:at] + prefixed(new, next(tags(data)).prefix) + data[at:], place)
    own = [
        raw.replace(tag.raw, set_attribute(tag.raw, b"localSheetId", b"%d" % place))
        for tag, raw in _items(source, b"definedNames")
        if tag.attributes().get(b"localSheetId") == b"%d" % index
    ]
    return with_more_names(data, own)


def _moved(data: bytes, place: int) -> bytes:
    """The part after a sheet was put in at a place: what counts sheets counts one more from there on."""
    pieces = Pieces(data)
    for tag in tags(data):
        if tag.local == b"definedName":
            name, missing = b"localSheetId", b""
        elif tag.local == b"workbookView":
            name, missing = b"activeTab", b"0"
        else:
            continue
        number = tag.attributes().get(name, missing)
        if number.isdigit() and int(number) >= place:
            pieces.put(tag.start, tag.end, set_attribute(tag.raw, name, b"%d" % (int(number) + 1)))
    return pieces.result()


def with_names(data: bytes, source: bytes, wanted: AbstractSet[str], stale: AbstractSet[str]) -> bytes:
    """A workbook part with names of another one put back where they are lost or point to nothing.

    Arguments:
        data: the part.
        source: the part that has them.
        wanted: which names.
        stale: names that are put back whatever they say.
    """
    known = {
        tag.attributes()[b"name"]: raw
        for tag, raw in _items(source, b"definedNames")
        if b"localSheetId" not in tag.attributes()
    }
    found = {name: raw for name, raw in known.items() if unescape(name) in wanted | stale}
    pieces, prefix = Pieces(data), next(tags(data)).prefix
    for tag, raw in _items(data, b"definedNames"):
        name = tag.attributes().get(b"name", b"")
        if b"localSheetId" in tag.attributes() or name not in found:
            continue
        new = found.pop(name)
        if GONE in raw or unescape(name) in stale:
            pieces.put(tag.start, tag.start + len(raw), prefixed(new, prefix))
    return with_more_names(pieces.result(), list(found.values()))


def in_1904(data: bytes) -> bytes:
    """The part with days that count from 1 January 1904."""
    found = child_of(data, b"workbookPr")
    if found is None:
        return insert_child(data, _ORDER, b'<workbookPr date1904="1"/>')
    tag = found[0]
    return data[: tag.start] + set_attribute(tag.raw, b"date1904", b"1") + data[tag.end :]


def with_view(data: bytes) -> bytes:
    """The part with a window, to which all sheets refer, when it has none."""
    if any(True for _ in _items(data, b"bookViews")):
        return data
    known = child_of(data, b"bookViews")
    kept = data if known is None else data[: known[0].start] + data[known[1] :]
    return insert_child(kept, _ORDER, b"<bookViews><workbookView/></bookViews>")


def with_more_names(data: bytes, names: list[bytes]) -> bytes:
    """The part with more names behind those that it has."""
    if not names:
        return data
    listed = child_of(data, b"definedNames")
    if listed is None or listed[0].is_empty:
        whole = b"<definedNames>%b</definedNames>" % b"".join(names)
        kept = data if listed is None else data[: listed[0].start] + data[listed[1] :]
        return insert_child(kept, _ORDER, whole)
    at = data.rindex(b"</", 0, listed[1])
    return data[:at] + prefixed(b"".join(names), listed[0].prefix) + data[at:]


def with_own_names(data: bytes, names: Mapping[str, tuple[str, bool]]) -> bytes:
    """A workbook part with names of the workbook that say something new, or are new.

    Arguments:
        data: the part.
        names: name → text, and whether it is hidden.
    """
    left = dict(names)
    pieces, prefix = Pieces(data), next(tags(data)).prefix
    for tag, raw in _items(data, b"definedNames"):
        name = unescape(tag.attributes().get(b"name", b""))
        if b"localSheetId" in tag.attributes() or name not in left:
            continue
        pieces.put(tag.start, tag.start + len(raw), prefixed(_name(name, *left.pop(name)), prefix))
    return with_more_names(pieces.result(), [_name(name, *said) for name, said in left.items()])


def _name(name: str, text: str, hidden: bool) -> bytes:
    mark = b' hidden="1"' if hidden else b""
    return b'<definedName name="%b"%b>%b</definedName>' % (escape(name), mark, escape_formula(text))
