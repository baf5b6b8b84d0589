"""Workbooks changed in ways that nobody means, made from a seed: bytes of zip and XML, elements, cells.

Every function takes the source of chance and gives the same for the same seed.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from copy import deepcopy
from functools import lru_cache
from random import Random
from typing import Any

from lxml import etree

ODD_TEXTS = (
    "", " ", "-1", "0", "1", "²", "１２", "١", "1e999", "-1e999", "1e-400", "NaN", "INF", "0x10", "1.5",
    "1,5",
    "99999999999", "4294967295", "4294967296", "2147483648", "1048576", "1048577", "16384", "16385",
    "A0", "A1", "a1", "XFD1048576", "XFE1", "A1048577", "A1:A1048576", "A1:XFD1048576", "B2:A1", "A:A", "1:1",
    "$A$1", "A1 B2", "R1C1", "#REF!", "#N/A", "Sheet1!A1", "'x'!A1", "'", "=1+1", "@", "+1", "-x",
    "true", "False",
    "s", "n", "b", "e", "d", "str", "inlineStr", "shared", "array", "dataTable", "rId1", "rId999", "../../x",
    "\u200b", "\u00a0", "\ufeff", "é" * 300, "9" * 400, "a" * 40_000, "_x0000_", "_x005F_", "_xD800_", "\t\n",
    "2024-02-30", "2024-01-01T25:61:61Z", "[$-F800]", "[<", "0;0;0;0;0", "%", "\U0001f4a9",
)  # fmt: skip
"""For attributes, cells and texts."""

ODD_BYTES = (
    b"<", b">", b"&", b'"', b"&#x0;", b"&#xD800;", b"&#1114112;", b"&lol;", b"]]>", b"<![CDATA[",
    b"<!--", b"-->",
    b"<?", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b"\xc3", b"\xed\xa0\x80",
    b"\xc2\xb2", b"</x>", b"<x>", b"<c/>", b"<row/>", b'<row r="1"/>', b'<c r="A1"/>', b"<f>", b"<v>",
    b"PK\x03\x04",
    b"9" * 400, b"<a>" * 400, b' r="A1"', b' t="s"', b' s="99999"', b":", b" ", b"\n",
)  # fmt: skip

_NUMBERS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


# -- bytes -------------------------------------------------------------------------------------------------


def mutated(
    data: bytes, chance: Random, odd: Sequence[bytes] = (), times: int = 4, spots: Sequence[int] = ()
) -> bytes:
    """Bytes with one to ``times`` changes; ``odd`` are bytes to put in, ``spots`` are places to prefer."""
    for _ in range(chance.randint(1, times)):
        near = spots and chance.random() < 0.7
        at = (
            min(chance.choice(spots) + chance.randrange(48), len(data))
            if near
            else chance.randint(0, len(data))
        )
        size = min(chance.choice((1, 1, 2, 4, 16, 200)), len(data) - at)
        match chance.randrange(9 if odd else 8):
            case 0:
                data = (
                    data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)] if size else []) + data[at + 1 :]
                )
            case 1:
                data = data[:at] + chance.randbytes(size) + data[at + size :]
            case 2:
                width = chance.choice((1, 2, 4, 8))
                number = chance.choice(_NUMBERS) % (1 << 8 * width)
                data = data[:at] + number.to_bytes(width, "little") + data[at + width :]
            case 3:
                data = data[:at] + data[at + size :]
            case 4:
                data = data[:at] + data[at : at + size] * chance.choice((2, 2, 3, 50)) + data[at + size :]
            case 5:
                data = data[:at] + chance.randbytes(size) + data[at:]
            case 6 if chance.random() < 0.3:
                data = data[:at]
            case 6 | 7:
                other = chance.randint(0, len(data))
                data = data[:at] + data[other : other + size] + data[at:]
            case _:
                data = data[:at] + chance.choice(odd) + data[at + chance.choice((0, size)) :]
    return data


# -- workbooks ---------------------------------------------------------------------------------------------


class Parts(dict[str, bytes]):
    """The parts of a workbook, and their compressed bytes, to put a workbook together quickly."""

    def __init__(self, data: bytes) -> None:
        """Of the bytes of a workbook."""
        super().__init__()
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            self.update({info.filename: book.read(info) for info in book.infolist()})
        self.packed = {name: _packed(content) for name, content in self.items()}

    def with_part(self, name: str, content: bytes) -> bytes:
        """The workbook with another content of a part."""
        return zipped({**self.packed, name: _packed(content)})


def _packed(content: bytes) -> tuple[int, int, bytes]:
    pack = zlib.compressobj(1, zlib.DEFLATED, -15)
    return zlib.crc32(content), len(content), pack.compress(content) + pack.flush()


def zipped(members: dict[str, tuple[int, int, bytes]]) -> bytes:
    """A zip of members: CRC, size and compressed bytes."""
    out, entries = bytearray(), bytearray()
    for name, (crc, size, packed) in members.items():
        raw = name.encode()
        fields = struct.pack("<5H3I2H", 20, 0x800, 8, 0, 0x5A21, crc, len(packed), size, len(raw), 0)
        entries += b"PK\x01\x02\x14\x00" + fields + struct.pack("<3H2I", 0, 0, 0, 0, len(out)) + raw
        out += b"PK\x03\x04" + fields + raw + packed
    start = len(out)
    end = struct.pack("<4H2IH", 0, 0, len(members), len(members), len(entries), start, 0)
    return bytes(out + entries) + b"PK\x05\x06" + end


@lru_cache(maxsize=24)
def parts_of(data: bytes) -> Parts:
    """The parts of a workbook, kept for the next case."""
    return Parts(data)


def _chosen_part(parts: Parts, chance: Random) -> str:
    """A part: nearly always one that says something about cells."""
    core = re.compile(
        r"xl/(?:workbook|sharedStrings|styles)\.xml|xl/(?:worksheets|tables)/[^/]*\.xml|.*\.rels|\[Con.*"
    )
    names = [name for name in parts if core.fullmatch(name)] if chance.random() < 0.9 else list(parts)
    sheets = [name for name in names if "worksheets/sheet" in name or "tables/" in name]
    return chance.choice(sheets if sheets and chance.random() < 0.5 else names)


def mutated_zip(data: bytes, chance: Random) -> bytes:
    """A workbook with changed bytes, most of them in the directory and the headers."""
    spots = [match.start() for match in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06)", data)]
    return mutated(data, chance, spots=spots)


def mutated_xml(data: bytes, chance: Random) -> bytes:
    """A workbook with changed bytes in one part."""
    parts = parts_of(data)
    name = _chosen_part(parts, chance)
    return parts.with_part(name, mutated(parts[name], chance, ODD_BYTES))


def mutated_markup(data: bytes, chance: Random) -> bytes:
    """A workbook in one part of which elements and attributes are changed, the XML staying well-formed."""
    parts = parts_of(data)
    name = _chosen_part(parts, chance)
    try:
        root = etree.fromstring(parts[name], etree.XMLParser(resolve_entities=False, huge_tree=True))
    except etree.XMLSyntaxError:
        return parts.with_part(name, mutated(parts[name], chance, ODD_BYTES))
    for _ in range(chance.randint(1, 4)):
        every = [element for element in root.iter() if isinstance(element.tag, str)]
        # The few elements at the top say most about the whole.
        _change(chance.choice(every[:12] if chance.random() < 0.3 else every), every, chance)
    return parts.with_part(
        name, etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    )


def _text(chance: Random) -> str:
    """An odd text, as XML can carry it."""
    return chance.choice(ODD_TEXTS)


def _change(element: Any, every: list[Any], chance: Random) -> None:  # noqa: C901, PLR0912 - one arm a kind
    parent = element.getparent()
    names = list(element.attrib)
    match chance.randrange(11):
        case 0 if parent is not None:
            parent.remove(element)
        case 1 if parent is not None:
            copies = chance.choice((1, 1, 2, 300))
            for _ in range(copies):
                parent.append(deepcopy(element))
        case 2 if parent is not None:
            other = chance.choice(every)
            if element not in other.iterancestors() and other is not element:
                other.append(element)
        case 3:
            space, brace, _ = element.tag.rpartition("}")
            element.tag = space + brace + chance.choice(every).tag.rpartition("}")[2]
        case 4:
            space, brace, local = element.tag.rpartition("}")
            element.tag = local if chance.random() < 0.5 else "{urn:x}" + local
        case 5:
            deep = element
            for _ in range(chance.choice((3, 50, 300, 3000))):
                deep = etree.SubElement(deep, element.tag)
        case 6 if names:
            del element.attrib[chance.choice(names)]
        case 7 if names:
            other = chance.choice(every)
            if len(other.attrib):
                element.set(chance.choice(names), chance.choice(list(other.attrib.values())))
        case 8:
            element.text = _text(chance)
        case 9:
            element.set(
                chance.choice(("r", "s", "t", "ref", "si", "cm", "vm", "id", "name", "count")), _text(chance)
            )
        case _ if names:
            element.set(chance.choice(names), _text(chance))


_CELL = re.compile(rb"<((?:\w+:)?)c\b[^<>]*?(?:/>|>.*?</(?:\w+:)?c>)", re.DOTALL)


def mutated_cells(data: bytes, chance: Random) -> bytes:
    """A workbook with odd cells: types that do not fit, values, references, formulas."""
    parts = parts_of(data)
    sheets = [name for name in parts if "worksheets/" in name and _CELL.search(parts[name])]
    if not sheets:
        return mutated_xml(data, chance)
    name = chance.choice(sheets)
    content = parts[name]
    spans = [match.span() for match in _CELL.finditer(content)]
    chosen = sorted(
        chance.sample(range(len(spans)), min(len(spans), chance.choice((1, 2, 5, 40)))), reverse=True
    )
    for at in chosen:
        start, stop = spans[at]
        content = content[:start] + _odd_cell(content[start:stop], chance) + content[stop:]
    return parts.with_part(name, content)


def _odd_cell(cell: bytes, chance: Random) -> bytes:
    prefix = _CELL.match(cell)[1].decode()  # type: ignore[index]
    found = re.search(rb'\br="([^"]*)"', cell)
    ref = found[1].decode() if found and chance.random() < 0.85 else chance.choice(ODD_TEXTS[:45])
    kinds = ("", "", "n", "s", "str", "inlineStr", "b", "e", "d", "x")
    kind = chance.choice(kinds)
    attributes = f' r="{_escaped(ref)}"' if chance.random() < 0.95 else ""
    attributes += (
        f' s="{chance.choice(("0", "1", "7", "99999", "-1", "²"))}"' if chance.random() < 0.3 else ""
    )
    attributes += f' t="{kind}"' if kind else ""
    formulas = (
        "", "", "<f>1+1</f>", "<f/>", '<f t="shared" si="0"/>', '<f t="shared" si="0" ref="A1:A9">A1</f>',
        '<f t="array" ref="A1:B2">1</f>', '<f t="array" ref="²">1</f>', '<f t="dataTable" ref="A1" r1="B1"/>',
        f"<f>{'(' * 500}1{')' * 500}</f>", "<f>[1]Sheet1!A1</f>", "<f>A1:</f>",
    )  # fmt: skip
    inner = chance.choice(formulas)
    text = _escaped(_text(chance))
    inner += chance.choice(
        (f"<v>{text}</v>", f"<v>{text}</v>", "", f"<is><t>{text}</t></is>", "<v/>", "<v>1</v><v>2</v>",
        "<is/>",
         f"<is><r><t>{text}</t></r><r><t>{text}</t></r></is>"),
    )  # fmt: skip
    inner = re.sub(r"<(/?)(\w)", rf"<\1{prefix}\2", inner)
    made = f"<{prefix}c{attributes}>{inner}</{prefix}c>".encode()
    return made * chance.choice((1, 1, 1, 2)) if chance.random() < 0.9 else b""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
