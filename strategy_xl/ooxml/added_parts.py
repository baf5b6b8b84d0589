"""Parts that come into a package: their names, their types, and how those that are there relate to them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, partial

from strategy_xl.ooxml.calc_chain import edit_part
from strategy_xl.ooxml.package import part_key
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.rewriting import Pieces
from strategy_xl.ooxml.ungrafting import without_types
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.workbook_tabs import LINKS
from strategy_xl.ooxml.xml_bytes import escape, set_attribute, tags, top_children, unescape
from strategy_xl.ooxml.xml_insert import insert_child

DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NO_LINKS = DECLARATION + (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
_LINKS_TYPE = b"application/vnd.openxmlformats-package.relationships+xml"
_TYPES = "[Content_Types].xml"
_LISTED = (b"Default", b"Override", b"Relationship")
_NUMBERED = re.compile(r"(.*?)\d*(\.\w+)")

Edit = Callable[[bytes], bytes]
"""Changes the bytes of a part."""


class AddedParts:
    """What comes into the package of a patch; ``finish`` hands the parts that change over to the patch."""

    def __init__(self, job: PatchJob, edits: defaultdict[str, list[Edit]] | None = None) -> None:
        """Over a patch, whose new parts these are.

        Arguments:
            job: the patch.
            edits: part → what is going to be changed in it, where somebody else hands that over.
        """
        self._job, self._info = job, job.info
        self._edits = edits if edits is not None else defaultdict[str, list[Edit]](list)
        self._given: defaultdict[str, set[str]] = defaultdict(set)
        self._copies: dict[tuple[WorkbookInfo, str], str] = {}

    def edit(self, part: str, change: Edit) -> None:
        """Change a part of the workbook, or one that it got, by a function on its bytes."""
        added = self._job.added.get(part)
        if isinstance(added, bytes):
            self._job.added[part] = change(added)
        else:
            self._edits[part].append(change)

    def attach(
        self, part: str, relation: bytes, kind: bytes, data: bytes, of: str | None = None
    ) -> tuple[str, bytes]:
        """Add a part of its own, related with another one.

        Arguments:
            part: its name, when that is free.
            relation: kind of the relation, or its whole type.
            kind: type of the content.
            data: its content.
            of: the part that relates to it, the workbook when not given.

        Result: the name that it has, and the id of the relation.
        """
        name = self.add(part, data, kind)
        return name, self.relate(of or self._info.part, relation, name)

    def add(self, part: str, data: bytes, kind: bytes, by: tuple[str, bytes] | None = None) -> str:
        """Add a part of its own; the name that it has.

        Arguments:
            part: its name, when that is free.
            data: its content.
            kind: type of the content.
            by: the part that relates to it, and the kind of that relation.
        """
        name = self.free_name(part)
        self._job.added[name] = data
        self.declare(name, kind)
        if by is not None:
            self.relate(*by, name)
        return name

    def free_name(self, part: str) -> str:
        """The part's own name, or the first number that is free in the target."""
        taken = {name.lower() for name in (*self._job.package.members, *self._job.added)}
        match = _NUMBERED.fullmatch(part)
        assert match is not None  # parts of workbooks are named so
        number, name = 0, part
        # Some programs leave the relations of a part behind that is gone.
        while taken & {name.lower(), "{0}/_rels/{2}.rels".format(*name.lower().rpartition("/"))}:
            number += 1
            name = f"{match[1]}{number}{match[2]}"
        return name

    def declare(self, part: str, kind: bytes) -> None:
        """Note the type of a new part."""
        listing = self._info.package.find(_TYPES) or _TYPES
        entry = b'<Override PartName="/%b" ContentType="%b"/>' % (escape(part), kind)
        self._edits[listing].append(partial(insert_child, order=_LISTED, raw=entry))

    def relate(self, part: str, kind: bytes, target: str, *, is_external: bool = False) -> bytes:
        """Relate a part of the target with another one.

        Arguments:
            part: where the relation starts.
            kind: of the relation, or its whole type.
            target: where it leads: a part, or an address outside.
            is_external: whether it leads outside.

        Result: id of the relation.
        """
        ids = {item.id for item in self._info.relationships(part)} | self._given[part]
        free = next(name for n in range(1, len(ids) + 2) if (name := f"rId{n}") not in ids)
        self._given[part].add(free)
        whole = kind if b"/" in kind else b"%b/%b" % (LINKS, kind)
        there = escape(target) if is_external else b"/" + escape(target)
        mode = b' TargetMode="External"' if is_external else b""
        entry = b'<Relationship Id="%b" Type="%b" Target="%b"%b/>' % (free.encode(), whole, there, mode)
        links = self._info.package.relations_of(part)
        if links is not None:
            self._edits[links].append(partial(insert_child, order=_LISTED, raw=entry))
        else:
            links = _links_name(part)
            known = self._job.added.get(links, _NO_LINKS)
            assert isinstance(known, bytes)
            self._add_links(links, insert_child(known, _LISTED, entry))
        return free.encode()

    def copy(self, source: WorkbookInfo, part: str, change: Callable[[str, bytes], bytes]) -> str:
        """Copy a part of another workbook and all that it relates to.

        Arguments:
            source: the other workbook. part: its part.
            change: told each part that is copied, and its bytes; what they are to be here.

        Result: its name here; that of the first copy when it is copied again.
        """
        if (source, part) in self._copies:
            return self._copies[source, part]
        name = self._copies[source, part] = self.free_name(part)
        self._job.added[name] = b""  # taken
        links = source.package.relations_of(part)
        if links is not None:
            targets = {
                link.id: self.copy(source, target, change)
                for link in source.relationships(part)
                if not link.is_external and (target := source.package.find(link.target)) is not None
            }
            self._add_links(_links_name(name), _leading(source.package.read(links), targets))
        self._job.added[name] = change(part, source.package.read(part))
        self.declare(name, kind_of(source, part))
        return name

    def remove(self, links: Mapping[str, Collection[str]]) -> None:
        """Take relations away, and what only they led to.

        Arguments:
            links: part → ids of the relations that go.
        """
        lost: set[str] = set()
        for part, ids in links.items():
            for link in self._info.relationships(part):
                target = None if link.is_external else self._info.package.find(link.target)
                if link.id in ids and target is not None:
                    lost.add(target)
            listing = self._info.package.relations_of(part)
            if listing is not None:
                self._edits[listing].append(partial(_without_links, ids=frozenset(ids)))
        kept = reached(self._info, [""], (), links)
        gone = {name for name in (*lost, *reached(self._info, sorted(lost), kept)) if name not in kept}
        self._job.removed |= gone
        keys = {part_key(name) for name in gone}
        self._edits[self._info.package.find(_TYPES) or _TYPES].append(partial(without_types, removed=keys))

    def finish(self) -> None:
        """Hand the parts that change over to the patch."""
        for part, edits in self._edits.items():
            changed = edit_part(self._info, part, partial(one_by_one, edits=edits))
            if changed is not None:
                self._job.replaced[part] = changed

    def _add_links(self, part: str, data: bytes) -> None:
        """Add a part of relations, and its type where that is not told for all of them."""
        if part not in self._job.added and not self._knows_links:
            self.declare(part, _LINKS_TYPE)
        self._job.added[part] = data

    @cached_property
    def _knows_links(self) -> bool:
        """Whether the target tells the type of relations by their ending."""
        listing = self._info.package.find(_TYPES)
        known = self._info.tree(listing).all("Default") if listing is not None else []
        return any(item.get("Extension").lower() == "rels" for item in known)


def kind_of(info: WorkbookInfo, part: str) -> bytes:
    """The type of the content of a part, as a workbook states it."""
    types = info.tree(info.package.find(_TYPES) or _TYPES)
    known = {item.get("PartName").lower(): item.get("ContentType") for item in types.all("Override")}
    endings = {item.get("Extension").lower(): item.get("ContentType") for item in types.all("Default")}
    return (known.get(f"/{part}".lower()) or endings[part.rpartition(".")[2].lower()]).encode()


def reached(
    info: WorkbookInfo,
    begin: Collection[str],
    but: Collection[str],
    cut: Mapping[str, Collection[str]] | None = None,
) -> set[str]:
    """All members to which some lead.

    Arguments:
        info: the workbook.
        begin: parts; "" for the package itself.
        but: parts over which no way leads.
        cut: part → ids of its relations that do not count.
    """
    found: set[str] = set()
    todo = list(begin)
    while todo:
        part = todo.pop()
        if (links := info.package.relations_of(part)) is not None:
            found.add(links)
        left_out = (cut or {}).get(part, ())
        for relation in info.relationships(part):
            is_cut = relation.is_external or relation.id in left_out
            target = None if is_cut else info.package.find(relation.target)
            if target is not None and target not in found and target not in but:
                found.add(target)
                todo.append(target)
    return found


def one_by_one(data: bytes, edits: Sequence[Edit]) -> bytes:
    """A part after one change and the next."""
    for edit in edits:
        data = edit(data)
    return data


def _links_name(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def _leading(data: bytes, targets: Mapping[str, str]) -> bytes:
    """Relations that lead to other parts: id → part."""
    pieces = Pieces(data)
    for tag in tags(data):
        target = targets.get(unescape(tag.attributes().get(b"Id", b"")))
        if target is not None:
            pieces.put(tag.start, tag.end, set_attribute(tag.raw, b"Target", b"/" + escape(target)))
    return pieces.result()


def _without_links(data: bytes, ids: Collection[str]) -> bytes:
    pieces = Pieces(data)
    for tag, end in top_children(data):
        if unescape(tag.attributes().get(b"Id", b"")) in ids:
            pieces.put(tag.start, end, b"")
    return pieces.result()
