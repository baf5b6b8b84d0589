"""What people also change in a pair of versions, beside rows and cells: notes, colours, pictures.

As in ``merge_cases``, what must come out is worked out from the edits.
"""

from __future__ import annotations

import random
import re
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from merge_cases import Case

from strategy_xl.ooxml.added_parts import AddedParts, one_by_one
from strategy_xl.ooxml.note_edits import Note, NoteEdits
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.xml_bytes import escape

Beside = tuple[str, str]
"""A row, by the name that it had first, and a field."""
NOTED, COLOURED = ("revenue", "hours"), "note"
COLOUR = "C0FFEE"


@dataclass
class Extras:
    """What one version has beside rows and cells.

    Arguments:
        notes: what is beside cells. coloured: rows of which a cell is coloured.
        picture: number of the picture that lies over the sheet, 0 for none.
    """

    notes: dict[Beside, str] = field(default_factory=dict)
    coloured: set[str] = field(default_factory=set)
    picture: int = 0


def make_extras(case: Case, seed: int) -> tuple[Extras, Extras, Extras]:
    """What base, A and B have beside rows and cells."""
    chance = random.Random(-7 - seed)  # noqa: S311 - cases that can be made again
    base = Extras()
    for row in case.base:
        if chance.random() < 0.4:
            base.notes[row["name"], "revenue"] = f"note {chance.randrange(99)}"
    sides = []
    for edits, letter in ((case.a, "A"), (case.b, "B")):
        found = Extras(picture=chance.choice([0, 0, 1, 2]))
        for name in edits.order:
            for key in NOTED:
                old = base.notes.get((name, key), "")
                deed = chance.random()
                new = f"de {letter}" if deed < 0.12 else "la même" if deed < 0.2 else old
                new = "" if deed > 0.9 else new
                if new:
                    found.notes[name, key] = new
            if chance.random() < 0.1 and name not in edits.added:
                found.coloured.add(name)
        sides.append(found)
    return base, sides[0], sides[1]


@dataclass
class Outcome:
    """What must come out.

    Arguments:
        notes: beside rows that are there.
        known: rows of which it is known whether a cell is coloured. coloured: those of which one is.
        conflicts: how many notes both changed otherwise. lost: how many notes of B have no row.
        pictures: how many lie over the sheet.
    """

    notes: dict[Beside, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    coloured: set[str] = field(default_factory=set)
    conflicts: int = 0
    lost: int = 0
    pictures: int = 0


def outcome(case: Case, base: Extras, a: Extras, b: Extras) -> Outcome:
    """Work it out."""
    found = Outcome(pictures=len({a.picture, b.picture} - {0}))
    first = {row["name"] for row in case.base}
    for name in sorted({*first, *case.a.added, *case.b.added}):
        in_a, in_b = (name in edits.order for edits in (case.a, case.b))
        is_kept = name not in first or name in case.contested
        for key in NOTED:
            old, mine, theirs = (side.notes.get((name, key), "") for side in (base, a, b))
            text = ""
            if in_a and in_b:
                is_contested = theirs not in {old, mine} and mine != old
                found.conflicts += is_contested
                text = (mine or theirs) if is_contested else mine if theirs in {old, mine} else theirs
            elif is_kept:
                text = mine if in_a else theirs
            elif in_a:  # the row is cleared: what A noted since stays beside it, and is told
                found.conflicts += mine not in {"", old}
            elif in_b:
                found.lost += theirs not in {"", old}
            if text:
                found.notes[name, key] = text
        if in_a and name in first and (in_b or is_kept):
            found.known.add(name)
            if name in a.coloured or (in_b and name in b.coloured):
                found.coloured.add(name)
    return found


# -- files ---------------------------------------------------------------------------------------------------


def put_notes(path: Path, title: str, cells: Mapping[tuple[int, int], str]) -> None:
    """Have cells of a sheet get notes."""
    if not cells:
        return
    snapshot = Snapshot.take(path)
    notes = {
        cell: Note(b"moi", b"<text><t>%b</t></text>" % escape(text)) for cell, text in cells.items() if text
    }
    with Package.open(snapshot) as package:
        job = PatchJob(package, path, snapshot)
        parts = AddedParts(job)
        sheet = job.info.sheet(title)
        tails = NoteEdits(job, parts).change(sheet, notes)
        if tails:
            job.patch_sheet(sheet, {}, partial(one_by_one, edits=tails))
        parts.finish()
        job.write()


def with_colour(content: bytes, xf: int) -> tuple[bytes, bytes]:
    """A workbook with one more style, like another one but on a ground; and the style's number."""
    number = 0

    def change(name: str, data: bytes) -> bytes:
        nonlocal number
        if name != "xl/styles.xml":
            return data
        text = data.decode()
        fills = re.search(r'<fills count="(\d+)">', text)
        inside = text[text.index("<cellXfs") : text.index("</cellXfs>")]
        styles = re.findall(r"<xf [^>]*?/>|<xf .*?</xf>", inside, re.DOTALL)
        assert fills is not None
        number = len(styles)
        new = re.sub(r'fillId="\d+"', f'fillId="{fills[1]}"', styles[xf])
        fill = f'<fill><patternFill patternType="solid"><fgColor rgb="FF{COLOUR}"/></patternFill></fill>'
        text = text.replace("</cellXfs>", new + "</cellXfs>", 1).replace("</fills>", fill + "</fills>", 1)
        text = text.replace(fills[0], f'<fills count="{int(fills[1]) + 1}">', 1)
        return re.sub(r'<cellXfs count="\d+"', f'<cellXfs count="{number + 1}"', text, count=1).encode()

    return _changed(content, change, {}), b"%d" % number


def with_picture(content: bytes, number: int) -> bytes:
    """A workbook with a picture over the sheet of its only drawing."""
    links, drawing = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"</wsDr>"
    anchor = (
        f"<oneCellAnchor><from><col>{number}</col><colOff>0</colOff><row>1</row><rowOff>0</rowOff></from>"
        f'<ext cx="500000" cy="300000"/><pic><nvPicPr><cNvPr id="{70 + number}" name="Photo {number}"/>'
        f"<cNvPicPr/></nvPicPr><blipFill>"
        f'<a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        f'xmlns:r="{links}" r:embed="rIdP"/></blipFill><spPr/></pic><clientData/></oneCellAnchor>'
    )
    link = f'<Relationship Id="rIdP" Type="{links}/image" Target="/xl/media/photo{number}.png"/>'

    def change(name: str, data: bytes) -> bytes:
        if name == "xl/drawings/drawing1.xml":
            return data.replace(drawing, anchor.encode() + drawing)
        if name == "xl/drawings/_rels/drawing1.xml.rels":
            return data.replace(b"</Relationships>", link.encode() + b"</Relationships>")
        if name == "[Content_Types].xml" and b'Extension="png"' not in data:
            at = data.index(b"<Override")
            return data[:at] + b'<Default Extension="png" ContentType="image/png"/>' + data[at:]
        return data

    return _changed(content, change, {f"xl/media/photo{number}.png": _png(number)})


@cache
def _png(number: int) -> bytes:
    """A small picture, another one for each number."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes((40 * number, 90, 200)) * 4) * 4
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _changed(content: bytes, change: Callable[[str, bytes], bytes], more: Mapping[str, bytes]) -> bytes:
    """A package with its parts changed, and more of them."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(out, "w") as target:
        for item in source.infolist():
            target.writestr(item, change(item.filename, source.read(item)))
        for name, data in more.items():
            target.writestr(name, data)
    return out.getvalue()
