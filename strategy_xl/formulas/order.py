"""In which order computed fields can be evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter

from strategy_xl.formulas.references import Reference, references
from strategy_xl.formulas.tree import FormulaError

FieldKey = tuple[str, str]
"""Block key and field key."""


class CircularError(FormulaError):
    """Fields that need each other; ``cycle`` names them in order, the first one again at the end."""

    def __init__(self, cycle: list[FieldKey]) -> None:
        """Keep the cycle; the message shows it."""
        super().__init__(" → ".join(f"{block}[{key}]" for block, key in cycle))
        self.cycle = cycle


@cache
def dependencies(formula: str) -> tuple[Reference, ...]:
    """The references of a formula, each once, in the order in which they first stand."""
    return tuple(dict.fromkeys(references(formula)))


def _target(block: str, reference: Reference, settings: str) -> FieldKey | None:
    match reference.kind:
        case "row":
            return block, reference.key
        case "column":
            return reference.owner, reference.key
        case "setting":
            return settings, reference.key
        case _:
            return None


def evaluation_order(fields: Mapping[FieldKey, str], settings: str) -> list[FieldKey]:
    """Computed fields of all blocks, each after those that its formula reads.

    Arguments:
        fields: formula by (block key, field key); references to other fields are inputs.
        settings: key of the block that ``@key`` reads.

    Errors: CircularError naming the cycle.
    """
    sorter: TopologicalSorter[FieldKey] = TopologicalSorter()
    for (block, key), formula in fields.items():
        needed = (_target(block, reference, settings) for reference in dependencies(formula))
        sorter.add((block, key), *(field for field in needed if field is not None and field in fields))
    try:
        return list(sorter.static_order())
    except CycleError as error:
        raise CircularError(list(reversed(error.args[1]))) from error
