"""A template's formula with what a LAMBDA knows already taken out.

In a cell a formula asks again and again whether its inputs count. A LAMBDA has asked once: an argument is
then a number in its bounds or nothing, no error gets that far, and inputs that are no arguments are empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from strategy_xl.formulas.references import Reference
from strategy_xl.formulas.tree import Array, Binary, Call, Group, Literal, Node, Unary

TRUE, FALSE = Literal("bool", value=True, text="TRUE"), Literal("bool", value=False, text="FALSE")
_COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of references.

    Arguments:
        constant: the constant that a reference is, if it is one.
        sure: whether it holds no error.
        bounded: whether it is a number in the bounds of its field, or else no number.
        absent: whether it is a column of a table that is not there.
    """

    constant: Callable[[Reference], Literal | None]
    sure: Callable[[Reference], bool]
    bounded: Callable[[Reference], bool]
    absent: Callable[[Reference], bool]


def changed(node: Node, call: Callable[[Call], Node]) -> Node:
    """The same tree with each call as ``call`` makes it, the inner ones first."""
    match node:
        case Group():
            return Group(changed(node.inner, call))
        case Unary():
            return Unary(node.op, changed(node.operand, call))
        case Binary():
            return Binary(node.op, changed(node.left, call), changed(node.right, call))
        case Call():
            return call(Call(node.name, tuple(changed(part, call) for part in node.args)))
        case _:
            return node


def simplified(node: Node, known: Known) -> Node:
    """The same formula without questions that are answered."""

    def simple(part: Node) -> Node:
        match part:
            case Reference():
                return known.constant(part) or part
            case Group():
                inner = simple(part.inner)
                return inner if isinstance(inner, Literal | Reference | Call) else Group(inner)
            case Unary():
                return Unary(part.op, simple(part.operand))
            case Binary():
                return _binary(Binary(part.op, simple(part.left), simple(part.right)))
            case Call():
                return _call(Call(part.name, tuple(map(simple, part.args))), known)
            case _:
                return part

    return simple(node)


def _binary(node: Binary) -> Node:
    left, right = node.left, node.right
    if isinstance(left, Literal) and isinstance(right, Literal) and node.op in {"=", "<>"}:
        equal = left.kind == right.kind and _folded(left) == _folded(right)
        return TRUE if equal == (node.op == "=") else FALSE
    if node.op in _COMPARISONS:
        # IronCalc, which proves these formulas, drops the parentheses of (a=b)=(c=d).
        return Binary(node.op, _whole(left), _whole(right))
    return node


def _whole(node: Node) -> Node:
    """A comparison as an operand of another one."""
    inner = node.inner if isinstance(node, Group) else node
    is_comparison = isinstance(inner, Binary) and inner.op in _COMPARISONS
    return Call("AND", (inner,)) if isinstance(node, Group) and is_comparison else node


def _folded(literal: Literal) -> object:
    return literal.value.casefold() if isinstance(literal.value, str) else literal.value


def _call(node: Call, known: Known) -> Node:  # noqa: PLR0911 - one arm a function
    name, args = node.name, node.args
    first = args[0] if args else None
    match name:
        case "IF":
            return _if(node, known)
        case "IFERROR" if isinstance(first, Literal) or (isinstance(first, Reference) and known.sure(first)):
            return first
        case "TRIM" if isinstance(first, Literal) and first.kind == "text":
            return first
        case "ISNUMBER" if isinstance(first, Literal) and first.kind != "error":
            return TRUE if first.kind == "number" else FALSE
        case "NOT" if first in (TRUE, FALSE):
            return FALSE if first == TRUE else TRUE
        case "AND" | "OR":
            return _joined(node)
        case "COUNTIF" | "COUNTIFS" | "SUMIFS" if isinstance(first, Reference) and known.absent(first):
            return Literal("number", 0.0, "0")
        case _:
            return node


def _if(node: Call, known: Known) -> Node:
    condition, *branches = node.args
    if condition in (TRUE, FALSE):
        chosen = branches[0] if condition == TRUE else branches[1] if len(branches) > 1 else FALSE
        return Group(chosen) if isinstance(chosen, Binary) else chosen
    if branches == [TRUE, FALSE]:
        return condition
    if branches[1:] != [FALSE] or not isinstance(condition, Call) or condition.name != "ISNUMBER":
        return node
    cell = condition.args[0]
    if isinstance(cell, Reference) and known.bounded(cell) and _is_about(branches[0], cell):
        return condition
    return node


def _is_about(node: Node, cell: Reference) -> bool:
    """Whether a condition asks for nothing but whether the cell is in constant bounds."""
    if isinstance(node, Call) and node.name == "AND":
        return all(_is_about(part, cell) for part in node.args)
    return (
        isinstance(node, Binary)
        and node.op in _COMPARISONS
        and node.left == cell
        and _is_constant(node.right)
    )


def _is_constant(node: Node) -> bool:
    if isinstance(node, Unary):
        return _is_constant(node.operand)
    return isinstance(node, Literal | Array) or (
        isinstance(node, Call) and node.name == "DATE" and all(map(_is_constant, node.args))
    )


def _joined(node: Call) -> Node:
    """AND and OR without the conditions that hold anyway."""
    decides, idle = (FALSE, TRUE) if node.name == "AND" else (TRUE, FALSE)
    if decides in node.args:
        return decides
    left = tuple(part for part in node.args if part != idle)
    if not left:
        return idle
    if len(left) == 1:
        return Group(left[0]) if isinstance(left[0], Binary) else left[0]
    return Call(node.name, left)
