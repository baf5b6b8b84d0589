"""A run in figures, for programs that watch it: what became of the workbooks, and how long it took.

Neither a person nor a client is named: a workbook is an id, a finding its code. Workbooks are often called
after a client, so their names are left out too.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from strategy_xl.errors import Finding
from strategy_xl.runs.outcome import RETRIED
from strategy_xl.runs.runner import LEFT
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.work.recompute import JobReport

STATES = ("changed", "unchanged", "failed", "skipped", "left", "resumed")
"""What becomes of a workbook; ``skipped`` when somebody was at it, ``left`` when the run ended before."""
SHARE = "completeness"
"""The one figure of a workbook that is a share: of several workbooks its mean is told, of others the sum."""


def state(report: JobReport) -> str:
    """What became of a workbook, one of ``STATES``."""
    if report.failure is None:
        return "changed" if report.changed else "unchanged"
    if report.failure.code == LEFT:
        return "left"
    return "skipped" if report.failure.code in RETRIED else "failed"


def book_id(path: Path | RemotePath | str, home: Path | RemotePath) -> str:
    """What stands for a workbook: twelve hexadecimal digits, the same in every run on the folder.

    Arguments:
        path: the workbook.
        home: the folder of the run, from which its path is told.
    """
    if "://" in str(path):
        told = str(path).removeprefix(f"{home}/")
    else:
        begin = home.absolute() if isinstance(home, Path) else Path.cwd()
        told = os.path.relpath(Path(str(path)).absolute(), begin).replace(os.sep, "/")
    return hashlib.blake2b(os.fsencode(told), digest_size=6).hexdigest()


def codes(findings: Iterable[Finding]) -> dict[str, int]:
    """How many there are of each code."""
    return dict(sorted(Counter(finding.code for finding in findings).items()))


@dataclass(frozen=True, slots=True)
class Tally:
    """A run that has ended.

    Arguments:
        version: of the program.
        day: reference date.
        started, ended: by the clock, with its zone.
        seconds: how long it took.
        exit_code: of the command.
        books: how many workbooks there are in each of ``STATES``.
        findings: how many of each code and severity.
        failures: how many workbooks by what stopped them.
        changed_cells: in all workbooks.
        backups: earlier versions that were kept.
        work_seconds, slowest_seconds: of all workbooks, and of the slowest one.
        figures: of the workbooks, by name.
    """

    version: str
    day: date
    started: datetime
    ended: datetime
    seconds: float
    exit_code: int
    books: Mapping[str, int]
    findings: Mapping[tuple[str, str], int]
    failures: Mapping[str, int]
    changed_cells: int
    backups: int
    work_seconds: float
    slowest_seconds: float
    figures: Mapping[str, float]

    @classmethod
    def of(  # noqa: PLR0913 - facts of one run, all keywords
        cls,
        reports: Sequence[JobReport],
        *,
        version: str,
        day: date,
        started: datetime,
        ended: datetime,
        seconds: float,
        exit_code: int,
        resumed: int = 0,
        notes: Sequence[Finding] = (),
    ) -> Tally:
        """Count.

        Arguments:
            reports: of the workbooks.
            resumed: workbooks that were done before the run went on.
            notes: findings of the run itself.
            version, day, started, ended, seconds, exit_code: as above.
        """
        states = Counter(map(state, reports))
        states["resumed"] = resumed
        findings = [*notes, *(finding for report in reports for finding in report.findings)]
        return cls(
            version,
            day,
            started,
            ended,
            seconds,
            exit_code,
            {name: states[name] for name in STATES},
            Counter((finding.code, finding.severity.value) for finding in findings),
            codes(report.failure for report in reports if report.failure is not None),
            sum(report.changed for report in reports),
            sum(report.backup is not None for report in reports),
            sum(report.seconds for report in reports),
            max((report.seconds for report in reports), default=0.0),
            _figures(reports),
        )


def _figures(reports: Sequence[JobReport]) -> dict[str, float]:
    """The sum of each figure, of shares the mean."""
    found: dict[str, list[float]] = {}
    for report in reports:
        for key, value in report.counts.items():
            found.setdefault(key, []).append(value)
    return {
        key: sum(values) / len(values) if key == SHARE else sum(values)
        for key, values in sorted(found.items())
    }
