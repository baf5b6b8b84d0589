"""Parts that come into a package: their names, their types, and how those that are there relate to them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property, partial

from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.workbook_tabs import LINKS
from strategy_xl.ooxml.xml_bytes import escape
from strategy_xl.ooxml.xml_insert import insert_child

Edit = Callable[[bytes], bytes]
"""A change of a part."""

DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NO_LINKS = DECLARATION + (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
_LINKS_TYPE = b"application/vnd.openxmlformats-package.relationships+xml"
_TYPES = "[Content_Types].xml"
_LISTED = (b"Default", b"Override", b"Relationship")
_NUMBERED = re.compile(r"(.*?)\d*(\.\w+)")


class AddedParts:
    """The new parts of one patch."""

    def __init__(self, job: PatchJob, edits: defaultdict[str, list[Edit]]) -> None:
        """Over a patch, whose new parts these are.

        Arguments:
            job: the patch.
            edits: part → what is going to be changed in it; the listings of the package get theirs here.
        """
        self._job, self._info, self._edits = job, job.info, edits
        self._given: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, part: str, data: bytes, kind: bytes, by: tuple[str, bytes] | None = None) -> str:
        """Add a part of its own; the name that it has.

        Arguments:
            part: its name, when that is free.
            data: its content.
            kind: type of the content.
            by: the part that relates to it, and the kind of that relation.
        """
        name = self._free_name(part)
        self._job.added[name] = data
        self._declare(name, kind)
        if by is not None:
            self.relate(*by, name)
        return name

    def copy(self, source: WorkbookInfo, part: str, change: Edit, number: Edit) -> str:
        """Copy a part of another package and all that it relates to; its name here.

        Arguments:
            source: the other workbook.
            part: the part.
            change: what becomes of its content.
            number: what becomes of that of tables to which it relates.
        """
        name = self._free_name(part)
        self._job.added[name] = b""  # taken
        package = source.package
        links = package.relations_of(part)
        if links is not None:
            text = package.read(links)
            for link in source.relationships(part):
                if link.is_external:
                    continue
                new = self.copy(source, link.target, number if link.kind == "table" else _as_it_is, number)
                old = b'Target="/%b"' % link.target.encode()
                text = text.replace(old, b'target="/%b"' % new.encode())
            folder, _, file = name.rpartition("/")
            # A number given to one part may be another's old one: those done are told by their case.
            self._add_links(f"{folder}/_rels/{file}.rels", text.replace(b" target=", b" Target="))
        self._job.added[name] = change(package.read(part))
        self._declare(name, _kind_of(source, part))
        return name

    def relate(self, part: str, kind: bytes, target: str) -> bytes:
        """Relate a part of the target with a new one; the relation's id."""
        ids = {item.id for item in self._info.relationships(part)} | self._given[part]
        free = next(name for n in range(1, len(ids) + 2) if (name := f"rId{n}") not in ids)
        self._given[part].add(free)
        entry = b'<Relationship Id="%b" Type="%b/%b" Target="/%b"/>'
        entry %= (free.encode(), LINKS, kind, escape(target))
        links = self._info.package.relations_of(part)
        if links is not None:
            self._append(links, entry)
        else:
            folder, _, name = part.rpartition("/")
            links = f"{folder}/_rels/{name}.rels"
            known = self._job.added.get(links, _NO_LINKS)
            assert isinstance(known, bytes)
            self._add_links(links, insert_child(known, _LISTED, entry))
        return free.encode()

    def _free_name(self, part: str) -> str:
        """The part's own name, or the first number that is free in the target."""
        taken = {name.lower() for name in (*self._job.package.members, *self._job.added)}
        match = _NUMBERED.fullmatch(part)
        assert match is not None  # the program names its parts so
        number, name = 0, part
        # Some programs leave the relations of a part behind that is gone.
        while taken & {name.lower(), "{0}/_rels/{2}.rels".format(*name.lower().rpartition("/"))}:
            number += 1
            name = f"{match[1]}{number}{match[2]}"
        return name

    def _append(self, part: str, entry: bytes) -> None:
        self._edits[part].append(partial(insert_child, order=_LISTED, raw=entry))

    def _declare(self, part: str, kind: bytes) -> None:
        """Note the type of a new part."""
        listing = self._info.package.find(_TYPES) or _TYPES
        self._append(listing, b'<Override PartName="/%b" ContentType="%b"/>' % (escape(part), kind))

    def _add_links(self, part: str, data: bytes) -> None:
        """Add a part of relations, and its type where that is not told for all of them."""
        if part not in self._job.added and not self._knows_links:
            self._declare(part, _LINKS_TYPE)
        self._job.added[part] = data

    @cached_property
    def _knows_links(self) -> bool:
        """Whether the target tells the type of relations by their ending."""
        listing = self._info.package.find(_TYPES)
        known = self._info.tree(listing).all("Default") if listing is not None else []
        return any(item.get("Extension").lower() == "rels" for item in known)


def _kind_of(source: WorkbookInfo, part: str) -> bytes:
    types = source.tree(_TYPES)
    known = {item.get("PartName"): item.get("ContentType") for item in types.all("Override")}
    endings = {item.get("Extension"): item.get("ContentType") for item in types.all("Default")}
    return (known.get(f"/{part}") or endings[part.rpartition(".")[2]]).encode()


def _as_it_is(data: bytes) -> bytes:
    return data
