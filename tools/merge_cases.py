"""Pairs of versions of one list of clients, with edits whose outcome is known beforehand.

What must come out is worked out here from the edits, row by row, not by the merge. Rows are known by the name
that they had in the base.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strategy_xl.answers.basis import ENTITY_ID, Held
from strategy_xl.rules.entities import LENGTH, LETTERS
from strategy_xl.work.merge_rows import BlockMerge

Row = dict[str, Any]
FIELDS = ("name", "revenue", "hours", "satisfaction", "sector", "note")
WAS = "was"
"""The key under which a row that must come out has the name that it had first."""
_WORDS = ("Aubrac", "Belloc", "Carhaix", "Dinan", "Estrel", "Fougères", "Guérande", "Hennebont", "Island")
_SECTORS = ("manufacturing", "retail", "health")


@dataclass
class Edits:
    """What one person did.

    Arguments:
        cells: base name → field → new content.
        gone: base names of removed rows. added: new rows, by name.
        order: the base names and new names, as the rows stand in this version.
        columns: keys of columns of people's own that came into the table.
    """

    cells: dict[str, Row] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    added: dict[str, Row] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)


@dataclass
class Case:
    """A base, two versions, and what must come out.

    Arguments:
        base: its rows. a, b: what each person did.
        rows: the rows that must come out, in no order.
        cells: conflicts, as base name (or the name of a row that both added) and field.
        contested: base names of rows that one removed and the other edited.
        twins: names of rows that both added.
    """

    base: list[Row]
    a: Edits
    b: Edits
    rows: list[Row] = field(default_factory=list)
    cells: set[tuple[str, str]] = field(default_factory=set)
    contested: set[str] = field(default_factory=set)
    twins: set[str] = field(default_factory=set)

    def version(self, edits: Edits) -> list[Row]:
        """The rows of a version as they stand in it."""
        known = {row["name"]: row for row in self.base}
        return [
            {**known[name], **edits.cells.get(name, {})} if name in known else edits.added[name]
            for name in edits.order
        ]


def make_case(seed: int, *, with_ids: bool, with_columns: bool = False) -> Case:
    """A case by its number.

    Arguments:
        seed: the number. with_ids: whether rows carry the ids that a night gives them; without, a row that is
            renamed has no other edit by the same person.
        with_columns: whether they add columns of their own.
    """
    chance = random.Random(seed)  # noqa: S311 - cases that can be made again
    base = [_row(chance, f"{word} {n}", with_ids=with_ids) for n, word in enumerate(_names(chance))]
    case = Case(base, *(_edits(chance, base, side, with_ids=with_ids) for side in "ab"))
    if chance.random() < 0.5:
        name = f"Commun {seed}"
        for edits in (case.a, case.b):
            edits.added[name] = _row(chance, name, with_ids=False)
            edits.order.insert(chance.randrange(len(edits.order) + 1), name)
    if with_columns:
        _add_columns(random.Random(-3 - seed), case, with_ids=with_ids)  # noqa: S311 - as above
    _expect(case)
    return case


def _names(chance: random.Random) -> list[str]:
    return [chance.choice(_WORDS) for _ in range(chance.randint(3, 12))]


def _row(chance: random.Random, name: str, *, with_ids: bool) -> Row:
    row: Row = {
        "name": name,
        "revenue": float(chance.randrange(1_000, 900_000)),
        "hours": float(chance.randrange(1, 9_000)),
        "satisfaction": chance.choice([None, *map(float, range(11))]),
        "sector": chance.choice([None, *_SECTORS]),
        "note": chance.choice([None, "à rappeler", f"note {chance.randrange(99)}"]),
    }
    if with_ids:
        row[ENTITY_ID] = "".join(chance.choices(LETTERS, k=LENGTH))
    return row


def _edits(chance: random.Random, base: Sequence[Row], side: str, *, with_ids: bool) -> Edits:
    found = Edits(order=[row["name"] for row in base])
    for row in base:
        name = row["name"]
        deed = chance.random()
        if deed < 0.12:
            found.gone.add(name)
            found.order.remove(name)
        elif deed < 0.2:
            found.cells[name] = {"name": f"{name} {chance.choice(['SA', 'SARL'])}"}
        if name not in found.gone and (name not in found.cells or with_ids):
            cells = _cells(chance, row)
            if cells:
                found.cells.setdefault(name, {}).update(cells)
    for n in range(chance.randint(0, 3)):
        name = f"Nouveau {side}{n}"
        found.added[name] = _row(chance, name, with_ids=False)
        found.order.insert(chance.randrange(len(found.order) + 1), name)
    if chance.random() < 0.3:
        chance.shuffle(found.order)
    return found


def _cells(chance: random.Random, row: Row) -> Row:
    """New contents for some cells of a row; both people hit upon the same one now and then."""
    found: Row = {}
    for key in FIELDS[1:]:
        if chance.random() < 0.2:
            content = _row(chance, "", with_ids=False)[key]
            if chance.random() < 0.3:
                content = {"hours": 77.0, "note": "même note"}.get(key, content)
            if content != row[key]:
                found[key] = content
    return found


def _add_columns(chance: random.Random, case: Case, *, with_ids: bool) -> None:
    """Columns of their own, filled here and there; one that both add has the same header."""
    both = ["own:Commune"] if chance.random() < 0.25 else []
    for edits, letter in ((case.a, "A"), (case.b, "B")):
        edits.columns = [*([f"own:De {letter}"] if chance.random() < 0.4 else []), *both]
        for key in edits.columns:
            for name in edits.order:
                is_renamed = "name" in edits.cells.get(name, {}) and not with_ids
                if chance.random() < 0.4 and not is_renamed:
                    row = edits.added[name] if name in edits.added else edits.cells.setdefault(name, {})
                    row[key] = chance.choice(["oui", "non", f"de {letter}"])


def _expect(case: Case) -> None:
    """Work out what must come out."""
    for row in case.base:
        name = row["name"]
        gone = name in case.a.gone, name in case.b.gone
        mine, theirs = case.a.cells.get(name, {}), case.b.cells.get(name, {})
        if all(gone):
            continue
        if any(gone):
            edits = theirs if gone[0] else mine
            if edits:
                case.contested.add(name)
                case.rows.append({**row, **edits, WAS: name})
            continue
        out = {**row, **theirs, **mine, WAS: name}
        case.cells |= {(name, key) for key in mine.keys() & theirs.keys() if mine[key] != theirs[key]}
        case.rows.append(out)
    for name in [*case.a.added, *(name for name in case.b.added if name not in case.a.added)]:
        mine, theirs = case.a.added.get(name), case.b.added.get(name)
        if mine is None or theirs is None:
            case.rows.append({**(mine or theirs or {}), WAS: name})
            continue
        case.twins.add(name)
        filled = {key: value for key, value in mine.items() if value is not None}
        case.rows.append({**theirs, **filled, WAS: name})
        others = {key: value for key, value in theirs.items() if value is not None}
        case.cells |= {(name, key) for key in filled.keys() & others.keys() if filled[key] != others[key]}


# -- as the merge sees it ------------------------------------------------------------------------------------


def held(rows: Sequence[Row], places: Sequence[int] | None = None) -> Held:
    """Rows as the merge takes them."""
    keys = [*FIELDS, *([ENTITY_ID] if any(ENTITY_ID in row for row in rows) else [])]
    columns = {key: [row.get(key) for row in rows] for key in keys}
    return Held(list(places or range(1, len(rows) + 1)), columns, {}, {}, is_table=True)


def applied(a: Held, merge: BlockMerge) -> list[Row]:
    """The rows of A with a merge done to them."""
    out = []
    for at in range(len(a.rows)):
        if at not in merge.cleared:
            row = {key: column[at] for key, column in a.columns.items()}
            out.append({**row, **merge.cells.get(at, {})})
    return out + [dict(row.cells) for row in merge.new]


def plain_rows(rows: Iterable[Mapping[str, Any]], more: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """Rows to compare, in no order and without ids; with columns of people's own."""
    return sorted(tuple(repr(row.get(key)) for key in (*FIELDS, *more)) for row in rows)
