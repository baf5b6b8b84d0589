"""Two people edit copies of one workbook, and their versions are put together: nothing is lost untold.

usage: merges.py [--pairs 1000] [--seed 0] [--jobs 2] [--state FILE]

Every pair is three workbooks and the one that comes out, as files. What must come out is worked out from the
edits (``merge_cases``, ``merge_extras``): rows, cells, settings, columns of people's own, notes, colours and
pictures, and which conflicts are listed with both values. Every part of the file that the merge does not
touch must have the bytes of A. With a state file, pairs that were run already with the same program are not
run again.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from functools import cache
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from merge_cases import FIELDS, WAS, Case, Edits, Row, make_case, plain_rows
from merge_extras import (
    COLOUR,
    COLOURED,
    NOTED,
    Beside,
    Extras,
    Outcome,
    make_extras,
    outcome,
    put_notes,
    with_colour,
    with_picture,
)

from strategy_xl.answers.basis import ENTITY_ID
from strategy_xl.book.data import BlockData
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.ooxml.cell_looks import Aspect, looks_of, styles_on
from strategy_xl.ooxml.cells import Kept, Styled
from strategy_xl.ooxml.drawn_items import drawn_on
from strategy_xl.ooxml.inserted_columns import NewColumn
from strategy_xl.ooxml.own_columns import with_own_columns
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.tables import append_rows
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.work.diff_version import Version, read_version
from strategy_xl.work.merge import plan_merge
from strategy_xl.work.merge_writing import MergeReport, write_merge

DAY = date(2026, 11, 28)
ROOM = 10
KINDS = {
    "SX510": "cells, conflicts",
    "SX511": "rows, conflicts",
    "SX512": "rows added by both",
    "SX513": "cells beside tables, conflicts",
    "SX518": "notes without a row",
    "SX528": "notes, conflicts",
    "SX530": "columns of people’s own",
}
"""What is told, and how the table at the end calls it."""
"""Rows of the table at first: those of most versions do not fit, so that it must grow."""
SETTING, BESIDE = "hourly_cost", (200, 3)
"""What both people also change: a setting, and a cell outside of all tables."""


@cache
def small_spec() -> WorkbookSpec:
    """The templates of the clients alone, with a short table."""
    spec = only(load_default(), ["client_matrix"])
    modules = []
    for module in spec.modules:
        blocks = [
            block.model_copy(update={"rows": ROOM}) if block.key == "clients" else block
            for block in module.blocks
        ]
        modules.append(module.model_copy(update={"blocks": tuple(blocks)}))
    return spec.model_copy(update={"modules": tuple(modules)})


@cache
def empty_book() -> bytes:
    """A workbook of that kind without a row."""
    return render(small_spec(), lang="fr", company="", today=DAY, rows={"clients": []})


@cache
def blank_book(columns: tuple[str, ...], picture: int) -> tuple[bytes, bytes]:
    """That workbook with columns of people's own and a picture; and the style of a coloured cell in it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "blank.xlsx"
        path.write_bytes(empty_book())
        block = read_workbook(path, small_spec()).blocks["clients"]
        with Package.open(path) as package:
            info = WorkbookInfo.of(package)
            place = block.cell(COLOURED, block.first_row)
            style = styles_on(info, info.sheet(block.sheet))[place]
        content, number = with_colour(empty_book(), style)
        if picture:
            content = with_picture(content, picture)
        if not columns:
            return content, number
        # Before the hours: columns that were there move, and what reads them must follow.
        before = block.places["hours"].column - block.table_left
        new = [NewColumn(before, key.removeprefix("own:"), 12.0) for key in columns]
        path.write_bytes(content)
        return with_own_columns(Snapshot.take(path), str(block.table), new).content, number


def write_version(  # noqa: PLR0913, PLR0917 - what a version has
    path: Path,
    rows: Sequence[Row],
    setting: float | None,
    beside: str | None,
    extras: Extras | None = None,
    columns: Sequence[str] = (),
    firsts: Sequence[str] = (),
) -> None:
    """A version of the workbook.

    Arguments:
        path: where it goes.
        rows: its clients in their order.
        setting: a setting. beside: a cell beside the tables.
        extras: what it has beside rows and cells. columns: keys of columns of people's own.
        firsts: the name that each row had first.
    """
    extras = extras or Extras()
    content, coloured = blank_book(tuple(columns), extras.picture)
    path.write_bytes(content)
    data = read_workbook(path, small_spec())
    block, settings = data.blocks["clients"], data.blocks["params"]
    own = _own_columns(path, block)
    fits, rest = rows[: len(block.all_rows)], rows[len(block.all_rows) :]
    edits: dict[str, dict[tuple[int, int], Any]] = {block.sheet: {}}
    labels = data.look.labels["sectors"]
    rows = [{**row, "sector": labels.get(row.get("sector"))} for row in rows]
    for index, row in zip(block.all_rows, fits, strict=False):
        edits[block.sheet] |= {block.cell(key, index): row.get(key) for key in (*FIELDS, ENTITY_ID)}
        edits[block.sheet] |= {(index, own[key]): row.get(key) for key in columns}
    if setting is not None:
        edits.setdefault(settings.sheet, {})[settings.cell(SETTING, 1)] = setting
    edits[block.sheet][BESIDE] = beside
    if rest:
        at = {key: block.places[key].column - block.table_left for key in (*FIELDS, ENTITY_ID)}
        at |= {key: own[key] - block.table_left for key in columns}
        more = [{at[key]: row.get(key) for key in at} for row in rest]
        append_rows(path, path, str(block.table), more, edits=edits)
    else:
        set_cells(path, path, edits)
    places = {first: block.cell(COLOURED, block.first_row + at) for at, first in enumerate(firsts)}
    styled = {cell: Styled(Kept(), coloured) for first, cell in places.items() if first in extras.coloured}
    set_cells(path, path, {block.sheet: styled})
    notes = {
        block.cell(key, block.first_row + at): text
        for at, first in enumerate(firsts)
        for key in NOTED
        if (text := extras.notes.get((first, key))) is not None
    }
    put_notes(path, block.sheet, notes)


def _own_columns(path: Path, block: BlockData) -> dict[str, int]:
    """Key of each column of people's own → its column on the sheet."""
    with Package.open(path) as package:
        table = WorkbookInfo.of(package).table(str(block.table))
    return {f"own:{column.name}": table.area.left + at for at, column in enumerate(table.columns)}


def expected(base: Any, mine: Any, theirs: Any) -> tuple[Any, bool]:
    """What must come out of one cell, and whether it is a conflict."""
    if theirs in {mine, base}:
        return mine, False
    return (theirs, False) if mine == base else (mine, True)


def run_pair(seed: int, folder: Path) -> tuple[list[str], Counter[str]]:
    """What is wrong with one pair, nothing when all is right; and what there was in it."""
    case = make_case(seed, with_ids=seed % 2 == 0, with_columns=True)
    extras = make_extras(case, seed)
    wanted = outcome(case, *extras)
    chance = random.Random(-seed)  # noqa: S311 - as above
    settings = [45.0, *(chance.choice([45.0, 50.0, 60.0]) for _ in "ab")]
    beside = [None, *(chance.choice([None, "note", f"note de {side}"]) for side in "ab")]
    paths = [folder / f"{name}.xlsx" for name in ("base", "a", "b", "out")]
    versions = (case.base, case.version(case.a), case.version(case.b))
    first = Edits(order=[row["name"] for row in case.base])
    sides = zip(paths, versions, settings, beside, extras, (first, case.a, case.b), strict=False)
    for path, rows, setting, text, more, edits in sides:
        write_version(path, rows, setting, text, more, edits.columns, edits.order)
    spec = small_spec()
    report = write_merge(plan_merge(*paths[:3], spec, DAY), paths[3], spec)
    out = read_version(paths[3], spec, DAY, judges=False)
    wrong = [*_rows(case, report, out), *_parts(paths[1], paths[3], report), *_around(case, wanted, out)]
    singles = [expected(*settings), expected(*beside)]
    if out.blocks["params"].columns[SETTING][0] != singles[0][0]:
        wrong.append(f"setting {out.blocks['params'].columns[SETTING][0]}, not {singles[0][0]}")
    if out.loose[out.data.blocks["clients"].sheet].get(BESIDE) != singles[1][0]:
        wrong.append(f"cell beside the table is not {singles[1][0]}")
    codes = Counter(one.code for one in report.findings)
    told = {
        "SX510": len(case.cells) + singles[0][1],
        "SX511": len(case.contested),
        "SX512": len(case.twins),
        "SX513": int(singles[1][1]),
        "SX518": wanted.lost,
        "SX528": wanted.conflicts,
        "SX530": len(set(case.b.columns) - set(case.a.columns)),
    }
    wrong += [f"{code} told {codes[code]} times, not {n}" for code, n in told.items() if codes[code] != n]
    others = codes.keys() - {*told, "SX523"}
    seen = Counter({KINDS[code]: n for code, n in told.items()})
    seen += Counter(
        {
            "rows taken over": report.added,
            "cells taken over": report.plan.cells,
            "rows cleared": report.plan.cleared,
            "notes taken over or away": len(report.notes.changes),
            "pictures taken over": sum(map(len, report.drawn.laid.values())),
            "coloured cells in what comes out": len(wanted.coloured),
        }
    )
    return [*wrong, *(f"{code} was told" for code in sorted(others))], seen


def _rows(case: Case, report: MergeReport, out: Version) -> list[str]:
    """Rows that came out and must not, or must and did not."""
    held = out.blocks["clients"]
    own = sorted({*case.a.columns, *case.b.columns})
    lost = [f"column {key} is lost" for key in own if key not in held.columns]
    if lost:
        return lost
    found = [{key: held.columns[key][at] for key in (*FIELDS, *own)} for at in range(len(held.rows))]
    got, wanted = Counter(plain_rows(found, own)), Counter(plain_rows(case.rows, own))
    wrong = [f"came out: {row}" for row in got - wanted] + [f"is lost: {row}" for row in wanted - got]
    listed = {(one.name, one.key) for one in report.plan.blocks["clients"].conflicts}
    if len(listed) != len(case.cells):
        wrong.append(f"conflicts {listed}, not {case.cells}")
    return wrong


def _around(case: Case, wanted: Outcome, out: Version) -> list[str]:
    """Notes, colours and pictures that came out and must not, or must and did not."""
    names = {row["name"]: row[WAS] for row in case.rows}
    notes: dict[Beside, str] = {}
    coloured = set()
    with Package.open(out.snapshot) as package:
        info = WorkbookInfo.of(package)
        sheet = info.sheet(out.data.blocks["clients"].sheet)
        styles, looks = styles_on(info, sheet), looks_of(info)
        pictures = sum(item.kind == "picture" for item in drawn_on(info, sheet))
    for at, name in enumerate(out.blocks["clients"].columns["name"]):
        for key in NOTED:
            title, *cell = out.place("clients", key, at)
            text = out.comments[title].get((cell[0], cell[1]))
            if text is not None:
                notes[names.get(name, name), key] = text
        _, row, column = out.place("clients", COLOURED, at)
        if looks[styles.get((row, column), 0)][Aspect.GROUND] == f"solid {COLOUR}":
            coloured.add(names.get(name, name))
    wrong = []
    if notes != wanted.notes:
        wrong.append(f"notes {sorted(notes.items() ^ wanted.notes.items())}")
    if coloured & wanted.known != wanted.coloured:
        wrong.append(f"colours {sorted(coloured & wanted.known)}, not {sorted(wanted.coloured)}")
    if pictures != wanted.pictures:
        wrong.append(f"{pictures} pictures, not {wanted.pictures}")
    return wrong


def _parts(a: Path, out: Path, report: MergeReport) -> list[str]:
    """Parts of the file that are others than in A without a reason."""
    with Package.open(a) as before, Package.open(out) as after:
        same = [name for name in before.members if name not in report.patch.parts]
        changed = [name for name in same if name not in after.members or before.raw(name) != after.raw(name)]
    return [f"part {name} is another" for name in changed]


def _run(seed: int) -> tuple[int, list[str], Counter[str]]:
    with TemporaryDirectory() as folder:
        try:
            return seed, *run_pair(seed, Path(folder))
        except Exception:  # noqa: BLE001 - told in full; the other pairs go on
            return seed, [traceback.format_exc()], Counter()


def main() -> int:
    """Run all pairs; 1 when something is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--state", type=Path)
    options = parser.parse_args()
    done = _read_state(options.state)
    seeds = [seed for seed in range(options.seed, options.seed + options.pairs) if str(seed) not in done]
    with ProcessPoolExecutor(options.jobs) as pool:
        for future in as_completed([pool.submit(_run, seed) for seed in seeds]):
            seed, wrong, seen = future.result()
            done[str(seed)] = {"wrong": wrong, "seen": seen}
            for line in wrong:
                print(f"pair {seed}: {line}", flush=True)
            if options.state is not None:
                with options.state.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps({"seed": seed, "program": _program(), **done[str(seed)]}) + "\n")
    bad = sum(bool(one["wrong"]) for one in done.values())
    total = sum((Counter(one["seen"]) for one in done.values()), Counter[str]())
    print("\n".join(f"| {kind} | {n} |" for kind, n in sorted(total.items())))
    print(f"{len(done)} pairs, {bad} wrong")
    return int(bool(bad))


def _read_state(path: Path | None) -> dict[str, dict[str, Any]]:
    """What was run already with this program: number of the pair → what came of it."""
    if path is None or not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {str(line["seed"]): line for line in lines if line["program"] == _program()}


@cache
def _program() -> str:
    """A digest of the program and of these tools: other code, other results."""
    root = Path(__file__).parents[1]
    found = blake2b(digest_size=8)
    for path in sorted([*root.glob("strategy_xl/**/*.py"), *root.glob("tools/merge*.py")]):
        found.update(path.read_bytes())
    return found.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
