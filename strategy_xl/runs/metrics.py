"""The metrics of a run as an OpenMetrics text file, such as node_exporter's textfile collector reads it.

Only gauges, which the older text format of Prometheus knows too. Labels are states, codes and names of
figures: neither a person, a client nor a workbook is named.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from strategy_xl.runs.tally import SHARE, Tally

_SPACE = "strategy_xl"


class _Sample(NamedTuple):
    labels: Mapping[str, str]
    value: float


class _Family(NamedTuple):
    """Name without the program's, unit (the name ends in it), help, samples."""

    name: str
    unit: str
    told: str
    samples: list[_Sample]


def open_metrics(tally: Tally) -> str:
    """The text of the file: every family with type, unit and help, ``# EOF`` at the end.

    Arguments:
        tally: a run that has ended.
    """
    return "".join(_lines(_families(tally))) + "# EOF\n"


def write(path: Path, text: str) -> None:
    """Put a file in place at once: who reads it meanwhile has the old one or the new one, whole.

    Errors: OSError; the old file is as it was, and nothing is left beside it.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError:
        with suppress(OSError):  # it is not there, or cannot be removed either: the first error is told
            beside.unlink()
        raise


def _families(tally: Tally) -> list[_Family]:
    def one(name: str, unit: str, told: str, value: float) -> _Family:
        return _Family(name, unit, told, [_Sample({}, value)])

    def by(name: str, label: str, told: str, values: Mapping[str, float]) -> _Family:
        return _Family(name, "", told, [_Sample({label: key}, value) for key, value in values.items()])

    findings = [
        _Sample({"code": code, "severity": severity}, n)
        for (code, severity), n in sorted(tally.findings.items())
    ]
    sums = {key: value for key, value in tally.figures.items() if key != SHARE}
    families = [
        by("program", "version", "The program that ran.", {tally.version: 1}),
        one("run_start_timestamp_seconds", "seconds", "When the run began.", tally.started.timestamp()),
        one("run_end_timestamp_seconds", "seconds", "When the run ended.", tally.ended.timestamp()),
        one("run_duration_seconds", "seconds", "How long the run took.", tally.seconds),
        one("run_exit_code", "", "0 clean, 1 findings, 3 something could not be treated.", tally.exit_code),
        by("run_books", "state", "Workbooks by what became of them.", tally.books),
        by("run_failures", "code", "Workbooks by the finding that stopped them.", tally.failures),
        _Family("run_findings", "", "Findings in the workbooks and of the run.", findings),
        one("run_changed_cells", "", "Cells that were written.", tally.changed_cells),
        one("run_backups", "", "Earlier versions that were kept.", tally.backups),
        one("run_work_seconds", "seconds", "Time that all workbooks took together.", tally.work_seconds),
        one("run_slowest_book_seconds", "seconds", "Time that the slowest took.", tally.slowest_seconds),
        by("figure", "figure", "Figures of the table of results, over all workbooks.", sums),
    ]
    if SHARE in tally.figures:
        told = "Share of the required cells that are filled in, the mean of the workbooks."
        families.append(one("completeness_ratio", "ratio", told, tally.figures[SHARE]))
    return families


def _lines(families: Iterable[_Family]) -> Iterable[str]:
    for family in families:
        name = f"{_SPACE}_{family.name}"
        yield f"# TYPE {name} gauge\n"
        if family.unit:
            yield f"# UNIT {name} {family.unit}\n"
        yield f"# HELP {name} {_escaped(family.told)}\n"
        for labels, value in family.samples:
            shown = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
            yield f"{name}{{{shown}}} {_number(value)}\n" if shown else f"{name} {_number(value)}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: float) -> str:
    """A number as the format has it; times in milliseconds, shares to a millionth."""
    return str(int(value)) if float(value).is_integer() else f"{value:.6f}".rstrip("0")
