"""The clients table's formulas, evaluated as a recompute does: each once, in order, their answers as columns.

For tables of 40, 10,000 and 200,000 invented clients: CPU milliseconds for all formulas, microseconds a
node of their trees, nanoseconds a row and formula, and the memory at its height; then the formulas that
take longest, by the clock. Run ``python benchmarks/formulas.py``.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from strategy_xl.formulas.arrays import Context, compile_formula, evaluation_order
from strategy_xl.formulas.tree import Node, children, parse, simplified
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FieldSpec, FieldType

SPEC = load_default()
BLOCKS = SPEC.data_blocks()
CLIENTS = "clients"
TODAY = date(2026, 11, 30)
SHOWN = 6

Values = np.ndarray[Any, np.dtype[np.object_]]


def label(listed: str, key: str) -> str:
    """The French label of a choice."""
    return next(choice.fr for choice in SPEC.list_(listed).choices if choice.key == key)


def invented(spec: FieldSpec, rows: int, random: np.random.Generator) -> Values:
    """A column of input cells, one in ten empty."""
    found: Values
    if spec.key == "name":
        found = np.array([f"Client {row:06d}" for row in range(rows)], dtype=object)
        return found
    if spec.type in (FieldType.NUMBER, FieldType.INTEGER, FieldType.MONEY, FieldType.PERCENT):
        high = spec.maximum or (90_000 if spec.type is FieldType.MONEY else 10)
        values = random.uniform(spec.minimum or 0, high, rows)
        found = (np.floor(values) if spec.type is FieldType.INTEGER else values).astype(object)
    else:
        words = [c.fr for c in SPEC.list_(spec.choices).choices] if spec.choices else ["Oui", "Non"]
        found = random.choice(np.array(words or ["Nord", "Sud"], dtype=object), rows)
    found[random.random(rows) < 0.1] = None
    return found


def setting(key: str) -> Any:
    """The value of a setting that nobody changed."""
    if key == "today":
        return TODAY
    spec = next(field for field in BLOCKS["params"][1].fields if field.key == key)
    if spec.choices is not None and spec.default is not None:
        return label(spec.choices, str(spec.default))
    return float(spec.default) if isinstance(spec.default, int | float) else spec.default


def size_of(formula: str) -> int:
    """Nodes of a formula's tree, equal parts once."""
    known: dict[int, Node] = {}

    def count(node: Node) -> None:
        if known.setdefault(id(node), node) is node:
            for part in children(node):
                count(part)

    count(simplified(parse(formula)))
    return len(known)


class Table:
    """The clients, and what their formulas read."""

    def __init__(self, rows: int) -> None:
        """Invent so many rows."""
        fields = BLOCKS[CLIENTS][1].fields
        random = np.random.default_rng(rows)
        given = {(CLIENTS, f.key): invented(f, rows, random) for f in fields if f.formula is None}
        flags = {("red_flags", f.key): invented(f, 12, random) for f in BLOCKS["red_flags"][1].fields}
        self.columns = given | flags
        self.rows = rows
        formulas = {(CLIENTS, f.key): f.formula for f in fields if f.formula is not None}
        self.formulas = {key: formulas[key] for key in evaluation_order(formulas, "params")}

    def evaluate(self, taken: dict[str, float] | None = None) -> None:
        """Evaluate all formulas, from nothing kept; adds up seconds by formula."""
        columns = {key: values.copy() for key, values in self.columns.items()}
        rows = {key: values for (block, key), values in columns.items() if block == CLIENTS}
        context = Context(
            rows,
            lambda block, key: columns[block, key],
            setting,
            label,
            size=self.rows,
            row_number=np.arange(2, 2 + self.rows),
        )
        for (block, key), formula in self.formulas.items():
            start = time.perf_counter()
            columns[block, key] = rows[key] = compile_formula(formula).column(context)
            if taken is not None:
                taken[formula] = min(taken.get(formula, np.inf), time.perf_counter() - start)


def peak(work: Callable[[], object]) -> float:
    """Megabytes that are allocated at the height of some work."""
    tracemalloc.start()
    work()
    height = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return height / 2**20


def main() -> None:
    """Measure and print a table for all sizes, and the slowest formulas of the largest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[40, 10_000, 200_000])
    arguments = parser.parse_args()
    print("| rows | formulas | nodes | ms | µs a node | ns a row and formula | peak MB |")
    print("|---|---|---|---|---|---|---|")
    taken: dict[str, float] = {}
    for rows in arguments.rows:
        table, taken, total = Table(rows), {}, np.inf
        for _ in range(40 if rows < 1_000 else 8 if rows < 100_000 else 3):
            start = time.process_time()
            table.evaluate(taken)
            total = min(total, time.process_time() - start)
        nodes = sum(map(size_of, table.formulas.values()))
        count = len(table.formulas)
        print(
            f"| {rows:,} | {count} | {nodes} | {total * 1e3:.1f} | {total / nodes * 1e6:.1f} "
            f"| {total / rows / count * 1e9:,.0f} | {peak(partial(table.evaluate)):.0f} |",
            flush=True,
        )
    print()
    for formula, seconds in sorted(taken.items(), key=lambda item: -item[1])[:SHOWN]:
        print(f"{seconds * 1e3:8.1f} ms  {formula[:90]}")


if __name__ == "__main__":
    main()
