"""Formulas as Excel's files write them, ``_xlfn.`` before the functions younger than the format."""

from __future__ import annotations

import re
from collections.abc import Callable

from strategy_xl.formulas.references import Reference
from strategy_xl.formulas.tree import Array, Binary, Call, Group, Literal, Missing, Node, Unary

# fmt: off
NEWER = frozenset({
    "BINOM.DIST", "CEILING.MATH", "CONCAT", "CONFIDENCE.NORM", "DAYS", "FLOOR.MATH", "FORECAST.LINEAR",
    "IFNA", "IFS", "ISOWEEKNUM", "MAXIFS", "MINIFS", "MODE.SNGL", "NORM.DIST", "NORM.INV", "NORM.S.DIST",
    "NORM.S.INV", "NUMBERVALUE", "PERCENTILE.EXC", "PERCENTILE.INC", "PERCENTRANK.INC", "QUARTILE.EXC",
    "QUARTILE.INC", "RANK.AVG", "RANK.EQ", "STDEV.P", "STDEV.S", "SWITCH", "TEXTJOIN", "UNICHAR", "UNICODE",
    "VAR.P", "VAR.S", "XOR",
})
# fmt: on
"""Functions younger than the file format: without their prefix Excel shows #NAME?."""


def quote(text: str) -> str:
    """A text constant of a formula."""
    return '"' + text.replace('"', '""') + '"'


def escape_column(label: str) -> str:
    """A column label as it stands inside a structured reference (``CA [k€]`` → ``CA '[k€']``)."""
    return re.sub(r"(['\[\]#])", r"'\1", label)


def write(node: Node, resolve: Callable[[Reference], str]) -> str:  # noqa: C901, PLR0911 - one arm a kind of node
    """A formula's tree as text, without the leading ``=``.

    Arguments:
        node: the tree.
        resolve: what a file writes for a reference.
    """

    def written(part: Node) -> str:
        return write(part, resolve)

    match node:
        case Literal():
            return node.text
        case Reference():
            return resolve(node)
        case Missing():
            return ""
        case Array():
            return "{" + ";".join(",".join(map(written, row)) for row in node.rows) + "}"
        case Group():
            return f"({written(node.inner)})"
        case Unary():
            operand = written(node.operand)
            return f"{operand}%" if node.op == "%" else node.op + operand
        case Binary():
            right: list[str] = []  # a sum of thousands leans left all the way down
            while isinstance(node, Binary):
                right += written(node.right), node.op
                node = node.left
            return written(node) + "".join(reversed(right))
        case Call():
            prefix = "_xlfn." if node.name.upper() in NEWER else ""
            return f"{prefix}{node.name}({','.join(map(written, node.args))})"
