"""What differs between two versions of a workbook, as people read it: sections of lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from strategy_xl.answers.change_sentences import LONGEST, Teller
from strategy_xl.answers.changes import Change
from strategy_xl.errors import Location
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.schema.spec import EntityKind, FieldType, WorkbookSpec
from strategy_xl.text.catalog import format_value, message
from strategy_xl.text.shortening import shorten
from strategy_xl.work.diff import BlockDifference, CellChange, Difference, RowChange, RowKind
from strategy_xl.work.diff_cells import OWN, Content, Odd, OwnFormula, bare, is_own
from strategy_xl.work.diff_own import OwnChange, OwnKind

_FIRST = 5
"""Cells outside of fields that are told one by one, a sheet; of more it is said how many there are."""
_NAME = 80
"""Characters of the name of a row."""
_MARKS = {
    RowKind.ADDED: "+", RowKind.GONE: "-", RowKind.RENAMED: "~",
    OwnKind.SHEET_ADDED: "+", OwnKind.COLUMN_ADDED: "+", OwnKind.COMMENT_ADDED: "+",
    OwnKind.NAME_ADDED: "+", OwnKind.NAME_GONE: "-",
    OwnKind.SHEET_GONE: "-", OwnKind.COLUMN_GONE: "-", OwnKind.COMMENT_GONE: "-",
}  # fmt: skip
_CHANGED = "~"


@dataclass(frozen=True, slots=True)
class Line:
    """One difference.

    Arguments:
        mark: ``+`` came, ``-`` went, ``~`` changed, ``»`` follows from others.
        text: what differs. place: sheet and cell. why: what it is due to.
    """

    mark: str
    text: str
    place: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The differences of one kind, or of one sheet."""

    key: str
    title: str
    lines: tuple[Line, ...]


class DifferenceTeller:
    """Tells differences in one language, with the words of the templates."""

    def __init__(self, spec: WorkbookSpec, lang: str) -> None:
        """Take the templates that the workbooks were made from, and ``fr`` or ``en``."""
        self._spec, self._lang, self._teller = spec, lang, Teller(spec, lang)
        self._blocks = spec.data_blocks()

    def _say(self, key: str, **args: Any) -> str:
        return message(f"diff.{key}", self._lang, **args)

    # -- the whole -------------------------------------------------------------------------------------

    def sections(self, found: Difference) -> list[Section]:
        """All differences: verdicts first, then sheet by sheet, what people have of their own last."""
        sections = []
        if found.changes:
            lines = tuple(self._changes(found))
            sections.append(Section("verdicts", self._say("verdicts"), lines))
        for block in found.blocks:
            lines = tuple(self._block(block))
            sections.append(Section(block.block, self.block_title(block.block), lines))
        if found.own:
            lines = tuple(line for change in found.own for line in self._own(change))
            sections.append(Section("own", self._say("own"), lines))
        return sections

    def summary(self, found: Difference) -> list[str]:
        """What stands out, in a few short phrases."""
        told = []
        records = {key: getattr(block, "record", None) for key, (_, block) in self._blocks.items()}
        record_kinds = {key: record.kind for key, record in records.items() if record is not None}
        for kind in EntityKind:
            verdicts = {
                (change.block, change.identity)
                for change in found.changes
                if record_kinds.get(change.block) is kind and change.verdict == self._verdict_of(change.block)
            }
            if verdicts:
                told.append(self._say(f"sum.{kind}", n=len(verdicts)))
        rows = [row for block in found.blocks for row in block.rows]
        for row_kind in RowKind:
            count = sum(row.kind is row_kind for row in rows)
            if count:
                told.append(self._say(f"sum.{row_kind}", n=count))
        cells = sum(len(block.cells) for block in found.blocks)
        if cells:
            told.append(self._say("sum.cells", n=cells))
        moved = sum(block.moved for block in found.blocks)
        if moved:
            told.append(self._say("sum.moved", n=moved))
        if found.own:
            told.append(self._say("sum.own", n=len(found.own)))
        return told

    def _verdict_of(self, block: str) -> str:
        record = getattr(self._blocks[block][1], "record", None)
        return "" if record is None else record.verdict

    def block_title(self, key: str) -> str:
        """What people call a block: its sheet, and its own title where the sheet has another."""
        module, block = self._blocks[key]
        sheet = module.sheet.get(self._lang)
        title = block.title.get(self._lang) if block.title is not None else ""
        return sheet if title in {"", sheet} else f"{sheet} – {title}"

    # -- verdicts --------------------------------------------------------------------------------------

    def _changes(self, found: Difference) -> Iterator[Line]:
        """Verdicts that are others; those of one row that have the same reason together."""
        told = [(change, self._teller.sentence(change)) for change in found.changes]
        for (block, _, reason), group in groupby(told, key=lambda one: (one[0].block, one[0].row, one[1])):
            own = [change for change, _ in group]
            verdicts = ", ".join(self._teller.verdict(change) for change in own)
            name = self.name(block, own[0].name, own[0].row)
            yield Line("»", self._say("verdict", name=name, verdicts=verdicts), _place(own[0]), reason)

    def name(self, block: str, name: str, row: int) -> str:
        """What a row is called; by its number when it has no name."""
        named = self._teller.name(block, name)
        return shorten(named, _NAME) if named else self._say("row", row=row)

    # -- blocks ----------------------------------------------------------------------------------------

    def _block(self, block: BlockDifference) -> Iterator[Line]:
        for row in block.rows:
            yield self._row(block.block, row)
        for cell in block.cells:
            place = str(Location(None, cell.sheet, cell.cell))
            yield Line(_CHANGED, self.cell(block.block, cell), place)
        if block.moved:
            yield Line(_CHANGED, self._say("moved", n=block.moved))

    def _row(self, block: str, row: RowChange) -> Line:
        named = self._teller.name(block, row.name)
        name = shorten(named, _NAME) if named else self._say("unnamed")
        verdict = "" if row.verdict is None else self._teller.label(block, *row.verdict)
        former = shorten(self._teller.name(block, row.former), _NAME)
        text = self._say(f"row.{row.kind}", name=name, former=former, verdict=verdict, n=row.filled)
        return Line(_MARKS[row.kind], text, str(Location(None, row.sheet, row.cell)))

    def cell(self, block: str, cell: CellChange) -> str:
        """What differs in a cell: ``Acme, Revenue: 100 → 120``."""
        old, new = (self.value(block, cell.key, content) for content in (cell.old, cell.new))
        label = self.label(block, cell.key)
        name = "" if not cell.name else shorten(self._teller.name(block, cell.name), _NAME)
        if cell.is_computed:
            key = "cell.restored" if cell.new is None else "cell.overtyped"
            if cell.old is not None and cell.new is not None:
                key = "cell"
            return self._say(key, name=name, label=label, old=old, new=new)
        return self._say("cell", name=name, label=label, old=old, new=new)

    def label(self, block: str, key: str) -> str:
        """What people call a field or a column of their own."""
        if is_own(key):
            return key.removeprefix(OWN)
        fields = {field.key: field for field in self._blocks[block][1].fields}
        return fields[key].label.get(self._lang) if key in fields else key

    def value(self, block: str, key: str, content: Content, *, whole: bool = False) -> str:
        """What stands in a cell, as people write it; long texts shortened unless all of it is wanted."""
        if isinstance(content, Odd | OwnFormula) or is_own(key):
            return self.loose(content, whole=whole)
        if whole and isinstance(content, str) and self._is_text(block, key):
            return content
        return self._teller.label(block, key, content)

    def _is_text(self, block: str, key: str) -> bool:
        fields = {field.key: field for field in self._blocks[block][1].fields}
        return key in fields and fields[key].type in (FieldType.TEXT, FieldType.LONG_TEXT)

    def loose(self, content: Content, *, whole: bool = False) -> str:
        """What stands in a cell that is no field."""
        if isinstance(content, OwnFormula):
            text = f"={content.text_at(*content.at)}"
            return text if whole else shorten(text, LONGEST)
        value = bare(content)
        told = self._plain(value)
        if told is not None or whole:
            return str(value) if told is None else told
        return message("change.quoted", self._lang, text=shorten(str(value), LONGEST))

    def _plain(self, value: Any) -> str | None:
        """A value that is no text, as people write it; None for others."""
        found = None
        if value is None:
            found = message("change.nothing", self._lang)
        elif isinstance(value, datetime):
            found = f"{value:%Y-%m-%d %H:%M}"
        elif isinstance(value, date):
            found = format_value(value, "date", self._lang)
        elif isinstance(value, bool):
            found = message("core.yes" if value else "core.no", self._lang)
        elif isinstance(value, int | float):
            found = format_value(value, "int" if float(value).is_integer() else "dec2", self._lang)
        return found

    # -- own things ------------------------------------------------------------------------------------

    def _own(self, change: OwnChange) -> Iterator[Line]:
        mark = _MARKS.get(change.kind, _CHANGED)
        if change.kind is OwnKind.CELLS:
            n = len(change.cells)
            yield Line(mark, self._say("own.cells", sheet=change.sheet, n=n), change.sheet)
            for cell in change.cells[:_FIRST]:
                old, new = self.loose(cell.old), self.loose(cell.new)
                where = cell.after or cell.before
                place = str(Location(None, where[0], cell_name(*where[1:]))) if where is not None else ""
                yield Line(mark, self._say("own.cell", cell=cell.cell, old=old, new=new), place)
            if n > _FIRST:
                yield Line(mark, self._say("own.more", n=n - _FIRST), change.sheet)
            return
        place = change.sheet
        if change.kind in {OwnKind.COMMENT_ADDED, OwnKind.COMMENT_GONE, OwnKind.COMMENT_CHANGED}:
            place = str(Location(None, change.sheet, change.name))
        if change.kind is OwnKind.MEDIA:
            mark = "+" if change.new else "-"
        text = self._say(
            f"own.{change.kind}",
            sheet=change.sheet,
            name=change.name,
            old=shorten(change.old, LONGEST),
            new=shorten(change.new, LONGEST),
            n=len(change.cells),
            table=self.block_title(change.block) if change.block else "",
        )
        yield Line(mark, text, place)


def _place(change: Change) -> str:
    return str(Location(None, change.sheet, change.cell))
