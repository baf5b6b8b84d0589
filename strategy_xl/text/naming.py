"""What people call a module or a table: its key, its sheet, its title, in any language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from strategy_xl.schema.spec import DataBlock, ModuleSpec, TableBlock, WorkbookSpec
from strategy_xl.text.parsing import fold

_Named = TypeVar("_Named")


def block_names(block: DataBlock) -> Iterator[str]:
    """The names of a block."""
    yield from (block.key, block.key.replace("_", " "))
    if block.title is not None:
        yield from block.title.every()
    if isinstance(block, TableBlock):
        yield block.table_name


def module_names(module: ModuleSpec) -> Iterator[str]:
    """The names of a module."""
    yield from (module.key, module.key.replace("_", " "), *module.sheet.every())


def find_named(wanted: str, candidates: Iterable[tuple[_Named, Sequence[str]]]) -> _Named | None:
    """The one that is called so: by its whole name, else by the beginning of one that no other begins with.

    Arguments:
        wanted: as people say it; case, accents and a plural do not count.
        candidates: each with its names; the first of equal ones wins.
    """
    said = _plain(wanted)
    listed = [(item, [_plain(name) for name in names]) for item, names in candidates]
    for item, names in listed:
        if said in names:
            return item
    if not said:
        return None
    begun = [item for item, names in listed if any(name.startswith(f"{said} ") for name in names)]
    return begun[0] if len(begun) == 1 else None


def _plain(name: str) -> str:
    return " ".join(word.removesuffix("s") for word in fold(name.replace("’", " ").replace("'", " ")).split())


def find_module(spec: WorkbookSpec, wanted: str) -> str | None:
    """Key of the module that people mean, by its own names or those of a table on it; None for none."""
    modules = [(module.key, list(module_names(module))) for module in spec.modules]
    blocks = [(module.key, list(block_names(block))) for module, block in spec.data_blocks().values()]
    return find_named(wanted, [*modules, *blocks])
