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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from strategy_xl.errors import PatchRefusedError, WorkbookError
from strategy_xl.formulas.cell_refs import cell_name, parse_cell
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchReport, set_cells
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.text.catalog import message

# What a patch of one sheet may touch beside it: the request to recalculate and the calculation chain.
BESIDE = re.compile(
    r"xl/workbook\.xml|xl/calcChain\.xml|xl/volatileDependencies\.xml|\[Content_Types\]\.xml|xl/_rels/workbook\.xml\.rels"
)
NEW_VALUES = ("nouveau « é » <&>", 1234.5, True, dt.datetime(2025, 1, 2, 6))  # noqa: DTZ001 - Excel has no time zones
TEXT, NUMBER = "changé ✓", -0.125


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
        row_number = int(
            row.get("r") or (parse_cell(first) or (row_number + 1,))[0] if first else row_number + 1
        )
        if row.get("r"):
            row_number = int(row.get("r"))
        column = 0
        for cell in row.iterchildren("{*}c"):
            place = parse_cell(cell.get("r")) if cell.get("r") else (row_number, column + 1)
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


def chosen_edits(path: Path, outcome: Outcome) -> None:
    """Pick an ordinary sheet, up to two cells of each kind in it, and new cells beside and below."""
    with Package.open(path) as package:
        info = WorkbookInfo(package)
        sheets = [sheet for sheet in info.sheets if sheet.kind == "worksheet"]
        # The sheet with most content says most about the patcher.
        sheet = max(sheets, key=lambda item: package.member(item.part).size)
        data = package.read(sheet.part)
    outcome.sheet, outcome.part = sheet.name, sheet.part
    found = list(existing_cells(data))
    places = [parse_cell(ref) or (1, 1) for ref, _ in found]
    bottom, right = max((p[0] for p in places), default=1), max((p[1] for p in places), default=1)
    edits: dict[str, object] = {}
    taken: Counter[str] = Counter()
    for ref, kind in found:
        if taken[kind] >= 2 or sum(outcome.owned.values()) > 40:
            continue
        value: object = NUMBER if kind == "text" else TEXT
        try:
            set_cells(path, path, {sheet.name: {ref: value}}, dry_run=True, allow_breaking_signature=True)
        except PatchRefusedError as error:
            outcome.owned[error.finding.code] += 1
            continue
        taken[kind] += 1
        edits[ref] = value
    outcome.existing = len(edits)
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
    """Local header and compressed bytes of every member, found with zipfile."""
    content = path.read_bytes()
    found = {}
    with zipfile.ZipFile(path) as book:
        for info in book.infolist():
            start = info.header_offset
            names = int.from_bytes(content[start + 26 : start + 28], "little")
            names += int.from_bytes(content[start + 28 : start + 30], "little")
            found[info.filename] = content[start : start + 30 + names + info.compress_size]
    return found


def differences(source: Path, target: Path, outcome: Outcome) -> list[str]:
    """What differs beyond the edited cells; empty when nothing does."""
    before, after = raw_members(source), raw_members(target)
    found = [
        f"member {name}"
        for name in before
        if name != outcome.part and not BESIDE.fullmatch(name) and before[name] != after.get(name)
    ]
    found += [f"member {name} is new" for name in after if name not in before]
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target) as new:
        if bare(old.read(outcome.part), outcome.edits) != bare(new.read(outcome.part), outcome.edits):
            found.append(f"bytes of {outcome.part} outside the edited cells")
        names = [name for name in before if BESIDE.fullmatch(name) and name in after]
        for name in names:
            if beside(old.read(name)) != beside(new.read(name)):
                found.append(f"bytes of {name}")
    return found


def beside(data: bytes) -> bytes:
    """A part without what a patch may change in it."""
    for pattern in (
        rb'<(\w+:)?calcPr fullCalcOnLoad="1"/>', rb' fullCalcOnLoad="[01]"', rb"<(\w+:)?c [^>]*/>",
        rb"<(Override|Relationship) [^>]*(calcChain|volatileDependencies)[^>]*/>",
    ):  # fmt: skip
        data = re.sub(pattern, b"", data)
    return data


def bare(data: bytes, edits: dict[str, object]) -> bytes:
    """A sheet part without the edited cells, without rows left empty, and without size hints.

    Made with regular expressions of its own, so that a fault of the patcher's scanner shows.
    """
    without_refs = re.search(rb"<(\w+:)?c(?![^>]* r=)[ />]", data) is not None
    if without_refs:
        return canonical(data, edits)
    for ref in edits:
        pattern = rb'<(\w+:)?c(?=[^>]* r="%b")[^>]*?(/>|>.*?</(\w+:)?c>)' % ref.encode()
        data = re.sub(pattern, b"", data, flags=re.DOTALL)
    data = re.sub(rb'<(\w+:)?dimension ref="[^"]*"', b"<dimension", data)
    data = re.sub(rb'(<(?:\w+:)?row [^>]*?) spans="[^"]*"', rb"\1", data)
    rows = {str(parse_cell(ref)[0]).encode() for ref in edits}  # type: ignore[index]
    for row in rows:
        data = re.sub(rb'<(\w+:)?row r="%b"(></(\w+:)?row>|/>)' % row, b"", data)
        data = re.sub(rb'(<(?:\w+:)?row [^>]*r="%b"[^>]*)></(?:\w+:)?row>' % row, rb"\1/>", data)
    return re.sub(rb"<(\w+:)?sheetData></(\w+:)?sheetData>", rb"<\1sheetData/>", data)


def canonical(data: bytes, edits: dict[str, object]) -> bytes:
    """The same for sheets whose cells do not say where they are: by lxml, in canonical form."""
    root = etree.fromstring(data)
    places = {parse_cell(ref) for ref in edits}
    number = 0
    for row in list(root.iter("{*}row")):
        number = int(row.get("r") or number + 1)
        column = 0
        for cell in list(row.iterchildren("{*}c")):
            place = parse_cell(cell.get("r")) if cell.get("r") else (number, column + 1)
            column = place[1] if place else column + 1
            cell.set("r", cell_name(number, column))
            if place in places:
                row.remove(cell)
        row.set("r", str(number))
        row.attrib.pop("spans", None)
        if len(row) == 0 and any(place and place[0] == number for place in places):
            row.getparent().remove(row)
    for dimension in root.iter("{*}dimension"):
        dimension.set("ref", "")
    return etree.tostring(root, method="c14n")


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
