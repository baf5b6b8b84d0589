"""Write what is around the cells of a merge: notes that B has otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from strategy_xl.ooxml.new_parts import NewParts, one_by_one
from strategy_xl.ooxml.note_edits import Cell, Note, NoteEdits, notes_of
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchJob, PatchReport, TailEdit
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.work.diff_places import Place


@dataclass(frozen=True)
class Around:
    """What is to be put around the cells of A.

    Arguments:
        notes: place in A → place in B whose note it gets, None for none.
    """

    notes: Mapping[Place, Place | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.notes)


def put_around(
    source: Snapshot, target: Path, b: Snapshot, around: Around, how: Mapping[str, Any]
) -> PatchReport:
    """Put it there; every other byte stays.

    Arguments:
        source: A with its cells. target: what is written. b: the workbook from which it comes.
        around: what is put there. how: further arguments of ``PatchJob.write``.

    Errors: those of ``PatchJob``.
    """
    with Package.open(b) as theirs, Package.open(source) as package:
        job = PatchJob(package, target, source)
        parts = NewParts(job)
        tails: defaultdict[str, list[TailEdit]] = defaultdict(list)
        notes = NoteEdits(job, parts)
        for title, changes in _by_sheet(WorkbookInfo.of(theirs), around.notes).items():
            tails[title] += notes.change(job.info.sheet(title), changes)
        for title, edits in tails.items():
            if edits:
                job.patch_sheet(job.info.sheet(title), {}, partial(one_by_one, edits=edits))
        parts.finish()
        job.check_signature(allow=False)
        return job.write(**how)


def _by_sheet(
    theirs: WorkbookInfo, notes: Mapping[Place, Place | None]
) -> dict[str, dict[Cell, Note | None]]:
    """Title of each sheet of A → cell → the note that it gets."""
    known: dict[str, dict[Cell, Note]] = {}
    found: defaultdict[str, dict[Cell, Note | None]] = defaultdict(dict)
    for place, source in notes.items():
        note = None
        if source is not None:
            if source[0] not in known:
                known[source[0]] = notes_of(theirs, theirs.sheet(source[0]))
            note = known[source[0]][source[1:]]
        found[place[0]][place[1:]] = note
    return dict(found)
