"""One pass over a part into which cells are inserted: references move, the rest stays as it stands."""

from __future__ import annotations

from collections.abc import Mapping

from strategy_xl.formulas.cell_refs import Area, parse_area
from strategy_xl.formulas.inserting import Insertions
from strategy_xl.ooxml.cell_patch import escape_formula
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.xml_bytes import Tag, content, set_attribute

REFERENCES: Mapping[bytes, tuple[bytes, ...]] = {
    b"mergeCell": (b"ref",),
    b"hyperlink": (b"ref",),
    b"conditionalFormatting": (b"sqref",),
    b"dataValidation": (b"sqref",),
    b"protectedRange": (b"sqref",),
    b"ignoredError": (b"sqref",),
    b"selection": (b"sqref", b"activeCell"),
    b"sheetView": (b"topLeftCell",),
    b"autoFilter": (b"ref",),
    b"sortState": (b"ref",),
    b"sortCondition": (b"ref",),
    b"dimension": (b"ref",),
    b"cellWatch": (b"r",),
    b"inputCells": (b"r",),
    b"f": (b"ref", b"r1", b"r2"),
}
"""Elements of a sheet or table whose attributes name cells of the sheet that they are on."""


class Rewriter(Pieces):
    """One pass over a part: tags and the text of formulas, the rest as it stands."""

    def __init__(self, data: bytes, moves: Insertions, title: str | None) -> None:
        """Over a part; its sheet's title where references without one are on that sheet."""
        super().__init__(data)
        self.moves, self.title = moves, title
        self.is_home = title is not None and title.casefold() in moves.sheets

    def formula(self, start: int, stop: int) -> None:
        """Move the references of a formula."""
        old = self.data[start:stop]
        text = content(old)
        new = self.moves.formula(text, self.title)
        if new != text:
            self.put(start, stop, escape_formula(new))

    def ranges(self, raw: bytes) -> bytes:
        """References of the sheet itself, with spaces between."""
        assert self.title is not None
        found = []
        for ref in raw.split():
            area = parse_area(ref.decode("utf-8", "replace"))
            found.append(ref if area is None else str(self.moves.area(self.title, area)).encode())
        return b" ".join(found)

    def tag(self, tag: Tag) -> None:
        """Move what the attributes of an element name."""
        names = REFERENCES.get(tag.local)
        if names is None or not self.is_home or tag.is_close:
            return
        raw, attributes = tag.raw, tag.attributes()
        for name in names:
            if name in attributes:
                raw = set_attribute(raw, name, self.ranges(attributes[name]))
        if raw != tag.raw:
            self.put(tag.start, tag.end, raw)


def move_filter(work: Rewriter, tag: Tag, area: Area) -> None:
    """The column of a filter counts from the first one that is filtered."""
    assert work.title is not None
    number = int(tag.attributes().get(b"colId", b"0"))
    rows = area.top, area.bottom
    moved = work.moves.column(work.title, area.left + number, *rows)
    moved -= work.moves.column(work.title, area.left, *rows)
    if moved != number:
        work.put(tag.start, tag.end, set_attribute(tag.raw, b"colId", b"%d" % moved))
