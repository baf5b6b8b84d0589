"""Edit every workbook of the corpus, compare with the source, and print a Markdown table of the outcome.

Run: ``python tools/corpus_table.py [FOLDER]``; the folder defaults to ``corpus`` in the folder that
STRATEGY_XL_SHARED names (``../shared`` without it). The corpus test uses the functions of this script.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from strategy_xl.errors import PatchRefusedError, WorkbookError
from strategy_xl.formulas.cell_refs import cell_name, parse_cell
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchReport, set_cells
from strategy_xl.ooxml.workbook_part import TableInfo, WorkbookInfo
from strategy_xl.text.catalog import message

# What a patch of one sheet may touch beside it: the request to recalculate and the calculation chain.
BESIDE = re.compile(
    r"xl/workbook\.xml|xl/calcChain\.xml|xl/volatileDependencies\.xml|\[Content_Types\]\.xml|xl/_rels/workbook\.xml\.rels"
)
NEW_VALUES = ("nouveau « é » <&>", 1234.5, True, dt.datetime(2025, 1, 2, 6))  # noqa: DTZ001 - Excel has no time zones
TEXT, NUMBER = "changé ✓", -0.125
_MAX_ASKED = 40


@dataclass
class Outcome:
    """What became of one workbook."""

    name: str
    refusal: str = ""  # code of the refusal, empty when handled
    sheet: str = ""
    part: str = ""
    edits: dict[str, object] = field(default_factory=dict)
    existing: int = 0
    owned: Counter[str] = field(default_factory=Counter)  # cells that were refused, by code
    report: PatchReport | None = None


def workbooks(folder: Path) -> list[Path]:
    """The corpus files."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower().startswith(".xl"))


def existing_cells(data: bytes) -> Iterator[tuple[str, str]]:
    """(reference, kind) of the cells of a sheet part, read with lxml; kinds: formula, text, number, blank."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    row_number = 0
    for row in root.iter("{*}row"):
        first = next((c.get("r") for c in row.iterchildren("{*}c") if c.get("r")), None)
        named = row.get("r")
        row_number = int(named) if named else ((first and parse_cell(first)) or (row_number + 1,))[0]
        column = 0
        for cell in row.iterchildren("{*}c"):
            ref = cell.get("r")
            place = parse_cell(ref) if ref else (row_number, column + 1)
            assert place is not None
            column = place[1]
            formula = cell.find("{*}f")
            if formula is not None and formula.get("t") == "shared" and formula.text:
                continue  # changing it moves the formula to another cell: tested apart
            kind = (
                "blank"
                if len(cell) == 0
                else "text"
                if cell.get("t") in ("s", "str", "inlineStr")
                else "number"
            )
            yield cell_name(*place), "formula" if formula is not None else kind


class Free(NamedTuple):
    """Where a workbook can be edited: its fullest sheet, and cells of every kind that nothing else owns.

    Arguments:
        sheet, part: its name and member; empty when the workbook has no sheet of cells.
        cells: reference → kind, as ``existing_cells`` tells them.
        bottom, right: the last row and column that hold a cell.
        tables: of the whole workbook.
        refused: codes of the cells that something else owns.
    """

    sheet: str
    part: str
    cells: dict[str, str]
    bottom: int
    right: int
    tables: tuple[TableInfo, ...]
    refused: Counter[str]


@lru_cache(maxsize=1)
def free_cells(path: Path) -> Free:
    """Up to two cells of each kind that can be edited.

    Errors: WorkbookError when the workbook cannot be read.
    """
    with Package.open(path) as package:
        info = WorkbookInfo(package)
        sheets = [item for item in info.sheets if item.kind == "worksheet" and item.part in package.members]
        if not sheets:
            return Free("", "", {}, 0, 0, (), Counter())
        # The sheet with most content says most about the patcher.
        sheet = max(sheets, key=lambda item: package.member(item.part).size)
        tables = info.tables
        data = package.read(sheet.part)
    try:
        found = list(existing_cells(data))
    except (etree.XMLSyntaxError, AssertionError, ValueError):
        found = []  # no reader sees cells here; whether the patcher refuses it shows with new cells
    places = [parse_cell(ref) or (1, 1) for ref, _ in found]
    cells: dict[str, str] = {}
    taken, refused = Counter[str](), Counter[str]()
    for ref, kind in found:
        if taken[kind] >= 2 or refused.total() > _MAX_ASKED:
            continue
        try:
            set_cells(path, path, {sheet.name: {ref: "?"}}, dry_run=True, allow_breaking_signature=True)
        except PatchRefusedError as error:
            refused[error.finding.code] += 1
            continue
        taken[kind] += 1
        cells[ref] = kind
    bottom = max((row for row, _ in places), default=1)
    right = max((column for _, column in places), default=1)
    return Free(sheet.name, sheet.part, cells, bottom, right, tables, refused)


def chosen_edits(path: Path, outcome: Outcome) -> None:
    """Up to two cells of each kind of an ordinary sheet, and new cells beside and below."""
    free = free_cells(path)
    outcome.sheet, outcome.part, outcome.owned = free.sheet, free.part, free.refused
    outcome.existing = len(free.cells)
    edits: dict[str, object] = {ref: NUMBER if kind == "text" else TEXT for ref, kind in free.cells.items()}
    bottom, right = free.bottom, free.right
    new = ((bottom, right + 2), (bottom + 1, 1), (bottom + 3, right + 1), (bottom + 3, 2))
    edits.update({cell_name(*place): value for place, value in zip(new, NEW_VALUES, strict=True)})
    outcome.edits = edits


def examine(path: Path, target: Path) -> Outcome:
    """Edit a workbook into the target; what was refused, and why."""
    outcome = Outcome(path.name)
    try:
        chosen_edits(path, outcome)
        try:
            outcome.report = set_cells(path, target, {outcome.sheet: outcome.edits})
        except PatchRefusedError as error:
            if error.finding.code != "SX923":
                raise
            outcome.refusal = error.finding.code
            outcome.report = set_cells(
                path, target, {outcome.sheet: outcome.edits}, allow_breaking_signature=True
            )
    except WorkbookError as error:
        outcome.refusal = error.finding.code
    return outcome


def raw_members(path: Path) -> dict[str, bytes]:
    """Directory entry, local header and compressed bytes of every member, in order, found with zipfile."""
    content = path.read_bytes()
    found = {}
    with zipfile.ZipFile(path) as book:
        for info in book.infolist():
            start = info.header_offset
            names = int.from_bytes(content[start + 26 : start + 28], "little")
            names += int.from_bytes(content[start + 28 : start + 30], "little")
            entry = (info.extra, info.comment, info.external_attr, info.internal_attr, info.create_version)
            found[info.filename] = (
                repr(entry).encode() + content[start : start + 30 + names + info.compress_size]
            )
    return found


def differences(source: Path, target: Path, outcome: Outcome) -> list[str]:
    """What differs beyond the edited cells; empty when nothing does."""
    return compare(source, target, outcome.part, {place for place in map(parse_cell, outcome.edits) if place})


def compare(  # noqa: PLR0913 - two workbooks, what was edited, and what may follow from it
    source: Path,
    target: Path,
    part: str,
    places: set[tuple[int, int]],
    *,
    table: str = "",
    ends: Callable[[bytes, bool], bytes] = lambda data, _is_old: data,
    names: Callable[[bytes, bytes], bytes] = lambda _old, new: new,
) -> list[str]:
    """What differs between two workbooks beyond what was edited; empty when nothing does.

    Arguments:
        source, target: the workbooks.
        part: the sheet that was edited.
        places: the edited cells.
        table: the part of a table that was lengthened.
        ends: takes from the sheet and that part, old or new, what had to be lengthened.
        names: takes back from a new part beside them, given the old one, what had to be lengthened.
    """
    before, after = raw_members(source), raw_members(target)
    changed = [name for name in before if before[name] != after.get(name)]
    found = [f"member {name} is new" for name in after if name not in before]
    if list(after) != [name for name in before if name in after]:
        found.append("order of members")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target) as new:
        near = {
            name
            for name in changed
            if BESIDE.fullmatch(name.replace("\\", "/")) or b' insertRow="' in old.read(name)
        }
        found += [f"member {name}" for name in changed if name not in {part, table, *near}]
        first, second = (Bare(book.read(part), places) for book in (old, new))
        texts = [(part, ends(first.data, True), ends(second.data, False))]  # noqa: FBT003 - old, new
        texts += [
            (name, beside(old.read(name)), beside(names(old.read(name), new.read(name))))
            for name in sorted(near - {table})
            if name in after
        ]
        if table:
            texts.append((table, ends(old.read(table), True), ends(new.read(table), False)))  # noqa: FBT003
    found += [f"bytes of {name}{unlike(one, two)}" for name, one, two in texts if one != two]
    return found + [
        f"style of {cell_name(*place)}"
        for place, style in first.styles.items()
        if second.styles.get(place, style) != style
    ]


def unlike(first: bytes, second: bytes) -> str:
    """Where two parts begin to differ, to show."""
    at = next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first))
    return f": {first[max(at - 30, 0) : at + 60]!r} is {second[max(at - 30, 0) : at + 60]!r}"


def beside(data: bytes) -> bytes:
    """A part without what a patch may change in it."""
    for pattern in (
        rb' fullCalcOnLoad="[01]"', rb"<(\w+:)?calcPr/>",
        rb' insertRow(Shift)?="[^"]*"', rb"<(\w+:)?c [^>]*/>",
        rb"<(Override|Relationship) [^>]*(calcChain|volatileDependencies)[^>]*/>",
    ):  # fmt: skip
        data = re.sub(pattern, b"", data)
    return data


_PIECE = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>|[^<]+", re.DOTALL
)
_NAME = re.compile(rb"</?(?:[\w.-]+:)?([\w.-]+)")
_REF = re.compile(rb"\sr\s*=\s*[\"']([^\"']*)[\"']")
_WITHOUT_REF = re.compile(rb"<(?:[\w.-]+:)?(?:c|row)(?:\s(?![^<>]*\br\s*=)[^<>]*)?/?>")
_STYLE = re.compile(rb"\ss\s*=\s*[\"']([^\"']*)[\"']")


class Bare:
    """A sheet part without some cells, without rows left empty, and without size hints.

    Read piece by piece in a way of its own, so that a fault of the patcher's scanner shows. Cells and rows
    that do not say where they are stand where they follow; every one is then told by its place.
    ``styles``: of the cells left out, by place.
    """

    def __init__(self, data: bytes, places: set[tuple[int, int]]) -> None:
        """For a part and the places of the edited cells."""
        self.styles: dict[tuple[int, int], bytes] = {}
        self._places, self._rows = places, {row for row, _ in places}
        self._out: list[bytes] = []
        self._row = self._column = 0
        self._row_start = -1  # where a row began that has held nothing but edited cells so far
        self._skipping = self._inside = False
        self._with_refs = _WITHOUT_REF.search(data) is None
        for match in _PIECE.finditer(data):
            self._take(match[0])
        self.data = b"".join(self._out)

    def _take(self, piece: bytes) -> None:
        named = _NAME.match(piece)
        name = named[1] if named else b""
        is_close, is_empty = piece.startswith(b"</"), piece.endswith(b"/>")
        if name == b"sheetData":
            self._inside = not is_close and not is_empty
            # An empty one may be written in two ways.
            self._out.append(
                b"<sheetData></sheetData>" if is_empty else b"%bsheetData>" % piece[: 1 + is_close]
            )
        elif not self._inside:
            self._out.append(re.sub(rb"\bref=\S+", b"", piece) if name == b"dimension" else piece)
        elif name == b"row":
            self._take_row(piece, is_close=is_close, is_empty=is_empty)
        elif name == b"c" and not is_close and not self._skipping:
            self._take_cell(piece, is_empty=is_empty)
        elif self._skipping:
            self._skipping = not (name == b"c" and is_close)
        else:
            self._out.append(piece)

    def _take_row(self, piece: bytes, *, is_close: bool, is_empty: bool) -> None:
        if not is_close:
            ref = _REF.search(piece)
            self._row, self._column = int(ref[1]) if ref else self._row + 1, 0
            self._row_start = len(self._out) if self._row in self._rows else -1
            kept = re.sub(rb"\sspans=\"[^\"]*\"", b"", piece.rstrip(b"/>"))
            self._out.append(kept if self._with_refs else b"%d:%b" % (self._row, _REF.sub(b"", kept)))
        if is_close or is_empty:
            # A row that says nothing and holds edited cells only may not have been there.
            if self._row_start == len(self._out) - 1 and _attributes(self._out[-1]) <= {b"r"}:
                self._out.pop()
            else:
                self._out.append(b"</row>")

    def _take_cell(self, piece: bytes, *, is_empty: bool) -> None:
        ref = _REF.search(piece)
        place = parse_cell(ref[1].decode()) if ref else None
        self._column = place[1] if place else self._column + 1
        here = (self._row, self._column)
        if here in self._places:
            style = _STYLE.search(piece)
            self.styles[here] = style[1] if style else b"0"
            self._skipping = not is_empty
        else:
            self._out.append(piece if self._with_refs else b"%d,%d:%b" % (*here, _REF.sub(b"", piece)))


def _attributes(tag: bytes) -> set[bytes]:
    return set(re.findall(rb"\s([\w:.-]+)\s*=", tag))


def main() -> None:
    """Print the table and the counts."""
    shared = Path(os.environ.get("STRATEGY_XL_SHARED", Path(__file__).parents[2] / "shared"))
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else shared / "corpus"
    outcomes = []
    print("| file | outcome | existing cells edited | parts changed | cells owned by something else |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        for path in workbooks(folder):
            target = Path(scratch, path.name)
            outcome = examine(path, target)
            outcomes.append(outcome)
            differs = differences(path, target, outcome) if outcome.report else []
            text = "handled" if not outcome.refusal else f"refused {outcome.refusal}"
            text += f" — {', '.join(differs)}" if differs else ""
            parts = ", ".join(
                part.rpartition("/")[2] for part in (outcome.report.parts if outcome.report else ())
            )
            owned = ", ".join(f"{code} × {count}" for code, count in outcome.owned.items())
            print(f"| {path.name} | {text} | {outcome.existing} | {parts} | {owned} |")
    reasons = Counter(outcome.refusal for outcome in outcomes if outcome.refusal)
    refused = reasons.total()
    print(f"\n{len(outcomes)} files: {len(outcomes) - refused} handled, {refused} refused.")
    for code, count in reasons.items():
        try:
            reason = message(code, "en")
        except KeyError:
            reason = next(o for o in outcomes if o.refusal == code).name
        print(f"- {code} × {count}: {reason}")


if __name__ == "__main__":
    main()
