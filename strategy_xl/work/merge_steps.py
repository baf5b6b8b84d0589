"""Several patches of one workbook, one upon the other; whoever looks sees the last one only."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from strategy_xl.ooxml.backups import Backups
from strategy_xl.ooxml.patch import PatchReport
from strategy_xl.ooxml.replace import atomic_replace
from strategy_xl.ooxml.snapshot import Snapshot

Step = Callable[[Snapshot, Path, Mapping[str, Any]], PatchReport]
"""Told what was read, what is to be written and how; what it did."""


def in_steps(
    source: Snapshot,
    target: Path,
    steps: Sequence[Step],
    *,
    dry_run: bool = False,
    backups: int = 0,
    before: Sequence[str] = (),
) -> PatchReport:
    """Do one step after the other.

    Arguments:
        source: what was read. target: what is written; may be the source.
        steps: the first one reads the source, each other what the one before it wrote.
        dry_run, backups: as in ``set_cells``.
        before: parts of the source that are others already than in its file.

    Result: what all of them did together.

    Errors: those of the steps.
    """
    if len(steps) == 1 and not before:
        return steps[0](source, target, {"dry_run": dry_run, "backups": backups})
    reports = []
    current = source
    with TemporaryDirectory() as folder:
        for number, step in enumerate(steps):
            between = Path(folder) / f"{number}.xlsx"
            reports.append(step(current, between, {}))
            current = source._replace(content=between.read_bytes(), kept={})
    in_place = os.path.realpath(source.path) == os.path.realpath(target)
    kept = Backups(target, backups, source.digest if in_place else None)
    written = not dry_run and not (in_place and not before and current.content == source.content)
    if written:
        with atomic_replace(target, check=source.check, backups=kept) as stream:
            stream.write(current.content)
    return replace(
        reports[-1],
        target=str(target),
        changed=reports[0].changed,
        parts=tuple(sorted({*before, *(part for report in reports for part in report.parts)})),
        warnings=tuple(warning for report in reports for warning in report.warnings),
        written=written,
        backup=kept.made,
    )
