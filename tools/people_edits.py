"""What people do to a workbook, done by script in its parts: colours, columns, sheets, names, filters."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from strategy_xl.formulas.cell_refs import Area, cell_name, column_letters, parse_area

Parts = dict[str, bytes]


@dataclass
class Edited:
    """A workbook in parts, and what was done to it.

    Arguments:
        parts: its parts by name.
        rng: what decides.
        kept: parts that nothing in the workbook refers from: they must stay byte for byte.
        tokens: texts that were typed somewhere.
        formulas: formulas that were typed somewhere.
        done: what was done, in words.
    """

    parts: Parts
    rng: random.Random
    kept: set[str] = field(default_factory=set)
    tokens: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def token(self) -> str:
        """A text that stands nowhere else."""
        self.tokens.append(f"perso-{self.rng.randrange(10**9)}")
        return self.tokens[-1]


@dataclass(frozen=True)
class TablePart:
    """A table of the workbook: its part, the part of its sheet, its cells, ids and names of its columns."""

    part: str
    sheet: str
    area: Area
    columns: tuple[tuple[int, str], ...]


def sheets_of(parts: Parts) -> dict[str, str]:
    """Title of each sheet → its part."""
    links = dict(_links(parts["xl/_rels/workbook.xml.rels"].decode()))
    listed = re.findall(r'<sheet [^>]*?name="([^"]*)"[^>]*?r:id="([^"]*)"', parts["xl/workbook.xml"].decode())
    return {title: links[link] for title, link in listed}


def _links(text: str) -> list[tuple[str, str]]:
    found = []
    for raw in re.findall(r"<Relationship [^>]*>", text):
        target = re.search(r'Target="/?([^"]*)"', raw)
        number = re.search(r'Id="([^"]*)"', raw)
        assert target is not None
        assert number is not None
        name = target[1] if target[1].startswith("xl/") else f"xl/{target[1].removeprefix('../')}"
        found.append((number[1], name))
    return found


def related(parts: Parts, part: str, kind: str) -> list[str]:
    """The parts that a sheet's part relates to, of one folder's kind."""
    folder, _, name = part.rpartition("/")
    rels = parts.get(f"{folder}/_rels/{name}.rels", b"").decode()
    return [target for _, target in _links(rels) if kind in target]


def tables_of(parts: Parts) -> list[TablePart]:
    """All tables."""
    found = []
    for part in sheets_of(parts).values():
        for table in related(parts, part, "tables/"):
            text = parts[table].decode()
            ref = re.search(r'<table [^>]*?\bref="([^"]*)"', text)
            area = parse_area(ref[1]) if ref is not None else None
            raw = re.findall(r"<tableColumn [^>]*>", text)
            ids = [re.search(r'\bid="(\d+)"', item) for item in raw]
            names = [re.search(r'\bname="([^"]*)"', item) for item in raw]
            columns = tuple((int(i[1]), n[1]) for i, n in zip(ids, names, strict=True) if i and n)
            if area is not None:
                found.append(TablePart(table, part, area, columns))
    return found


def _a_table(book: Edited, least: int = 3) -> TablePart:
    return book.rng.choice([table for table in tables_of(book.parts) if len(table.columns) >= least])


def _cell(sheet: bytes, ref: str) -> re.Match[bytes] | None:
    return re.search(rb'<c r="%b"(?: [^>]*?)?(?:/>|>.*?</c>)' % ref.encode(), sheet, re.DOTALL)


def _a_cell(book: Edited, table: TablePart, *, formula: bool) -> tuple[str, bytes] | None:
    """A cell in the first rows of a table that holds a value (or a formula)."""
    sheet = book.parts[table.sheet]
    places = [
        (row, column)
        for row in range(table.area.top + 1, min(table.area.top + 8, table.area.bottom))
        for column in range(table.area.left + 1, table.area.right + 1)
    ]
    book.rng.shuffle(places)
    for place in places:
        found = _cell(sheet, cell_name(*place))
        if (
            found is not None and b"<f" in found[0]
            if formula
            else found and b"<v>" in found[0] and b"<f" not in found[0]
        ):
            return cell_name(*place), found[0]
    return None


# -- what people do ------------------------------------------------------------------------------------------


def colour_a_cell(book: Edited) -> None:
    """Another ground for a cell."""
    table = _a_table(book)
    found = _a_cell(book, table, formula=False)
    styles = book.parts["xl/styles.xml"].decode()
    if found is None:
        return
    ref, raw = found
    colour = f"FF{book.rng.randrange(1 << 24):06X}"
    fill = f'<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/></patternFill></fill>'
    fills = re.search(r'<fills count="(\d+)">', styles)
    xfs = re.search(r'<cellXfs count="(\d+)">', styles)
    number = re.search(rb' s="(\d+)"', raw)
    assert fills is not None
    assert xfs is not None
    assert number is not None
    inside = styles[xfs.end() : styles.index("</cellXfs>")]
    xf = re.findall(r"<xf [^>]*?/>|<xf .*?</xf>", inside, re.DOTALL)[int(number[1])]
    new = re.sub(r'fillId="\d+"', f'fillId="{fills[1]}"', xf)
    styles = styles.replace("</cellXfs>", new + "</cellXfs>", 1).replace("</fills>", fill + "</fills>", 1)
    styles = styles.replace(fills[0], f'<fills count="{int(fills[1]) + 1}">', 1)
    styles = styles.replace(xfs[0], f'<cellXfs count="{int(xfs[1]) + 1}">', 1)
    book.parts["xl/styles.xml"] = styles.encode()
    coloured = raw.replace(number[0], b' s="%d"' % int(xfs[1]), 1)
    book.parts[table.sheet] = book.parts[table.sheet].replace(raw, coloured, 1)
    book.done.append(f"coloured {ref}")


def type_a_formula(book: Edited) -> None:
    """A formula of one's own in place of one of ours."""
    table = _a_table(book)
    found = _a_cell(book, table, formula=True)
    if found is not None and b't="array"' not in found[1]:
        text = f"1+{book.rng.randrange(10**8)}"
        book.formulas.append(text)
        style = re.search(rb' s="\d+"', found[1])
        raw = b'<c r="%b"%b><f>%b</f><v>2</v></c>' % (
            found[0].encode(),
            style[0] if style else b"",
            text.encode(),
        )
        book.parts[table.sheet] = book.parts[table.sheet].replace(found[1], raw, 1)
        book.done.append(f"formula {found[0]}")


def type_over(book: Edited) -> None:
    """A text of one's own in place of a formula."""
    table = _a_table(book)
    found = _a_cell(book, table, formula=True)
    if found is not None and b't="array"' not in found[1]:
        style = re.search(rb' s="\d+"', found[1])
        raw = b'<c r="%b"%b t="inlineStr"><is><t>%b</t></is></c>' % (
            found[0].encode(),
            style[0] if style else b"",
            book.token().encode(),
        )
        book.parts[table.sheet] = book.parts[table.sheet].replace(found[1], raw, 1)
        book.done.append(f"typed over {found[0]}")


def add_a_column(book: Edited) -> None:
    """A column of one's own at the right of a table, where nothing stands."""
    table = _a_table(book)
    area, sheet = table.area, book.parts[table.sheet]
    column = area.right + 1
    rows = range(area.top, area.bottom + 1)
    others = [other for other in tables_of(book.parts) if other.sheet == table.sheet and other != table]
    wider = area._replace(right=column)
    is_free = all(_cell(sheet, cell_name(row, column)) is None for row in rows)
    if not is_free or any(other.area.overlaps(wider) for other in others):
        return
    name = book.token()
    for row in (area.top, area.top + 1, area.top + 2):
        text = name if row == area.top else book.token()
        raw = b'<c r="%b" t="inlineStr"><is><t>%b</t></is></c>' % (
            cell_name(row, column).encode(),
            text.encode(),
        )
        found = re.search(rb'<row r="%d"[^>]*>.*?</row>' % row, sheet, re.DOTALL)
        assert found is not None
        sheet = sheet.replace(found[0], found[0].removesuffix(b"</row>") + raw + b"</row>", 1)
    text = book.parts[table.part].decode().replace(f'ref="{area}"', f'ref="{wider}"')
    number = max(item for item, _ in table.columns) + 7
    text = text.replace(
        f'<tableColumns count="{len(table.columns)}"', f'<tableColumns count="{len(table.columns) + 1}"'
    )
    text = text.replace("</tableColumns>", f'<tableColumn id="{number}" name="{name}"/></tableColumns>')
    book.parts[table.part], book.parts[table.sheet] = text.encode(), sheet
    book.done.append(f"column {name}")


def rename_a_header(book: Edited) -> None:
    """Another header, as Excel writes it: in the cell, in the table and in all formulas."""
    table = _a_table(book)
    index = book.rng.randrange(1, len(table.columns))
    _, name = table.columns[index]
    ref = cell_name(table.area.top, table.area.left + index)
    found = _cell(book.parts[table.sheet], ref)
    title = re.search(r'displayName="([^"]*)"', book.parts[table.part].decode())
    if found is None or title is None or re.search(r"[\['\]#&]", name):
        return
    new = book.token()
    style = re.search(rb' s="\d+"', found[0])
    raw = b'<c r="%b"%b t="inlineStr"><is><t>%b</t></is></c>' % (
        ref.encode(),
        style[0] if style else b"",
        new.encode(),
    )
    book.parts[table.sheet] = book.parts[table.sheet].replace(found[0], raw, 1)
    for part, data in book.parts.items():
        if part.endswith(".xml") and title[1].encode() in data:
            text = data.decode()
            for old, with_new in (
                (f"{title[1]}[{name}]", f"{title[1]}[{new}]"),
                (f"{title[1]}[[#This Row],[{name}]]", f"{title[1]}[[#This Row],[{new}]]"),
            ):
                text = text.replace(old, with_new)
            book.parts[part] = text.encode()
    text = book.parts[table.part].decode()
    book.parts[table.part] = text.replace(f'name="{name}"', f'name="{new}"', 1).encode()
    book.done.append(f"header {name} → {new}")


def add_a_sheet(book: Edited) -> None:
    """Two sheets of one's own: one that stands alone, one that reads ours."""
    table = _a_table(book)
    title = next(name for name, part in sheets_of(book.parts).items() if part == table.sheet)
    first = cell_name(table.area.top + 1, table.area.left)
    last = cell_name(table.area.top + 2, table.area.right)
    plain = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{book.token()}</t></is></c></row>'
    quoted = f"'{title}'!"
    texts = (f'{quoted}{first}&amp;"x"', f"COUNTA({quoted}${first[0]}${table.area.top + 1}:{last})")
    cells = "".join(f'<c r="{column}1"><f>{text}</f></c>' for column, text in zip("AB", texts, strict=True))
    for body, kept in ((plain, True), (f'<row r="1">{cells}</row>', False)):
        number = 900 + len([part for part in book.parts if part.startswith("xl/worksheets/sheet")])
        part = f"xl/worksheets/sheet{number}.xml"
        book.parts[part] = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="http://schemas.'
            f'openxmlformats.org/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'
        ).encode()
        if kept:
            book.kept.add(part)
        _list_part(book, part, number)
    book.done.append("own sheets")


def _list_part(book: Edited, part: str, number: int) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    types = book.parts["[Content_Types].xml"].decode()
    book.parts["[Content_Types].xml"] = types.replace(
        "</Types>", f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
    ).encode()
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    rels = book.parts["xl/_rels/workbook.xml.rels"].decode()
    entry = f'<Relationship Id="rOwn{number}" Type="{link}" Target="/{part}"/>'
    book.parts["xl/_rels/workbook.xml.rels"] = rels.replace(
        "</Relationships>", entry + "</Relationships>"
    ).encode()
    listed = book.parts["xl/workbook.xml"].decode()
    sheet = (
        '<sheet xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        f'name="Own {number}" sheetId="{number}" r:id="rOwn{number}"/></sheets>'
    )
    book.parts["xl/workbook.xml"] = listed.replace("</sheets>", sheet, 1).encode()


def name_cells(book: Edited) -> None:
    """A name of one's own for cells of a table, and another print area."""
    table = _a_table(book)
    title = next(name for name, part in sheets_of(book.parts).items() if part == table.sheet)
    index = book.rng.randrange(len(table.columns))
    letters = column_letters(table.area.left + index)
    area = f"'{title}'!${letters}${table.area.top + 1}:${letters}${table.area.bottom}"
    names = f'<definedName name="own_{book.rng.randrange(10**6)}">{area}</definedName></definedNames>'
    text = book.parts["xl/workbook.xml"].decode().replace("</definedNames>", names, 1)
    book.parts["xl/workbook.xml"] = text.encode()
    book.done.append("name")


def filter_rows(book: Edited) -> None:
    """A filter in a table."""
    table = _a_table(book)
    text = book.parts[table.part].decode()
    number = book.rng.randrange(len(table.columns))
    criteria = f'<filterColumn colId="{number}"><filters><filter val="x"/></filters></filterColumn>'
    new = re.sub(
        r'<autoFilter ref="([^"]*)"\s*/>', rf'<autoFilter ref="\1">{criteria}</autoFilter>', text, count=1
    )
    book.parts[table.part] = new.encode()
    book.done.append(f"filter {number}")


def add_a_condition(book: Edited) -> None:
    """A conditional format of one's own over a column."""
    table = _a_table(book)
    letters = column_letters(table.area.left + book.rng.randrange(len(table.columns)))
    top = table.area.top + 1
    area = f"{letters}{top}:{letters}{table.area.bottom}"
    raw = (
        f'<conditionalFormatting sqref="{area}"><cfRule type="expression" '
        f'priority="999"><formula>{letters}{top}={book.rng.randrange(10**7)}</formula></cfRule>'
        "</conditionalFormatting>"
    ).encode()
    sheet = book.parts[table.sheet]
    for mark in (b"<conditionalFormatting", b"<dataValidations", b"<pageMargins"):
        if mark in sheet:
            book.parts[table.sheet] = sheet.replace(mark, raw + mark, 1)
            book.done.append("condition")
            return


def add_a_picture(book: Edited) -> None:
    """A part that nothing of ours knows."""
    part = f"customXml/item{book.rng.randrange(10**6)}.bin"
    book.parts[part] = bytes(book.rng.randrange(256) for _ in range(200))
    types = book.parts["[Content_Types].xml"]
    if b'Extension="bin"' not in types:
        entry = b'<Default Extension="bin" ContentType="application/octet-stream"/>'
        book.parts["[Content_Types].xml"] = types.replace(b"<Override", entry + b"<Override", 1)
    book.kept.add(part)
    book.done.append("part")


EDITS: tuple[Callable[[Edited], None], ...] = (
    colour_a_cell,
    type_a_formula,
    type_over,
    add_a_column,
    rename_a_header,
    add_a_sheet,
    name_cells,
    filter_rows,
    add_a_condition,
    add_a_picture,
)
