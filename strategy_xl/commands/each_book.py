"""One thing done to each workbook that is named, one after the other; what stops one never stops the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from strategy_xl.commands.render import (
    EXIT_UNREADABLE,
    exit_code,
    finding_data,
    show_backups,
    show_findings,
    show_json,
)

if TYPE_CHECKING:
    from strategy_xl.errors import Finding


class Report(Protocol):
    """What became of a workbook."""

    @property
    def backup(self) -> Path | None:
        """Where the file that was replaced is kept."""


_Report = TypeVar("_Report", bound=Report)


def done_to_each(
    paths: Sequence[str],
    work: Callable[[Path], _Report],
    show: Callable[[_Report], None] | None,
    *,
    refusal: str,
    dry_run: bool,
    asks: bool = False,
) -> tuple[list[_Report], list[Finding]]:
    """Do something to each workbook of this machine, and show what became of it when it is done.

    Arguments:
        paths: files, folders and patterns.
        work: what is done.
        show: tells people of a workbook; None for JSON.
        refusal: code of the finding for a workbook at an address.
        dry_run: whether nothing is written, so that an open workbook may be read.
        asks: whether the work asks people, whom a line that moves would disturb.

    Returns: what became of each, and what could not be treated.

    Errors: UsageError SX107 when nothing is there.
    """
    from strategy_xl.commands.progressing import counted, shown_steps
    from strategy_xl.errors import Finding, Location, Severity, StrategyXlError
    from strategy_xl.ooxml.open_marks import refuse_if_open
    from strategy_xl.runs.discover import workbooks
    from strategy_xl.runs.faults import fault
    from strategy_xl.runs.stores.remote_path import RemotePath

    given = workbooks(paths)
    reports: list[_Report] = []
    failures = list(given.failures)
    books: Sequence[Path | RemotePath] = given.books
    for number, path in enumerate(books, 1):
        if isinstance(path, RemotePath):
            failures.append(Finding(refusal, Location(str(path)), {}, Severity.ERROR))
            continue
        try:
            if not dry_run:
                refuse_if_open(path)
            with nullcontext() if asks else shown_steps(path, counted(number, len(books))):
                report = work(path)
        except StrategyXlError as error:
            failures.append(error.finding)
        except Exception as error:  # noqa: BLE001 - nothing that happens in one workbook stops the others
            failures.append(fault(path, error))
        else:
            reports.append(report)
            if show is not None:
                show(report)
    return reports, failures


def show_end(
    books: Sequence[tuple[Report, dict[str, object]]],
    found: Sequence[Finding],
    failures: Sequence[Finding],
    told: Callable[[], None] | None,
) -> int:
    """Show what came of it all, and give the exit code.

    Arguments:
        books: what became of each workbook, and the same as JSON.
        found: what people have to look at.
        failures: what could not be treated.
        told: says in a line how many there were; None for JSON.
    """
    if told is None:
        findings = [finding_data(finding) for finding in (*found, *failures)]
        show_json({"workbooks": [data for _, data in books], "findings": findings})
    else:
        show_findings((*found, *failures))
        told()
        show_backups(sum(report.backup is not None for report, _ in books))
    return EXIT_UNREADABLE if failures else exit_code(found)
