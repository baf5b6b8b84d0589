"""Two people edit copies of one workbook, and their versions are put together: nothing is lost untold.

usage: merges.py [--pairs 1000] [--seed 0] [--jobs 2]

Every pair is three workbooks and the one that comes out, as files. What must come out is worked out from the
edits (``merge_cases``): rows, cells and settings, and which conflicts are listed with both values. Every part
of the file that the merge does not touch must have the bytes of A.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from merge_cases import FIELDS, Case, Row, make_case, plain_rows

from strategy_xl.answers.basis import ENTITY_ID
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.tables import append_rows
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.work.diff_version import Version, read_version
from strategy_xl.work.merge import plan_merge
from strategy_xl.work.merge_writing import MergeReport, write_merge

DAY = date(2026, 11, 28)
ROOM = 10
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


def write_version(path: Path, rows: Sequence[Row], setting: float | None, beside: str | None) -> None:
    """A version of the workbook: its clients in their order, a setting, a cell beside the tables."""
    path.write_bytes(empty_book())
    data = read_workbook(path, small_spec())
    block, settings = data.blocks["clients"], data.blocks["params"]
    fits, rest = rows[: len(block.all_rows)], rows[len(block.all_rows) :]
    edits: dict[str, dict[tuple[int, int], Any]] = {block.sheet: {}}
    labels = data.look.labels["sectors"]
    rows = [{**row, "sector": labels.get(row["sector"])} for row in rows]
    for index, row in zip(block.all_rows, fits, strict=False):
        edits[block.sheet] |= {block.cell(key, index): row.get(key) for key in (*FIELDS, ENTITY_ID)}
    if setting is not None:
        edits.setdefault(settings.sheet, {})[settings.cell(SETTING, 1)] = setting
    edits[block.sheet][BESIDE] = beside
    if not rest:
        set_cells(path, path, edits)
        return
    columns = {key: block.places[key].column - block.table_left for key in (*FIELDS, ENTITY_ID)}
    more = [{columns[key]: row.get(key) for key in columns} for row in rest]
    append_rows(path, path, str(block.table), more, edits=edits)


def expected(base: Any, mine: Any, theirs: Any) -> tuple[Any, bool]:
    """What must come out of one cell, and whether it is a conflict."""
    if theirs in {mine, base}:
        return mine, False
    return (theirs, False) if mine == base else (mine, True)


def run_pair(seed: int, folder: Path) -> list[str]:
    """What is wrong with one pair; nothing when all is right."""
    case = make_case(seed, with_ids=seed % 2 == 0)
    chance = random.Random(-seed)  # noqa: S311 - as above
    settings = [45.0, *(chance.choice([45.0, 50.0, 60.0]) for _ in "ab")]
    beside = [None, *(chance.choice([None, "note", f"note de {side}"]) for side in "ab")]
    paths = [folder / f"{name}.xlsx" for name in ("base", "a", "b", "out")]
    versions = (case.base, case.version(case.a), case.version(case.b))
    for path, rows, setting, text in zip(paths, versions, settings, beside, strict=False):
        write_version(path, rows, setting, text)
    spec = small_spec()
    report = write_merge(plan_merge(*paths[:3], spec, DAY), paths[3], spec)
    out = read_version(paths[3], spec, DAY, judges=False)
    wrong = [*_rows(case, report, out), *_parts(paths[1], paths[3], report)]
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
    }
    wrong += [f"{code} told {codes[code]} times, not {n}" for code, n in told.items() if codes[code] != n]
    others = codes.keys() - {*told, "SX523"}
    return [*wrong, *(f"{code} was told" for code in sorted(others))]


def _rows(case: Case, report: MergeReport, out: Version) -> list[str]:
    """Rows that came out and must not, or must and did not."""
    held = out.blocks["clients"]
    found = [{key: held.columns[key][at] for key in FIELDS} for at in range(len(held.rows))]
    got, wanted = Counter(plain_rows(found)), Counter(plain_rows(case.rows))
    wrong = [f"came out: {row}" for row in got - wanted] + [f"is lost: {row}" for row in wanted - got]
    listed = {(one.name, one.key) for one in report.plan.blocks["clients"].conflicts}
    if len(listed) != len(case.cells):
        wrong.append(f"conflicts {listed}, not {case.cells}")
    return wrong


def _parts(a: Path, out: Path, report: MergeReport) -> list[str]:
    """Parts of the file that are others than in A without a reason."""
    with Package.open(a) as before, Package.open(out) as after:
        same = [name for name in before.members if name not in report.patch.parts]
        changed = [name for name in same if name not in after.members or before.raw(name) != after.raw(name)]
    return [f"part {name} is another" for name in changed]


def _run(seed: int) -> tuple[int, list[str]]:
    with TemporaryDirectory() as folder:
        return seed, run_pair(seed, Path(folder))


def main() -> int:
    """Run all pairs; 1 when something is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.pairs)
    bad = 0
    with ProcessPoolExecutor(options.jobs) as pool:
        for seed, wrong in pool.map(_run, seeds, chunksize=5):
            bad += bool(wrong)
            for line in wrong:
                print(f"pair {seed}: {line}", flush=True)
    print(f"{options.pairs} pairs, {bad} wrong")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
