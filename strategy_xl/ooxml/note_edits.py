"""The notes of a sheet as another workbook has them: added, said anew, taken away; others keep their bytes.

A note is three things: what it says (a comment), how it is drawn (a shape in old VML), and where people
answer one another, their conversation, of which the comment is the short form.

Source: ECMA-376 part 1, 18.7 (comments), part 4, 19.4 (VML); MS-XLSX 2.1.6 (threaded comments, persons).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from strategy_xl.errors import WorkbookError
from strategy_xl.formulas.cell_refs import cell_name, parse_cell
from strategy_xl.ooxml.added_parts import DECLARATION, AddedParts
from strategy_xl.ooxml.notes import EXCEL, OFFICE, VML
from strategy_xl.ooxml.patch import PatchJob, TailEdit
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo
from strategy_xl.ooxml.workbook_tabs import LINKS
from strategy_xl.ooxml.xml_bytes import Tag, set_attribute, tags, top_children, unescape
from strategy_xl.ooxml.xml_insert import insert_child, with_children

_MAIN: Final = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET_TYPE: Final = b"application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE: Final = b"application/vnd.openxmlformats-officedocument.vmlDrawing"
_THREADS: Final = b"http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
_THREAD_LINK: Final = b"http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
_THREAD_TYPE: Final = b"application/vnd.ms-excel.threadedcomments+xml"
_PERSON_LINK: Final = b"http://schemas.microsoft.com/office/2017/10/relationships/person"
_PERSON_TYPE: Final = b"application/vnd.ms-excel.person+xml"
_PERSON: Final = re.compile(rb'\b(?:personId|mentionpersonId)="([^"]*)"')
_COMMENTS: Final = (b"authors", b"commentList", b"extLst")

_SHAPE: Final = re.compile(rb"<v:shape\b.*?</v:shape>", re.DOTALL)
_PLACE: Final = re.compile(rb"<x:Row>\s*(\d+)\s*</x:Row>\s*<x:Column>\s*(\d+)\s*</x:Column>")
_SIZE: Final = re.compile(rb"\b(width|height)\s*:\s*([\d.]+(?:pt|px|in|cm|mm))")
_NUMBER: Final = re.compile(rb"_x0000_s(\d+)")
_SHAPE_TYPE: Final = (
    b'<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    b'<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_NAMES: Final = b'xmlns:v="%b" xmlns:o="%b" xmlns:x="%b"' % (VML.encode(), OFFICE.encode(), EXCEL.encode())
_BOX: Final = b"width:144px;height:79px"

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Note:
    """A note as its workbook has it.

    Arguments:
        author: who wrote it.
        text: the element that says what, without prefix.
        box: width and height of its frame. is_shown: whether it is always to be seen.
        thread: the elements of its conversation, the first one first. people: those who are named there.
    """

    author: bytes
    text: bytes
    box: bytes = _BOX
    is_shown: bool = False
    thread: tuple[bytes, ...] = ()
    people: Mapping[bytes, bytes] | None = None


def notes_of(info: WorkbookInfo, sheet: SheetInfo) -> dict[Cell, Note]:
    """The notes of a sheet by their cells, to be put into another workbook.

    Errors: WorkbookError SX914 when a part is not well-formed.
    """
    found: dict[Cell, Note] = {}
    boxes = dict(_boxes(info, sheet))
    people = _people(info)
    threads: dict[Cell, list[bytes]] = {}
    for part in info.related(sheet.part, "threadedComment"):
        data = info.package.read(part)
        for start, end, cell in _items(data, b"threadedComment"):
            if cell is not None:
                threads.setdefault(cell, []).append(_plain(data[start:end]))
    for part in info.related(sheet.part, "comments"):
        info.tree(part)  # refuses what is not well-formed
        data = info.package.read(part)
        authors = _authors(data)
        for start, end, cell in _items(data, b"comment"):
            raw = _plain(data[start:end])
            number = next(tags(raw)).attributes().get(b"authorId", b"")
            author = authors[int(number)] if number.isdigit() and int(number) < len(authors) else b""
            text = next(
                (raw[tag.start : stop] for tag, stop in top_children(raw) if tag.local == b"text"), b""
            )
            if cell is None or not text:
                continue
            box, is_shown = boxes.get(cell, (_BOX, False))
            thread = tuple(threads.get(cell, ()))
            named = {one: people[one] for raw in thread for one in _PERSON.findall(raw) if one in people}
            found[cell] = Note(author, text, box, is_shown, thread, named)
    return found


class NoteEdits:
    """Changes of the notes of a workbook's sheets, in a patch."""

    def __init__(self, job: PatchJob, parts: AddedParts) -> None:
        """Over the patch and what comes into its package."""
        self._info, self._parts = job.info, parts
        self._people = set(_people(job.info))
        self._listed = next(job.info.related(job.info.part, "person"), None)

    def change(self, sheet: SheetInfo, notes: Mapping[Cell, Note | None]) -> list[TailEdit]:
        """Have cells of a sheet get a note, or lose it (None).

        Result: what is to become of what follows the sheet's cells.
        """
        tails: list[TailEdit] = []
        part = next(self._info.related(sheet.part, "comments"), None)
        if part is None:
            part, _ = self._parts.attach(
                "xl/comments1.xml",
                b"comments",
                _SHEET_TYPE,
                DECLARATION + b'<comments xmlns="%b"><authors/><commentList/></comments>' % _MAIN,
                sheet.part,
            )
        self._parts.edit(part, lambda data: _with_comments(data, notes))
        drawing = self._drawing(sheet)
        if drawing is None:
            drawing, link = self._parts.attach(
                "xl/drawings/vmlDrawing1.vml",
                b"vmlDrawing",
                _VML_TYPE,
                b"<xml %b>%b</xml>" % (_NAMES, _SHAPE_TYPE),
                sheet.part,
            )
            entry = b'<legacyDrawing xmlns:r="%b" r:id="%b"/>' % (LINKS, link)
            tails.append(partial(with_children, children=[(None, entry)]))
        self._parts.edit(drawing, lambda data: _with_shapes(data, notes))
        self._threads(sheet, notes)
        return tails

    def can_change(self, sheet: SheetInfo) -> bool:
        """Whether the parts of a sheet's notes can be read: old drawings are not always XML."""
        parts = [*self._info.related(sheet.part, "comments"), *self._info.related(sheet.part, "vmlDrawing")]
        try:
            for part in parts:
                self._info.tree(part)
        except WorkbookError:
            return False
        return True

    def _drawing(self, sheet: SheetInfo) -> str | None:
        """The old drawing of a sheet that holds its notes; its headers may have one of their own."""
        links = {link.id: link for link in self._info.relationships(sheet.part) if link.kind == "vmlDrawing"}
        if not links:
            return None
        data = self._info.package.read(sheet.part)
        for tag in tags(data, max(data.rfind(b"sheetData"), 0)):
            if tag.local == b"legacyDrawing" and not tag.is_close:
                for value in tag.attributes().values():
                    link = links.get(unescape(value))
                    if link is not None:
                        return self._info.package.find(link.target)
        return None

    def _threads(self, sheet: SheetInfo, notes: Mapping[Cell, Note | None]) -> None:
        part = next(self._info.related(sheet.part, "threadedComment"), None)
        if part is None:
            if not any(note is not None and note.thread for note in notes.values()):
                return
            part, _ = self._parts.attach(
                "xl/threadedComments/threadedComment1.xml",
                _THREAD_LINK,
                _THREAD_TYPE,
                DECLARATION + b'<ThreadedComments xmlns="%b"></ThreadedComments>' % _THREADS,
                sheet.part,
            )
        self._parts.edit(part, lambda data: _with_threads(data, notes))
        for note in notes.values():
            for number, raw in (note.people or {}).items() if note is not None else ():
                if number not in self._people:
                    self._people.add(number)
                    self._introduce(raw)

    def _introduce(self, person: bytes) -> None:
        """Have the workbook know somebody who is named in conversations."""
        if self._listed is None:
            empty = DECLARATION + b'<personList xmlns="%b"></personList>' % _THREADS
            self._listed, _ = self._parts.attach("xl/persons/person.xml", _PERSON_LINK, _PERSON_TYPE, empty)
        self._parts.edit(self._listed, partial(insert_child, order=(b"person", b"extLst"), raw=person))


# -- the parts -----------------------------------------------------------------------------------------------


def _items(data: bytes, name: bytes) -> Iterator[tuple[int, int, Cell | None]]:
    """Where each element of a name begins and ends, and of which cell it is."""
    opened: Tag | None = None
    for tag in tags(data):
        if tag.local != name:
            continue
        if not tag.is_close:
            opened = tag
        if opened is not None and (tag.is_close or tag.is_empty):
            yield opened.start, tag.end, parse_cell(unescape(opened.attributes().get(b"ref", b"")))


def _plain(raw: bytes) -> bytes:
    """An element without the prefix that it has."""
    prefix = next(tags(raw)).prefix
    return raw.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</") if prefix else raw


def _authors(data: bytes) -> list[bytes]:
    """Who wrote notes, in their order, as it stands."""
    listed = (data[start:end] for start, end, _ in _items(data, b"author"))
    return [raw[raw.index(b">") + 1 : max(raw.rfind(b"</"), raw.index(b">") + 1)] for raw in listed]


def _people(info: WorkbookInfo) -> dict[bytes, bytes]:
    """Those who are named in conversations: id → element."""
    found = {}
    for part in info.related(info.part, "person"):
        data = info.package.read(part)
        for start, end, _ in _items(data, b"person"):
            raw = _plain(data[start:end])
            found[next(tags(raw)).attributes().get(b"id", b"")] = raw
    return found


def _with_comments(data: bytes, notes: Mapping[Cell, Note | None]) -> bytes:
    """The part of a sheet's notes with some of them said anew."""
    data = _without(data, b"comment", notes)
    authors = _authors(data)
    for cell, note in notes.items():
        if note is None:
            continue
        if note.author not in authors:
            authors.append(note.author)
            data = insert_child(data, _COMMENTS, b"<author>%b</author>" % note.author, into=b"authors")
        ref, number = cell_name(*cell).encode(), authors.index(note.author)
        raw = b'<comment ref="%b" authorId="%d" shapeId="0">%b</comment>' % (ref, number, note.text)
        data = insert_child(data, _COMMENTS, raw, into=b"commentList")
    return data


def _with_threads(data: bytes, notes: Mapping[Cell, Note | None]) -> bytes:
    """The part of a sheet's conversations with some of them as they are now."""
    data = _without(data, b"threadedComment", notes)
    for cell, note in notes.items():
        for raw in note.thread if note is not None else ():
            opened = next(tags(raw))
            placed = set_attribute(opened.raw, b"ref", cell_name(*cell).encode()) + raw[opened.end :]
            data = insert_child(data, (b"threadedComment", b"extLst"), placed)
    return data


def _without(data: bytes, name: bytes, cells: Container[Cell]) -> bytes:
    """A part without its elements of some cells."""
    pieces = Pieces(data)
    for start, end, cell in _items(data, name):
        if cell in cells:
            pieces.put(start, end, b"")
    return pieces.result()


# -- shapes --------------------------------------------------------------------------------------------------


def _cell_of(shape: bytes) -> Cell | None:
    """The cell of a note's shape; None for other shapes."""
    place = _PLACE.search(shape) if b'ObjectType="Note"' in shape else None
    return (int(place[1]) + 1, int(place[2]) + 1) if place is not None else None


def _boxes(info: WorkbookInfo, sheet: SheetInfo) -> Iterator[tuple[Cell, tuple[bytes, bool]]]:
    """The size of each note's frame, and whether it is always to be seen."""
    for part in info.related(sheet.part, "vmlDrawing"):
        for shape in _SHAPE.findall(info.package.read(part)):
            cell = _cell_of(shape)
            if cell is not None:
                sizes = dict(_SIZE.findall(shape[: shape.index(b">")]))
                box = b";".join(b"%b:%b" % pair for pair in sizes.items())
                yield cell, (box or _BOX, b"<x:Visible" in shape)


def _with_shapes(data: bytes, notes: Mapping[Cell, Note | None]) -> bytes:
    """An old drawing with the shapes of some notes drawn anew."""
    data = _SHAPE.sub(lambda found: b"" if _cell_of(found[0]) in notes else found[0], data)
    number = max((int(found) for found in _NUMBER.findall(data)), default=1024)
    out = b"" if b'id="_x0000_t202"' in data else _SHAPE_TYPE
    for (row, column), note in notes.items():
        if note is None:
            continue
        number += 1
        look = note.box + (b"" if note.is_shown else b";visibility:hidden")
        out += (
            b'<v:shape id="_x0000_s%d" type="#_x0000_t202" style="position:absolute;%b" fillcolor="#ffffe1" '
            b'o:insetmode="auto"><v:textbox/><x:ClientData ObjectType="Note">%b<x:Row>%d</x:Row>'
            b"<x:Column>%d</x:Column></x:ClientData></v:shape>"
            % (number, look, b"<x:Visible/>" if note.is_shown else b"", row - 1, column - 1)
        )
    at = data.rindex(b"</")
    return data[:at] + out + data[at:]
