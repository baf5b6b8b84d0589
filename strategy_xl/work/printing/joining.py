"""Title page, contents and printed sheets in one PDF: bookmarks, links, page numbers, properties."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.constants import PageLabelStyle
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    Destination,
    DictionaryObject,
    Fit,
    NameObject,
    TextStringObject,
)

from strategy_xl.work.printing.front import Entry, Way
from strategy_xl.work.printing.paper import Box


class Printout(NamedTuple):
    """Printed sheets: the PDF, and of each sheet that has a page its pages, counted from 0."""

    reader: PdfReader
    pages: Mapping[str, range]


class Properties(NamedTuple):
    """What the PDF says about itself: title, firm, language, the program that made it."""

    title: str
    company: str
    lang: str
    program: str


def read_printout(path: Path, wanted: Collection[str]) -> Printout:
    """Find the pages of each sheet by the bookmarks that LibreOffice sets.

    Arguments:
        path: the PDF of a whole workbook.
        wanted: titles of the sheets that are to be there.
    """
    reader = PdfReader(path)
    marks = [
        (reader.get_destination_page_number(item), str(item.title))
        for item in reader.outline
        if isinstance(item, Destination)
    ]
    starts = [(page, title) for page, title in marks if page is not None]
    ends = [page for page, _ in starts[1:]] + [len(reader.pages)]
    pages = {title: range(page, end) for (page, title), end in zip(starts, ends, strict=True)}
    return Printout(reader, {title: span for title, span in pages.items() if title in wanted and span})


def joined(
    front: bytes, ways: Sequence[Way], printout: Printout, entries: Sequence[Entry], properties: Properties
) -> bytes:
    """Join the front and the sheets.

    Arguments:
        front, ways: its pages, and the places in them that lead to sheets.
        printout: the sheets.
        entries: the contents; the page of an entry is that of its sheet, counted from 1 behind the front.
        properties: what the PDF says about itself.
    """
    writer = PdfWriter()
    before = PdfReader(BytesIO(front))
    writer.append(before, import_outline=False)
    lead = len(before.pages)
    kept = [page for span in printout.pages.values() for page in span]
    writer.append(printout.reader, pages=kept, import_outline=False)
    for page in writer.pages[lead:]:
        _without_dead_links(page)
    first = {entry.title: lead + entry.page - 1 for entry in entries}
    for way in ways:
        rectangle = _rectangle(way.box, float(before.pages[way.page].mediabox.height))
        link = Link(rect=rectangle, target_page_index=first[way.title], fit=Fit.fit(), border=[0, 0, 0])
        writer.add_annotation(way.page, link)
    _bookmarks(writer, entries, first)
    writer.set_page_label(0, lead - 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(lead, len(writer.pages) - 1, style=PageLabelStyle.DECIMAL, start=1)
    return _finished(writer, properties)


def with_properties(page: bytes, properties: Properties) -> bytes:
    """A PDF of our own with its properties."""
    writer = PdfWriter()
    writer.append(PdfReader(BytesIO(page)), import_outline=False)
    return _finished(writer, properties)


def _bookmarks(writer: PdfWriter, entries: Sequence[Entry], first: Mapping[str, int]) -> None:
    """A bookmark for each sheet, under one for its group."""
    group, parent = None, None
    for entry in entries:
        page = first[entry.title]
        if entry.group != group:
            group, parent = entry.group, writer.add_outline_item(title=entry.group, page_number=page)
        writer.add_outline_item(title=entry.title, page_number=page, parent=parent)


def _rectangle(box: Box, height: float) -> tuple[float, float, float, float]:
    """A place measured from the top as PDF measures it, from the bottom."""
    return box.left, height - box.bottom, box.right, height - box.top


def _without_dead_links(page: PageObject) -> None:
    """Take away links that lead nowhere: LibreOffice makes such of formulas that find no target."""
    found = page.get("/Annots")
    if found is None:
        return
    kept = ArrayObject()
    for item in found.get_object():
        action = item.get_object().get("/A")
        target: Any = action.get_object().get("/URI") if action is not None else None
        if target is None or (target != "" and not str(target).startswith("file:")):
            kept.append(item)
    page[NameObject("/Annots")] = kept


def _finished(writer: PdfWriter, properties: Properties) -> bytes:
    writer.metadata = None
    writer.add_metadata(
        {
            "/Title": properties.title,
            "/Author": properties.company,
            "/Creator": properties.program,
        }
    )
    root = writer.root_object
    root.pop(NameObject("/OpenAction"), None)
    root[NameObject("/Lang")] = TextStringObject(properties.lang)
    shown = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(value=True)})
    root[NameObject("/ViewerPreferences")] = shown
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()
