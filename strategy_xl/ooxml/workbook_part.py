"""What the workbook says about itself: sheets, tables, names, calendar. Read-only and lazy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.formulas.cell_refs import Area, parse_area
from strategy_xl.ooxml.limits import MAX_ID, whole
from strategy_xl.ooxml.number_formats import DATE_FORMATS, is_date_format, plain_formats
from strategy_xl.ooxml.package import Package, part_key
from strategy_xl.ooxml.xml_bytes import TOKEN, decode_xstring, span_of
from strategy_xl.ooxml.xml_tree import Element, listed, parse

_TEXT_ITEM = re.compile(rb"<(?:[\w.-]+:)?si[\s/>]")
_OTHER_OFFICE = ("word/", "ppt/", "visio/")


class Relationship(NamedTuple):
    """One relationship: id, last part of its type, target as a member name (or a URL when external)."""

    id: str
    kind: str
    target: str
    is_external: bool


class SheetInfo(NamedTuple):
    """One sheet as the workbook lists it."""

    name: str
    part: str
    sheet_id: int
    state: str  # visible, hidden, veryHidden
    kind: str  # worksheet, chartsheet, dialogsheet, macrosheet; module (without part) of Excel 5
    position: int  # 0 is the first tab


class TableColumn(NamedTuple):
    """One column of a table."""

    id: int
    name: str
    formula: str  # of a calculated column, empty otherwise


class TableInfo(NamedTuple):
    """One Excel table (ListObject)."""

    id: int
    name: str
    display_name: str
    sheet: str
    part: str
    area: Area
    header_rows: int
    totals_rows: int
    columns: tuple[TableColumn, ...]
    has_query: bool
    has_insert_row: bool  # no data yet: its one blank row is not really there
    has_look: bool  # says how it looks: LibreOffice takes that away

    @property
    def first_row(self) -> int:
        """The first data row."""
        return self.area.top + self.header_rows

    @property
    def last_row(self) -> int:
        """The last data row."""
        return self.area.bottom - self.totals_rows


class DefinedName(NamedTuple):
    """One defined name: its text, the sheet it belongs to (None: the workbook), whether it is hidden."""

    name: str
    scope: str | None
    text: str
    hidden: bool


class WorkbookInfo:
    """The structure of a workbook package; every part is read when first asked for.

    >>> with Package.open("plan.xlsx") as package:            # doctest: +SKIP
    ...     [sheet.name for sheet in WorkbookInfo(package).sheets]
    ['Accueil', 'Clients']
    """

    def __init__(self, package: Package) -> None:
        """Over an open package.

        Errors (on first use): WorkbookError SX905 binary workbook, SX906 OpenDocument, SX910 no workbook
        in the package, SX914 a part is not well-formed XML.
        """
        self.package = package
        self._relationships: dict[str, tuple[Relationship, ...]] = {}
        self._tables: dict[str, tuple[TableInfo, ...]] = {}

    @classmethod
    def of(cls, package: Package) -> WorkbookInfo:
        """The structure of a package, the one that others have found of the same bytes."""
        if package.kept is None:
            return cls(package)
        info: WorkbookInfo = package.kept.setdefault(cls, cls(package))
        return info

    def _located(self, sheet: str | None = None) -> Location:
        return Location(self.package.path, sheet)

    def tree(self, part: str) -> Element:
        """The tree of a part; for parts that are small."""
        return parse(self.package.read(part), self._located(), part)

    @cached_property
    def part(self) -> str:
        """The member that holds the workbook itself."""
        package = self.package
        if package.find("mimetype") and b"opendocument" in package.read(str(package.find("mimetype"))):
            raise WorkbookError("SX906", self._located())
        for relation in self.relationships(""):
            if relation.kind == "officeDocument":
                if relation.target.lower().endswith(".bin"):
                    raise WorkbookError("SX905", self._located())
                found = package.find(relation.target)
                if found is not None and not part_key(found).startswith(_OTHER_OFFICE):
                    return found
        raise WorkbookError("SX910", self._located())

    def relationships(self, part: str) -> tuple[Relationship, ...]:
        """The relationships of a part (of the package for an empty name); none when it has none."""
        if part not in self._relationships:
            self._relationships[part] = tuple(self._read_relationships(part))
        return self._relationships[part]

    def _read_relationships(self, part: str) -> Iterator[Relationship]:
        found = self.package.relations_of(part)
        if found is None:
            return
        folder = part.replace("\\", "/").rpartition("/")[0]
        for element in self.tree(found).all("Relationship"):
            target, is_external = element.get("Target"), element.get("TargetMode") == "External"
            kind = element.get("Type").rpartition("/")[2]
            yield Relationship(
                element.get("Id"), kind, target if is_external else resolve(folder, target), is_external
            )

    def related(self, part: str, kind: str) -> Iterator[str]:
        """The members that a part names by a relationship of that kind, when they exist."""
        for relation in self.relationships(part):
            if relation.kind == kind and not relation.is_external:
                found = self.package.find(relation.target)
                if found is not None:
                    yield found

    @cached_property
    def is_signed(self) -> bool:
        """Whether a digital signature covers the package: any change of a part breaks it.

        Office keeps it in a folder of its own, .NET wherever it likes: the relationship from the package
        and the parts' content types tell in any case.
        """
        keys = [part_key(name) for name in self.package.members]
        listing = self.package.find("[Content_Types].xml")
        types = self.tree(listing).children if listing is not None else ()
        signed = [item for item in types if "digital-signature" in item.get("ContentType").lower()]
        endings = tuple("." + item.get("Extension").lower() for item in signed if item.name == "Default")
        return (
            any(relation.kind == "origin" for relation in self.relationships(""))
            or any(key.startswith("_xmlsignatures/") and not key.endswith("/") for key in keys)
            or any(key.endswith(endings) for key in keys)
            or any(self.package.find(item.get("PartName").removeprefix("/")) for item in signed)
        )

    @cached_property
    def _halves(self) -> tuple[bytes, bytes]:
        """The workbook part without the defined names, and these, which may be very many."""
        data = self.package.read(self.part)
        declared = data.partition(b"?>")[0][:200].lower()
        is_utf8 = b"encoding" not in declared or b"utf-8" in declared
        start, end = span_of(data, b"definedNames") if is_utf8 else (0, 0)
        return data[:start] + data[end:], data[start:end]

    @cached_property
    def root(self) -> Element:
        """The tree of the workbook part, mostly without the defined names."""
        return parse(self._halves[0], self._located(), self.part)

    @cached_property
    def is_1904(self) -> bool:
        """Whether days count from 1 January 1904."""
        properties = self.root.find("workbookPr")
        return properties is not None and properties.get("date1904") in ("1", "true")

    @cached_property
    def sheets(self) -> tuple[SheetInfo, ...]:
        """The sheets in the order of their tabs."""
        relations = {relation.id: relation for relation in self.relationships(self.part)}
        sheets = self.root.find("sheets")
        found = []
        for index, element in enumerate(sheets.all("sheet") if sheets else ()):
            ids = [value for key, value in element.attributes.items() if key.endswith("}id")]
            relation = relations.get(ids[0] if ids else "")
            if relation is not None:
                kind = "macrosheet" if relation.kind.lower().endswith("macrosheet") else relation.kind
                part = self.package.find(relation.target) or relation.target
            elif not any(ids):
                kind, part = "module", ""
            else:
                raise WorkbookError("SX911", self._located(element.get("name")), part=element.get("name"))
            number = element.whole("sheetId", 0)
            state = element.get("state", "visible")
            found.append(SheetInfo(element.get("name"), part, number, state, kind, index))
        return tuple(found)

    def sheet(self, name: str) -> SheetInfo:
        """The sheet of that name (case does not count, as in Excel).

        Errors: WorkbookError SX920 with the nearest names.
        """
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        for sheet in self.sheets:
            if sheet.name.casefold() == name.casefold():
                return sheet
        raise WorkbookError("SX920", self._located(name), name=name, suggestions=self._near(name))

    def _near(self, name: str) -> str:
        from difflib import get_close_matches

        names = {sheet.name.casefold(): sheet.name for sheet in self.sheets}
        near = get_close_matches(name.casefold(), names, n=3, cutoff=0.5) or list(names)[:8]
        return ", ".join(names[key] for key in near)

    @cached_property
    def tables(self) -> tuple[TableInfo, ...]:
        """All tables, sheet by sheet."""
        return tuple(table for sheet in self.sheets for table in self.tables_of(sheet))

    def tables_of(self, sheet: SheetInfo) -> tuple[TableInfo, ...]:
        """The tables of one sheet, in the order of its relationships."""
        if sheet.name not in self._tables:
            parts = self.related(sheet.part, "table") if sheet.part else ()
            self._tables[sheet.name] = tuple(self.table_in(part, sheet.name) for part in parts)
        return self._tables[sheet.name]

    def table(self, name: str) -> TableInfo:
        """The table of that name (case does not count).

        Errors: WorkbookError SX950.
        """
        wanted = name.casefold()
        for table in self.tables:
            if wanted in (table.display_name.casefold(), table.name.casefold()):
                return table
        raise WorkbookError("SX950", self._located(), name=name)

    def table_in(self, part: str, sheet: str) -> TableInfo:
        """The table that a part holds, of a sheet's name.

        Errors: WorkbookError SX914.
        """
        root = self.tree(part)
        area = parse_area(root.get("ref"))
        if area is None:
            raise WorkbookError("SX914", self._located(sheet), part=part, reason=f"ref={root.get('ref')!r}")
        inside = root.find("tableColumns")
        columns = []
        for element in inside.all("tableColumn") if inside else ():
            formula = element.find("calculatedColumnFormula")
            columns.append(
                TableColumn(
                    element.whole("id", 0),
                    decode_xstring(element.get("name")),
                    formula.text if formula else "",
                )
            )
        return TableInfo(
            root.whole("id", 0),
            root.get("name") or root.get("displayName"),
            root.get("displayName"),
            sheet,
            part,
            area,
            root.whole("headerRowCount", 1, high=1),
            root.whole("totalsRowCount", 0, high=1),
            tuple(columns),
            root.get("tableType") == "queryTable",
            root.get("insertRow") in ("1", "true"),
            root.find("tableStyleInfo") is not None,
        )

    @cached_property
    def defined_names(self) -> tuple[DefinedName, ...]:
        """The defined names, hidden and built-in ones included."""
        return tuple(self._names(self._halves[1] or self._halves[0]))

    def names_like(self, *beginnings: str) -> tuple[DefinedName, ...]:
        """The defined names that begin in one of these ways; the others are not even looked at."""
        apart = self._halves[1]
        if not apart:
            return tuple(name for name in self.defined_names if name.name.startswith(beginnings))
        begins = "|".join(map(re.escape, beginnings)).encode()
        wanted = re.compile(
            rb"""<(?:[\w.-]+:)?definedName\s[^<>]*?\bname=["'](?:%b)[^<>]*>[^<]*</[^<>]*>""" % begins
        )
        return tuple(self._names(b"<n>%b</n>" % b"".join(wanted.findall(apart))))

    def _names(self, data: bytes) -> Iterator[DefinedName]:
        for attributes, text in listed(data, self._located(), self.part, "definedName"):
            scope = None
            if (index := attributes.get("localSheetId")) is not None:
                number = whole(index, 0, MAX_ID, self._located(), self.part, "localSheetId")
                scope = self.sheets[number].name if number < len(self.sheets) else None
            hidden = attributes.get("hidden") in ("1", "true")
            yield DefinedName(attributes.get("name", ""), scope, text, hidden)

    # -- texts and styles ------------------------------------------------------------------------------

    @cached_property
    def shared_strings_part(self) -> str | None:
        """The member that holds the shared strings, None when there is none."""
        return next(self.related(self.part, "sharedStrings"), None)

    @cached_property
    def has_shared_strings(self) -> bool:
        """Whether there are shared strings at all (an empty part counts as none)."""
        part = self.shared_strings_part
        if part is None:
            return False
        start = next(iter(self.package.chunks(part)), b"")
        return _TEXT_ITEM.search(start) is not None

    @cached_property
    def styles_part(self) -> str | None:
        """The member that holds the styles, None when there is none."""
        return next(self.related(self.part, "styles"), None)

    @cached_property
    def number_formats(self) -> tuple[tuple[int, str | None], ...]:
        """Of each cell style the number of its format, and the format itself where the workbook states it."""
        if self.styles_part is None:
            return ()
        plain = plain_formats(self.package.read(self.styles_part))
        if plain is not None:
            return plain
        root = self.tree(self.styles_part)
        formats = root.find("numFmts")
        custom = {
            element.whole("numFmtId", 0): element.get("formatCode")
            for element in (formats.all("numFmt") if formats else ())
        }
        styles = root.find("cellXfs")
        numbers = [element.whole("numFmtId", 0) for element in (styles.all("xf") if styles else ())]
        return tuple((number, custom.get(number)) for number in numbers)

    @cached_property
    def date_styles(self) -> frozenset[int]:
        """The indices of the cell styles that show dates or times."""
        return frozenset(
            index
            for index, (number, code) in enumerate(self.number_formats)
            if (number in DATE_FORMATS if code is None else is_date_format(code))
        )


class SharedStrings:
    """The shared strings by index, decoded one by one when asked for."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        """Over a function that gives the part's content, called on first use."""
        self._read = read

    @cached_property
    def _items(self) -> list[bytes]:
        data = self._read()
        items: list[bytes] = []
        start = -1
        for found in TOKEN.finditer(data):
            raw = found[0]
            name = raw.strip(b"</> ").split(None, 1)[0].rpartition(b":")[2]
            if name != b"si":
                continue
            if raw.startswith(b"</"):
                items.append(data[start : found.start()])
            elif raw.endswith(b"/>"):
                items.append(b"")
            else:
                start = found.end()
        return items

    def __call__(self, index: int) -> str | None:
        """The text of an index, None when there is no such string."""
        from strategy_xl.ooxml.cell_read import rich_text

        items = self._items
        return rich_text(items[index]) if 0 <= index < len(items) else None


def resolve(folder: str, target: str) -> str:
    """A relationship's target as a member name."""
    if target.startswith("/"):
        parts: list[str] = []
        rest = target[1:]
    else:
        parts = folder.split("/") if folder else []
        rest = target
    for step in rest.replace("\\", "/").split("/"):
        if step == "..":
            if parts:
                parts.pop()
        elif step not in ("", "."):
            parts.append(step)
    return "/".join(parts)
