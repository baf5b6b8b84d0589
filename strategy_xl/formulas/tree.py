"""Read a template formula into a tree (a Pratt parser over Excel's operators)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

from strategy_xl.formulas.references import REFERENCE, Reference, pieces, read_reference
from strategy_xl.formulas.tokens import ERROR, MARK, NUMBER, SPACE, TEXT, WORD, Token


class FormulaError(ValueError):
    """A formula that cannot be read or evaluated; the message says what and where."""


class UnsupportedError(FormulaError):
    """A formula that Excel knows and this evaluator does not; the message names the function or form."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant.

    Arguments:
        kind: ``number``, ``text``, ``bool`` or ``error``; it keeps TRUE and 1 apart.
        value: its value, an error's code.
        text: as it is written.
    """

    kind: str
    value: float | str | bool
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """An argument left empty (``IF(a,,b)``)."""


@dataclass(frozen=True, slots=True)
class Array:
    """``{1,2;3,4}``: constants only, since Excel takes no name and no cell there."""

    rows: tuple[tuple[Literal, ...], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """``(x)``."""

    inner: Node


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x``, ``+x`` or ``x%``."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """``left op right``."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """``NAME(arguments)``, the name as it is written."""

    name: str
    args: tuple[Node, ...]


Node = Literal | Reference | Missing | Array | Group | Unary | Binary | Call

_BINDING = {"=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
_NESTED = 100
"""Parts within parts that are read; Excel takes 64 calls within calls."""
_SHOWN = 500
_UNARY_BINDING = 6  # Excel binds a sign tighter than the power: -2^2 is 4


class _Parser:
    def __init__(self, formula: str) -> None:
        self._formula = formula
        self._tokens = [token for token in pieces(formula) if token.kind != SPACE]
        self._tokens.append(Token("end", "", len(formula)))
        self._next = 1 if self._tokens[0].text == "=" else 0
        self._nested = 0

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _peek(self) -> str:
        """The next token's text when it is a mark, else its kind."""
        token = self._tokens[self._next]
        return token.text if token.kind == MARK else token.kind

    def _fail(self, token: Token) -> FormulaError:
        return FormulaError(f"{token.text[:_SHOWN] or 'end'!r} at {token.at} in {self._formula[:_SHOWN]!r}")

    def _expect(self, text: str) -> None:
        token = self._take()
        if token.text != text:
            raise self._fail(token)

    def whole(self) -> Node:
        node = self._expression(0)
        self._expect("")
        return node

    def _go_in(self) -> None:
        self._nested += 1
        if self._nested > _NESTED:
            message = f"too many parts within parts: {self._formula[:_SHOWN]!r}"
            raise FormulaError(message)

    def _expression(self, floor: int) -> Node:
        outside = self._nested
        self._go_in()
        left = self._prefix()
        while True:
            op = self._peek()
            if op == "%":
                self._take()
                self._go_in()
                left = Unary("%", left)
            elif _BINDING.get(op, 0) > floor:
                self._take()
                left = Binary(op, left, self._expression(_BINDING[op]))
            else:
                self._nested = outside
                return left

    def _prefix(self) -> Node:
        token = self._take()
        if token.text in ("+", "-"):
            return Unary(token.text, self._expression(_UNARY_BINDING))
        if token.text == "(":
            node = self._expression(0)
            self._expect(")")
            return Group(node)
        if token.text == "{":
            return self._array()
        if token.kind == WORD and self._peek() == "(":
            self._take()
            return Call(token.text, self._arguments())
        return self._atom(token)

    def _atom(self, token: Token) -> Literal | Reference:
        reference = read_reference(token.text) if token.kind == REFERENCE else None
        if reference is not None:
            return reference
        text = token.text
        if token.kind == NUMBER:
            return self._number(token, text)
        if token.kind == TEXT:
            return Literal("text", text[1:-1].replace('""', '"'), text)
        if token.kind == ERROR:
            return Literal("error", text, text)
        if text in ("TRUE", "FALSE"):
            return Literal("bool", text == "TRUE", text)
        raise self._fail(token)

    def _number(self, token: Token, text: str) -> Literal:
        value = float(text)
        if math.isinf(value):
            raise self._fail(token)
        return Literal("number", value, text)

    def _arguments(self) -> tuple[Node, ...]:
        args: list[Node] = []
        if self._peek() == ")":
            self._take()
            return ()
        while True:
            args.append(Missing() if self._peek() in (",", ")") else self._expression(0))
            if self._peek() != ",":
                self._expect(")")
                return tuple(args)
            self._take()

    def _array(self) -> Array:
        rows: list[tuple[Literal, ...]] = []
        row: list[Literal] = []
        while True:
            row.append(self._element())
            token = self._take()
            if token.text in (";", "}"):
                rows.append(tuple(row))
                row = []
            if token.text == "}":
                break
            if token.text not in (",", ";"):
                raise self._fail(token)
        if len({len(part) for part in rows}) != 1:
            raise self._fail(token)
        return Array(tuple(rows))

    def _element(self) -> Literal:
        token = self._take()
        if token.text in ("+", "-"):
            number = self._take()
            if number.kind != NUMBER:
                raise self._fail(number)
            return self._number(number, token.text + number.text)
        found = self._atom(token)
        if isinstance(found, Reference):
            raise self._fail(token)
        return found


@lru_cache(maxsize=2048)  # a run reads those of its templates several times
def parse(formula: str) -> Node:
    """The tree of a template formula, with or without its leading ``=``, all but spaces kept.

    Errors: FormulaError naming the place.
    """
    return _Parser(formula).whole()


def simplified(tree: Node, known: dict[object, Node] | None = None) -> Node:
    """The tree as it computes: no parentheses, names in capitals and bare, equal parts one object.

    Arguments:
        tree: as ``parse`` gives it.
        known: the parts of other trees, to be one object with equal parts of theirs too; more come in.
    """
    known = {} if known is None else known

    def simple(node: Node) -> Node:
        if isinstance(node, Group):
            return simple(node.inner)
        parts = tuple(map(simple, children(node)))
        key: object = node
        match node:
            case Unary(op=op) | Binary(op=op):
                key = (op, *map(id, parts))
                node = type(node)(op, *parts)
            case Call():
                name = node.name.upper().removeprefix("_XLFN.").removeprefix("_XLWS.")
                key = (name, *map(id, parts))
                node = Call(name, parts)
        return known.setdefault(key, node)

    return simple(tree)


def children(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node."""
    match node:
        case Group():
            return (node.inner,)
        case Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case Call():
            return node.args
        case _:
            return ()
