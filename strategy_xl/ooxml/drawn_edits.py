"""Charts, pictures and shapes of another workbook laid over the cells of a sheet, and taken away there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Final

from strategy_xl.ooxml.added_parts import DECLARATION, AddedParts
from strategy_xl.ooxml.drawn_items import DrawnItem, drawn_on
from strategy_xl.ooxml.patch import PatchJob, TailEdit
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo
from strategy_xl.ooxml.workbook_tabs import LINKS
from strategy_xl.ooxml.xml_bytes import attributes_of, set_attribute, tags, top_children, unescape
from strategy_xl.ooxml.xml_insert import with_children

_TYPE: Final = b"application/vnd.openxmlformats-officedocument.drawing+xml"
_EMPTY: Final = DECLARATION + (
    b'<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    b'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"></xdr:wsDr>'
)
_LINK: Final = re.compile(rb"""([\w.-]+:(?:id|embed|link|pict)\s*=\s*["'])([^"']*)(["'])""")
_NUMBER: Final = re.compile(rb"""(<(?:[\w.-]+:)?cNvPr\b[^<>]*?\bid\s*=\s*["'])(\d+)""")

Reads = Callable[[bytes], bytes | None]
"""A chart's part as it reads in the workbook that gets it; None where it cannot be read there."""


@dataclass(frozen=True, slots=True)
class Laid:
    """Something that a sheet gets.

    Arguments:
        item: what, as the other workbook has it.
        instead: position in the sheet's drawing of what it takes the place of; None to lie over all.
    """

    item: DrawnItem
    instead: int | None = None


class DrawnEdits:
    """Changes of what lies over the cells of a workbook's sheets, in a patch."""

    def __init__(self, job: PatchJob, parts: AddedParts, theirs: WorkbookInfo, reads: Reads) -> None:
        """Over the patch, what comes into its package, and the workbook from which it comes."""
        self._info, self._parts, self._theirs, self._reads = job.info, parts, theirs, reads

    def change(
        self, sheet: SheetInfo, laid: Sequence[Laid], gone: Sequence[DrawnItem]
    ) -> tuple[list[TailEdit], list[DrawnItem]]:
        """Lay something over the cells of a sheet, and take something away.

        Arguments:
            sheet: the sheet. laid: what it gets. gone: what it has not any more, as it has it.

        Result: what is to become of what follows the sheet's cells; what could not be laid, since it reads
        what is not there.
        """
        tails: list[TailEdit] = []
        part = next(self._info.related(sheet.part, "drawing"), None)
        fit = [one for one in laid if self._is_readable(one.item)]
        refused = [one.item for one in laid if one not in fit]
        if part is None and fit:
            part, link = self._parts.attach("xl/drawings/drawing1.xml", b"drawing", _TYPE, _EMPTY, sheet.part)
            entry = b'<drawing xmlns:r="%b" r:id="%b"/>' % (LINKS, link)
            tails.append(partial(with_children, children=[(None, entry)]))
        if part is None or not (fit or gone):
            return [], refused
        new = [(one.instead, self._brought(part, one.item)) for one in fit]
        replaced = {one.instead for one in fit}
        out = {item.at for item in gone}
        self._parts.edit(part, partial(_with_items, new=new, gone=out))
        lost = {link for item in gone for link in item.links}
        standing = drawn_on(self._info, sheet)
        kept = {link for item in standing if item.at not in out | replaced for link in item.links}
        lost |= {link for item in standing if item.at in replaced for link in item.links}
        if lost - kept:
            self._parts.remove({part: lost - kept})
        return tails, refused

    def _is_readable(self, item: DrawnItem) -> bool:
        charts = (link for link in item.links.values() if link.kind == "chart")
        parts = (self._theirs.package.find(link.target) for link in charts)
        return all(
            part is not None and self._reads(self._theirs.package.read(part)) is not None for part in parts
        )

    def _brought(self, drawing: str, item: DrawnItem) -> bytes:
        """An item with its parts copied, as it stands in another drawing."""
        links = {}
        for name, link in item.links.items():
            kind = link.kind.encode()
            if link.is_external:
                links[name] = self._parts.relate(drawing, kind, link.target, is_external=True)
                continue
            found = self._theirs.package.find(link.target)
            assert found is not None  # the other workbook shows it
            copy = self._parts.copy(self._theirs, found, self._as_it_reads)
            links[name] = self._parts.relate(drawing, kind, copy)

        def there(match: re.Match[bytes]) -> bytes:
            return match[1] + links.get(unescape(match[2]), match[2]) + match[3]

        return _with_names(_LINK.sub(there, item.raw), item.root)

    def _as_it_reads(self, part: str, data: bytes) -> bytes:
        is_chart = "/charts/chart" in part.lower()
        return (self._reads(data) or data) if is_chart else data


def _with_names(raw: bytes, root: bytes) -> bytes:
    """An element that says itself what its prefixes mean, as the root around it did."""
    opened = next(tags(raw))
    start, known = opened.raw, opened.attributes()
    for name, value in attributes_of(root).items():
        if name.startswith(b"xmlns") and name not in known:
            start = set_attribute(start, name, value)
    return start + raw[opened.end :]


def _with_items(data: bytes, new: Sequence[tuple[int | None, bytes]], gone: AbstractSet[int]) -> bytes:
    """A drawing with more in it, and less."""
    numbers = count(max((int(found[2]) for found in _NUMBER.finditer(data)), default=0) + 1)
    instead: dict[int, bytes] = {}
    more = b""
    for at, raw in new:
        numbered = _NUMBER.sub(lambda match: match[1] + b"%d" % next(numbers), raw)
        if at is None:
            more += numbered
        else:
            instead[at] = numbered
    pieces = Pieces(data)
    for at, (tag, end) in enumerate(top_children(data)):
        if at in gone or at in instead:
            pieces.put(tag.start, end, instead.get(at, b""))
    data = pieces.result()
    root = next(tags(data))
    if root.is_empty:
        return data[: root.end - 2].rstrip() + b">" + more + b"</%b>" % root.name + data[root.end :]
    at_end = data.rindex(b"</")
    return data[:at_end] + more + data[at_end:]
