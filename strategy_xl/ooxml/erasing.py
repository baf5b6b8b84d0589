"""Put another text in the place of a name, wherever a workbook holds it; every other byte stays.

Cells, formulas' results and texts in them, comments, text boxes, charts, pivot tables, properties: all that
people read. What makes up the workbook itself (titles of sheets, headers of tables, defined names) is left
alone, since formulas and other files lead there; so is what is no XML. What is left is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from html import unescape
from pathlib import Path
from typing import NamedTuple

from strategy_xl.errors import PatchRefusedError
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import write_package
from strategy_xl.ooxml.readback import read_back
from strategy_xl.ooxml.replace import atomic_replace
from strategy_xl.ooxml.rewriting import NAMED_FORMULAS
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.xml_bytes import TOKEN, Tag, encoding_of, from_utf8, to_utf8

HEADER = "SX117"
"""Finding: a name is the header of a table, which its formulas are written with."""
Replace = Callable[[str], str]
Holds = Callable[[str], bool]

_XML = (".xml", ".rels", ".vml")
_LITERAL = re.compile(r'"(?:[^"]|"")*"')
_READ_ATTRIBUTES = frozenset(
    (b"v", b"val", b"display", b"tooltip", b"displayName", b"descr", b"title", b"prompt", b"promptTitle",
     b"error", b"errorTitle", b"author", b"userName", b"comment", b"text", b"caption", b"alt")
)  # fmt: skip
"""Attributes that hold what people typed; others are names by which parts find each other."""
_ATTRIBUTE = re.compile(rb"""(\s(?:[\w.-]+:)?([\w.-]+)\s*=\s*)("[^"]*"|'[^']*')""")
_WHOLES = re.compile(rb"<((?:\w+:)?)(si|is|text|p)(?=[\s>])[^>]*>(.*?)</\1\2>", re.DOTALL)
"""Elements whose text may be cut into runs: a shared or an own text of a cell, a comment, a paragraph."""
_ENDS, _TAG = re.compile(r"</?(?:\w+:)?(?:si|is|text|p|c|f|v)\b[^>]*>"), re.compile(r"<[^>]*>")
_HEADERS = re.compile(rb"<(?:\w+:)?tableColumn\b[^>]*>")
_SHARED = "xl/sharedStrings.xml"
_SI = re.compile(rb"<((?:\w+:)?)si(?:\s[^>]*)?>.*?</\1si>|<(?:\w+:)?si\s*/>", re.DOTALL)
_USED = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*?\st\s*=\s*["']s["'][^>]*>.*?<(?:\w+:)?v[^>]*>\s*(\d+)\s*</""", re.DOTALL
)


class Erased(NamedTuple):
    """What became of a workbook.

    Arguments:
        changed: part → how many texts were changed in it (or would be).
        left: parts in which the name still stands.
    """

    changed: dict[str, int]
    left: list[str]


def holds_text(source: Path | Snapshot, holds: Holds, in_bytes: Callable[[bytes], bool]) -> list[str]:
    """The parts of a workbook in which a name stands.

    Arguments:
        source: the workbook.
        holds: whether it stands in a text.
        in_bytes: whether it stands in bytes that are no text.

    Errors: those of ``Package``.
    """
    with Package.open(source) as package:
        return [name for name in package.members if _holds(name, package.read(name), holds, in_bytes)]


def document_property(source: Path | Snapshot, name: str) -> str:
    """A property of a package (``creator``, ``keywords``); "" where it has none.

    Errors: those of ``Package``.
    """
    with Package.open(source) as package:
        part = package.find("docProps/core.xml")
        data = b"" if part is None else _utf8(package.read(part))[0]
    found = re.search(rb"<(?:\w+:)?%s\b[^>]*>([^<]*)<" % name.encode(), data)
    return "" if found is None else _plain(found[1]).strip()


def erase_text(
    source: Snapshot,
    replace: Replace,
    holds: Holds,
    in_bytes: Callable[[bytes], bool],
    *,
    gone: Collection[str] = (),
    dry_run: bool = False,
) -> Erased:
    """Replace a name in a workbook, in its place; no earlier version is kept.

    Arguments:
        source: the workbook as it was read.
        replace: gives a text without the name.
        holds: whether the name stands in a text.
        in_bytes: whether it stands in bytes that are no text.
        gone: texts of cells that were emptied before: they go from the table of texts too, unless another
            cell shows the same.
        dry_run: find out what would change, write nothing.

    Errors: PatchRefusedError SX923 for a signed workbook, SX117 for a name over a column, those of
    ``Package``, ``atomic_replace`` and ``read_back``.
    """
    with Package.open(source) as package:
        info = WorkbookInfo(package)
        replaced: dict[str, bytes] = {}
        changed: dict[str, int] = {}
        left: list[str] = []
        for name in package.members:
            before = package.read(name)
            if any(holds(_plain(tag)) for tag in _HEADERS.findall(before)):
                raise PatchRefusedError(HEADER, package.where)
            after, count = before, 0
            if name.lower().endswith(_XML):
                after, count = _erased(before, replace, holds)
            if gone and package.find(_SHARED) == name:
                after, emptied = _without(package, info, after, gone)
                count += emptied
            if after != before:
                replaced[name], changed[name] = after, count
            if _holds(name, after, holds, in_bytes):
                left.append(name)
        if replaced and info.is_signed:
            raise PatchRefusedError("SX923", package.where)
        if replaced and not dry_run:
            with atomic_replace(source.path, check=source.check) as stream:
                write_package(package, stream, replaced)
                read_back(info, stream, replaced.keys(), ())
    return Erased(changed, left)


def _erased(data: bytes, replace: Replace, holds: Holds) -> tuple[bytes, int]:
    """A part with the texts changed that hold the name, and how many these are."""
    plain, encoding = _utf8(data)
    if not _may_hold(plain, holds):
        return data, 0
    found: list[bytes] = []
    count, at, element = 0, 0, b""

    def text(piece: bytes) -> bytes:
        nonlocal count
        said = unescape(piece.decode("utf-8", "surrogateescape"))
        if not holds(said):
            return piece
        other = (
            _LITERAL.sub(lambda one: replace(one[0]), said) if element in NAMED_FORMULAS else replace(said)
        )
        count += other != said
        return piece if other == said else _escaped(other)

    for token in TOKEN.finditer(plain):
        found.append(text(plain[at : token.start()]))
        raw, at = token[0], token.end()
        if raw[1:2] in b"!?":
            found.append(raw)
            continue
        element = Tag(raw, 0, len(raw)).local
        found.append(raw if raw[1:2] == b"/" else _ATTRIBUTE.sub(lambda one: _attribute(one, text), raw))
    found.append(plain[at:])
    after = b"".join(found)
    return (data, 0) if after == plain else (_encoded(after, encoding, data), count)


def _attribute(found: re.Match[bytes], text: Callable[[bytes], bytes]) -> bytes:
    if found[2] not in _READ_ATTRIBUTES:
        return found[0]
    quote, value = found[3][:1], found[3][1:-1]
    after = text(value)
    if after != value:
        after = after.replace(b'"', b"&quot;").replace(b"'", b"&apos;")
    return found[1] + quote + after + quote


def _without(package: Package, info: WorkbookInfo, data: bytes, gone: Collection[str]) -> tuple[bytes, int]:
    """The table of texts without those that no cell shows any more, and how many these are."""
    plain, encoding = _utf8(data)
    used = {
        int(number)
        for sheet in info.sheets
        if sheet.part in package.members
        for number in _USED.findall(_utf8(package.read(sheet.part))[0])
    }
    count = 0
    numbers = iter(range(1 << 62))

    def one(found: re.Match[bytes]) -> bytes:
        nonlocal count
        if next(numbers) in used or _joined(found[0]) not in gone:
            return found[0]
        count += 1
        prefix = found[1] or b""
        return b"<%ssi><%st></%st></%ssi>" % (prefix, prefix, prefix, prefix)

    after = _SI.sub(one, plain)
    return (data, 0) if not count else (_encoded(after, encoding, data), count)


def _holds(name: str, data: bytes, holds: Holds, in_bytes: Callable[[bytes], bool]) -> bool:
    """Whether a name stands in a part: in a text of it, in one cut into runs, in its bytes."""
    if not name.lower().endswith(_XML):
        return in_bytes(data)
    plain, _encoding = _utf8(data)
    if not _may_hold(plain, holds):
        return False
    if holds(_plain(plain)):
        return True
    return any(holds(_joined(found[0])) for found in _WHOLES.finditer(plain))


def _may_hold(plain: bytes, holds: Holds) -> bool:
    """A quick look: without the markup in it, a text that is cut into runs is one."""
    text = plain.decode("utf-8", "replace")
    return holds(unescape(text)) or holds(unescape(_TAG.sub("", _ENDS.sub("\n", text))))


def _plain(data: bytes) -> str:
    return unescape(data.decode("utf-8", "replace"))


def _joined(element: bytes) -> str:
    """The text of an element, its runs put together."""
    return _plain(b"".join(_texts(element)))


def _texts(data: bytes) -> Iterator[bytes]:
    at = 0
    for token in TOKEN.finditer(data):
        yield data[at : token.start()]
        at = token.end()
    yield data[at:]


def _escaped(text: str) -> bytes:
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return shown.encode("utf-8", "surrogateescape")


def _utf8(data: bytes) -> tuple[bytes, str | None]:
    """A part as UTF-8, and what it is in; one that no one can write back stays as it is."""
    try:
        encoding = encoding_of(data[:200])
    except LookupError:
        return data, None
    return (data, None) if encoding is None else (b"".join(to_utf8([data], encoding)), encoding)


def _encoded(plain: bytes, encoding: str | None, before: bytes) -> bytes:
    return plain if encoding is None else b"".join(from_utf8([plain], encoding, before[:2]))
