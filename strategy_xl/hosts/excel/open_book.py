"""Recompute the workbook that is open in Excel: computed as in the file, written as people would type it.

What is read is a copy saved to a temporary folder. Only owned cells that show something else are written,
each run of a column at once; formula cells are Excel's own to calculate. A write that fails is undone.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from strategy_xl.batch.job import BookPlan, plan_workbook
from strategy_xl.batch.writing import Columns
from strategy_xl.errors import Finding, Location, Severity, StrategyXlError, WorkbookError
from strategy_xl.hosts.excel.open_cells import Writer, reason
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.xlsx.patch import Cached, set_cells

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenReport:
    """What became of the open workbook.

    Arguments:
        changed: number of cells written.
        lang: language of the workbook; None when it could not be read.
        labels: key → label of the classes of clients, in the workbook's words.
        counts: figures by name.
        findings: what to tell people, located by sheet and cell.
        failure: what stopped the work; None when it was done.
    """

    changed: int = 0
    lang: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    failure: Finding | None = None


# -- what Windows and Mac do differently -------------------------------------------------------------------


class System(Protocol):
    """What xlwings leaves to each system."""

    def saved_copy(self, book: Any, folder: Path) -> Path:
        """A file that holds what the open workbook holds."""

    def unlock(self, sheet: Any) -> Callable[[], None] | None:
        """Make a protected sheet writable; what protects it again, None when it was writable."""

    @contextmanager
    def plain_tables(self, app: Any) -> Iterator[None]:
        """Without Excel's filling of a whole table column when one formula is written into it."""


class Windows:
    """Excel for Windows, through its COM objects."""

    # Positional everywhere: late-bound COM calls take no keywords. The order is that of Worksheet.Protect.
    RIGHTS = (
        "AllowFormattingCells",
        "AllowFormattingColumns",
        "AllowFormattingRows",
        "AllowInsertingColumns",
        "AllowInsertingRows",
        "AllowInsertingHyperlinks",
        "AllowDeletingColumns",
        "AllowDeletingRows",
        "AllowSorting",
        "AllowFiltering",
        "AllowUsingPivotTables",
    )

    def saved_copy(self, book: Any, folder: Path) -> Path:
        """A copy in the folder, of the same name; the open workbook stays as it is, saved or not."""
        path = folder / (book.name if Path(book.name).suffix else f"{book.name}.xlsx")
        book.api.SaveCopyAs(str(path))
        return path

    def unlock(self, sheet: Any) -> Callable[[], None] | None:
        """Unprotect a sheet that has no password; protect it again with the same rights.

        Errors: WorkbookError SX984 when it has a password.
        """
        api = sheet.api
        if not api.ProtectContents or api.ProtectionMode:
            return None
        held = api.Protection
        rights = [bool(getattr(held, name)) for name in self.RIGHTS]
        drawings, scenarios = bool(api.ProtectDrawingObjects), bool(api.ProtectScenarios)
        try:
            api.Unprotect("")  # without an argument Excel would ask people for the password
        except Exception as error:
            raise WorkbookError("SX984", Location(None, sheet.name)) from error
        if api.ProtectContents:
            raise WorkbookError("SX984", Location(None, sheet.name))
        contents, only_for_people = True, False
        return lambda: api.Protect("", drawings, contents, scenarios, only_for_people, *rights)

    @contextmanager
    def plain_tables(self, app: Any) -> Iterator[None]:
        """Switch the filling of table columns off, and back to what it was."""
        correction = app.api.AutoCorrect
        was = correction.AutoFillFormulasInLists
        correction.AutoFillFormulasInLists = False
        try:
            yield
        finally:
            correction.AutoFillFormulasInLists = was


class Mac:
    """Excel for Mac, through AppleScript, which has fewer words."""

    def saved_copy(self, book: Any, _folder: Path) -> Path:
        """The workbook's own file, saved first: AppleScript has no word for saving a copy.

        Errors: WorkbookError SX985 for a workbook that was never saved.
        """
        path = Path(book.fullname)
        if not path.is_absolute():
            raise WorkbookError("SX985", Location(book.name))
        book.save()
        return path

    def unlock(self, sheet: Any) -> Callable[[], None] | None:
        """Never touches a protection, whose rights could not be given back as they were.

        Errors: WorkbookError SX986 when the sheet is protected.
        """
        if sheet.api.protect_contents.get():
            raise WorkbookError("SX986", Location(None, sheet.name))
        return None

    @contextmanager
    def plain_tables(self, app: Any) -> Iterator[None]:  # noqa: ARG002 - the other system's shape
        """Nothing that AppleScript could switch."""
        yield


def this_system() -> System:
    """The system that Excel runs on."""
    return Mac() if sys.platform == "darwin" else Windows()


# -- writing -----------------------------------------------------------------------------------------------


@contextmanager
def _quiet(app: Any) -> Iterator[None]:
    """Without repainting, events and calculation; all three are what they were afterwards."""
    quiet = {"screen_updating": False, "enable_events": False, "calculation": "manual"}
    was = {name: getattr(app, name) for name in quiet}
    with ExitStack() as stack:
        for name, value in quiet.items():
            stack.callback(setattr, app, name, was[name])
            setattr(app, name, value)
        yield


def _write(book: Any, columns: Columns, system: System, notes: list[Finding], *, is_1904: bool) -> int:
    """Write what differs, or nothing; the number of cells. ``notes`` gets what is worth telling besides.

    Errors: WorkbookError SX987 and those of ``System.unlock``; all cells are put back then, or SX988.
    """
    writer = Writer(book, is_1904=is_1904)
    runs = writer.runs(columns)
    if not runs:
        return 0
    app = book.app
    with _quiet(app), system.plain_tables(app), ExitStack() as locks:
        for title in dict.fromkeys(run.sheet for run in runs):
            lock = system.unlock(book.sheets[title])
            if lock is not None:
                locks.callback(_protect_again, title, lock, notes)
        try:
            found = [writer.write(run) for run in runs]
        except BaseException:
            writer.undo()
            raise
    notes += [finding for finding in found if finding is not None]
    return sum(len(run.wanted) for run in runs)


def _protect_again(title: str, lock: Callable[[], None], notes: list[Finding]) -> None:
    """Protect a sheet again; a note SX989 when Excel refuses: the cells are written all the same."""
    try:
        lock()
    except Exception as error:
        logger.exception("%s cannot be protected again", title)
        notes.append(Finding("SX989", Location(None, title), {"detail": reason(error)}, Severity.ERROR))


# -- the whole ---------------------------------------------------------------------------------------------


def _owned(columns: Columns) -> Columns:
    """The plan without what formulas show."""
    kept: Columns = {}
    for sheet, by_column in columns.items():
        for column, rows in by_column.items():
            own = {row: value for row, value in rows.items() if not isinstance(value, Cached)}
            if own:
                kept.setdefault(sheet, {})[column] = own
    return kept


def _here(finding: Finding, name: str) -> Finding:
    """A finding of the copy as one of the open workbook."""
    place = finding.location
    return Finding(finding.code, Location(name, place.sheet, place.cell), finding.args, finding.severity)


def recompute_open_book(
    book: Any, spec: WorkbookSpec, today: date, system: System | None = None
) -> OpenReport:
    """Recompute a workbook that is open in Excel, in Excel.

    Arguments:
        book: xlwings' workbook. It stays open; on Windows it is not saved, on a Mac it is saved before.
        spec: the templates.
        today: reference date, unless the workbook's settings fix one.
        system: Windows or Mac; None for the one this runs on.

    Result: the report. What is wrong with the workbook, or what Excel refuses, is its ``failure``; all cells
    hold then what they held before, unless the failure says otherwise.
    """
    system = system or this_system()
    name = str(book.name)
    plan: BookPlan | None = None
    notes: list[Finding] = []
    try:
        with TemporaryDirectory(prefix="strategy_xl_") as folder:
            copy = system.saved_copy(book, Path(folder))
            plan = plan_workbook(copy, spec, today)
            columns = _owned(plan.columns)
            # What the patcher would refuse or warn of in a file holds in Excel too; nothing is written here.
            looked = set_cells(copy, copy, columns=columns, allow_breaking_signature=True, dry_run=True)
        changed = _write(book, columns, system, notes, is_1904=plan.data.date1904)
    except StrategyXlError as error:
        failure = error.finding
    except OSError as error:
        failure = WorkbookError("SX109", Location(name), detail=error.strerror or str(error)).finding
    except Exception as error:  # a COM error has no type that both systems know
        logger.exception("%s: Excel refused", name)
        failure = WorkbookError("SX983", Location(name), detail=reason(error)).finding
    else:
        return _report(plan, changed, (*looked.warnings, *notes), name)
    lang = plan.data.lang if plan else None
    return OpenReport(
        lang=lang, findings=tuple(_here(note, name) for note in notes), failure=_here(failure, name)
    )


def _report(plan: BookPlan, changed: int, notes: Sequence[Finding], name: str) -> OpenReport:
    """The report of what was done."""
    findings = (*plan.data.findings, *notes)
    return OpenReport(
        changed,
        plan.data.lang,
        {key: label for label, key in plan.data.choices["client_class"].exact.items()},
        plan.counts,
        tuple(_here(finding, name) for finding in findings),
    )
