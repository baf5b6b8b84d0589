"""Take sheets, blocks of rows and tables over from one package into another, which is only added to.

The one way by which sheets come into a workbook. Which door to take: ``grafting`` for all sheets of a built
workbook that may have to go again (adopt, release), ``lone_sheets`` for people's own sheets of another
workbook (merge), ``Splice`` itself for what belongs to a workbook of ours, piece by piece (repair, upgrade).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

from strategy_xl.errors import PatchRefusedError
from strategy_xl.formulas.cell_refs import Area, parse_cell
from strategy_xl.ooxml.added_parts import DECLARATION, AddedParts, Edit, kind_of, one_by_one
from strategy_xl.ooxml.calc_chain import ask_calculation, edit_part
from strategy_xl.ooxml.cells import Styled
from strategy_xl.ooxml.chart_sources import charts_of, sources_of, with_sources
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.plain_cells import plain_cells
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.sheet_rules import Rule, Words, lowered, rules_in, rules_of
from strategy_xl.ooxml.style_map import StyleMap
from strategy_xl.ooxml.workbook_part import TableInfo, WorkbookInfo
from strategy_xl.ooxml.workbook_tabs import LINKS, with_more_names, with_names, with_sheet, with_view
from strategy_xl.ooxml.xml_bytes import (
    as_utf8,
    encode_xstring,
    escape,
    set_attribute,
    tags,
)
from strategy_xl.ooxml.xml_insert import with_children

_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TABLE_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml"
_SHARED = re.compile(rb' t="s"><v>(\d+)</v></c>')
_ITEM = re.compile(rb"<si>(.*?)</si>", re.DOTALL)
_STYLE = re.compile(rb'(<(?:c|row|col) (?:[^<>]*? )?(?:s|style)=")(\d+)')
_DIFFERENCE = re.compile(rb'(\bdxfId=")(\d+)')
_SELECTED = re.compile(rb' tabSelected="\w+"')
_PRIORITY = re.compile(rb'(\bpriority=")(\d+)')
_DAYS = re.compile(rb'<dataValidation [^<>]*?\btype="date".*?</dataValidation>', re.DOTALL)
_DAY = re.compile(rb"(?<=>)\d{4,7}(?=</formula[12]>)")
_EPOCHS = 1462  # days from the first of 1900 to that of 1904
_CALCULATED = re.compile(
    rb"(<(?:\w+:)?calculatedColumnFormula\b[^<>]*>)([^<]*)(</(?:\w+:)?calculatedColumnFormula>)"
)
_STYLED = re.compile(rb'<c r="([A-Z]+\d+)" s="(\d+)"')


class Splice:
    """What goes from a source into the workbook of a patch; ``finish`` hands all of it to the patch.

    The source is a package that this program built: one namespace without prefixes, targets from the root.
    """

    def __init__(self, job: PatchJob, source: Package) -> None:
        """Over the patch and the source.

        Errors: PatchRefusedError SX138 for a workbook in a form to which nothing can be added.
        """
        self._job, self._info, self._source = job, job.info, WorkbookInfo(source)
        self._edits: defaultdict[str, list[Edit]] = defaultdict(list)
        self._parts = AddedParts(job, self._edits)
        styles = self._info.styles_part
        try:
            parts = [
                as_utf8(job.package.read(part)) for part in (self._info.part, styles) if part is not None
            ]
        except LookupError:
            raise PatchRefusedError("SX138", job.package.where) from None
        if styles is None or any(_MAIN not in part for part in parts):
            raise PatchRefusedError("SX138", job.package.where)
        self._styles = StyleMap(source.read(str(self._source.styles_part)), parts[1])
        shared = self._source.shared_strings_part
        self._strings = _ITEM.findall(source.read(shared)) if shared is not None else []
        self._edits[styles].append(lambda _: self._styles.part)
        self._cells: defaultdict[str, dict[int, dict[int, Any]]] = defaultdict(dict)
        self._tails: defaultdict[str, list[Edit]] = defaultdict(list)
        self._numbers = [table.id for table in self._info.tables]
        self._looks: dict[str, dict[tuple[int, int], int]] = {}

    # -- what can be taken over ------------------------------------------------------------------------

    def sheet(self, title: str, after: str | None) -> None:
        """Take a whole sheet over, behind another one or (None) as the first."""
        sheet = self._source.sheet(title)
        part = self._copy(sheet.part, self._translated)
        link = self._parts.relate(self._info.part, b"worksheet", part)
        data = self._source.package.read(self._source.part)
        self._edits[self._info.part].append(
            partial(with_sheet, title=title, link=link, after=after, source=data, index=sheet.position)
        )

    def sheets(self, titles: Iterable[str]) -> None:
        """Take whole sheets over, one after the other behind the last."""
        after = self._info.sheets[-1].name if self._info.sheets else None
        for title in titles:
            self.sheet(title, after)
            after = title

    def block(self, title: str, first: int, last: int) -> None:
        """Take rows of a sheet over into the sheet of that title, which has nothing in these rows.

        Their merged cells, conditions, rules and tables come with them; heights, notes and pictures do not.
        """
        self.rows(title, first, last, title, first)
        for table in self._source.tables_of(self._source.sheet(title)):
            if first <= table.area.top <= last:
                part = self._copy(table.part, self._numbered)
                self._insert(title, [self._entry(title, part)])

    def rows(self, source: str, first: int, last: int, target: str, at: int) -> None:
        """Take rows of a sheet over into blank rows of another: cells, merged areas, conditions and rules.

        Arguments:
            source, first, last: title of the sheet there, and the rows.
            target, at: title of the sheet here, and the first of its rows.
        """
        data = self._source.package.read(self._source.sheet(source).part)
        for row, column, style, value in plain_cells(data, self._strings, first, last):
            styled = Styled(value, b"%d" % self._styles.cell(style))
            self._cells[target].setdefault(column, {})[row + at - first] = styled
        rules = rules_in(self._with_differences(data), first, last)
        self._insert(target, [(into, lowered(raw, at - first)) for into, raw in rules])

    def table(
        self, title: str, name: str, area: Area, columns: Sequence[tuple[str, str, bool]], style: str
    ) -> None:
        """Make a range of a sheet a table.

        Arguments:
            title: the sheet.
            name: of the table.
            area: its cells, the headers first.
            columns: for each its header, formula (empty without) and whether that is an array formula.
            style: name of the table's style.
        """
        listed = b""
        for number, (header, formula, is_array) in enumerate(columns, 1):
            start = b'<tableColumn id="%d" name="%b"' % (number, _header(header))
            array = b' array="1"' if is_array else b""
            inside = b"<calculatedColumnFormula%b>%b</calculatedColumnFormula>" % (array, escape(formula))
            listed += start + (b">" + inside + b"</tableColumn>" if formula else b"/>")
        ref, raw_name = str(area).encode(), escape(name)
        data = self._numbered(
            DECLARATION + b'<table xmlns="%b" id="1" name="%b" displayName="%b" ref="%b" totalsRowShown="0">'
            b'<autoFilter ref="%b"/><tableColumns count="%d">%b</tableColumns>'
            b'<tableStyleInfo name="%b" showRowStripes="1"/></table>'
            % (_MAIN, raw_name, raw_name, ref, ref, len(columns), listed, style.encode())
        )
        part = self._parts.add("xl/tables/table1.xml", data, _TABLE_TYPE)
        self._insert(title, [self._entry(title, part)])

    def cells(self, title: str, edits: Mapping[int, Mapping[int, Any]]) -> None:
        """Change cells of a sheet: column → row → value, as in ``set_cells``."""
        for column, rows in edits.items():
            self._cells[title].setdefault(column, {}).update(rows)

    def style(self, title: str, row: int, column: int) -> bytes:
        """The style of a cell of the source, by its number in the target."""
        if title not in self._looks:
            data = self._source.package.read(self._source.sheet(title).part)
            found = ((parse_cell(cell[1].decode()), int(cell[2])) for cell in _STYLED.finditer(data))
            self._looks[title] = {place: number for place, number in found if place is not None}
        return b"%d" % self._styles.cell(self._looks[title].get((row, column), 0))

    def rules(self, source: str, cell: tuple[int, int], target: str, area: Area, words: Words) -> None:
        """Take over what the source says of a cell — what may be typed, how it is shown — for some cells.

        Arguments:
            source, cell: title of the sheet there, row and column.
            target, area: title of the sheet here, and its cells.
            words: a formula that reads from the cell there, as it reads from the first of the area here.
        """
        data = self._with_differences(self._source.package.read(self._source.sheet(source).part))
        self._insert(target, list(rules_of(data, cell, area, words)))

    def edit(self, part: str, change: Edit) -> None:
        """Change a part of the target by a function on its bytes."""
        self._edits[part].append(change)

    def tail(self, title: str, change: Edit) -> None:
        """Change what follows the cells of a sheet."""
        self._tails[title].append(change)

    @property
    def workbook_part(self) -> str:
        """The part in which the target lists its sheets and names."""
        return self._info.part

    def names(self, wanted: Callable[[str], bool], stale: AbstractSet[str]) -> None:
        """Put back defined names of the source that are lost or broken.

        Arguments:
            wanted: told what a name stands for, whether it is among those.
            stale: names that are put back whatever they say now.
        """
        data = self._source.package.read(self._source.part)
        found = {name.name for name in self._source.defined_names if wanted(name.text)}
        self._edits[self._info.part].append(partial(with_names, source=data, wanted=found, stale=stale))

    def name(self, name: str, text: str) -> None:
        """Define a hidden name of the workbook."""
        raw = b'<definedName name="%b" hidden="1">%b</definedName>' % (escape(name), escape(text))
        self._edits[self._info.part].append(partial(with_more_names, names=[raw]))

    def charts(self, source: str, target: str, wanted: Callable[[str], bool]) -> None:
        """Put back what charts of a sheet read, where that was lost.

        Arguments:
            source, target: title of the sheet here and there.
            wanted: told what a chart reads here, whether it was taken over.
        """
        pairs = zip(charts_of(self._source, source), charts_of(self._info, target), strict=False)
        for mine, theirs in pairs:
            texts = sources_of(self._source.package.read(mine))
            self._edits[theirs].append(partial(with_sources, texts=texts, wanted=wanted))

    def column_formulas(self, table: TableInfo, texts: Mapping[str, str]) -> None:
        """Change formulas of a table's columns: header → text."""

        def change(data: bytes) -> bytes:
            pieces, columns = Pieces(data), iter(table.columns)
            for tag in tags(data):
                if tag.local != b"tableColumn" or tag.is_close:
                    continue
                text = texts.get(next(columns).name)
                found = _CALCULATED.match(data, tag.end)
                if found is not None and text is not None:
                    pieces.put(found.start(2), found.end(2), escape(text))
            return pieces.result()

        if texts:
            self._edits[table.part].append(change)

    def attach(self, part: str, relation: bytes, kind: bytes, data: bytes, of: str | None = None) -> str:
        """Add a part of its own, related with another one.

        Arguments:
            part: its name, when that is free.
            relation: kind of the relation.
            kind: type of the content.
            data: its content.
            of: the part that relates to it, the workbook when not given.

        Result: the name that it has.
        """
        return self._parts.add(part, data, kind, (of or self._info.part, relation))

    def finish(self) -> None:
        """Hand everything over to the patch, which then can be written."""
        for title in {*self._cells, *self._tails}:
            tail = partial(one_by_one, edits=self._tails[title])
            self._job.patch_sheet(self._info.sheet(title), self._cells[title], tail)
        self._job.settle_calculation(full_calc=False)
        self._edits[self._info.part] += (with_view, ask_calculation)
        for part, edits in self._edits.items():
            changed = edit_part(self._info, part, partial(one_by_one, edits=edits))
            if changed is not None:
                self._job.replaced[part] = changed

    # -- inside ----------------------------------------------------------------------------------------

    def _insert(self, title: str, children: Sequence[Rule]) -> None:
        """Put elements behind the cells of a sheet."""
        if children:
            self._tails[title].append(partial(with_children, children=children))

    def _entry(self, title: str, table: str) -> Rule:
        """The element by which a sheet names one of its tables, and the list it goes into."""
        link = self._parts.relate(self._info.sheet(title).part, b"table", table)
        return b"tableParts", b'<tablePart xmlns:r="%b" r:id="%b"/>' % (LINKS, link)

    def _copy(self, part: str, change: Edit) -> str:
        """Copy a part of the source and all that it relates to; its name in the target."""

        def changed(name: str, data: bytes) -> bytes:
            if name == part:
                return change(data)
            return self._numbered(data) if kind_of(self._source, name) == _TABLE_TYPE else data

        return self._parts.copy(self._source, part, changed)

    def _numbered(self, data: bytes) -> bytes:
        """A table's part with an id that is free."""
        self._numbers.append(max(self._numbers, default=0) + 1)
        root = next(tags(data))
        raw = set_attribute(root.raw, b"id", b"%d" % self._numbers[-1])
        return data[: root.start] + raw + data[root.end :]

    def _translated(self, sheet: bytes) -> bytes:
        """A sheet's part with texts in its cells and the numbers that its styles have in the target."""
        sheet = _SELECTED.sub(b"", sheet)
        sheet = _SHARED.sub(
            lambda found: b' t="inlineStr"><is>%b</is></c>' % self._strings[int(found[1])], sheet
        )
        sheet = _STYLE.sub(lambda found: found[1] + b"%d" % self._styles.cell(int(found[2])), sheet)
        if (
            self._info.is_1904
        ):  # of days in what is built, only the bounds of rules do not follow the calendar
            sheet = _DAYS.sub(lambda rule: _DAY.sub(_in_1904, rule[0]), sheet)
        return self._with_differences(sheet)

    def _with_differences(self, sheet: bytes) -> bytes:
        return _DIFFERENCE.sub(lambda m: m[1] + b"%d" % self._styles.difference(int(m[2])), sheet)


def _in_1904(day: re.Match[bytes]) -> bytes:
    return b"%d" % max(int(day[0]) - _EPOCHS, 0)


def _header(text: str) -> bytes:
    """A column's name as a table's part has it."""
    return encode_xstring(text).replace(b'"', b"&quot;").replace(b"\n", b"_x000a_")
