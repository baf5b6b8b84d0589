"""What a workbook holds beside plain cells, by kind, and what forbids it to take in sheets of another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from strategy_xl.errors import Location, PatchRefusedError
from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo

_STRICT = "http://purl.oclc.org/ooxml/"
_KINDS = (
    ("chart+xml", "chart"), ("chartex+xml", "chart"), ("pivottable+xml", "pivot"),
    ("slicer+xml", "slicer"), ("timeline+xml", "slicer"), ("vbaproject", "macro"),
    ("threadedcomments+xml", "thread"), (".comments+xml", "note"), ("activex+xml", "control"),
    ("controlproperties+xml", "control"), ("connections+xml", "connection"),
    ("querytable+xml", "query"), ("externallink+xml", "link"), ("oleobject", "object"),
    ("package.relationships", ""), ("table+xml", "table"), ("webextension", "addin"),
    ("customui", "ribbon"), ("printersettings", ""), ("vmldrawing", ""), ("image/", "picture"),
    ("spreadsheetml.datamodel", "model"), ("vnd.ms-excel.model", "model"), ("richvalue", "rich"),
)  # fmt: skip
"""How a content type tells what its part is; the first that fits counts."""
KINDS = (
    *dict.fromkeys(kind for _, kind in _KINDS if kind),
    *("chartsheet", "dialogsheet", "macrosheet", "hidden", "very_hidden", "protected", "calendar_1904"),
)
"""All kinds, in the order in which they are told."""


def holdings(info: WorkbookInfo) -> Mapping[str, int]:
    """How many parts or sheets of each kind a workbook has; a kind that it has not is left out."""
    found = Counter[str]()
    listing = info.package.find("[Content_Types].xml")
    types = info.tree(listing).children if listing is not None else []
    endings = {
        item.get("Extension").lower(): item.get("ContentType") for item in types if item.get("Extension")
    }
    own = {item.get("PartName").lstrip("/").lower(): item.get("ContentType") for item in types}
    for name in info.package.members:
        key = name.replace("\\", "/").lower()
        kind = own.get(key) or endings.get(key.rpartition(".")[2], "")
        found[next((told for mark, told in _KINDS if mark in kind.lower()), "")] += 1
    for sheet in info.sheets:
        found[sheet.kind if sheet.kind in KINDS else ""] += 1
        found[{"hidden": "hidden", "veryHidden": "very_hidden"}.get(sheet.state, "")] += 1
        found["protected"] += _is_protected(info, sheet)
    found["calendar_1904"] += info.is_1904
    return {kind: found[kind] for kind in KINDS if found[kind]}


def _is_protected(info: WorkbookInfo, sheet: SheetInfo) -> bool:
    if not sheet.part or sheet.part not in info.package.members:
        return False
    last = b""
    for piece in info.package.chunks(sheet.part):
        if b"sheetProtection" in last[-16:] + piece:
            return True
        last = piece
    return False


def refuse_if_closed(info: WorkbookInfo) -> None:
    """Refuse a workbook that may not take in sheets of another one.

    Errors: PatchRefusedError SX923 digitally signed, SX631 in Strict Open XML, SX632 its structure is
    protected, SX633 shared with a history of changes, SX644 without styles, whose sheets would look otherwise
    if it got some; those of ``WorkbookInfo``.
    """
    where = Location(info.package.path)
    if info.root.namespace.startswith(_STRICT):
        raise PatchRefusedError("SX631", where)
    protection = info.root.find("workbookProtection")
    if protection is not None and protection.get("lockStructure") in ("1", "true"):
        raise PatchRefusedError("SX632", where)
    if any(True for _ in info.related(info.part, "revisionHeaders")):
        raise PatchRefusedError("SX633", where)
    if info.styles_part is None:
        raise PatchRefusedError("SX644", where)
    if info.is_signed:
        raise PatchRefusedError("SX923", where)
