"""Read the text of a LAMBDA as a workbook's file has it, and expand what an evaluator does not know.

This reader shares nothing with ``strategy_xl.formulas``, which wrote the text: what it understands is what
stands in the file. ``expanded`` makes a call of a named LAMBDA one plain formula:

- ``_xlfn.``, ``_xlpm.`` and ``_xlop.`` go, and each name bound by LAMBDA or LET gets one of its own;
- ISOMITTED is answered, for it is known which arguments a call gives;
- a LAMBDA bound by LET stands where it is called, as a LET of what it takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count

_TOKENS = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")|(?P<error>\#[A-Z0-9/]+[!?]?)|(?P<number>\d+(?:\.\d+)?(?:[Ee][+-]?\d+)?)"""
    r"""|(?P<name>[^\W\d][\w.]*)|(?P<mark><=|>=|<>|[-+*/^&=<>(),;{}%])|(?P<space>\s+)"""
)
_BINDING = {"=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
_SIGN = 6
_PREFIXES = re.compile(r"^(?:_xlfn\.|_xlpm\.|_xlop\.)")


@dataclass(frozen=True, slots=True)
class Atom:
    """A constant, an array of constants or nothing (an argument left empty), as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name, with the prefix of the file."""

    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """``left op right``; a sign has no left, ``%`` no right side."""

    op: str
    left: Node | None
    right: Node | None


@dataclass(frozen=True, slots=True)
class Apply:
    """A function's call, or that of a LAMBDA which stands there itself."""

    called: Node
    args: tuple[Node, ...]

    @property
    def function(self) -> str:
        """The bare name of the function, ``""`` for a LAMBDA that is called on the spot."""
        return bare(self.called.text) if isinstance(self.called, Name) else ""


LEFT_OUT = Atom("#VALUE!")
"""What an argument that was left out is where nothing asked for that."""
Node = Atom | Name | Operation | Apply


def bare(name: str) -> str:
    """A name without the file's prefix."""
    return _PREFIXES.sub("", name)


class _Reader:
    def __init__(self, formula: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(formula):
            found = _TOKENS.match(formula, at)
            if found is None:
                problem = f"unreadable at {at}: {formula[at : at + 40]!r}"
                raise ValueError(problem)
            if found.lastgroup != "space":
                self._tokens.append((str(found.lastgroup), found.group()))
            at = found.end()
        self._tokens.append(("end", ""))
        self._next = 0

    def _peek(self) -> str:
        kind, text = self._tokens[self._next]
        return text if kind == "mark" else ""

    def _take(self, expected: str = "") -> tuple[str, str]:
        token = self._tokens[self._next]
        if expected and token != ("mark", expected):
            problem = f"{token[1]!r} where {expected!r} is due"
            raise ValueError(problem)
        self._next += 1
        return token

    def whole(self) -> Node:
        node = self._expression(0)
        if self._tokens[self._next][0] != "end":
            problem = f"{self._tokens[self._next][1]!r} behind the formula"
            raise ValueError(problem)
        return node

    def _expression(self, floor: int) -> Node:
        left = self._prefix()
        while True:
            op = self._peek()
            if op == "%":
                self._take()
                left = Operation("%", left, None)
            elif op == "(":
                left = Apply(left, self._arguments())
            elif _BINDING.get(op, 0) > floor:
                self._take()
                left = Operation(op, left, self._expression(_BINDING[op]))
            else:
                return left

    def _prefix(self) -> Node:
        kind, text = self._take()
        if (kind, text) == ("mark", "("):
            node = self._expression(0)
            self._take(")")
            return node
        if kind == "mark" and text in "+-":
            return Operation(text, None, self._expression(_SIGN))
        if (kind, text) == ("mark", "{"):
            parts = [text]
            while parts[-1] != "}":
                parts.append(self._take()[1])
            return Atom("".join(parts))
        if kind in {"text", "error", "number"} or text in {"TRUE", "FALSE"}:
            return Atom(text)
        if kind == "name":
            return Name(text)
        problem = f"{text!r} where a value is due"
        raise ValueError(problem)

    def _arguments(self) -> tuple[Node, ...]:
        self._take("(")
        if self._peek() == ")":
            self._take()
            return ()
        args: list[Node] = []
        while True:
            args.append(Atom("") if self._peek() in {",", ")"} else self._expression(0))
            if self._peek() != ",":
                self._take(")")
                return tuple(args)
            self._take()


def read(formula: str) -> Node:
    """The tree of a formula without ``=``; ValueError says where it cannot be read."""
    return _Reader(formula).whole()


def written(node: Node) -> str:
    """The tree as text, every operation in parentheses: what binds tighter is not left to the evaluator."""
    match node:
        case Atom(text) | Name(text):
            return text
        case Operation(op, left, right):
            parts = (written(left) if left else "", op, written(right) if right else "")
            return f"({''.join(parts)})"
        case Apply(called, args):
            return f"{written(called)}({','.join(map(written, args))})"


@dataclass(frozen=True, slots=True)
class _Closure:
    """A LAMBDA that a name stands for, and what names meant where it was written."""

    function: Apply
    scope: Scope


Scope = Mapping[str, "Node | _Closure | None"]
"""What stands for a name: None for an argument that was left out."""


@dataclass
class _Expander:
    """One call in the making; ``constants``: what functions without arguments are known to give."""

    constants: Mapping[str, str]
    fresh: Iterator[int] = field(default_factory=count)

    def new(self) -> Name:
        """A name that nothing has yet, short, for evaluators limit the length of formulas too."""
        return Name(f"v{next(self.fresh)}_")

    def walk(self, node: Node, scope: Scope) -> Node:
        match node:
            case Name(text):
                found = scope.get(text, Name(bare(text)))
                if isinstance(found, _Closure):
                    return self.function(found.function.args, found.scope)
                return found or LEFT_OUT
            case Operation(op, left, right):
                return Operation(op, *(self.walk(side, scope) if side else None for side in (left, right)))
            case Apply():
                return self.apply(node, scope)
            case _:
                return node

    def apply(self, node: Apply, scope: Scope) -> Node:
        forms = {"LET": self.let, "LAMBDA": self.function, "ISOMITTED": self.is_omitted, "IF": self.choice}
        if node.function in forms:
            return forms[node.function](node.args, scope)
        if node.function in self.constants and not node.args:
            return Atom(self.constants[node.function])
        args = tuple(self.walk(arg, scope) for arg in node.args)
        held = scope.get(node.called.text) if isinstance(node.called, Name) else None
        if not isinstance(held, _Closure):
            return Apply(self.walk(node.called, scope), args)
        return self.call(held, node.args, args, scope)

    def call(self, held: _Closure, given: Sequence[Node], args: Sequence[Node], scope: Scope) -> Node:
        """A LAMBDA that a name stands for, called: what is left out here is left out there."""
        *names, body = held.function.args
        inside = dict(held.scope)
        pairs: list[Node] = []
        for place, name in enumerate(_names(names)):
            is_given = place < len(args) and args[place] != Atom("")
            asked = given[place] if is_given else None
            if asked is None or (
                isinstance(asked, Name) and asked.text in scope and scope[asked.text] is None
            ):
                inside[_used(name)] = None
            else:
                own = self.new()
                inside[_used(name)] = own
                pairs.extend((own, args[place]))
        said = self.walk(body, inside)
        return Apply(Name("LET"), (*pairs, said)) if pairs else said

    def function(self, args: Sequence[Node], scope: Scope) -> Node:
        given = {_used(name): self.new() for name in _names(args[:-1])}
        return Apply(Name("LAMBDA"), (*given.values(), self.walk(args[-1], {**scope, **given})))

    def is_omitted(self, args: Sequence[Node], scope: Scope) -> Node:
        (name,) = _names(args)
        return Atom("TRUE" if scope[name] is None else "FALSE")

    def choice(self, args: Sequence[Node], scope: Scope) -> Node:
        condition = self.walk(args[0], scope)
        if condition in (Atom("TRUE"), Atom("FALSE")):
            return self.walk(args[1 if condition == Atom("TRUE") else 2], scope)
        return Apply(Name("IF"), (condition, *(self.walk(arg, scope) for arg in args[1:])))

    def let(self, args: Sequence[Node], scope: Scope) -> Node:
        inside = dict(scope)
        pairs: list[Node] = []
        for name, value in zip(_names(args[:-1:2]), args[1::2], strict=True):
            if isinstance(value, Apply) and value.function == "LAMBDA":
                inside[name] = _Closure(value, dict(inside))
                continue
            said = self.walk(value, inside)
            own = self.new()
            inside[name] = own
            pairs.extend((own, said))
        result = self.walk(args[-1], inside)
        return Apply(Name("LET"), (*pairs, result)) if pairs else result


def _names(nodes: Sequence[Node]) -> list[str]:
    if not all(isinstance(node, Name) for node in nodes):
        problem = f"no names: {', '.join(map(written, nodes))[:80]}"
        raise ValueError(problem)
    return [written(node) for node in nodes]


def _used(name: str) -> str:
    """A parameter as its LAMBDA uses it: an optional one is declared with another prefix."""
    return name.replace("_xlop.", "_xlpm.")


def without_n(node: Node, fresh: Iterator[int] | None = None) -> Node:
    """The tree with N(x) as LET(y,x,IF(ISNUMBER(y),y,0)): the same for numbers and texts."""
    numbers = count() if fresh is None else fresh
    match node:
        case Operation(op, left, right):
            return Operation(op, *(without_n(side, numbers) if side else None for side in (left, right)))
        case Apply(called, args):
            inner = tuple(without_n(arg, numbers) for arg in args)
            if node.function != "N":
                return Apply(without_n(called, numbers), inner)
            own = Name(f"n{next(numbers)}_")
            counted = Apply(Name("IF"), (Apply(Name("ISNUMBER"), (own,)), own, Atom("0")))
            return Apply(Name("LET"), (own, *inner, counted))
        case _:
            return node


def expanded(
    formula: str, args: Sequence[str], constants: Mapping[str, str], others: Mapping[str, str] | None = None
) -> Node:
    """A call of a LAMBDA without what only some evaluators know.

    Arguments:
        formula: the LAMBDA as the file has it.
        args: what a cell would pass, a reference each, ``""`` for an argument left out.
        constants: values of functions without arguments (``TODAY``).
        others: LAMBDAs by name that it may call.

    Raises ValueError for a formula that cannot be read.
    """
    whole = _lambda(formula)
    names = _names(whole.args[:-1])
    given = [*args, *[""] * (len(names) - len(args))]
    for name, arg in zip(names, given, strict=True):
        if not arg and not name.startswith("_xlop."):
            problem = f"{name} must be given"
            raise ValueError(problem)
    scope: dict[str, Node | _Closure | None] = {}
    scope |= {name: _Closure(_lambda(text), scope) for name, text in (others or {}).items()}
    own = {_used(name): Name(arg) if arg else None for name, arg in zip(names, given, strict=True)}
    return _Expander(constants).walk(whole.args[-1], {**scope, **own})


@cache
def _lambda(formula: str) -> Apply:
    whole = read(formula)
    if not isinstance(whole, Apply) or whole.function != "LAMBDA":
        problem = f"no LAMBDA: {formula[:80]}"
        raise ValueError(problem)
    return whole


NEWER = ("LAMBDA", "LET", "MAKEARRAY", "MAP", "REDUCE", "SEQUENCE", "XMATCH")
"""Functions that a file writes with ``_xlfn.``."""


def for_file(node: Node, bound: frozenset[str] = frozenset()) -> str:
    """The tree as text with the prefixes of a file."""
    match node:
        case Name(text):
            return f"_xlpm.{text}" if text in bound else f"_xlfn.{text}" if text in NEWER else text
        case Apply(called, args) if node.function in {"LET", "LAMBDA"}:
            named = args[:-1:2] if node.function == "LET" else args[:-1]
            inside = bound | {written(name) for name in named}
            return f"{for_file(called)}({','.join(for_file(arg, inside) for arg in args)})"
        case Apply(called, args):
            return f"{for_file(called, bound)}({','.join(for_file(arg, bound) for arg in args)})"
        case Operation(op, left, right):
            return f"({for_file(left, bound) if left else ''}{op}{for_file(right, bound) if right else ''})"
        case _:
            return node.text


@dataclass(frozen=True, slots=True)
class Measure:
    """What Excel limits in a formula.

    Arguments:
        characters: as Excel shows it, without the prefixes of the file.
        levels: calls within calls. arguments: the most of one call. text: length of the longest text.
        names: what LAMBDA and LET bind, without prefixes.
    """

    characters: int
    levels: int
    arguments: int
    text: int
    names: frozenset[str]


def measured(formula: str) -> Measure:
    """A formula's measures, from its text as a file has it; ValueError when it cannot be read."""
    levels = arguments = longest = 0
    names: set[str] = set()

    def look(node: Node, level: int) -> None:
        nonlocal levels, arguments, longest
        match node:
            case Atom(text):
                longest = max(longest, len(text) - text.count('""') - 2 if text[:1] == '"' else 0)
            case Operation(_, left, right):
                for side in (left, right):
                    if side is not None:
                        look(side, level)
            case Apply(called, args):
                levels, arguments = max(levels, level + 1), max(arguments, len(args))
                if node.function in {"LET", "LAMBDA"}:
                    names.update(map(bare, _names(args[:-1:2] if node.function == "LET" else args[:-1])))
                for inner in (called, *args):
                    look(inner, level + 1)

    look(read(formula), 0)
    shown = re.sub(r"_xl(?:fn|pm|op)\.", "", formula)
    return Measure(len(shown), levels, arguments, longest, frozenset(names))
