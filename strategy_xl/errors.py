"""What can be wrong, as data: a location, a finding, and the few exceptions that stop one workbook.

A finding carries a code and arguments, never a sentence: the sentences are in the catalogues
(``strategy_xl.text``), in French and English, under the code (``SX204``) and its hint (``SX204.hint``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: an error stops a result, a warning qualifies it, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Location:
    """Where something is: workbook path, sheet title, cell reference (each may be unknown)."""

    workbook: str | None = None
    sheet: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        """``plan.xlsx!Clients!C7``, without the parts that are unknown."""
        return "!".join(part for part in (self.workbook, self.sheet, self.cell) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell people about a workbook; data, never raised.

    Arguments:
        code: ``SX`` and three digits; 1xx structure, 2xx cell type, 3xx row rule, 4xx cross-sheet,
            5xx versions of one workbook, 6xx workbooks of others, 8xx machines and stores, 9xx file and
            package.
        location: where it is.
        args: values for the placeholders of the message.
        severity: see ``Severity``.
    """

    code: str
    location: Location = field(default_factory=Location)
    args: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = Severity.WARNING


class StrategyXlError(Exception):
    """Base of what stops the work on one workbook or one command; carries the finding to show."""

    def __init__(self, code: str, location: Location | None = None, /, **args: object) -> None:
        """Build the error from a message code, a location and the message's arguments."""
        self.finding = Finding(code, location or Location(), args, Severity.ERROR)
        super().__init__(code, location, args)

    def __str__(self) -> str:
        """Code, location and arguments; the command line shows the catalogue's sentence instead."""
        args = ", ".join(f"{key}={value!r}" for key, value in self.finding.args.items())
        return " ".join(part for part in (self.finding.code, str(self.finding.location), args) if part)


class TemplateError(StrategyXlError):
    """A template file is wrong; the arguments name the file and the key."""


class WorkbookError(StrategyXlError):
    """A workbook cannot be read or written as it is."""


class WorkbookChangedError(WorkbookError):
    """Somebody has written a workbook since it was read; it is left as it is now (SX916)."""

    def __init__(self, location: Location) -> None:
        """For the workbook that changed."""
        super().__init__("SX916", location)


class PatchRefusedError(WorkbookError):
    """An edit would break something that people put in the file; nothing was written."""


class UsageError(StrategyXlError):
    """The caller asked for something that makes no sense (exit code 2)."""
