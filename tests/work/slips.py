"""What people do to a workbook by mistake, done on the XML of a copy as Excel leaves it.

Every function takes the parts of a workbook (name → text) and changes them; ``save`` writes them again.
Single cells are changed by the patcher; what shifts or removes things is done here, byte by byte, so that the
tests do not depend on a program that would mend things on its own.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from strategy_xl.formulas.cell_refs import Area, cell_name, column_letters, column_number, parse_area
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.workbook_part import TableInfo, WorkbookInfo

_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_CELL = re.compile(r'<c r="([A-Z]+)(\d+)"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
_ROW = re.compile(r'<row r="(\d+)"[^>]*?(?:/>|>.*?</row>)', re.DOTALL)


def _plain(part: bytes) -> bytes:
    """A part with its letters as letters rather than as numbers."""
    return re.sub(rb"&#(\d{3,});", lambda found: chr(int(found[1])).encode(), part)


class Parts(dict[str, bytes]):
    """The parts of one workbook, with what its directory said when it was taken apart.

    Of the changes below, ``drop_table`` and ``delete_sheet`` keep that up to date.
    """

    def __init__(self, path: Path) -> None:
        """Take the workbook apart."""
        with zipfile.ZipFile(path) as archive:
            super().__init__({name: _plain(archive.read(name)) for name in archive.namelist()})
        with Package.open(path) as package:
            info = WorkbookInfo(package)
            self.sheets = {sheet.name: sheet.part for sheet in info.sheets}
            self.tables = {table.display_name: table for table in info.tables}

    def edit(self, name: str, change: Callable[[str], str]) -> None:
        """Change a part as text."""
        self[name] = change(self[name].decode()).encode()

    def each(self, change: Callable[[str], str]) -> None:
        """Change every sheet, chart, table and the workbook part as text."""
        for name in list(self):
            if re.match(r"xl/(workbook\.xml|worksheets/|charts/|tables/)", name) and name.endswith(".xml"):
                self.edit(name, change)

    def each_with(self, marks: Sequence[str], change: Callable[[str], str]) -> None:
        """The same, where one of some texts stands: most parts are long and say nothing of it."""
        self.each(lambda text: change(text) if any(mark in text for mark in marks) else text)

    def sheet_of(self, table: str) -> str:
        """Part of the sheet that a table stands on."""
        return self.sheets[self.tables[table].sheet]

    def save(self, target: Path) -> Path:
        """Write the workbook."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.items():
                archive.writestr(name, content)
        return target


def _cell(column: int, row: int, old: str) -> str:
    """A cell's XML at another place."""
    return re.sub(r'r="[A-Z]+\d+"', f'r="{cell_name(row, column)}"', old, count=1)


def _moved_rows(text: str, at: int, by: int) -> str:
    """References of a list of areas (``B2:C9 D4``) after rows came or went; those wholly gone are dropped."""
    found = []
    for ref in text.split():
        area = parse_area(ref)
        if area is None:
            found.append(ref)
            continue
        top, bottom = (_moved_row(row, at, by) for row in (area.top, area.bottom))
        if by < 0 and at <= area.bottom < at - by:
            bottom = at - 1
        if bottom >= top:
            found.append(str(area._replace(top=top, bottom=bottom)))
    return " ".join(found)


def _moved_row(row: int, at: int, by: int) -> int:
    return max(row + by, at) if row >= at else row


def shift_rows(parts: Parts, table: str, at: int, by: int) -> None:
    """Insert (by > 0) or delete (by < 0) whole rows of the sheet of a table, as Excel does."""
    _shift(parts, parts.sheet_of(table), parts.tables[table].sheet, at, by)


def _shift(parts: Parts, sheet: str, title: str, at: int, by: int) -> None:

    def row(match: re.Match[str]) -> str:
        number = int(match[1])
        if by < 0 and at <= number < at - by:
            return ""
        new = _moved_row(number, at, by)
        text = re.sub(r'<row r="\d+"', f'<row r="{new}"', match[0], count=1)
        return _CELL.sub(lambda cell: _cell(column_number(cell[1]), new, cell[0]), text)

    def attributes(text: str) -> str:
        head, data, tail = re.split(r"(<sheetData>.*</sheetData>)", text, flags=re.DOTALL)
        data = _ROW.sub(row, data)
        tail = re.sub(r'\b(ref|sqref)="([^"]*)"', lambda m: f'{m[1]}="{_moved_rows(m[2], at, by)}"', tail)
        return head + data + tail

    parts.edit(sheet, attributes)
    for info in parts.tables.values():
        if info.sheet == title and info.part in parts:
            parts.edit(
                info.part,
                lambda text: re.sub(r'\bref="([^"]*)"', lambda m: f'ref="{_moved_rows(m[1], at, by)}"', text),
            )
    quoted = re.escape(escape(f"'{title}'!"))

    def name(match: re.Match[str]) -> str:
        return match[1] + re.sub(r"\d+", lambda m: str(_moved_row(int(m[0]), at, by)), match[2])

    parts.each(lambda text: re.sub(rf"({quoted})(\$[A-Z]+\$\d+(?::\$[A-Z]+\$\d+)?)", name, text))


def swap_rows(parts: Parts, table: str, first: int, second: int) -> None:
    """Exchange the cells of two rows inside a table, as a sort does."""
    area = parts.tables[table].area

    def change(text: str) -> str:
        rows = {int(match[1]): match[0] for match in _ROW.finditer(text) if int(match[1]) in (first, second)}
        cells = {
            (number, match[1]): match[0]
            for number, row in rows.items()
            for match in _CELL.finditer(row)
            if area.left <= column_number(match[1]) <= area.right
        }

        def cell(match: re.Match[str]) -> str:
            number = int(match[2])
            other = {first: second, second: first}.get(number)
            if other is None or (other, match[1]) not in cells:
                return match[0]
            return _cell(column_number(match[1]), number, cells[other, match[1]])

        return _CELL.sub(cell, text)

    parts.edit(parts.sheet_of(table), change)


def filter_rows(parts: Parts, table: str, hidden: range) -> None:
    """Hide rows by the filter of a table."""

    def row(match: re.Match[str]) -> str:
        shown = f'<row r="{match[1]}"'
        return match[0].replace(shown, f'{shown} hidden="1"', 1) if int(match[1]) in hidden else match[0]

    parts.edit(parts.sheet_of(table), lambda text: _ROW.sub(row, text))
    parts.edit(
        parts.tables[table].part,
        lambda text: re.sub(
            r"<autoFilter ref=\"([^\"]*)\"/>",
            r'<autoFilter ref="\1"><filterColumn colId="0"><filters><filter val="A"/></filters>'
            r"</filterColumn></autoFilter>",
            text,
        ),
    )


def rename_column(parts: Parts, table: str, old: str, new: str) -> None:
    """Another title for a column, in its header, the table and every formula."""
    info = parts.tables[table]
    index = [column.name for column in info.columns].index(old)
    header = cell_name(info.area.top, info.area.left + index)
    parts.edit(info.part, lambda text: text.replace(f'name="{escape(old)}"', f'name="{escape(new)}"'))
    parts.each(lambda text: text.replace(f"[{escape(old)}]", f"[{escape(new)}]"))
    parts.edit(
        parts.sheet_of(table),
        lambda text: re.sub(
            rf'<c r="{header}"( s="\d+")?[^>]*>.*?</c>',
            rf'<c r="{header}"\1 t="inlineStr"><is><t>{escape(new)}</t></is></c>',
            text,
        ),
    )


def drop_table(parts: Parts, table: str, *, formulas: bool = True) -> None:
    """Turn a table into a plain range; its references in formulas become cells, as Excel writes them."""
    info = parts.tables[table]
    sheet = parts.sheet_of(table)
    rels = sheet.replace("worksheets/", "worksheets/_rels/") + ".rels"
    base = info.part.rpartition("/")[2]
    found = re.search(rf'<Relationship [^>]*{re.escape(base)}"[^>]*/>', parts[rels].decode())
    assert found is not None
    rid = re.search(r'\bId="([^"]+)"', found[0])
    assert rid is not None
    parts.edit(rels, lambda text: text.replace(found[0], ""))
    parts.edit(sheet, lambda text: re.sub(rf'<tablePart [^>]*r:id="{rid[1]}"[^>]*/>', "", text))
    parts.edit(sheet, lambda text: re.sub(r'<tableParts count="\d+"(?: [^>]*)?>\s*</tableParts>', "", text))
    del parts[info.part]
    parts.edit(
        "[Content_Types].xml",
        lambda text: re.sub(rf'<Override [^>]*PartName="/{re.escape(info.part)}"[^>]*/>', "", text),
    )
    del parts.tables[table]
    if formulas:
        _as_cells(parts, info, sheet)


def _as_cells(parts: Parts, info: TableInfo, sheet: str) -> None:
    """The references to a table as references to its cells."""
    letters = {
        escape(re.sub(r"(['\[\]#])", r"'\1", column.name)): column_letters(info.area.left + index)
        for index, column in enumerate(info.columns)
    }
    title = escape("'" + info.sheet.replace("'", "''") + "'!")

    def whole(match: re.Match[str]) -> str:
        letter = letters[match[1]]
        return f"{title}${letter}${info.first_row}:${letter}${info.last_row}"

    def change(text: str) -> str:
        def cell(found: re.Match[str]) -> str:
            if info.display_name not in found[0]:
                return found[0]
            return re.sub(
                rf"\b{info.display_name}\[\[#This Row\],\[((?:'.|[^\]'])+)\]\]",
                lambda m: f"${letters[m[1]]}{found[2]}",
                found[0],
            )

        text = _CELL.sub(cell, text)
        return re.sub(rf"\b{info.display_name}\[((?:'.|[^\[\]'])+)\]", whole, text)

    parts.each_with([f"{info.display_name}["], change)


def rename_sheet(parts: Parts, old: str, new: str) -> None:
    """Another title for a sheet, everywhere."""
    quoted, now = (escape("'" + title.replace("'", "''") + "'!") for title in (old, new))
    parts.each(lambda text: text.replace(quoted, now))
    parts.edit("xl/workbook.xml", lambda text: text.replace(f'name="{escape(old)}"', f'name="{escape(new)}"'))


def hide_sheet(parts: Parts, title: str) -> None:
    """Hide a sheet."""
    parts.edit(
        "xl/workbook.xml",
        lambda text: re.sub(
            rf'(name="{re.escape(escape(title))}"[^>]*) state="visible"', r'\1 state="hidden"', text
        ),
    )


def _listed(parts: Parts) -> list[str]:
    return re.findall(r"<sheet [^>]*/>", parts["xl/workbook.xml"].decode())


def _renumber(text: str, places: dict[int, int | None]) -> str:
    """The sheet-scoped names after the sheets' order changed; those of a sheet that is gone are dropped."""

    def name(match: re.Match[str]) -> str:
        place = places[int(match[1])]
        return (
            "" if place is None else match[0].replace(f'localSheetId="{match[1]}"', f'localSheetId="{place}"')
        )

    return re.sub(r'<definedName [^>]*localSheetId="(\d+)"[^>]*>[^<]*</definedName>', name, text)


def move_sheet(parts: Parts, title: str, to: int) -> None:
    """Another place among the tabs."""
    listed = _listed(parts)
    order = list(range(len(listed)))
    at = list(parts.sheets).index(title)
    order.insert(to, order.pop(at))
    places: dict[int, int | None] = {old: new for new, old in enumerate(order)}
    parts.edit(
        "xl/workbook.xml",
        lambda text: _renumber(
            text.replace("".join(listed), "".join(listed[index] for index in order)), places
        ),
    )


def _failing(text: str) -> str:
    """What Excel shows in the cells whose formula lost its source."""
    return re.sub(
        r'(<c r="[A-Z]+\d+"(?: s="\d+")?)(?: t="\w+")?'
        r"(><f[^>]*>[^<]*#REF![^<]*</f>)(?:<v(?: [^>]*)?>[^<]*</v>|<v ?/>)?",
        r'\1 t="e"\2<v>#REF!</v>',
        text,
    )


def delete_sheet(parts: Parts, title: str) -> None:
    """Delete a sheet with its tables; what pointed there is #REF!."""
    part = parts.sheets[title]
    at = list(parts.sheets).index(title)
    (listed,) = (text for text in _listed(parts) if f'name="{escape(title)}"' in text)
    rid = re.search(r'r:id="([^"]+)"', listed)
    assert rid is not None
    places: dict[int, int | None] = {
        index: None if index == at else index - (index > at) for index in range(len(parts.sheets))
    }
    gone = set(_closure(parts, part))
    for name in gone:
        parts.pop(name, None)
        parts.pop(_links_of(name), None)
    parts.edit("xl/workbook.xml", lambda text: _renumber(text.replace(listed, ""), places))
    parts.edit(
        "xl/_rels/workbook.xml.rels",
        lambda text: re.sub(rf'<Relationship [^>]*\bId="{rid[1]}"[^>]*/>', "", text),
    )
    for name in gone:
        parts.edit(
            "[Content_Types].xml",
            lambda text, name=name: re.sub(rf'<Override [^>]*PartName="/{re.escape(name)}"[^>]*/>', "", text),
        )
    before = escape("'" + title.replace("'", "''") + "'!")
    quoted = re.escape(before)
    tables = [info.display_name for info in parts.tables.values() if info.sheet == title]

    def broken(text: str) -> str:
        text = re.sub(rf"{quoted}\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?", "#REF!", text)
        for table in tables:
            text = re.sub(rf"\b{table}\[(?:\[[^\]]*\],\[(?:'.|[^\]'])+\]|(?:'.|[^\[\]'])+)\]", "#REF!", text)
        return _failing(text)

    parts.each_with([before, *(f"{table}[" for table in tables)], broken)
    del parts.sheets[title]
    for table in tables:
        del parts.tables[table]


def _links_of(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def _closure(parts: Parts, part: str) -> Iterator[str]:
    """A part and all to which it relates: tables, notes, drawings, their charts."""
    yield part
    for target in re.findall(r'Target="/([^"]+)"', parts.get(_links_of(part), b"").decode()):
        yield from _closure(parts, target)


def delete_table(parts: Parts, table: str) -> None:
    """Delete the rows of a table, headers included; what pointed there is #REF!."""
    info = parts.tables[table]
    sheet, quoted = parts.sheet_of(table), re.escape(escape("'" + info.sheet.replace("'", "''") + "'!"))
    cell = r"\$?[A-Z]+\$?(\d+)(?::\$?[A-Z]+\$?(\d+))?"
    drop_table(parts, table, formulas=False)

    def broken(text: str) -> str:
        text = re.sub(
            rf"{quoted}{cell}",
            lambda m: "#REF!" if info.area.top <= int(m[1]) <= info.area.bottom else m[0],
            text,
        )
        text = re.sub(rf"\b{table}\[(?:\[[^\]]*\],\[(?:'.|[^\]'])+\]|(?:'.|[^\[\]'])+)\]", "#REF!", text)
        return _failing(text)

    parts.each(broken)
    _shift(parts, sheet, info.sheet, info.area.top, -info.area.size // (info.area.right - info.area.left + 1))
    merged = r'<mergeCell ref=""/>|<conditionalFormatting sqref="".*?</conditionalFormatting>'
    rules = r'|<dataValidation sqref=""[^>]*?(?:/>|>.*?</dataValidation>)'
    parts.edit(sheet, lambda text: re.sub(merged + rules, "", text))


def copy_sheet(parts: Parts, title: str) -> None:
    """A copy behind the last sheet, with tables and sheet-scoped names of its own, as Excel makes it."""
    part, number = parts.sheets[title], len(parts.sheets) + 1
    copied = f"xl/worksheets/sheet{number}00.xml"
    rels = part.replace("worksheets/", "worksheets/_rels/") + ".rels"
    tables = [info for info in parts.tables.values() if info.sheet == title]
    text, links = parts[part].decode(), parts[rels].decode()
    overrides = f'<Override PartName="/{copied}" ContentType="{_TYPE}worksheet+xml"/>'
    for tag in ("drawing", "legacyDrawing"):
        text = re.sub(rf"<{tag} [^>]*/>", "", text)
    links = re.sub(r"<Relationship [^>]*(?:drawing|comments|vmlDrawing)[^>]*/>", "", links)
    for info in tables:
        name = f"xl/tables/table{info.id}00.xml"
        other = f"{info.display_name}{number}"
        links = links.replace(info.part.rpartition("/")[2], name.rpartition("/")[2])
        parts[name] = re.sub(
            rf'\bid="{info.id}" name="[^"]*" displayName="[^"]*"',
            f'id="{info.id}00" name="{other}" displayName="{other}"',
            parts[info.part].decode(),
            count=1,
        ).encode()
        text = re.sub(rf"\b{info.display_name}\[", f"{other}[", text)
        overrides += f'<Override PartName="/{name}" ContentType="{_TYPE}table+xml"/>'
    parts[copied] = text.encode()
    parts[copied.replace("worksheets/", "worksheets/_rels/") + ".rels"] = links.encode()
    parts.edit("[Content_Types].xml", lambda old: old.replace("</Types>", overrides + "</Types>"))
    parts.edit(
        "xl/_rels/workbook.xml.rels",
        lambda old: old.replace(
            "</Relationships>",
            f'<Relationship Id="rIdCopy" Type="{_LINKS}/worksheet" '
            f'Target="worksheets/sheet{number}00.xml"/></Relationships>',
        ),
    )
    quoted, now = (escape("'" + name.replace("'", "''") + "'!") for name in (title, f"{title} (2)"))

    def workbook(old: str) -> str:
        listed = (
            '<sheet xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
            f'name="{escape(title)} (2)" sheetId="{number}00" state="visible" r:id="rIdCopy"/></sheets>'
        )
        own = [
            re.sub(r"<definedName ", f'<definedName localSheetId="{number - 1}" ', found[0], count=1).replace(
                quoted, now
            )
            for found in re.finditer(r"<definedName (?![^>]*localSheetId)[^>]*>[^<]*</definedName>", old)
            if quoted in found[0]
        ]
        return old.replace("</sheets>", listed).replace("</definedNames>", "".join(own) + "</definedNames>")

    parts.edit("xl/workbook.xml", workbook)


def merge(parts: Parts, title: str, area: str) -> None:
    """Merge cells of a sheet: only the first keeps its content."""
    where = parse_area(area)
    assert where is not None

    def change(text: str) -> str:
        def cell(match: re.Match[str]) -> str:
            place = int(match[2]), column_number(match[1])
            if not where.has(*place) or place == (where.top, where.left):
                return match[0]
            return f'<c r="{match[1]}{match[2]}"/>'

        return _CELL.sub(cell, text).replace("<mergeCell ", f'<mergeCell ref="{area}"/><mergeCell ', 1)

    parts.edit(parts.sheets[title], change)


def widen_table(parts: Parts, table: str, label: str) -> None:
    """A column of their own at the right end of a table."""
    info = parts.tables[table]
    wide = Area(info.area.top, info.area.left, info.area.bottom, info.area.right + 1)

    def change(text: str) -> str:
        count = len(info.columns) + 1
        text = text.replace(f'ref="{info.area}"', f'ref="{wide}"')
        text = re.sub(r'<tableColumns count="\d+"', f'<tableColumns count="{count}"', text)
        return text.replace("</tableColumns>", f'<tableColumn id="900" name="{label}"/></tableColumns>')

    parts.edit(info.part, change)
    header = f'<c r="{cell_name(wide.top, wide.right)}" t="inlineStr"><is><t>{label}</t></is></c>'
    parts.edit(
        parts.sheet_of(table),
        lambda text: re.sub(
            rf'(<row r="{wide.top}"[^>]*>.*?<c r="{cell_name(wide.top, info.area.right)}"[^>]*>.*?</c>)',
            lambda m: m[1] + header,
            text,
            count=1,
            flags=re.DOTALL,
        ),
    )


def swap_columns(parts: Parts, table: str, first: int, second: int) -> None:
    """Exchange two columns of a table (0 is its first), as people who drag one do; names follow."""
    info = parts.tables[table]
    one, two = (column_letters(info.area.left + index) for index in (first, second))
    other = {one: two, two: one}

    def row(match: re.Match[str]) -> str:
        if not info.area.top <= int(match[1]) <= info.area.bottom:
            return match[0]
        cells = {cell[1]: cell[0] for cell in _CELL.finditer(match[0])}
        return _CELL.sub(
            lambda cell: (
                _cell(column_number(cell[1]), int(cell[2]), cells[other[cell[1]]])
                if cell[1] in other and other[cell[1]] in cells
                else cell[0]
            ),
            match[0],
        )

    parts.edit(parts.sheet_of(table), lambda text: _ROW.sub(row, text))

    def columns(text: str) -> str:
        listed = re.findall(r"<tableColumn [^>]*/>|<tableColumn [^>]*[^/]>.*?</tableColumn>", text)
        swapped = list(listed)
        swapped[first], swapped[second] = listed[second], listed[first]
        return text.replace("".join(listed), "".join(swapped))

    parts.edit(info.part, columns)
    quoted = re.escape(escape("'" + info.sheet.replace("'", "''") + "'!"))
    parts.edit(
        "xl/workbook.xml",
        lambda text: re.sub(
            rf"({quoted}\$)({one}|{two})(\${info.area.top}\b)", lambda m: m[1] + other[m[2]] + m[3], text
        ),
    )


def delete_last_column(parts: Parts, table: str) -> None:
    """Delete the last column of a table; names and formulas that meant it are #REF!."""
    info = parts.tables[table]
    letter = column_letters(info.area.right)
    name = re.escape(escape(re.sub(r"(['\[\]#])", r"'\1", info.columns[-1].name)))
    narrow = info.area._replace(right=info.area.right - 1)

    def change(text: str) -> str:
        text = text.replace(f'ref="{info.area}"', f'ref="{narrow}"')
        text = re.sub(r'<tableColumns count="\d+"', f'<tableColumns count="{len(info.columns) - 1}"', text)
        listed = re.findall(r"<tableColumn [^>]*/>|<tableColumn [^>]*[^/]>.*?</tableColumn>", text)
        return text.replace(listed[-1] + "</tableColumns>", "</tableColumns>")

    parts.edit(info.part, change)
    parts.edit(
        parts.sheet_of(table),
        lambda text: _CELL.sub(
            lambda m: "" if m[1] == letter and info.area.top <= int(m[2]) <= info.area.bottom else m[0], text
        ),
    )
    quoted = re.escape(escape("'" + info.sheet.replace("'", "''") + "'!"))
    parts.each(lambda text: re.sub(rf"{quoted}\${letter}\${info.area.top}\b", "#REF!", text))
    parts.each(
        lambda text: re.sub(rf"\b{info.display_name}\[(?:\[#This Row\],\[{name}\]|{name})\]", "#REF!", text)
    )
