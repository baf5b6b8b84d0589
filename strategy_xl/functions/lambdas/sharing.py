"""Parts that a formula says several times, said once: it is shorter, and computed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from strategy_xl.formulas.references import Reference
from strategy_xl.formulas.tree import Binary, Call, Group, Node, Unary, children

_NAME = 12
"""Characters that a name takes, about."""
_WORTH = 20
"""Characters that a name must save."""


def mapped(node: Node, change: Callable[[Node], Node]) -> Node:
    """The same tree with each part as ``change`` makes it, the inner ones first."""
    match node:
        case Group():
            node = Group(mapped(node.inner, change))
        case Unary():
            node = Unary(node.op, mapped(node.operand, change))
        case Binary():
            node = Binary(node.op, mapped(node.left, change), mapped(node.right, change))
        case Call():
            node = Call(node.name, tuple(mapped(part, change) for part in node.args))
    return change(node)


def _parts(node: Node) -> Iterator[Node]:
    yield node
    for part in children(node):
        yield from _parts(part)


def _names(node: Node) -> set[str]:
    return {part.key for part in _parts(node) if isinstance(part, Reference) and part.kind == "row"}


def share(
    node: Node, written: Callable[[Node], str], name: Callable[[Node], Reference], local: set[str]
) -> Node:
    """The tree with names for its parts that come up again.

    Arguments:
        node: the formula.
        written: a part as text.
        name: gives a part a name.
        local: names that mean something inside the formula only: a part that has one stays where it is.
    """
    while True:
        times = Counter(part for part in _parts(node) if isinstance(part, Call | Binary))
        saved = {
            part: (count - 1) * len(written(part)) - (count + 1) * _NAME
            for part, count in times.items()
            if count > 1 and not _names(part) & local
        }
        best = max(saved, key=lambda part: saved[part], default=None)
        if best is None or saved[best] < _WORTH:
            return node
        reference = name(best)
        shared = best

        def replace(part: Node, shared: Node = shared, reference: Node = reference) -> Node:
            return reference if part == shared else part

        node = mapped(node, replace)


def shared_inside(node: Node, written: Callable[[Node], str], local: set[str]) -> Node:
    """The tree whose LAMBDAs say their own repeated parts once; their names come into ``local``."""

    def share_body(part: Node) -> Node:
        if not isinstance(part, Call) or part.name != "LAMBDA":
            return part
        pairs: list[Node] = []

        def name(shared: Node) -> Reference:
            reference = Reference("row", f"y{len(local)}")
            local.add(reference.key)
            pairs.extend((reference, shared))
            return reference

        body = share(part.args[-1], written, name, set())
        return Call("LAMBDA", (*part.args[:-1], Call("LET", (*pairs, body)) if pairs else body))

    return mapped(node, share_body)
