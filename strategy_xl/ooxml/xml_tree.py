"""Read small XML parts into a plain tree, safely: no document type, no entities, no outside world.

Expat directly, because importing lxml takes longer than patching a small workbook; measured 30 ms
against none. For reading only: nothing is ever written from this tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from xml.parsers import expat

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.ooxml.limits import MAX_ID, whole

LARGE_XML = 1 << 18
"""Bytes of XML above which only what changes of a sheet is parsed when it is written."""
_DEPTH = 256  # deeper than any office part; bounds the recursion of what walks the tree


class Element:
    """One element: namespace, local name, attributes (``uri}name`` when in a namespace), children, text."""

    __slots__ = ("attributes", "children", "name", "namespace", "source", "text")

    def __init__(
        self, namespace: str, name: str, attributes: dict[str, str], source: tuple[Location, str]
    ) -> None:
        """An element without children or text yet, of a workbook and a part."""
        self.namespace = namespace
        self.name = name
        self.attributes = attributes
        self.source = source
        self.children: list[Element] = []
        self.text = ""

    def get(self, name: str, default: str = "") -> str:
        """An attribute's value, or the default."""
        return self.attributes.get(name, default)

    def whole(self, name: str, default: int, low: int = 0, high: int = MAX_ID) -> int:
        """The whole number of an attribute, the default without the attribute.

        Errors: WorkbookError SX977 when it is no whole number from ``low`` to ``high``.
        """
        text = self.attributes.get(name)
        return default if text is None else whole(text, low, high, *self.source, name)

    def find(self, name: str) -> Element | None:
        """The first child of that local name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list[Element]:
        """The children of that local name."""
        return [child for child in self.children if child.name == name]

    def walk(self, name: str) -> Iterator[Element]:
        """All descendants of that local name, in document order."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.walk(name)


def well_formed(pieces: Iterable[bytes], where: Location, part: str) -> Iterator[bytes]:
    """The pieces of a part as they are; the end comes only when the part is well-formed as a whole.

    Errors: WorkbookError SX914 when it is not, or declares a document type.
    """
    parser = expat.ParserCreate()
    with _located(parser, where, part):
        for piece in pieces:
            parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
            yield piece
        parser.Parse(b"", True)  # noqa: FBT003 - idem


@contextmanager
def _located(parser: expat.XMLParserType, where: Location, part: str) -> Iterator[None]:
    """Faults of a part, and a document type, as WorkbookError SX914."""

    def doctype(*_args: object) -> None:
        raise WorkbookError("SX914", where, part=part, reason="DOCTYPE")

    parser.StartDoctypeDeclHandler = doctype
    try:
        yield
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise WorkbookError("SX914", where, part=part, reason=str(error)) from error


def parse(data: bytes, where: Location, part: str) -> Element:
    """The tree of a part.

    Errors: WorkbookError SX914 when it is not well-formed or declares a document type.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    source = (where, part)
    top = Element("", "", {}, source)
    stack = [top]

    def start(tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition("}")
        element = Element(namespace, name, attributes, source)
        stack[-1].children.append(element)
        stack.append(element)
        if len(stack) > _DEPTH:
            raise WorkbookError("SX914", where, part=part, reason="depth")

    def end(_tag: str) -> None:
        stack.pop()

    def text(data: str) -> None:
        stack[-1].text += data

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    with _located(parser, where, part):
        parser.Parse(data, True)  # noqa: FBT003 - expat's own signature
    return top.children[0]


def listed(data: bytes, where: Location, part: str, name: str) -> list[tuple[dict[str, str], str]]:
    """Attributes and text of all elements of a local name, without a tree: there may be very many.

    Errors: WorkbookError SX914 as ``parse``.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    found: list[tuple[dict[str, str], str]] = []
    texts: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == name:
            found.append((attributes, ""))
            texts.clear()
            parser.CharacterDataHandler = texts.append

    def end(tag: str) -> None:
        if texts and tag.rpartition(":")[2] == name:
            found[-1] = (found[-1][0], "".join(texts))
        parser.CharacterDataHandler = None

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    with _located(parser, where, part):
        parser.Parse(data, True)  # noqa: FBT003 - expat's own signature
    return found
