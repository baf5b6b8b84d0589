"""Edit every workbook of a folder in every way, and look for anything that was not to change.

Run: ``python tools/lossless.py FOLDER`` (``make lossless FOLDER=…``). Every kind of edit is tried on each
workbook, on copies: values set in cells that hold something and in new ones, cells cleared, rows added below,
tables lengthened. All else is compared byte by byte, and the values are read back by two other readers.
Exit code 1 when anything was lost, crashed, took too long or too much memory.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import python_calamine
from corpus_table import Free, compare, free_cells
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel
from supervised import BAD, OK, Limits, OracleError, Outcome, Supervised

from strategy_xl.errors import PatchRefusedError, WorkbookError
from strategy_xl.formulas.cell_refs import Area, cell_name, parse_area, parse_cell
from strategy_xl.ooxml.cells import Formula
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchReport, set_cells
from strategy_xl.ooxml.tables import append_rows
from strategy_xl.ooxml.workbook_part import TableInfo, WorkbookInfo

ENDINGS = (".xlsx", ".xlsm", ".xltx", ".xltm")
VALUES: dict[str, Any] = {
    "number": 1234.5,
    "text": " changé ✓ <&>\n« é » ",
    "bool": True,
    "date": dt.datetime(2025, 1, 2, 6),  # noqa: DTZ001 - Excel has no time zones
    "formula": Formula("1+1"),
}
EDITS = (*VALUES, "clear", "append", "table")
MAX_TABLES = 3
LIMITS = Limits(cpu=60, wall=600, memory=2 << 30)
NOTHING = "nothing to edit"
_RULES = (b"conditionalFormatting", b"dataValidation", b"protectedRange", b"ignoredError")


def workbooks(folder: Path) -> list[Path]:
    """All workbooks of a folder and those in it, without the marks of open ones."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
    return sorted(path for path in found if path.is_file() and not path.name.startswith("~$"))


# -- one edit ----------------------------------------------------------------------------------------------


class Job(NamedTuple):
    """One workbook and one kind of edit."""

    path: Path
    edit: str


def treat(job: Job) -> tuple[Counter[str], tuple[str, ...]]:
    """Edit a copy and compare it.

    Result: codes of the cells that something else owns, and what the program warned of (a broken signature).
    Errors: WorkbookError when it is refused, OracleError when something is not as it should be.
    """
    before = job.path.read_bytes()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            target = Path(scratch, "edited" + job.path.suffix)
            return _edited(job, target)
    finally:
        if job.path.read_bytes() != before:
            raise OracleError("the source itself was changed")


def _edited(job: Job, target: Path) -> tuple[Counter[str], tuple[str, ...]]:
    free = free_cells(job.path)
    if job.edit == "table":
        tables = [_lengthen(job.path, target, table) for table in free.tables[:MAX_TABLES]]
        refusals = Counter(code for code in tables if code)
        if len(tables) == refusals.total() and tables:
            raise WorkbookError(refusals.most_common(1)[0][0])
        return refusals, () if tables else (NOTHING,)
    edits = _cells(job.edit, free)
    if not edits:
        return free.refused, (NOTHING,)
    report, warned = _signed(
        lambda allowed: set_cells(job.path, target, {free.sheet: edits}, allow_breaking_signature=allowed)
    )
    _unchanged(compare(job.path, target, free.part, {parse_cell(ref) or (0, 0) for ref in edits}))
    shown = {ref: "" if value is None else value for ref, value in edits.items()}
    _read_back(job.path, target, free.sheet, shown)
    _again(report, lambda: set_cells(target, target, {free.sheet: edits}, allow_breaking_signature=True))
    return free.refused, warned


def _cells(edit: str, free: Free) -> dict[str, Any]:
    """The cells of one kind of edit."""
    if not free.sheet:
        return {}
    if edit == "clear":
        return dict.fromkeys(free.cells)
    if edit == "append":
        values = list(VALUES.values())
        rows = range(free.bottom + 1, free.bottom + 4)
        places = [(row, column) for row in rows for column in (1, min(free.right, 16_000))]
        return {cell_name(*place): values[at % len(values)] for at, place in enumerate(dict.fromkeys(places))}
    new = ((free.bottom, free.right + 2), (free.bottom + 3, 2))
    return dict.fromkeys((*free.cells, *(cell_name(*place) for place in new)), VALUES[edit])


def _signed(edit: Callable[[bool], PatchReport]) -> tuple[PatchReport, tuple[str, ...]]:
    """An edit; of a signed workbook it must be refused at first, and is then done all the same."""
    try:
        return edit(False), ()  # noqa: FBT003 - the one argument of a lambda
    except PatchRefusedError as error:
        if error.finding.code != "SX923":
            raise
        return edit(True), (error.finding.code,)  # noqa: FBT003 - idem


def _again(report: PatchReport, edit: Callable[[], PatchReport]) -> None:
    if report.changed_cells and edit().written:
        raise OracleError("the same edit again changes the file again")


def _lengthen(path: Path, target: Path, table: TableInfo) -> str:
    """Two rows more; the code when that is refused."""
    last = table.area.right - table.area.left
    rows: list[dict[int, Any]] = [{0: VALUES["text"], last: VALUES["number"]}, {0: VALUES["number"]}]
    try:
        _signed(
            lambda allowed: append_rows(
                path, target, table.display_name, rows, allow_breaking_signature=allowed
            )
        )
    except WorkbookError as error:
        return error.finding.code
    added = Area(table.area.bottom + 1, table.area.left, table.area.bottom + len(rows), table.area.right)
    places = {
        (row, column)
        for row in range(added.top, added.bottom + 1)
        for column in range(added.left, added.right + 1)
    }
    with Package.open(path) as package:
        part = WorkbookInfo(package).sheet(table.sheet).part

    def ends(data: bytes, is_old: bool) -> bytes:
        return _without_ends(data, table.area.bottom if is_old else added.bottom)

    def names(old: bytes, new: bytes) -> bytes:
        return _names_as_before(old, new, table.area.bottom, added.bottom)

    _unchanged(compare(path, target, part, places, table=table.part, ends=ends, names=names))
    shown = {
        cell_name(added.top + at, added.left + index): value
        for at, row in enumerate(rows)
        for index, value in row.items()
    }
    _read_back(path, target, table.sheet, shown)
    return ""


# -- what must not change ----------------------------------------------------------------------------------


def _unchanged(differences: list[str]) -> None:
    if differences:
        raise OracleError("; ".join(differences))


_REFERENCES = re.compile(
    rb"(<(?:[\w.-]+:)?(?:%s)\b[^<>]*?\ssqref=\")([^\"]*)|(<(?:xm:)?sqref>)([^<]*)" % b"|".join(_RULES)
)
_TABLE_REFERENCE = re.compile(
    rb"(<(?:[\w.-]+:)?(?:table|autoFilter|sortState|sortCondition)\b[^<>]*?\sref=\")([^\"]*)"
)
_SPARKLINES = re.compile(rb"<(?:[\w.-]+:)?sparklineGroups\b.*?</(?:[\w.-]+:)?sparklineGroups>", re.DOTALL)


def _without_ends(data: bytes, end: int) -> bytes:
    """A part in which the ranges that end with a table have no end.

    Only the ranges that may grow with it: its own, and those of rules.
    """

    def endless(refs: bytes) -> bytes:
        areas = [(ref, parse_area(ref.decode("utf-8", "replace"))) for ref in refs.split(b" ")]
        return b" ".join(
            ref if area is None or area.bottom != end else b"%d,%d,%d" % (area.top, area.left, area.right)
            for ref, area in areas
        )

    def replaced(match: re.Match[bytes]) -> bytes:
        groups = [group for group in match.groups() if group is not None]
        return groups[0] + endless(groups[1])

    if b"tableColumns" in data:
        data = _TABLE_REFERENCE.sub(replaced, data)
        return re.sub(rb"\sinsertRow(?:Shift)?=\"[^\"]*\"", b"", data)
    kept = [match.span() for match in _SPARKLINES.finditer(data)]
    pieces, done = list[bytes](), 0
    for start, stop in [*kept, (len(data), len(data))]:
        pieces += (_REFERENCES.sub(replaced, data[done:start]), data[start:stop])
        done = stop
    return b"".join(pieces)


_NAME = re.compile(rb"(<(?:[\w.-]+:)?definedName\b[^<>]*>)([^<]*)")


def _names_as_before(old: bytes, new: bytes, end: int, new_end: int) -> bytes:
    """The new part with its names as in the old one, where all that they gained are the table's rows."""
    before = {match[1]: match[2] for match in _NAME.finditer(old)}
    last = re.compile(rb"(?<=[$A-Z])%d(?!\d)" % end)

    def back(match: re.Match[bytes]) -> bytes:
        earlier = before.get(match[1], b"")
        longer = last.sub(b"%d" % new_end, earlier)
        return match[1] + (earlier if match[2] == longer else match[2])

    return _NAME.sub(back, new)


# -- what must have arrived --------------------------------------------------------------------------------


def _serials(value: object) -> set[float]:
    """What numbers a date, time or duration may stand for."""
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        epochs = (CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904)
        return {float(to_excel(value, epoch)) for epoch in epochs}  # type: ignore[no-untyped-call]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {float(value)}
    return set()


def agrees(found: object, value: object) -> bool:
    """Whether a reader gives what was written; by its format a cell gives a date or a number."""
    if value == "" or found in (None, ""):
        return value == "" and found in (None, "")
    if isinstance(value, Formula):
        return found == f"={value.text}"
    if isinstance(value, bool) or isinstance(found, bool) or isinstance(value, str):
        return type(found) is type(value) and found == value
    if isinstance(found, dt.time) or (isinstance(found, dt.date) and not isinstance(found, dt.datetime)):
        return True  # the format hides the rest
    return any(abs(one - two) < 1e-6 for one in _serials(found) for two in _serials(value))


def _read_back(source: Path, target: Path, sheet: str, edits: dict[str, Any]) -> None:
    """Read the values by other means than ours; of the rest, everything reads as it did.

    Errors: OracleError.
    """
    wrong = [*_by_calamine(source, target, sheet, edits), *_by_openpyxl(source, target, sheet, edits)]
    if wrong:
        raise OracleError("; ".join(wrong[:5]))


def _by_calamine(source: Path, target: Path, sheet: str, edits: dict[str, Any]) -> Iterator[str]:
    try:
        before = _calamine_cells(source, sheet)
    except Exception:  # noqa: BLE001 - a reader that cannot read the source tells nothing
        return
    after = _calamine_cells(target, sheet)
    places = {parse_cell(ref): (ref, value) for ref, value in edits.items()}
    for place, (ref, value) in places.items():
        if not isinstance(value, Formula) and not agrees(after.get(place or (0, 0)), value):
            yield f"calamine reads {after.get(place or (0, 0))!r} in {ref}, not {value!r}"
    for place, value in before.items():
        if place not in places and after.get(place) != value:
            yield f"calamine reads {after.get(place)!r} in {cell_name(*place)}, not {value!r}"


def _calamine_cells(path: Path, sheet: str) -> dict[tuple[int, int], object]:
    rows = python_calamine.load_workbook(str(path)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return {
        (at, column): value
        for at, row in enumerate(rows, 1)
        for column, value in enumerate(row, 1)
        if value != ""
    }


def _by_openpyxl(source: Path, target: Path, sheet: str, edits: dict[str, Any]) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            openpyxl.load_workbook(source)[sheet]
        except Exception:  # noqa: BLE001 - openpyxl fails in many ways on foreign files
            return
        read = openpyxl.load_workbook(target)[sheet]
    for ref, value in edits.items():
        if value == "" and read[ref].hyperlink:
            continue  # openpyxl shows where a link leads as the value of its empty cell
        if not agrees(read[ref].value, value):
            yield f"openpyxl reads {read[ref].value!r} in {ref}, not {value!r}"


# -- the whole ---------------------------------------------------------------------------------------------


def told(outcome: Outcome) -> str:
    """The outcome of an edit in a cell of the table."""
    if outcome.kind == OK:
        _, remarks = outcome.value
        return "–" if NOTHING in remarks else " ".join(("handled", *remarks))
    if outcome.kind in BAD:
        return f"**{outcome.kind.upper()}** {outcome.detail.strip().splitlines()[-1][:200]}"
    return outcome.detail


def run(folder: Path, edits: tuple[str, ...] = EDITS, limits: Limits = LIMITS) -> int:
    """Treat a folder and print the table; the number of faults."""
    files = workbooks(folder)
    counts, codes, faults = Counter[str](), Counter[str](), list[str]()
    print(f"| file | {' | '.join(edits)} | cells owned by something else |")
    print("|" + "---|" * (len(edits) + 2))
    with Supervised(treat, limits) as treatment:
        for path in files:
            outcomes = {edit: treatment(Job(path, edit)) for edit in edits}
            owned = Counter[str]()
            for edit, outcome in outcomes.items():
                if outcome.kind == OK:
                    owned |= outcome.value[0]
                shown = told(outcome)
                counts[{"–": NOTHING}.get(shown, outcome.kind)] += 1
                if outcome.kind in BAD:
                    faults.append(f"{path}: {edit}: {outcome.kind} {outcome.detail}")
                elif outcome.kind != OK:
                    codes[outcome.detail] += 1
            cells = (told(outcome).replace("|", "¦") for outcome in outcomes.values())
            name = str(path.relative_to(folder))
            owners = ", ".join(f"{code} × {count}" for code, count in owned.items())
            print(f"| {name} | {' | '.join(cells)} | {owners} |", flush=True)
    print(f"\n{len(files)} files, {counts.total()} edits: {counts[OK]} handled and nothing else changed,")
    print(f"{counts['refused']} refused, {counts[NOTHING]} without anything to edit, {len(faults)} faults.")
    print(
        "Refused: " + (", ".join(f"{code} × {count}" for code, count in codes.most_common()) or "none") + "."
    )
    if faults:
        print("", "Faults:", *(f"- {fault}" for fault in faults), sep="\n")
    return len(faults)


def main() -> int:
    """Do a folder; 1 when anything was harmed."""
    shared = Path(os.environ.get("STRATEGY_XL_SHARED", Path(__file__).parents[2] / "shared"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=shared / "corpus")
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        parser.error(f"no folder {arguments.folder}")
    return int(run(arguments.folder) > 0)


if __name__ == "__main__":
    sys.exit(main())
