"""What openpyxl leaves undone in a saved book: fonts in schema order, one table of strings, properties.

The same input gives the same bytes on the same day.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import BinaryIO, Final

from lxml import etree

from strategy_xl.ooxml.extensions import SparklineGroup, extend
from strategy_xl.ooxml.notes import shorten_drawing
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import Content, write_package
from strategy_xl.ooxml.pipeline import packed
from strategy_xl.ooxml.row_pattern import BLANK, RowPattern, StreamedRows

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PROPERTIES: Final = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
STRINGS_PART: Final = "xl/sharedStrings.xml"
STRINGS_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
STRINGS_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
TERMS: Final = "http://purl.org/dc/terms/"
FONT_ORDER: Final = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name",
    "family", "charset", "scheme",
)  # fmt: skip
INLINE: Final = re.compile(rb' t="inlineStr"><is>(<t(?: xml:space="preserve")?>[^<]*</t>)</is></c>')
EMPTY: Final = b' t="n"></c>'
DIMENSION: Final = re.compile(rb'(<dimension ref="[A-Z]+\d+:[A-Z]+)(\d+)')
DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
DRAWING_MAIN: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
DRAWING_PART: Final = re.compile(r"xl/drawings/drawing\d+\.xml")
PROGRAM: Final = "strategy_xl"
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
LARGE_SHEET: Final = 16 << 20
"""From about this many bytes on, a sheet is deflated for speed and not for size."""


def _parse(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def _serialise(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def order_fonts(content: bytes) -> bytes:
    """The styles part with the children of every font in the order of the schema."""
    root = _parse(content)
    rank = {f"{{{MAIN}}}{name}": index for index, name in enumerate(FONT_ORDER)}
    for font in root.iter(f"{{{MAIN}}}font"):
        font[:] = sorted(font, key=lambda child: rank.get(str(child.tag), len(rank)))
    return _serialise(root)


def _declare_strings_part(content: bytes) -> bytes:
    """The content types with the table of strings."""
    root = _parse(content)
    if all(element.get("PartName") != f"/{STRINGS_PART}" for element in root):
        tag = f"{{{TYPES}}}Override"
        root.append(etree.Element(tag, PartName=f"/{STRINGS_PART}", ContentType=STRINGS_TYPE))
    return _serialise(root)


def _relate_strings_part(content: bytes) -> bytes:
    """The workbook's relations with the table of strings."""
    root = _parse(content)
    if all(element.get("Type") != STRINGS_RELATION for element in root):
        known = {element.get("Id") for element in root}
        free = next(
            name for name in (f"rId{number}" for number in range(1, len(known) + 2)) if name not in known
        )
        tag = f"{{{RELATIONS}}}Relationship"
        root.append(etree.Element(tag, Id=free, Type=STRINGS_RELATION, Target=f"/{STRINGS_PART}"))
    return _serialise(root)


def _with_maker(company: str) -> Callable[[bytes], bytes]:
    """The extended properties with the true maker and the firm.

    LibreOffice fits row heights and recalculates on opening unless the maker is Excel, which openpyxl claims.
    """

    def change(content: bytes) -> bytes:
        root = _parse(content)
        maker = root.find(f"{{{PROPERTIES}}}Application")
        if maker is not None:
            maker.text = PROGRAM
        tag = f"{{{PROPERTIES}}}Company"
        element = root.find(tag)
        if company and element is None:
            element = etree.Element(tag)
            version = root.find(f"{{{PROPERTIES}}}AppVersion")
            root.insert(len(root) if version is None else root.index(version), element)
        if company and element is not None:
            element.text = company
        return _serialise(root)

    return change


def _with_day(day: date) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        root = _parse(content)
        for name in ("created", "modified"):
            for element in root.iter(f"{{{TERMS}}}{name}"):
                element.text = f"{day.isoformat()}T00:00:00Z"
        return _serialise(root)

    return change


class SharedStrings:
    """Gathers the texts of all sheets into the package's one table of strings."""

    def __init__(self) -> None:
        """Start with no text."""
        self.indices: dict[bytes, int] = {}
        self.count = 0

    def place(self, text: bytes) -> bytes:
        """What follows the style in a cell that shows a text, given as its ``<t>`` element."""
        self.count += 1
        return b' t="s"><v>%d</v></c>' % self.indices.setdefault(text, len(self.indices))

    def move(self, sheet: bytes) -> bytes:
        """The sheet part with its inline texts replaced by their numbers in the table."""
        return INLINE.sub(lambda match: self.place(match[1]), sheet).replace(EMPTY, BLANK)

    def part(self) -> bytes:
        """The table."""
        items = b"".join(b"<si>%s</si>" % text for text in self.indices)
        return (
            b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            b'<sst xmlns="%s" count="%d" uniqueCount="%d">%s</sst>'
            % (MAIN.encode(), self.count, len(self.indices), items)
        )


def _declare_once(chart: bytes) -> bytes:
    """The chart with the namespace of drawings declared at its root, not on each of its lines and fills."""
    root = _parse(chart)
    etree.cleanup_namespaces(root, top_nsmap={"a": DRAWING_MAIN})
    return _serialise(root)


def _number(name: str) -> int:
    return int("".join(filter(str.isdigit, name)))


def _describe(drawing: bytes, texts: Iterator[str]) -> bytes:
    """The drawing with the next alternative texts on its charts, which openpyxl cannot write."""
    root = _parse(drawing)
    for frame in root.iter(f"{{{DRAWING}}}graphicFrame"):
        text = next(texts, None)
        for shown in frame.iter(f"{{{DRAWING}}}cNvPr"):
            if text is not None:
                shown.set("descr", text)
    return _serialise(root)


class _Sheet:
    """The part of a sheet, with rows in the place of their patterns."""

    def __init__(self, saved: bytes, rows: Sequence[StreamedRows]) -> None:
        """Find the patterns, from top to bottom."""
        self._added: list[tuple[bytes, RowPattern, StreamedRows]] = []
        done = 0
        self.size = len(saved)
        """About how many bytes the part has when it is complete."""
        for given in rows:
            start = saved.index(b'<row r="%d"' % given.first, done)
            end = saved.index(b"</row>", start) + len(b"</row>")
            pattern = RowPattern(saved[start:end], given.first, given.open_columns)
            self._added.append((saved[done:start], pattern, given))
            self.size += pattern.size * given.count
            done = end
        self._rest = saved[done:]
        self._last = max((given.first + given.count - 1 for given in rows), default=0)

    def _with_extent(self, before: bytes) -> bytes:
        """The beginning of the part, which says as far as where there are cells."""
        return DIMENSION.sub(lambda found: found[1] + b"%d" % max(int(found[2]), self._last), before, count=1)

    def pieces(
        self, strings: SharedStrings, name: str, sparklines: Sequence[SparklineGroup]
    ) -> Iterator[bytes]:
        """The whole part, its texts moved to the table of strings."""
        for before, pattern, given in self._added:
            yield strings.move(self._with_extent(before))
            yield from pattern.write(given.first, given.contents(strings))
        yield extend(strings.move(self._rest), name, sparklines)


def rework(
    saved: bytes,
    *,
    company: str,
    day: date,
    alternatives: Sequence[str] = (),
    more: Mapping[str, Callable[[bytes], bytes]] | None = None,
) -> dict[str, bytes]:
    """The parts of a package that openpyxl saved, with all put right but for its sheets and their texts.

    Arguments:
        saved: bytes of the package.
        company: goes into the document properties when not empty.
        day: date of creation and change.
        alternatives: alternative texts of the charts, in the order of the sheets and of the charts on them.
        more: what else is to be done to a part, by its name.
    """
    texts = iter(alternatives)
    changes: dict[str, Callable[[bytes], bytes]] = {
        "xl/styles.xml": order_fonts,
        "docProps/core.xml": _with_day(day),
        "[Content_Types].xml": _declare_strings_part,
        "xl/_rels/workbook.xml.rels": _relate_strings_part,
        "docProps/app.xml": _with_maker(company),
    }
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(saved)) as source:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith(".vml"):
                content = shorten_drawing(content)
            elif name.startswith("xl/charts/chart"):
                content = _declare_once(content)
            content = changes[name](content) if name in changes else content
            parts[name] = more[name](content) if more and name in more else content
    for name in sorted((found for found in parts if DRAWING_PART.fullmatch(found)), key=_number):
        parts[name] = _describe(parts[name], texts)
    return parts


def complete(
    parts: Mapping[str, bytes],
    target: BinaryIO,
    *,
    sparklines: Mapping[str, Sequence[SparklineGroup]] | None = None,
    rows: Mapping[str, Sequence[StreamedRows]] | None = None,
) -> None:
    """Write a reworked package, its sheets with all their rows and their texts in one table.

    Arguments:
        parts: what ``rework`` gave.
        target: where the package goes.
        sparklines: groups of them by name of the sheet's part.
        rows: what is to be put into a sheet, from top to bottom, by name of its part.
    """
    groups, added = sparklines or {}, rows or {}
    strings = SharedStrings()
    written = dict(parts)
    large: dict[str, Content] = {}
    for name, content in parts.items():
        if not name.startswith("xl/worksheets/sheet"):
            continue
        sheet = _Sheet(content, added.get(name, ()))
        pieces = sheet.pieces(strings, name, groups.get(name, ()))
        if sheet.size > LARGE_SHEET:
            large[name] = packed(pieces, sheet.size)
            written[name] = b""
        else:
            written[name] = b"".join(pieces)
    written[STRINGS_PART] = strings.part()
    if not large:
        _write(written, target)
        return
    with io.BytesIO() as small:
        _write(written, small)
        write_package(Package("", small), target, large)


def _write(parts: Mapping[str, bytes], target: BinaryIO) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            # A book is made once and mailed often.
            made.writestr(info, content, compresslevel=9)
