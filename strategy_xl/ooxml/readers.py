"""What reads some sheets, tables or names of a workbook: formulas, names, rules, charts, pivot caches."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from strategy_xl.errors import Location
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.formulas.tokens import tokens
from strategy_xl.ooxml.formula_texts import formula_texts
from strategy_xl.ooxml.rewriting import NAMED_FORMULAS, any_of
from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo
from strategy_xl.ooxml.xml_bytes import content, tags, unescape

_TEXTS = re.compile(rb"<((?:[\w.-]+:)?(?:%b))(?:\s[^<>]*)?>([^<]*)</\1>" % any_of(NAMED_FORMULAS))
_CACHES = (b"worksheetSource", b"rangeSet")


class Reading:
    """Tells formulas that read some sheets, tables or names."""

    def __init__(self, titles: Collection[str], words: Collection[str]) -> None:
        """For titles of sheets, and names of tables and defined names."""
        self._titles = {title.casefold() for title in titles}
        self._words = {word.casefold() for word in words}
        every = {re.escape(part) for part in (*self._titles, *self._words)}
        self._any = re.compile("|".join(sorted(every, key=len, reverse=True)) or r"(?!)")

    def __call__(self, text: str) -> bool:
        """Whether a formula does."""
        plain = text.casefold()
        if self._any.search(plain.replace("''", "'")) is None:
            return False
        found = tokens(plain)
        for token, after in zip(found, [*found[1:], None], strict=True):
            is_sheet = after is not None and after.text in {"!", ":"}
            if token.kind == "quoted":
                named = token.text[1:-1].replace("''", "'").rpartition("]")[2]
                if is_sheet and self._titles & {named, *named.split(":")}:
                    return True
            elif token.kind == "word" and (
                (is_sheet and token.text in self._titles) or token.text in self._words
            ):
                return True
        return False


def readers(
    info: WorkbookInfo, titles: Collection[str], reads: Reading, is_ours: Callable[[str], bool]
) -> Iterator[Location]:
    """Where in the rest of a workbook some of its sheets are read.

    Arguments:
        info: the workbook.
        titles: of these sheets.
        reads: told a formula, whether it does.
        is_ours: told a defined name of the workbook, whether it is one of these sheets' own.
    """
    path = info.package.path
    for name in info.defined_names:
        if name.scope not in titles and not (name.scope is None and is_ours(name.name)) and reads(name.text):
            yield Location(path, name.scope, name.name)
    for sheet in info.sheets:
        if sheet.name not in titles and sheet.part:
            yield from _of_sheet(info, sheet, reads)
    for part in info.related(info.part, "pivotCacheDefinition"):
        for tag in tags(info.package.read(part)):
            found = tag.attributes() if tag.local in _CACHES and not tag.is_close else {}
            if unescape(found.get(b"sheet", b"")) in titles or reads(unescape(found.get(b"name", b""))):
                yield Location(path, None, part)


def _of_sheet(info: WorkbookInfo, sheet: SheetInfo, reads: Reading) -> Iterator[Location]:
    """Where a sheet does: its cells one by one, its rules, tables and charts as a whole."""
    path, data = info.package.path, info.package.read(sheet.part)
    for place, text in formula_texts(data).items():
        if reads(text):
            yield Location(path, sheet.name, cell_name(*place))
    others = [found for found in _TEXTS.finditer(data) if not _is_cell(found[1])]
    for part in _below(info, sheet.part):
        others += _TEXTS.finditer(info.package.read(part))
    if any(reads(content(found[2])) for found in others):
        yield Location(path, sheet.name)


def _is_cell(name: bytes) -> bool:
    """Whether a formula is that of a cell, which is told with its place."""
    return name.rpartition(b":")[2] == b"f" and not name.startswith(b"xm:")


def _below(info: WorkbookInfo, part: str, seen: set[str] | None = None) -> Iterator[str]:
    """The XML parts that a sheet leads to: tables, drawings, charts."""
    seen = seen if seen is not None else {part}
    for relation in info.relationships(part):
        found = None if relation.is_external else info.package.find(relation.target)
        if found is None or found in seen or relation.kind.startswith("pivot") or not found.endswith(".xml"):
            continue
        seen.add(found)
        yield found
        yield from _below(info, found, seen)
