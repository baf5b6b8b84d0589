"""Keep Excel's calculation right: the chain names formulas only, and the book is recalculated on opening."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.ooxml.limits import MAX_ID, whole
from strategy_xl.ooxml.pipeline import changed_pieces
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.xml_bytes import set_attribute, span_of, tags, top_children

# What comes before calcPr in a workbook part (ECMA-376 part 1, CT_Workbook).
_BEFORE_CALC = frozenset(
    b"fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups "
    b"externalReferences definedNames".split()
)


def with_full_calculation(info: WorkbookInfo) -> bytes | None:
    """The workbook part asking for a full calculation on opening; None when it already does."""
    return edit_part(info, info.part, ask_calculation)


def ask_calculation(data: bytes) -> bytes:
    """A workbook part that asks for a full calculation on opening."""
    last, prefix = 0, b""
    # Of the defined names, which may be very many, only the end tag is looked at.
    _, names_end = span_of(data, b"definedNames")
    for tag, end in top_children(data, data.rfind(b"<", 0, names_end) if names_end else 0):
        if tag.local == b"calcPr":
            if tag.attributes().get(b"fullCalcOnLoad") in (b"1", b"true"):
                return data
            return data[: tag.start] + set_attribute(tag.raw, b"fullCalcOnLoad", b"1") + data[tag.end :]
        if tag.local in _BEFORE_CALC:
            last, prefix = end, tag.prefix
    return data[:last] + b'<%bcalcPr fullCalcOnLoad="1"/>' % prefix + data[last:]


def chain_part(info: WorkbookInfo) -> str | None:
    """The member that holds the calculation chain, None when there is none."""
    return next(info.related(info.part, "calcChain"), None)


def without_formulas(
    info: WorkbookInfo, lost: Mapping[int, set[tuple[int, int]]]
) -> tuple[dict[str, bytes], set[str]]:
    """Parts to replace and to remove so that nothing takes a cell for a formula that it lost.

    The calculation chain loses the entries; left without any, it goes. The record of volatile topics
    (RTD, cubes), a cache that Excel makes again, goes when it names such a cell.

    Arguments:
        info: the workbook.
        lost: sheet id → cells (row, column) that hold no formula any more.
    """
    gone = {(sheet_id, cell_name(row, column)) for sheet_id, cells in lost.items() for row, column in cells}
    if not gone:
        return {}, set()
    replaced: dict[str, bytes] = {}
    removed: set[str] = set()
    chain = chain_part(info)
    if chain is not None:
        shorter, left = _shortened(info, chain, gone)
        if shorter is not None and left:
            replaced[chain] = shorter
        elif shorter is not None:
            removed.add(chain)
    for part in info.related(info.part, "volatileDependencies"):
        for element in info.tree(part).walk("tr"):
            if (element.whole("s", 0), element.get("r")) in gone:
                removed.add(part)
    if removed:
        replaced.update(unlisted(info, removed))
    return replaced, removed


def _shortened(info: WorkbookInfo, part: str, gone: set[tuple[int, str]]) -> tuple[bytes | None, int]:
    """The chain without some entries (None when it has none of them), and how many are left."""
    return without_cells(info, part, lambda sheet, ref: (sheet, ref) in gone)


def without_cells(
    info: WorkbookInfo, part: str, is_gone: Callable[[int, str], bool]
) -> tuple[bytes | None, int]:
    """The chain without the cells of which a function says so, told sheet id and reference.

    Result: the part, None when it names none of them; how many cells are left.
    """
    left = 0

    def shorten(data: bytes) -> bytes:
        nonlocal left
        out: list[bytes] = []
        done = 0
        sheet = 0
        current = shown = b"0"  # an entry without sheet id belongs to the sheet of the entry before
        for tag in tags(data):
            if tag.local != b"c" or tag.is_close:
                continue
            attributes = tag.attributes()
            if (stated := attributes.get(b"i")) is not None:
                current, sheet = stated, whole(stated, 0, MAX_ID, info.package.where, part, "i")
            if is_gone(sheet, attributes.get(b"r", b"").decode()):
                out.append(data[done : tag.start])
                done = tag.end if tag.is_empty else data.index(b">", data.index(b"</", tag.end)) + 1
                continue
            left += 1
            if b"i" not in attributes and current != shown:
                out += (data[done : tag.start], set_attribute(tag.raw, b"i", current))
                done = tag.end
            shown = current
        return b"".join([*out, data[done:]])

    return edit_part(info, part, shorten), left


def unlisted(info: WorkbookInfo, parts: set[str]) -> dict[str, bytes]:
    """The content types and the workbook's relationships without parts that go."""
    relations = info.package.relations_of(info.part)
    types = info.package.find("[Content_Types].xml")
    ids = {r.id.encode() for r in info.relationships(info.part) if info.package.find(r.target) in parts}
    plain = [part.replace("\\", "/") for part in parts]
    names = {b"/" + spelled.encode() for part in plain for spelled in (part, part.lower())}
    found = {}
    for listing, attribute, values in ((relations, b"Id", ids), (types, b"PartName", names)):
        if listing is not None:
            changed = edit_part(info, listing, partial(_without, attribute=attribute, values=values))
            if changed is not None:
                found[listing] = changed
    return found


def _without(data: bytes, attribute: bytes, values: set[bytes]) -> bytes:
    """The part without the children of its root whose attribute has one of the values."""
    pieces = Pieces(data)
    for tag, end in top_children(data):
        if tag.attributes().get(attribute) in values:
            pieces.put(tag.start, end, b"")
    return pieces.result()


def edit_part(info: WorkbookInfo, part: str, edit: Callable[[bytes], bytes]) -> bytes | None:
    """A part changed by a function on UTF-8 bytes, in its own encoding; None when nothing changes.

    Errors: WorkbookError SX914 for a part that is not well-formed, SX915 for an encoding that cannot be
    written back.
    """
    data = info.package.read(part)
    changed = b"".join(
        changed_pieces(info.package, part, [data], lambda pieces: iter([edit(b"".join(pieces))]))
    )
    return None if changed == data else changed
