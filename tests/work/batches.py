"""Sheets and tables in batches of which no member reads another: each loses one, and its readers still stand.

What is tried on each of some fifty sheets and tables would cost as many workbooks, their nights and audits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from strategy_xl.build.select import block_references, owners
from strategy_xl.formulas.references import parse_column, references
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.spec import TableBlock, WorkbookSpec

Batch = tuple[str, ...]


def _apart(members: Iterable[str], near: Mapping[str, AbstractSet[str]], at_most: int) -> list[Batch]:
    """Members in batches of which none is near another."""
    batches: list[list[str]] = []
    for member in sorted(members, key=lambda one: -len(near[one])):
        for batch in batches:
            if len(batch) < at_most and near[member].isdisjoint(batch):
                batch.append(member)
                break
        else:
            batches.append([member])
    return [tuple(batch) for batch in batches]


def _readers(spec: WorkbookSpec) -> dict[str, set[str]]:
    """Which blocks read a block or are read by it, in formulas and drop-downs."""
    blocks = spec.data_blocks()
    near: defaultdict[str, set[str]] = defaultdict(set)
    for key, (_, block) in blocks.items():
        for field in block.fields:
            read = {found.owner for found in references(field.formula or "")}
            if field.source is not None:
                read.add(parse_column(field.source)[0])
            for other in (read & blocks.keys()) - {key}:
                near[key].add(other)
                near[other].add(key)
    return near


def of_tables(spec: WorkbookSpec, at_most: int = 10) -> list[Batch]:
    """The names of all tables; of one sheet, one in a batch."""
    blocks, readers = spec.data_blocks(), _readers(spec)
    tables = {key: block.table_name for key, (_, block) in blocks.items() if isinstance(block, TableBlock)}
    near = {
        name: {tables[other] for other in readers[key] & tables.keys()}
        | {tables[other] for other in tables if other != key and blocks[other][0] == blocks[key][0]}
        for key, name in tables.items()
    }
    return _apart(tables.values(), near, at_most)


def of_modules(spec: WorkbookSpec, at_most: int = 8) -> list[Batch]:
    """The keys of all modules; that of the settings, by which all is judged, is alone."""
    of_block = owners(spec)
    near: dict[str, set[str]] = {module.key: set() for module in spec.modules}
    for module in spec.modules:
        for read in {of_block[key] for key in block_references(module)} - {module.key}:
            near[module.key].add(read)
            near[read].add(module.key)
    settings = of_block[SETTINGS_BLOCK]
    return [(settings,), *_apart((key for key in near if key != settings), near, at_most)]
