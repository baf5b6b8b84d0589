"""The mark of an unchanged workbook: what a run said of it, for as long as another would say the same.

A mark holds for one state of the workbook (told by its zip directory), the days for which its answers are
true, and one state of program and templates; the journal keeps it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import strategy_xl
from strategy_xl.errors import Finding, Location, Severity, StrategyXlError
from strategy_xl.ooxml.fingerprint import fingerprint
from strategy_xl.ooxml.open_marks import refuse_if_open
from strategy_xl.work.recompute import JobReport, Lasting

_CACHES = "__pycache__"


class Mark(NamedTuple):
    """What the journal keeps of a workbook on which there was nothing left to do.

    Arguments:
        lasting: of which file, and for which days.
        told: what the table of results and ``--json`` need of its report, as JSON.
    """

    lasting: Lasting
    told: str

    @classmethod
    def of(cls, report: JobReport) -> Mark | None:
        """The mark that a report leaves; None when it does not last, or cannot be told again as it was."""
        if report.lasting is None or report.failure is not None:
            return None
        data = {
            "counts": dict(report.counts),
            "sheets": dict(report.sheets),
            "findings": [
                [
                    finding.code,
                    finding.location.workbook is not None,
                    finding.location.sheet,
                    finding.location.cell,
                    dict(finding.args),
                    finding.severity,
                ]
                for finding in report.findings
            ],
        }
        try:
            mark = cls(report.lasting, json.dumps(data, ensure_ascii=False, separators=(",", ":")))
        except TypeError:  # an argument that JSON does not know: the workbook is read again
            return None
        again = mark._report(report.path)
        is_same = (again.counts, again.sheets, again.findings) == (
            report.counts,
            report.sheets,
            report.findings,
        )
        return mark if is_same else None

    def report(self, path: Path, day: date) -> JobReport | None:
        """What a run would report of a workbook; None when it may be another, and the run has to be done.

        Arguments:
            path: the workbook.
            day: reference date of the run.
        """
        start = time.perf_counter()
        if not self.lasting.first <= day <= self.lasting.last:
            return None
        try:
            refuse_if_open(path)
            with path.open("rb") as stream:
                if fingerprint(stream) != self.lasting.fingerprint:
                    return None
        except (StrategyXlError, OSError):  # the run meets it too, and reports it
            return None
        return self._report(path, time.perf_counter() - start)

    def _report(self, path: Path, seconds: float = 0.0) -> JobReport:
        data = json.loads(self.told)
        findings = (
            Finding(code, Location(str(path) if named else None, sheet, cell), args, Severity(severity))
            for code, named, sheet, cell, args, severity in data["findings"]
        )
        return JobReport(
            path,
            findings=tuple(findings),
            counts=data["counts"],
            sheets=data["sheets"],
            seconds=seconds,
            lasting=self.lasting,
        )


@cache
def program() -> str:
    """A hash of all that makes the program, whatever its version says: its files, Python, the libraries."""
    # An installed library is known by the folder that names its version; sys.path may hold anything.
    folders = [folder for folder in map(Path, sys.path) if folder.is_dir()]
    libraries = {entry.name for folder in folders for entry in folder.glob("*-info")}
    digest = hashlib.blake2b(repr((sys.version, sorted(libraries))).encode(), digest_size=16)
    for file in _files(Path(strategy_xl.__file__).parent):
        content = file.read_bytes()
        digest.update(f"\0{file.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    """All files of the package, in a fixed order."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != _CACHES)
        found += [Path(place, name) for name in sorted(names)]
    return found
