"""Give sheets other titles and tables other headers: all that refers to them in the workbook follows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO

from strategy_xl.formulas.inserting import renamed_columns
from strategy_xl.formulas.literals import retitled
from strategy_xl.ooxml.calc_chain import edit_part
from strategy_xl.ooxml.format_codes import with_formats
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import write_package
from strategy_xl.ooxml.reworded import FORMULA, Say, reworded
from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo


def _same(_: str, text: str) -> str:
    return text


@dataclass(frozen=True)
class Renaming:
    """What is called otherwise in a workbook.

    Arguments:
        titles: title of a sheet before → afterwards.
        columns: name of a table → header before → afterwards.
        say: told what kind of text of the sheets ``own`` it is (``reworded``), and it: what it is to be.
        own: titles of these sheets, as before.
        say_book: the same for what belongs to the workbook: its names and properties.
        formats: number format of cells before → afterwards.
        rule_formats: number format of rules before → afterwards.
    """

    titles: Mapping[str, str]
    columns: Mapping[str, Mapping[str, str]]
    say: Say = _same
    own: Collection[str] = ()
    say_book: Say = _same
    formats: Mapping[str, str] = field(default_factory=dict)
    rule_formats: Mapping[str, str] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)

    def formula(self, text: str) -> str:
        """A formula with the titles and headers of afterwards."""
        if text not in self._known:
            new = retitled(text, self.titles)
            for table, names in self.columns.items():
                if f"{table}[".casefold() in new.casefold():
                    new = renamed_columns(new, table, names)
            self._known[text] = new
        return self._known[text]

    def word(self, kind: str, text: str, *, is_own: bool, columns: Mapping[str, str]) -> str:
        """What a text of a part is to be.

        Arguments:
            kind, text: what it is, and what it says.
            is_own: whether the part belongs to a sheet of ``own``.
            columns: headers of the table that the part is, or is made from.
        """
        if kind == FORMULA:
            return self.formula(self.say(kind, text) if is_own else text)
        if kind in ("sheet.name", "worksheetSource.sheet", "dataRef.sheet"):
            return self.titles.get(text, text)
        if kind in ("tableColumn.name", "cacheField.name"):
            return columns.get(text, text)
        if kind == "Relationship.Target":
            return "#" + self.formula(text[1:]) if text.startswith("#") else text
        if kind == "lpstr":
            return self.titles.get(text, self.formula(text))
        return self.say(kind, text) if is_own else text


def rename(package: Package, wanted: Renaming) -> bytes:
    """A workbook in which sheets and columns are called otherwise.

    Arguments:
        package: the open workbook.
        wanted: what is called how.

    Tables, formulas, names, charts, rules, links, pivot tables' sources and the list of sheets follow; the
    header cells of tables still say what they said.

    Result: the bytes of the workbook, every part in which nothing is called otherwise as it was.

    Errors: WorkbookError SX914 for a part that is not well-formed.
    """
    info = WorkbookInfo.of(package)
    replaced: dict[str, bytes] = {}

    def put(part: str | None, *, is_own: bool = False, columns: Mapping[str, str] | None = None) -> None:
        if part is None or part in replaced or part not in package.members:
            return
        say = partial(wanted.word, is_own=is_own, columns=columns or {})
        _keep(replaced, part, edit_part(info, part, partial(reworded, say=say)))

    for sheet in info.sheets:
        is_own = sheet.name in wanted.own
        for table in info.tables_of(sheet):
            put(table.part, is_own=is_own, columns=wanted.columns.get(table.name))
        for part in _around(info, sheet):
            put(part, is_own=is_own)
    for link in info.relationships(info.part):
        if link.kind == "pivotCacheDefinition" and (cache := package.find(link.target)) is not None:
            put(cache, columns=_source_of(info, cache, wanted))
    _put_book(info, wanted, replaced)
    stream = BytesIO()
    write_package(package, stream, replaced)
    return stream.getvalue()


def _around(info: WorkbookInfo, sheet: SheetInfo) -> Iterator[str | None]:
    """A sheet's part and those that belong to it, its tables left out."""
    if not sheet.part:
        return
    yield from (sheet.part, info.package.relations_of(sheet.part))
    for kind in ("comments", "ctrlProp", "control"):
        yield from info.related(sheet.part, kind)
    for drawing in info.related(sheet.part, "drawing"):
        yield from (drawing, info.package.relations_of(drawing))
        for kind in ("chart", "chartEx"):
            yield from info.related(drawing, kind)


def _keep(replaced: dict[str, bytes], part: str, changed: bytes | None) -> None:
    if changed is not None:
        replaced[part] = changed


def _put_book(info: WorkbookInfo, wanted: Renaming, replaced: dict[str, bytes]) -> None:
    """The parts that belong to the workbook: its names, properties and styles."""

    def say(kind: str, text: str) -> str:
        return wanted.word(kind, wanted.say_book(kind, text), is_own=False, columns={})

    for part in (info.part, *_properties(info)):
        _keep(replaced, part, edit_part(info, part, partial(reworded, say=say)))
    if info.styles_part is not None and wanted.formats:
        change = partial(with_formats, formats=wanted.formats, rules=wanted.rule_formats)
        _keep(replaced, info.styles_part, edit_part(info, info.styles_part, change))


def _properties(info: WorkbookInfo) -> list[str]:
    kinds = ("core-properties", "extended-properties")
    targets = (item.target for item in info.relationships("") if item.kind in kinds and not item.is_external)
    return [part for target in targets if (part := info.package.find(target)) is not None]


def _source_of(info: WorkbookInfo, cache: str, wanted: Renaming) -> Mapping[str, str]:
    """Which headers follow in what a pivot table keeps of the table that it is made from."""
    for element in info.tree(cache).children:
        source = element.find("worksheetSource") if element.name == "cacheSource" else None
        if source is None:
            continue
        if source.get("name"):
            return wanted.columns.get(source.get("name"), {})
        for table in info.tables:
            if table.sheet == source.get("sheet") and str(table.area) == source.get("ref"):
                return wanted.columns.get(table.name, {})
    return {}
