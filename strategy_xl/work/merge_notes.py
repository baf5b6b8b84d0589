"""What becomes of the notes beside cells when two versions are put together: each follows its row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from strategy_xl.work.diff import inverted
from strategy_xl.work.diff_places import Place, Places
from strategy_xl.work.diff_version import Version
from strategy_xl.work.merge import MergePlan
from strategy_xl.work.merge_rows import Side


@dataclass(frozen=True, slots=True)
class NoteConflict:
    """A note that both versions changed, otherwise.

    Arguments:
        place: its cell in A. source: its cell in B, as far as B has it.
        base, a, b: what it says; empty where there is none.
        kept: whose note is there in what comes out.
    """

    place: Place
    source: Place | None
    base: str
    a: str
    b: str
    kept: Side = Side.A


@dataclass(frozen=True)
class NoteMerge:
    """What is to become of the notes of A.

    Arguments:
        changes: place in A → the place in B whose note it gets, None for none.
        conflicts: notes that both changed otherwise.
        lost: notes of B whose cell is not there in A: place in B → what the note says.
    """

    changes: Mapping[Place, Place | None] = field(default_factory=dict)
    conflicts: tuple[NoteConflict, ...] = ()
    lost: Mapping[Place, str] = field(default_factory=dict)


def merge_notes(plan: MergePlan, landing: Places) -> NoteMerge:
    """Put what B changed of the notes into A.

    Arguments:
        plan: the merge. landing: from B to what comes out.

    A note that one removed and the other changed is there in what comes out, and told. Of versions in
    different languages only the notes beside what people typed are looked at.
    """
    return _Notes(plan, landing).merge()


class _Notes:
    def __init__(self, plan: MergePlan, landing: Places) -> None:
        self._plan, self._three, self._landing = plan, plan.three, landing
        self._to_a, self._to_b, self._back = plan.three.places()
        self._to_base = Places(plan.three.a, plan.three.base, inverted(plan.three.to_a))
        self._changes: dict[Place, Place | None] = {}
        self._conflicts: list[NoteConflict] = []
        self._lost: dict[Place, str] = {}
        self._met: set[Place | None] = set()

    def merge(self) -> NoteMerge:
        """All of it."""
        for place, text in _listed(self._three.b):
            if place[0] in self._landing.sheets and self._is_peoples(self._three.b, self._landing, place):
                self._of_b(place, text)
        for place, text in _listed(self._three.base):
            if place[0] in self._to_b.sheets and self._is_peoples(self._three.base, self._to_b, place):
                self._of_base(place, text)
        for place, text in _listed(self._three.a):
            if place not in self._changes and place not in self._met and self._is_cleared(place):
                self._conflict(NoteConflict(place, None, "", text, ""))
        return NoteMerge(self._changes, tuple(self._conflicts), self._lost)

    def _is_peoples(self, version: Version, places: Places, place: Place) -> bool:
        """Whether a note says the same in all versions: those of the templates are in their language."""
        three = self._three
        is_translated = len({side.data.lang for side in (three.base, three.a, three.b)}) > 1
        is_template = place[0] in version.modules and places.block_cell(*place) is None
        return not (is_translated and is_template)

    def _of_b(self, place: Place, text: str) -> None:
        """A note that B has."""
        three = self._three
        was = self._back.cell(*place) if place[0] in self._back.sheets else None
        base = _text(three.base, was)
        here = self._landing.cell(*place)
        there = self._to_a.cell(*was) if was is not None and was[0] in self._to_a.sheets else None
        # A row that comes back or is new to A brings its notes.
        is_new = was is not None and there is None and here is not None
        if text == base and not is_new:
            return
        if here is None:
            self._lost[place] = text
            return
        held = _text(three.a, here)
        if held == text:
            return
        if held == base or is_new:
            self._changes[here] = place
        else:
            self._conflict(NoteConflict(here, place, base, held, text))

    def _of_base(self, was: Place, base: str) -> None:
        """A note of the base that B has not any more."""
        place = self._to_b.cell(*was)
        if _text(self._three.b, place) or was[0] not in self._to_a.sheets:
            return
        here = self._to_a.cell(*was)
        held = _text(self._three.a, here)
        self._met.add(here)
        if here is None or not held or (place is None and not self._is_cleared(here)):
            return
        if held == base:
            self._changes[here] = None
        else:
            self._conflict(NoteConflict(here, place, base, held, ""))

    def _is_cleared(self, place: Place) -> bool:
        """Whether the row of a cell of A goes."""
        found = self._to_base.block_cell(*place)
        return found is not None and place[:2] in self._cleared

    @cached_property
    def _cleared(self) -> set[tuple[str, int]]:
        """Sheet and row of the rows of A that go."""
        a = self._three.a
        return {
            (a.data.blocks[key].sheet, a.index(key, at))
            for key, merge in self._plan.blocks.items()
            if a.data.blocks[key].is_table
            for at in merge.cleared
        }

    def _conflict(self, found: NoteConflict) -> None:
        # What would be lost comes back where nothing was decided.
        prefer = self._plan.prefer or (Side.A if found.a else Side.B)
        self._conflicts.append(NoteConflict(found.place, found.source, found.base, found.a, found.b, prefer))
        if prefer is Side.B:
            self._changes[found.place] = found.source if found.b else None


def _listed(version: Version) -> Iterator[tuple[Place, str]]:
    for sheet, notes in version.comments.items():
        for cell, text in notes.items():
            yield (sheet, *cell), text


def _text(version: Version, place: Place | None) -> str:
    """What the note at a place says; empty without one."""
    return version.comments.get(place[0], {}).get(place[1:], "") if place is not None else ""
