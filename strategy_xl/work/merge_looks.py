"""Looks of cells that B changed, put into A: number formats, grounds and letters, each for itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from strategy_xl.ooxml.cell_looks import Aspect, looks_of, styles_on
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.work.diff_places import Place, Places
from strategy_xl.work.diff_version import Version
from strategy_xl.work.merge import MergePlan
from strategy_xl.work.merge_rows import Side

_MANY = 5
"""Looks that are others wherever they were, from which they are taken for a program's way to write them."""


@dataclass(frozen=True)
class LookMerge:
    """What is to become of the looks of A's cells.

    Arguments:
        cells: place in A → the place in B that looks so, and what of it is taken.
        both: title in A → how many cells both changed otherwise; A's looks stay.
    """

    cells: Mapping[Place, tuple[Place, frozenset[Aspect]]] = field(default_factory=dict)
    both: Mapping[str, int] = field(default_factory=dict)


def merge_looks(plan: MergePlan, landing: Places) -> LookMerge:
    """Find the cells whose looks B changed.

    Arguments:
        plan: the merge. landing: from B to what comes out.

    Looked at are the cells of rows that are filled in the base, and what stands beside tables and on sheets
    of people's own. A program that writes all looks in its own way changes none.
    """
    three = plan.three
    base, mine, theirs = (_Looks(side) for side in (three.base, three.a, three.b))
    to_a, to_b, _ = three.places()
    trios = [
        (was, here, there)
        for was in _cells(three.base)
        if was[0] in to_a.sheets
        and was[0] in to_b.sheets
        and (there := to_b.cell(*was)) is not None
        and (here := landing.cell(*there)) is not None
    ]
    found: defaultdict[Place, set[Aspect]] = defaultdict(set)
    sources = {here: there for _, here, there in trios}
    both = Counter[str]()
    for aspect in Aspect:
        words_a = _words([(base.of(was, aspect), mine.of(here, aspect)) for was, here, _ in trios])
        words_b = _words([(base.of(was, aspect), theirs.of(there, aspect)) for was, _, there in trios])
        for was, here, there in trios:
            old, own, new = base.of(was, aspect), mine.of(here, aspect), theirs.of(there, aspect)
            # A row that stands elsewhere may look as its place does: nobody made it so.
            if new in (words_b[old], own, base.of((was[0], there[1], was[2]), aspect)):
                continue
            is_kept = own in (words_a[old], base.of((was[0], here[1], was[2]), aspect))
            is_kept = is_kept or (not own and here[1] != was[1])  # a row that comes in below A’s table
            if is_kept or plan.prefer is Side.B:
                found[here].add(aspect)
            else:
                both[here[0]] += 1
    return LookMerge({here: (sources[here], frozenset(seen)) for here, seen in found.items()}, both)


def _words(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """How one program writes what another one wrote: as it stands, else as it has most of it."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for old, new in pairs:
        seen[old][new] += 1
    others = {old: next(iter(news)) for old, news in seen.items() if len(news) == 1 and old not in news}
    is_rewritten = len(others) >= _MANY
    mostly = {old: news.most_common(1)[0][0] for old, news in seen.items()}
    return {old: mostly[old] if is_rewritten and old not in news else old for old, news in seen.items()}


def _cells(version: Version) -> Iterator[Place]:
    """The cells of a version that hold something, and those beside them in rows of tables."""
    for key, held in version.blocks.items():
        for name in held.columns:
            if name in version.data.blocks[key].places or name.startswith("own:"):
                for at in range(len(held.rows)):
                    yield version.place(key, name, at)
    for title, cells in version.loose.items():
        yield from ((title, *cell) for cell in cells)


class _Looks:
    """How the cells of a version look."""

    def __init__(self, version: Version) -> None:
        with Package.open(version.snapshot) as package:
            info = WorkbookInfo.of(package)
            self._looks = looks_of(info)
            sheets = [sheet for sheet in info.sheets if sheet.kind == "worksheet"]
            self._styles = {sheet.name: styles_on(info, sheet) for sheet in sheets}

    def of(self, place: Place, aspect: Aspect) -> str:
        """One side of the look of a cell."""
        number = self._styles.get(place[0], {}).get(place[1:], 0)
        return self._looks[number][aspect] if number < len(self._looks) else ""
