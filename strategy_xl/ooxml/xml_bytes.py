"""XML as bytes: find tags and attributes without a tree, so that everything else stays as it is."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Iterable, Iterator

# Everything that begins with "<", whole; ">" inside quotes does not end a tag.
TOKEN = re.compile(
    rb"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?![!?])[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rb"""([^\s=<>/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TAG_NAME = re.compile(rb"</?\s*([^\s/>]+)")
_ENTITY = re.compile(r"&(?:#x0*([0-9A-Fa-f]{1,6})|#0*([0-9]{1,7})|(\w+));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
# Excel's own escape for what XML cannot carry, and for text that looks like the escape.
_XSTRING = re.compile("_x([0-9A-Fa-f]{4})_")
_NEEDS_XSTRING = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NEEDS_CARE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff<>&]|_x[0-9A-Fa-f]{4}_")
_MARKUP = re.compile("[<>&]")
_MARKUP_TO = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_ENCODING = re.compile(rb"""^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
# One byte per character: decoding and encoding again gives the same bytes.
_REVERSIBLE = re.compile(r"iso8859-\d+|latin-?1|ascii|cp125[0-8]")


class Tag:
    """One start, end or empty tag: where it is in its buffer, its name and attributes."""

    __slots__ = ("end", "is_close", "is_empty", "name", "raw", "start")

    def __init__(self, raw: bytes, start: int, end: int) -> None:
        """The tag ``raw`` found at ``start``…``end``."""
        self.raw = raw
        self.start = start
        self.end = end
        found = _TAG_NAME.match(raw)
        self.name = found[1] if found else b""
        self.is_close = raw.startswith(b"</")
        self.is_empty = raw.endswith(b"/>")

    @property
    def local(self) -> bytes:
        """The name without its prefix."""
        return self.name.rpartition(b":")[2]

    @property
    def prefix(self) -> bytes:
        """The prefix with its colon, empty without one."""
        head, colon, _ = self.name.rpartition(b":")
        return head + colon

    def attributes(self) -> dict[bytes, bytes]:
        """The attributes as they stand (entities not decoded)."""
        return attributes_of(self.raw)


def tags(data: bytes, start: int = 0, stop: int | None = None) -> Iterator[Tag]:
    """The tags of a buffer in order; comments, CDATA and processing instructions are skipped."""
    for found in TOKEN.finditer(data, start, len(data) if stop is None else stop):
        raw = found[0]
        if raw[1:2] not in b"!?":
            yield Tag(raw, found.start(), found.end())


def top_children(data: bytes, start: int = 0) -> Iterator[tuple[Tag, int]]:
    """Each child of the root element with the offset just after its end.

    Arguments:
        data: the part.
        start: where to begin, when not 0: at the end tag of a child, which is given as such.
    """
    depth = 2 if start else 0
    opened: Tag | None = None
    for tag in tags(data, start):
        if start and opened is None:
            opened = tag
        if tag.is_close:
            depth -= 1
            if depth == 1 and opened is not None:
                yield opened, tag.end
        elif depth == 1:
            opened = tag
            if tag.is_empty:
                yield tag, tag.end
            else:
                depth += 1
        elif not tag.is_empty:
            depth += 1


def span_of(data: bytes, name: bytes) -> tuple[int, int]:
    """Where the only element of a name begins and ends; (0, 0) when a look does not tell for sure.

    An extension may hold an element of the same local name that means something else.
    """
    tag = re.escape(name) + rb"(?:\s[^<>]*)?>"
    opened = re.search(rb"<(?:[\w.-]+:)?" + tag, data)
    end = data.rfind(name + b">")
    start = data.rfind(b"</", 0, max(end, 0))
    marks = b"<!--" in data or b"<![CDATA[" in data
    if opened is None or start < opened.end() or marks or data.count(name) != 2:
        return 0, 0
    if b"extLst" in data[: opened.start()]:
        return 0, 0
    closed = re.compile(rb"</(?:[\w.-]+:)?%b>" % re.escape(name)).match(data, start)
    is_empty = opened[0].endswith(b"/>")
    return (0, 0) if closed is None or is_empty else (opened.start(), closed.end())


def attributes_of(tag: bytes) -> dict[bytes, bytes]:
    """The attributes of a tag, or of the inside of one, as they stand."""
    return {
        name: double if single is None else single
        for name, double, single in ((m[1], m[2], m[3]) for m in _ATTRIBUTE.finditer(tag))
    }


def set_attribute(tag: bytes, name: bytes, value: bytes | None) -> bytes:
    """The tag with one attribute changed in place, added at the end, or (None) taken away."""
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] != name:
            continue
        if value is not None:
            at = found.start(2) if found[2] is not None else found.start(3)
            to = found.end(2) if found[2] is not None else found.end(3)
            return tag[:at] + value + tag[to:]
        start = found.start()
        while tag[start - 1 : start].isspace():
            start -= 1
        return tag[:start] + tag[found.end() :]
    if value is None:
        return tag
    close = len(tag) - (2 if tag.endswith(b"/>") else 1)
    while tag[close - 1 : close].isspace():
        close -= 1
    return tag[:close] + b" " + name + b'="' + value + b'"' + tag[close:]


def unescape(raw: bytes) -> str:
    """Character data or an attribute's value as text: entities decoded, line ends normalised."""
    text = raw.decode("utf-8", "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ENTITY.sub(_entity, text) if "&" in text else text


def _entity(found: re.Match[str]) -> str:
    if found[3]:
        return _NAMED.get(found[3], found[0])
    number = int(found[1], 16) if found[1] else int(found[2])
    return chr(number) if number <= sys.maxunicode else found[0]


def content(raw: bytes) -> str:
    """The text between two tags, CDATA taken as it is, comments left out."""
    if b"<" not in raw:
        return unescape(raw)
    text, at = "", 0
    for found in TOKEN.finditer(raw):
        text += unescape(raw[at : found.start()])
        token = found[0]
        if token.startswith(b"<![CDATA["):
            text += token[9:-3].decode("utf-8", "replace").replace("\r\n", "\n")
        at = found.end()
    return text + unescape(raw[at:])


def decode_xstring(text: str) -> str:
    """Excel's ``_x000D_`` escapes decoded."""
    return _XSTRING.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def encode_xstring(text: str) -> bytes:
    """Text of a cell as XML bytes: markup escaped, what XML cannot carry as ``_xHHHH_``."""
    if _NEEDS_CARE.search(text) is not None:
        text = _NEEDS_XSTRING.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
        text = _MARKUP.sub(lambda found: _MARKUP_TO[found[0]], text)
    return text.encode()


def escape(text: str) -> bytes:
    """Text as XML bytes, for element content and double-quoted attributes."""
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;").encode()
    )


# -- encodings -------------------------------------------------------------------------------------------


def encoding_of(start: bytes) -> str | None:
    """The encoding to convert from, by a part's first bytes; None for UTF-8.

    Errors: LookupError for an encoding that cannot be written back byte for byte.
    """
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if start.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    found = _ENCODING.match(start.removeprefix(codecs.BOM_UTF8))
    if found is None:
        return None
    name = codecs.lookup(found[1].decode()).name
    if name in ("utf-8", "utf_8"):
        return None
    if not _REVERSIBLE.fullmatch(name):
        raise LookupError(name)
    return name


def to_utf8(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Pieces in some encoding as UTF-8, a byte order mark kept as a character."""
    bom, pieces = _split_bom(pieces, encoding)
    decoder = codecs.getincrementaldecoder(_explicit(encoding, bom))()
    if bom:
        yield codecs.BOM_UTF8
    for piece in pieces:
        yield decoder.decode(piece).encode()
    yield decoder.decode(b"", final=True).encode()


def as_utf8(data: bytes) -> bytes:
    """A whole part in UTF-8, whatever it is written in.

    Errors: LookupError as ``encoding_of``.
    """
    encoding = encoding_of(data[:200])
    return data if encoding is None else b"".join(to_utf8([data], encoding))


def from_utf8(pieces: Iterable[bytes], encoding: str, start: bytes) -> Iterator[bytes]:
    """UTF-8 pieces back in the part's encoding; characters it lacks become numeric references."""
    bom = start[:2] if encoding == "utf-16" else b""
    decoder = codecs.getincrementaldecoder("utf-8")()
    target = _explicit(encoding, bom)
    for piece in pieces:
        yield decoder.decode(piece).encode(target, "xmlcharrefreplace")
    yield decoder.decode(b"", final=True).encode(target, "xmlcharrefreplace")


def _explicit(encoding: str, bom: bytes) -> str:
    if encoding != "utf-16":
        return encoding
    return "utf-16-le" if bom == codecs.BOM_UTF16_LE else "utf-16-be"


def _split_bom(pieces: Iterable[bytes], encoding: str) -> tuple[bytes, Iterable[bytes]]:
    if encoding != "utf-16":
        return b"", pieces
    iterator = iter(pieces)
    first = next(iterator, b"")

    def rest() -> Iterator[bytes]:
        yield first[2:]
        yield from iterator

    return first[:2], rest()
