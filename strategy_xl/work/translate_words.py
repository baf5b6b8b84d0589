"""What the texts of a workbook are in another language: the same templates rendered in both, side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from io import BytesIO
from typing import NamedTuple

from strategy_xl.build.book import example_ghosts, render
from strategy_xl.formulas.literals import Literals
from strategy_xl.ooxml.format_codes import row_formats
from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.reworded import FORMULA, reworded
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.workbook_part import SheetInfo, TableInfo, WorkbookInfo
from strategy_xl.schema.spec import WorkbookSpec


class Said(NamedTuple):
    """A text of a sheet in the one language and in the other."""

    before: str
    after: str


@dataclass(frozen=True)
class Words:
    """The texts of some templates in two languages.

    Arguments:
        cells: module key → the texts in cells of its sheet outside of tables, from the top.
        headers: name of a table in the templates → header → header.
        rows: name of a table in the templates → header → texts of the rows that a new one has.
        literals: what the texts in formulas are.
        others: kind of text (``reworded``) → text → text; a text that is more than one has none.
        formats: number format of cells → number format.
        rule_formats: the same for formats that rules give.
    """

    cells: Mapping[str, Sequence[Said]]
    headers: Mapping[str, Mapping[str, str]]
    rows: Mapping[str, Mapping[str, Mapping[str, str]]]
    literals: Literals
    others: Mapping[str, Mapping[str, str]]
    formats: Mapping[str, str]
    rule_formats: Mapping[str, str]

    def say(self, kind: str, text: str) -> str:
        """A text of some kind in the other language; itself when it is none of the templates'."""
        if kind == FORMULA:
            return self.literals.swapped(text)
        known = self.others.get(kind, {})
        if text in known:
            return known[text]
        if "\n" not in text:
            return text
        # An input message names an example below its help, which may be of another day.
        return "\n".join(known.get(line, line) for line in text.split("\n"))


def words_between(spec: WorkbookSpec, lang: str, target: str, today: date) -> Words:
    """The texts of templates in one language and in another.

    Arguments:
        spec: the templates.
        lang, target: the languages.
        today: day of the build.
    """
    pairs = []
    for with_example in (False, True):
        built = []
        for own in (lang, target):
            ghosts = example_ghosts(spec, own, today) if with_example else {}
            raw = render(spec, lang=own, company="", today=today, rows={}, ghosts=ghosts)
            built.append(Package("", BytesIO(raw)))
        pairs.append(built)
    reading = _Reading(spec, *(WorkbookInfo(package) for package in pairs[0]))
    for one, other in pairs:
        reading.parts(one, other)
    return reading.words()


class _Reading:
    """Two workbooks of the same templates, read side by side."""

    def __init__(self, spec: WorkbookSpec, one: WorkbookInfo, other: WorkbookInfo) -> None:
        self._spec, self._one, self._other = spec, one, other
        self._values, self._others = SheetValues(one), SheetValues(other)
        self._rules: defaultdict[str, set[str]] = defaultdict(set)
        self._formulas: list[tuple[str, str]] = []
        self._texts: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def parts(self, one: Package, other: Package) -> None:
        """Read all texts outside of cells, and all formulas."""
        for part in one.members:
            if part not in other.members or not part.endswith(".xml") or "docProps" in part:
                continue
            units = [_units(_without_list(package.read(part))) for package in (one, other)]
            for (kind, before), (same, after) in _side_by_side(*units):
                if kind != same:
                    continue
                if part.endswith("styles.xml"):
                    self._rules[before].add(after)
                    continue
                if kind == FORMULA:
                    self._formulas.append((before, after))
                    continue
                self._texts[kind][before].add(after)
                lines, others = before.split("\n"), after.split("\n")
                if len(lines) == len(others) > 1:
                    for line, its in zip(lines, others, strict=True):
                        self._texts[kind][line].add(its)

    def words(self) -> Words:
        """All that was read."""
        others = {kind: _sure(options) for kind, options in self._texts.items()}
        cells = {
            module.key: self._cells(*sheets)
            for module, *sheets in zip(self._spec.modules, self._one.sheets, self._other.sheets, strict=True)
        }
        headers = {
            table.name: {
                before.name: after.name for before, after in zip(table.columns, same.columns, strict=True)
            }
            for table, same in zip(self._one.tables, self._other.tables, strict=True)
        }
        rows = {
            table.name: self._body(table, same)
            for table, same in zip(self._one.tables, self._other.tables, strict=True)
        }
        return Words(
            cells, headers, rows, Literals(self._formulas), others, self._formats(), _sure(self._rules)
        )

    def _cells(self, one: SheetInfo, other: SheetInfo) -> list[Said]:
        rows = [list(_rows(info, sheet)) for info, sheet in ((self._one, one), (self._other, other))]
        found: list[Said] = []
        for mine, its in zip(*rows, strict=False):
            # Labels may stand in other columns where the longest of a form is another; their order is one.
            if len(mine) == len(its):
                found += map(Said, mine.values(), its.values())
            else:
                found += [Said(text, its.get(column, text)) for column, text in mine.items()]
        return found

    def _body(self, table: TableInfo, same: TableInfo) -> dict[str, dict[str, str]]:
        """The texts of the rows that a new table has, by header."""
        found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        grids = self._values.grid(table.sheet), self._others.grid(same.sheet)
        for step in range(table.last_row - table.first_row + 1):
            mine, its = grids[0].row(table.first_row + step), grids[1].row(same.first_row + step)
            for index, column in enumerate(table.columns):
                at, to = table.area.left + index - 1, same.area.left + index - 1
                before, after = (
                    row[place] if place < len(row) else "" for row, place in ((mine, at), (its, to))
                )
                if isinstance(before, str) and isinstance(after, str) and before:
                    found[column.name][before].add(after)
        return {header: _sure(options) for header, options in found.items()}

    def _formats(self) -> dict[str, str]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for one, other in zip(self._one.sheets, self._other.sheets, strict=True):
            looks = [row_formats(info, sheet) for info, sheet in ((self._one, one), (self._other, other))]
            for row in looks[0].keys() & looks[1].keys():
                mine, its = looks[0][row], looks[1][row]
                if len(mine) == len(its):
                    for before, after in zip(mine, its, strict=True):
                        found[before].add(after)
        # A percentage may be written the English way in French too: more of them are not.
        return {
            before: next(iter(others))
            for before, after in found.items()
            if len(others := after - {before}) == 1
        }


def _sure(options: Mapping[str, set[str]]) -> dict[str, str]:
    return {
        before: next(iter(after))
        for before, after in options.items()
        if len(after) == 1 and before not in after
    }


def _without_list(data: bytes) -> bytes:
    """A part; of the styles only those of rules: the list of formats has no order that two books share."""
    return data[max(data.find(b"<dxfs"), 0) :]


def _units(data: bytes) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def keep(kind: str, text: str) -> str:
        found.append((kind, text))
        return text

    reworded(data, keep)
    return found


def _side_by_side(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    kinds = [[kind for kind, _ in units] for units in (one, other)]
    if kinds[0] == kinds[1]:
        yield from zip(one, other, strict=True)
        return
    for at, to, size in SequenceMatcher(None, kinds[0], kinds[1], autojunk=False).get_matching_blocks():
        yield from zip(one[at : at + size], other[to : to + size], strict=True)


def _rows(info: WorkbookInfo, sheet: SheetInfo) -> Iterator[dict[int, str]]:
    """The texts in each row of a sheet, by column, those in the rows of tables left out."""
    values = SheetValues(info)
    bodies = [table.area._replace(top=table.first_row) for table in info.tables_of(sheet)]
    has_formula = formula_texts(info.package.read(sheet.part))
    grid = values.grid(sheet.name)
    for row in range(1, values.meta(sheet.name).rows + 1):
        yield {
            column: value
            for column, value in enumerate(grid.row(row), 1)
            if isinstance(value, str)
            and value
            and (row, column) not in has_formula
            and not any(area.has(row, column) for area in bodies)
        }
