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

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.edits import Columns
from strategy_xl.errors import Finding, Location, Severity, StrategyXlError, WorkbookError
from strategy_xl.hosts.excel.open.open_cells import Writer, reason
from strategy_xl.hosts.excel.open.open_places import check_places
from strategy_xl.ooxml.patch import Cached, set_cells
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.work.digest import figure_labels
from strategy_xl.work.recompute import BookPlan, plan_workbook

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenReport:
    """What became of the open workbook.

    Arguments:
        changed: number of cells written.
        lang: language of the workbook; None when it could not be read.
        labels: what each figure counts, in the workbook's words, by name of the figure.
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


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of Excel while cells are written: the object that has it, its name there, its value."""

    owner: Any
    name: str
    value: object


class System(Protocol):
    """What xlwings leaves to each system."""

    def saved_copy(self, book: Any, folder: Path) -> Path:
        """A file that holds what the open workbook holds."""

    def unlock(self, sheet: Any) -> Callable[[], None] | None:
        """Make a protected sheet writable; what protects it again, None when it was writable."""

    def settings(self, app: Any) -> list[Setting]:
        """Settings of this system's Excel that must be others while cells are written."""


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

    def settings(self, app: Any) -> list[Setting]:
        """No filling of a whole table column when one formula is written into it."""
        return [Setting(app.api.AutoCorrect, "AutoFillFormulasInLists", value=False)]


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

    def settings(self, app: Any) -> list[Setting]:  # noqa: ARG002 - the other system's shape
        """Nothing more that AppleScript could switch."""
        return []


def this_system() -> System:
    """The system that Excel runs on."""
    return Mac() if sys.platform == "darwin" else Windows()


# -- writing -----------------------------------------------------------------------------------------------


@contextmanager
def _quiet(app: Any, system: System, notes: list[Finding]) -> Iterator[None]:
    """Without repainting, events and calculation; everything is what it was afterwards."""
    quiet = [
        Setting(app, "screen_updating", value=False),
        Setting(app, "enable_events", value=False),
        Setting(app, "calculation", value="manual"),
        *system.settings(app),
    ]
    held = [Setting(item.owner, item.name, getattr(item.owner, item.name)) for item in quiet]
    with ExitStack() as stack:
        for was, item in zip(held, quiet, strict=True):
            stack.callback(_give_back, was, notes)
            setattr(item.owner, item.name, item.value)
        yield


def _give_back(was: Setting, notes: list[Finding]) -> None:
    """Set a setting as it was; a note SX996 when Excel refuses: what was written stands all the same."""
    try:
        setattr(was.owner, was.name, was.value)
    except Exception as error:
        logger.exception("%s cannot be set back", was.name)
        args = {"name": was.name, "detail": reason(error)}
        notes.append(Finding("SX996", Location(None), args, Severity.ERROR))


def _write(book: Any, data: WorkbookData, columns: Columns, system: System, notes: list[Finding]) -> int:
    """Write what differs, or nothing; the number of cells. ``notes`` gets what is worth telling besides.

    Errors: WorkbookError SX987 and those of ``System.unlock``; all cells are put back then, or SX988. Those
    of ``check_places``, before anything is written.
    """
    check_places(book, data, columns)
    writer = Writer(book, is_1904=data.date1904)
    runs = writer.runs(columns)
    if not runs:
        return 0
    app = book.app
    with _quiet(app, system, notes), ExitStack() as locks:
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


@contextmanager
def _asked(name: str) -> Iterator[None]:
    """While Excel is asked: what it refuses is SX983; a COM error has no type that both systems know."""
    try:
        yield
    except (StrategyXlError, OSError):
        raise
    except Exception as error:
        logger.exception("%s: Excel refused", name)
        raise WorkbookError("SX983", Location(name), detail=reason(error)) from error


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
        # A copy that something still holds, as a virus scanner may, is no reason to stop.
        with TemporaryDirectory(prefix="strategy_xl_", ignore_cleanup_errors=True) as folder:
            with _asked(name):
                copy = system.saved_copy(book, Path(folder))
            plan = plan_workbook(copy, spec, today)
            columns = _owned(plan.columns)
            # What the patcher would refuse or warn of in a file holds in Excel too; nothing is written here.
            looked = set_cells(
                plan.data.snapshot, copy, columns=columns, allow_breaking_signature=True, dry_run=True
            )
        with _asked(name):
            changed = _write(book, plan.data, columns, system, notes)
    except StrategyXlError as error:
        failure = error.finding
    except OSError as error:
        failure = WorkbookError("SX109", Location(name), detail=error.strerror or str(error)).finding
    except Exception as error:  # a fault of the program, before anything is written; the log has it
        logger.exception("%s: fault of the program", name)
        detail = f"{type(error).__name__}: {reason(error)}"
        failure = WorkbookError("SX997", Location(name), detail=detail).finding
    else:
        return _report(plan, spec, changed, (*looked.warnings, *notes), name)
    lang = plan.data.lang if plan else None
    return OpenReport(
        lang=lang, findings=tuple(_here(note, name) for note in notes), failure=_here(failure, name)
    )


def _report(
    plan: BookPlan, spec: WorkbookSpec, changed: int, notes: Sequence[Finding], name: str
) -> OpenReport:
    """The report of what was done."""
    findings = (*plan.data.findings, *notes)
    return OpenReport(
        changed,
        plan.data.lang,
        figure_labels(spec, plan.data.look),
        plan.counts,
        tuple(_here(finding, name) for finding in findings),
    )
