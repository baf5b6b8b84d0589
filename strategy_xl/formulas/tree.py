"""Read a template formula into a tree (a Pratt parser over Excel's operators)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from strategy_xl.formulas.arrays.blocks import BOOL, ERROR, ERRORS, NUMBER, TEXT


class FormulaError(ValueError):
    """A formula that cannot be read or evaluated; the message says what and where."""


class UnsupportedError(FormulaError):
    """A formula that Excel knows and this evaluator does not; the message names the function or form."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; ``kind`` keeps TRUE and 1 apart."""

    kind: int
    value: float | str | bool


@dataclass(frozen=True, slots=True)
class RowRef:
    """``[key]``: this row's cell, or the field of the same form instance."""

    key: str


@dataclass(frozen=True, slots=True)
class ColumnRef:
    """``block[key]``: a table's column or a form's field."""

    block: str
    key: str


@dataclass(frozen=True, slots=True)
class SettingRef:
    """``@key``: a setting."""

    key: str


@dataclass(frozen=True, slots=True)
class LabelRef:
    """``#list.key``: the label of a choice."""

    list: str
    choice: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An argument left empty (``IF(a,,b)``)."""


@dataclass(frozen=True, slots=True)
class Array:
    """``{1,2;3,4}``."""

    rows: tuple[tuple[Literal | LabelRef, ...], ...]


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
    """``NAME(arguments)``, the name in capitals without ``_xlfn.``."""

    name: str
    args: tuple[Node, ...]


Node = Literal | RowRef | ColumnRef | SettingRef | LabelRef | Missing | Array | Unary | Binary | Call

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r'|(?P<string>"(?:[^"]|"")*")'
    r"|(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<column>(?:[a-z][a-z0-9_]*)?\[[a-z][a-z0-9_]*\])"
    r"|(?P<setting>@[a-z][a-z0-9_]*)"
    r"|(?P<label>\#[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)"
    r"|(?P<error>" + "|".join(re.escape(code) for code in ERRORS) + r")"
    r"|(?P<call>(?:_xlfn\.)?(?:_xlws\.)?[A-Za-z][A-Za-z0-9.]*\s*\()"
    r"|(?P<word>(?:TRUE|FALSE)\b)"
    r"|(?P<op><>|<=|>=|[-+*/^&=<>%(){},;])"
)

_BINDING = {"=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
_UNARY_BINDING = 6  # Excel binds a sign tighter than the power: -2^2 is 4


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(formula: str) -> Iterator[_Token]:
    at = 1 if formula.startswith("=") else 0
    while at < len(formula):
        match = _TOKEN.match(formula, at)
        if match is None:
            message = f"{formula[at : at + 20]!r} at {at} in {formula!r}"
            raise FormulaError(message)
        if match.lastgroup != "space":
            yield _Token(str(match.lastgroup), match[0], at)
        at = match.end()
    yield _Token("end", "", at)


class _Parser:
    def __init__(self, formula: str) -> None:
        self._formula = formula
        self._tokens = list(_tokens(formula))
        self._next = 0
        self._known: dict[Node, Node] = {}

    def _keep(self, node: Node) -> Node:
        """One object for equal subtrees, so that each is evaluated once."""
        return self._known.setdefault(node, node)

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _peek(self) -> str:
        token = self._tokens[self._next]
        return token.text if token.kind == "op" else token.kind

    def _fail(self, token: _Token) -> FormulaError:
        return FormulaError(f"{token.text or 'end'!r} at {token.at} in {self._formula!r}")

    def _expect(self, text: str) -> None:
        token = self._take()
        if token.text != text:
            raise self._fail(token)

    def whole(self) -> Node:
        node = self._expression(0)
        token = self._take()
        if token.kind != "end":
            raise self._fail(token)
        return node

    def _expression(self, floor: int) -> Node:
        left = self._prefix()
        while True:
            op = self._peek()
            if op == "%":
                self._take()
                left = self._keep(Unary("%", left))
            elif _BINDING.get(op, 0) > floor:
                self._take()
                left = self._keep(Binary(op, left, self._expression(_BINDING[op])))
            else:
                return left

    def _prefix(self) -> Node:
        token = self._take()
        if token.kind == "op" and token.text in "+-":
            return self._keep(Unary(token.text, self._expression(_UNARY_BINDING)))
        if token.text == "(":
            node = self._expression(0)
            self._expect(")")
            return node
        if token.text == "{":
            return self._keep(self._array())
        if token.kind == "call":
            return self._keep(self._call(token))
        return self._keep(self._atom(token))

    def _atom(  # noqa: PLR0911 - one arm a kind of token
        self, token: _Token
    ) -> Literal | RowRef | ColumnRef | SettingRef | LabelRef:
        match token.kind:
            case "number":
                return Literal(NUMBER, float(token.text))
            case "string":
                return Literal(TEXT, token.text[1:-1].replace('""', '"'))
            case "word":
                return Literal(BOOL, token.text == "TRUE")
            case "error":
                return Literal(ERROR, float(ERRORS.index(token.text)))
            case "column":
                block, _bracket, key = token.text[:-1].partition("[")
                return ColumnRef(block, key) if block else RowRef(key)
            case "setting":
                return SettingRef(token.text[1:])
            case "label":
                name, _dot, choice = token.text[1:].partition(".")
                return LabelRef(name, choice)
            case _:
                raise self._fail(token)

    def _call(self, token: _Token) -> Call:
        name = token.text[:-1].strip().upper().removeprefix("_XLFN.").removeprefix("_XLWS.")
        args: list[Node] = []
        if self._peek() == ")":
            self._take()
            return Call(name, ())
        while True:
            args.append(self._keep(Missing()) if self._peek() in (",", ")") else self._expression(0))
            token = self._take()
            if token.text == ")":
                return Call(name, tuple(args))
            if token.text != ",":
                raise self._fail(token)

    def _array(self) -> Array:
        rows: list[tuple[Literal | LabelRef, ...]] = []
        row: list[Literal | LabelRef] = []
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

    def _element(self) -> Literal | LabelRef:
        token = self._take()
        sign = 1.0
        if token.kind == "op" and token.text in "+-":
            sign = -1.0 if token.text == "-" else 1.0
            token = self._take()
            if token.kind != "number":
                raise self._fail(token)
        found = self._atom(token)
        if isinstance(found, LabelRef):
            return found
        if not isinstance(found, Literal):
            raise self._fail(token)
        return Literal(NUMBER, sign * float(found.value)) if token.kind == "number" else found


def parse(formula: str) -> Node:
    """The tree of a template formula, with or without its leading ``=``.

    Equal subtrees are one object. Errors: FormulaError naming the place.
    """
    return _Parser(formula).whole()


def children(node: Node) -> tuple[Node, ...]:
    """The direct parts of a node."""
    match node:
        case Unary():
            return (node.operand,)
        case Binary():
            return (node.left, node.right)
        case Call():
            return node.args
        case _:
            return ()
