"""Bring a workbook of an earlier version to the present, around what people did to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

from strategy_xl.book.resolve import read_stamp
from strategy_xl.build.placing import lay_out
from strategy_xl.errors import Finding
from strategy_xl.ooxml.inserted_columns import insert_columns
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.snapshot import Snapshot, twice
from strategy_xl.ooxml.splice import Splice
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.work.upgrade_base import base_of, version_of
from strategy_xl.work.upgrade_columns import Conflict, column_plan
from strategy_xl.work.upgrade_coming import Coming
from strategy_xl.work.upgrade_lines import strips
from strategy_xl.work.upgrade_scope import Scope
from strategy_xl.work.upgrade_writing import take_over

Decide = Callable[[Conflict], bool]
"""Told of a conflict: whether the templates' way is to be taken; else people's stays."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that an upgrade does, for people to read.

    Arguments:
        kind: ``sheet``, ``block``, ``column``, ``line``, ``list``, ``header``, ``text`` or ``formula``.
        sheet: title of the sheet.
        cell: where, the first of several.
        label: what people call it.
        count: how many cells.
        before, after: what stood there and what stands there now, for headers and texts.
    """

    kind: str
    sheet: str
    cell: str
    label: str
    count: int = 1
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class UpgradeReport:
    """What an upgrade does, or would do.

    Arguments:
        path: the workbook.
        version, target: its schema version before and afterwards.
        changes: what changes, sheet by sheet.
        conflicts: what both sides have changed, with whether the templates' way was taken.
        findings: what stays as people left it, and what could not be done.
        written: whether a file was written.
        backup: where the file that was replaced is kept; None when it is not.
        parts: the parts of the file that change.
    """

    path: Path
    version: int
    target: int
    changes: tuple[Change, ...] = ()
    conflicts: tuple[tuple[Conflict, bool], ...] = ()
    findings: tuple[Finding, ...] = ()
    written: bool = False
    backup: Path | None = None
    parts: tuple[str, ...] = ()

    @property
    def is_current(self) -> bool:
        """Whether there was nothing to do."""
        return self.version == self.target

    @property
    def counts(self) -> Mapping[str, int]:
        """How many changes of each kind."""
        return Counter(change.kind for change in self.changes)


def keep_mine(_: Conflict) -> bool:
    """Whatever people have changed stays."""
    return False


def upgrade_workbook(  # noqa: PLR0913 - what, where, how; the rest are keywords
    path: Path,
    target: Path,
    spec: WorkbookSpec,
    today: date,
    *,
    decide: Decide = keep_mine,
    dry_run: bool = False,
    backups: int = 1,
) -> UpgradeReport:
    """Upgrade a workbook.

    Its own templates are rendered again for the workbook as it stands. What reads like them follows the
    present ones; all else is people's and stays, byte for byte where nothing moves; deleted stays deleted.

    Arguments:
        path: the workbook.
        target: where to write; may be the same path, which is left alone when there is nothing to do.
        spec: the present templates.
        today: day of the build, for what templates reckon from it.
        decide: asked of everything that people and templates have both changed.
        dry_run: say what would change, write nothing.
        backups: how many earlier versions of the target stay beside it.

    When somebody writes the workbook meanwhile, the work starts over, once.

    Errors: those of ``read_workbook`` and ``set_cells``; WorkbookError SX600 the stamp is gone, SX601 no
    templates of that version; PatchRefusedError SX604 a column has no room, SX138 a workbook in a form to
    which nothing can be added.
    """
    return twice(
        partial(_attempt, path, target, spec, today, decide=decide, dry_run=dry_run, backups=backups)
    )


@dataclass
class _Decisions:
    """What was decided, asked once each."""

    decide: Decide
    made: dict[tuple[str, tuple[str, str]], tuple[Conflict, bool]] = field(default_factory=dict)

    def __call__(self, conflict: Conflict) -> bool:
        key = conflict.kind, conflict.key
        if key not in self.made:
            self.made[key] = conflict, self.decide(conflict)
        return self.made[key][1]


def _attempt(  # noqa: PLR0913 - those of ``upgrade_workbook``
    path: Path,
    target: Path,
    spec: WorkbookSpec,
    today: date,
    *,
    decide: Decide,
    dry_run: bool,
    backups: int,
) -> UpgradeReport:
    """One reading, and the writing that belongs to it."""
    snapshot = Snapshot.take(path)
    decisions = _Decisions(decide)
    with snapshot.held():
        version = version_of(snapshot, spec)
        if version == spec.schema_version:
            return _current(snapshot, path, target, spec, dry_run=dry_run)
        base = base_of(snapshot, spec)
        scope = Scope(base, spec)
        with Package.open(snapshot) as package:
            info = WorkbookInfo.of(package)
            plan = column_plan(base, spec, info)
            lines = strips(
                base, scope.spec, lay_out(scope.spec, base.data.lang, {}), info, scope.is_answerable
            )
            rows = {line.insertion: line.hidden for line in lines}
            renames = [item for item in plan.renamed if not _is_refused(plan.conflicts, item, decisions)]
            content = snapshot.content
            renamed: dict[str, dict[str, str]] = {}
            for item in renames:
                names = renamed.setdefault(base.data.blocks[item.block].table or "", {})
                names[item.before] = item.after
            if plan.added or renamed or rows:
                content = insert_columns(package, plan.added, renamed, rows)
        # The same file with its new columns; what it is compared with on writing is the old one.
        wider = snapshot._replace(content=content, kept={})
        base = base_of(wider, spec, edition=base.edition)
        coming = Coming(base, scope, plan, lines, renames, today=today)
        with Package.open(wider) as package:
            job = PatchJob(package, target, snapshot)
            job.headed |= {*plan.added, *renamed}
            with Package(path, BytesIO(coming.built)) as source:
                changes = take_over(coming, Splice(job, source), job.info, decisions)
                job.check_signature(allow=False)
                patched = job.write(dry_run=dry_run, backups=backups)
    return UpgradeReport(
        path,
        version,
        spec.schema_version,
        tuple(Change(*item) for item in changes),
        tuple(decisions.made.values()),
        (*scope.findings, *plan.findings),
        patched.written,
        patched.backup,
        patched.parts,
    )


def _is_refused(conflicts: list[Conflict], renamed: object, decisions: _Decisions) -> bool:
    """Whether a header keeps the name that people gave it."""
    key = (getattr(renamed, "block", ""), getattr(renamed, "field", ""))
    return any(conflict.key == key and not decisions(conflict) for conflict in conflicts)


def _current(
    snapshot: Snapshot, path: Path, target: Path, spec: WorkbookSpec, *, dry_run: bool
) -> UpgradeReport:
    """Nothing to do; another target gets the very bytes."""
    with Package.open(snapshot) as package:
        names = {name.name: name.text for name in WorkbookInfo.of(package).names_like("_sx.schema")}
        read_stamp(snapshot.path, names, spec)
        patched = PatchJob(package, target, snapshot).write(dry_run=dry_run)
    return UpgradeReport(path, spec.schema_version, spec.schema_version, written=patched.written)
