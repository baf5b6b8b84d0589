"""What a workbook was before it took in sheets of another one, kept in a part of its own to undo it exactly.

The part is a piece of custom XML, which Excel keeps when it saves the workbook. It holds, compressed, the
parts that were added to, and for each two checksums: of the part as it was left, and of the same without what
was added. As long as one of them still fits, the old part can be put back byte for byte.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.xml_bytes import escape
from strategy_xl.ooxml.xml_tree import Element, parse

NAMESPACE = "urn:strategy-xl:graft"
PART, PROPERTIES = "customXml/item1.xml", "customXml/itemProps1.xml"
RELATION, PROPERTIES_RELATION = b"customXml", b"customXmlProps"
TYPE, PROPERTIES_TYPE = (
    b"application/xml",
    b"application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
)
IDENTITY = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<ds:datastoreItem ds:itemID="{%b}" xmlns:ds='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/customXml"><ds:schemaRefs><ds:schemaRef ds:uri="'
    + NAMESPACE.encode()
    + b'"/></ds:schemaRefs></ds:datastoreItem>'
)
_MAX = 1 << 28


class KeptPart(NamedTuple):
    """A part that was added to.

    Arguments:
        content: what it was.
        after: checksum of what it was made.
        bare: checksum of that without what was added.
    """

    content: bytes
    after: str
    bare: str


@dataclass(frozen=True)
class GraftRecord:
    """What was added to a workbook.

    Arguments:
        digest: checksum of the file that it was.
        parts: the parts that were added to, by name.
        added: the parts that are new.
        names: the defined names that are new.
    """

    digest: str
    parts: Mapping[str, KeptPart]
    added: tuple[str, ...]
    names: tuple[str, ...]

    def to_xml(self) -> bytes:
        """The record as a part."""
        lines = [b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<graft xmlns="%b" source="%b">']
        lines[0] %= (NAMESPACE.encode(), self.digest.encode())
        for name, part in self.parts.items():
            start = b'<part name="%b" after="%b" bare="%b"' % (
                escape(name), part.after.encode(), part.bare.encode()
            )  # fmt: skip
            packed = base64.b64encode(zlib.compress(part.content, 9))
            lines.append(start + b">" + packed + b"</part>")
        lines += [b'<added name="%b"/>' % escape(name) for name in self.added]
        lines += [b'<name name="%b"/>' % escape(name) for name in self.names]
        return b"".join([*lines, b"</graft>"])

    @classmethod
    def of_xml(cls, data: bytes) -> GraftRecord | None:
        """The record that a part holds; None when it is another kind of part.

        Errors: WorkbookError SX914, ValueError and zlib.error for one that is damaged.
        """
        root = parse(data, Location(), PART)
        if root.namespace != NAMESPACE:
            return None
        parts = {}
        for element in root.all("part"):
            content = zlib.decompressobj().decompress(base64.b64decode(element.text), _MAX)
            parts[element.get("name")] = KeptPart(content, element.get("after"), element.get("bare"))
        return cls(root.get("source"), parts, _named(root.all("added")), _named(root.all("name")))


def checksum(content: bytes) -> str:
    """The checksum by which the record knows a content."""
    return hashlib.sha256(content).hexdigest()


def identity(digest: str) -> bytes:
    """The properties part of the record, with an identity that two workbooks do not share."""
    text = checksum(digest.encode()).upper()
    parts = (text[:8], text[8:12], "4" + text[13:16], "A" + text[17:20], text[20:32])
    return IDENTITY.replace(b"%b", "-".join(parts).encode())


def find_record(info: WorkbookInfo) -> tuple[str, GraftRecord] | None:
    """The record of a workbook and its part; None when it has none that can be read."""
    for part in info.related(info.part, "customXml"):
        if info.package.members[part].size > _MAX:
            continue
        try:
            if (record := GraftRecord.of_xml(info.package.read(part))) is not None:
                return part, record
        except (WorkbookError, ValueError, zlib.error):
            continue  # somebody else's, or damaged: then what is ours is taken out piece by piece
    return None


def _named(elements: Iterable[Element]) -> tuple[str, ...]:
    return tuple(element.get("name") for element in elements)
