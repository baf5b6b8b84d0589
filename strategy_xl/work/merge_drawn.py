"""What becomes of charts, pictures and shapes when two versions are put together, one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from strategy_xl.ooxml.drawn_edits import Laid
from strategy_xl.ooxml.drawn_items import DrawnItem, DrawnKind, Read, drawn_on
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.work.diff_places import paired_sheets
from strategy_xl.work.diff_version import Version
from strategy_xl.work.merge import MergePlan
from strategy_xl.work.merge_columns import columns_between, nearest
from strategy_xl.work.merge_rows import Side


@dataclass(frozen=True, slots=True)
class Drawn:
    """Something that lies over a sheet.

    Arguments:
        sheet: title of the sheet in A. item: what. kept: whose is there, of what both changed.
    """

    sheet: str
    item: DrawnItem
    kept: Side = Side.A


@dataclass(frozen=True)
class DrawnMerge:
    """What is to become of what lies over the sheets of A.

    Arguments:
        laid: title in A → what the sheet gets. gone: title in A → what it loses, as A has it.
        conflicts: what both changed otherwise. refused: what cannot leave its workbook.
        media: checksums of the pictures of B of which this decides.
    """

    laid: Mapping[str, Sequence[Laid]] = field(default_factory=dict)
    gone: Mapping[str, Sequence[DrawnItem]] = field(default_factory=dict)
    conflicts: tuple[Drawn, ...] = ()
    refused: tuple[Drawn, ...] = ()
    media: frozenset[int] = frozenset()


def merge_drawn(plan: MergePlan, grafts: Sequence[str]) -> DrawnMerge:
    """Put what B changed of charts, pictures and shapes into A.

    Arguments:
        plan: the merge. grafts: titles of the sheets of B that A gets.

    Where something lies, and its looks, are A's. What one removed and the other changed is there.
    """
    work = _Merge(plan)
    to_a, to_b, _ = plan.three.places()
    for was, there in to_b.sheets.items():
        if was in to_a.sheets:
            work.sheet(was, to_a.sheets[was], there)
    for title in {*plan.three.a.own_sheets} & {*plan.three.b.own_sheets}:
        if title not in to_b.sheets.values():  # both added it
            work.sheet(None, title, title)
    for title in grafts:
        work.sheet(None, title, title)
    return work.merged()


class _Merge:
    def __init__(self, plan: MergePlan) -> None:
        three = plan.three
        self._prefer = plan.prefer
        self._base, self._a, self._b = (_Drawings(side) for side in (three.base, three.a, three.b))
        self._to_a, self._to_b = _Moved(three.base, three.a), _Moved(three.base, three.b)
        self._across = _Moved(three.b, three.a)
        self._laid: dict[str, list[Laid]] = {}
        self._gone: dict[str, list[DrawnItem]] = {}
        self._conflicts: list[Drawn] = []
        self._refused: list[Drawn] = []

    def merged(self) -> DrawnMerge:
        """All of it."""
        media = frozenset(self._b.media)
        return DrawnMerge(self._laid, self._gone, tuple(self._conflicts), tuple(self._refused), media)

    def sheet(self, was: str | None, title: str, there: str) -> None:
        """One sheet: its title in the base, in A and in B."""
        base, mine, theirs = self._base.on(was), self._a.on(title), self._b.on(there)
        to_a, to_b = _matched(base, mine, self._to_a), _matched(base, theirs, self._to_b)
        for at, item in enumerate(base):
            one = mine[to_a[at]] if at in to_a else None
            other = theirs[to_b[at]] if at in to_b else None
            if other is None:
                self._removed(title, item, one)
            elif not self._to_b.is_same(item, other):
                self._changed(title, item, one, other)
        new = [item for at, item in enumerate(mine) if at not in to_a.values()]
        inside = {item.pictures for item in base if item.kind is DrawnKind.OTHER}
        for at, item in enumerate(theirs):
            if at in to_b.values() or (item.kind is DrawnKind.PICTURE and item.pictures in inside):
                continue  # the picture of something that the program of B does not know
            twin = next((one for one in new if self._across.is_same(item, one)), None)
            if twin is not None:
                new.remove(twin)  # both added it
            else:
                self._lay(title, item)

    def _removed(self, title: str, item: DrawnItem, one: DrawnItem | None) -> None:
        if one is None or item.kind is DrawnKind.OTHER:
            return  # gone in both; or not known to the program that saved B
        is_same = self._to_a.is_same(item, one)
        if is_same or self._prefer is Side.B:
            self._gone.setdefault(title, []).append(one)
        if not is_same:
            self._conflicts.append(Drawn(title, one, self._prefer or Side.A))

    def _changed(self, title: str, item: DrawnItem, one: DrawnItem | None, other: DrawnItem) -> None:
        if one is not None and self._across.is_same(other, one):
            return
        if one is not None and self._to_a.is_same(item, one):
            self._lay(title, other, one)
            return
        kept = self._prefer or (Side.A if one is not None else Side.B)
        self._conflicts.append(Drawn(title, other, kept))
        if kept is Side.B:
            self._lay(title, other, one)

    def _lay(self, title: str, item: DrawnItem, instead: DrawnItem | None = None) -> None:
        if item.kind is DrawnKind.OTHER:
            self._refused.append(Drawn(title, item))
        else:
            self._laid.setdefault(title, []).append(Laid(item, None if instead is None else instead.at))


class _Drawings:
    """What lies over the sheets of a version."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self.media: set[int] = set()

    def on(self, title: str | None) -> list[DrawnItem]:
        """What lies over a sheet; nothing over one that is not there."""
        if title is None or title not in self._version.titles:
            return []
        with Package.open(self._version.snapshot) as package:
            info = WorkbookInfo.of(package)
            found = drawn_on(info, info.sheet(title))
            self.media |= {picture for item in found for picture in item.pictures}
            return found


class _Moved:
    """Whether things over cells show the same in two versions, whose columns may stand elsewhere."""

    def __init__(self, before: Version, after: Version) -> None:
        self._before, self._after = before, after
        self._titles = paired_sheets(before, after)
        self._columns: dict[str, dict[int, int]] = {}

    def is_same(self, one: DrawnItem, other: DrawnItem) -> bool:
        """Whether they do; one of the version before, one of that after."""
        return one.mark == other.mark and frozenset(map(self._there, one.reads)) == other.reads

    def _there(self, read: Read) -> Read:
        title, left, right = read
        if title not in self._columns:
            self._columns[title] = columns_between(self._before, self._after, title)
        columns = self._columns[title]
        return self._titles.get(title, title), nearest(columns, left), nearest(columns, right)


def _matched(base: Sequence[DrawnItem], other: Sequence[DrawnItem], moved: _Moved) -> dict[int, int]:
    """Which item is which: what shows the same, else what has the same name and kind."""
    found: dict[int, int] = {}
    free = list(range(len(other)))
    for same in (moved.is_same, _is_called_the_same):
        for at, item in enumerate(base):
            there = next((place for place in free if same(item, other[place])), None)
            if at not in found and there is not None:
                found[at] = there
                free.remove(there)
    return found


def _is_called_the_same(one: DrawnItem, other: DrawnItem) -> bool:
    return (one.kind, one.name) == (other.kind, other.name)
