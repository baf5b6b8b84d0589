"""A call of a LAMBDA spread over cells, for a spreadsheet program that has neither LET nor LAMBDA.

LibreOffice 7.4 then computes the parts of the formula as they stand in the file: what LET binds to one value
is a cell; what it binds to cells or an array is a name, so that empty cells stay empty. MAKEARRAY is written
out for each line and column that is asked for. MAP has the array where the single value stood, or, when its
LAMBDA makes one value of all, a cell for each element. SEQUENCE is its numbers, XMATCH an exact MATCH. The
size of ranges is known, so ROWS, COLUMNS and the place that INDEX gives are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import add, eq, gt, lt, mul, ne

from lambda_tree import Apply, Atom, Name, Node, Operation, written

from strategy_xl.formulas.cell_refs import column_letters, column_number

_ONE_VALUE = frozenset(
    {
        "AND",
        "COLUMNS",
        "COUNT",
        "MATCH",
        "MAX",
        "MEDIAN",
        "MIN",
        "N",
        "OR",
        "ROWS",
        "SUM",
        "SUMPRODUCT",
        "XMATCH",
    }
)
"""Functions that make one value of an array."""
_EACH = frozenset({"IF", "ISNUMBER", "TRIM", "LEN", "ABS", "ROUND", "LOWER", "EXACT"})
"""Functions that answer an array with one of its size."""


class NotSpreadError(ValueError):
    """A form that has no place on a sheet; the message shows it."""


Known = Mapping[str, Node]
"""What stands for a name."""


@dataclass
class Spread:
    """What a call needs: formulas of cells in a column, and names.

    Arguments:
        sheet: the sheet of the column. column: its letters. prefix: how its names begin.
        cells: formulas from row 1 on. names: formulas by name.
    """

    sheet: str
    column: str
    prefix: str
    cells: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    _sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    _arrays: set[str] = field(default_factory=set)

    def cell(self, tree: Node, line: int, column: int) -> str:
        """The formula of one cell of the answer.

        Raises NotSpreadError.
        """
        return written(self._simple(tree, {}, (line, column)))

    def _simple(self, node: Node, known: Known, at: tuple[int, int] | None = None) -> Node:
        """The tree without LET, LAMBDA, MAP and MAKEARRAY; ``at``: the element that is asked for."""
        match node:
            case Name(text):
                return known.get(text, node)
            case Operation(op, left, right):
                sides = (self._simple(side, known) if side else None for side in (left, right))
                return self._placed(Operation(op, *sides))
            case Apply():
                return self._placed(self._apply(node, known, at))
            case _:
                return node

    def _apply(self, node: Apply, known: Known, at: tuple[int, int] | None) -> Node:
        args = node.args
        match node.function:
            case "LET":
                inside = dict(known)
                for name, value in zip(args[:-1:2], args[1::2], strict=True):
                    inside[written(name)] = self._bound(self._simple(value, inside))
                return self._simple(args[-1], inside, at)
            case "IF" if at is not None:
                return self._choice(args, known, at)
            case "MAKEARRAY" if at is not None:
                *names, body = _function(args[2])
                places = dict(zip(map(written, names), (Atom(str(place)) for place in at), strict=True))
                return self._simple(body, {**known, **places})
            case "MAKEARRAY" | "LAMBDA" | "REDUCE":
                raise NotSpreadError(written(node)[:100])
        newer = {"MAP": self._map, "SEQUENCE": self._sequence, "XMATCH": self._exact_match}
        if node.function in newer:
            return newer[node.function](args, known)
        return Apply(node.called, tuple(self._simple(arg, known) for arg in args))

    def _choice(self, args: Sequence[Node], known: Known, at: tuple[int, int]) -> Node:
        condition = self._simple(args[0], known)
        if condition in _TRUTHS:
            return self._simple(args[_TRUTHS.index(condition) + 1], known, at)
        return Apply(Name("IF"), (condition, *(self._simple(arg, known, at) for arg in args[1:])))

    def _map(self, args: Sequence[Node], known: Known) -> Node:
        name, body = _function(args[1])
        given = self._simple(args[0], known)
        if _uses_all(body, written(name)):
            return self._element_by_element(body, written(name), given, known)
        return self._simple(body, {**known, written(name): given})

    def _exact_match(self, args: Sequence[Node], known: Known) -> Node:
        return Apply(Name("MATCH"), (*(self._simple(arg, known) for arg in args), Atom("0")))

    def _sequence(self, args: Sequence[Node], known: Known) -> Node:
        sides = [written(self._simple(arg, known)) for arg in args]
        if not all(side.isdigit() for side in sides):
            raise NotSpreadError(", ".join(sides))
        rows, columns = map(int, (*sides, "1")[:2])
        numbers = [[str(row * columns + column + 1) for column in range(columns)] for row in range(rows)]
        return Atom(f"{{{';'.join(map(','.join, numbers))}}}")

    def _element_by_element(self, body: Node, name: str, given: Node, known: Known) -> Node:
        """MAP over a line or a column: a cell for each element, as a range."""
        size = self._size(given)
        if size is None or 1 not in size:
            raise NotSpreadError(written(body)[:100])
        places = [(row, column) for row in range(1, size[0] + 1) for column in range(1, size[1] + 1)]
        formulas = []
        for row, column in places:
            index = Apply(Name("INDEX"), (given, Atom(str(row)), Atom(str(column))))
            formulas.append(written(self._simple(body, {**known, name: self._placed(index)})))
        first = len(self.cells) + 1
        self.cells.extend(formulas)
        cells = Name(f"{self.sheet}!${self.column}${first}:${self.column}${len(self.cells)}")
        return Apply(Name("TRANSPOSE"), (cells,)) if size[1] > 1 else cells

    def _bound(self, node: Node) -> Node:
        """What stands for a value that LET binds."""
        if isinstance(node, Atom | Name) or (isinstance(node, Operation) and node.left is None):
            return node
        number = len(self.cells) + len(self.names) + 1
        if self._is_array(node):
            name = f"{self.prefix}_{number}"
            self.names[name] = written(node)
            self._arrays.add(name)
            size = self._size(node)
            if size is not None:
                self._sizes[name] = size
            return Name(name)
        self.cells.append(written(node))
        return Name(f"{self.sheet}!${self.column}${len(self.cells)}")

    def _placed(self, node: Node) -> Node:  # noqa: PLR0911 - one form a case
        """What the size and the place of ranges make known: ROWS, COLUMNS and INDEX, and what follows."""
        match node:
            case Operation(op, Atom(left), Atom(right)) if (
                op in _FOLDED and left.isdigit() and right.isdigit()
            ):
                found = _FOLDED[op](int(left), int(right))
                return Atom(str(found).upper())
            case Apply(Name("ROWS" | "COLUMNS"), (only,)):
                size = self._size(only)
                return node if size is None else Atom(str(size[node.function == "COLUMNS"]))
            case Apply(Name("MAX"), args) if all(
                isinstance(arg, Atom) and arg.text.isdigit() for arg in args
            ):
                return Atom(str(max(int(written(arg)) for arg in args)))
            case Apply(Name("IF"), (condition, *values)) if condition in _TRUTHS:
                return values[_TRUTHS.index(condition)]
            case Apply(Name("INDEX"), (Name(text), Atom(row), Atom(column))) if (
                text.startswith("Data!") and row.isdigit() and column.isdigit() and "0" not in {row, column}
            ):
                first, top, *_ = _corners(text)
                return Name(f"Data!${column_letters(first + int(column) - 1)}${top + int(row) - 1}")
            case Apply(Name("INDEX"), (whole, Atom(place))) if place.isdigit():
                return self._nth(whole, place, node)
            case Apply(Name("IFERROR"), (Apply(Name("INDEX"), (whole, *_)) as part, other)) if whole == other:
                size = self._size(whole)
                return node if size is None else whole if size == (1, 1) else part
            case Apply(Name("INDEX"), (whole, Atom("1"), Atom("0"))) if (self._size(whole) or (0,))[0] == 1:
                return whole  # LibreOffice gives the first cell of a line here
        return node

    def _nth(self, whole: Node, place: str, node: Node) -> Node:
        """INDEX with one number, as row and column of a single line or column."""
        size = self._size(whole)
        if size is None or 1 not in size or size == (1, 1):
            return node
        pair = (Atom("1"), Atom(place)) if size[0] == 1 else (Atom(place), Atom("1"))
        return self._placed(Apply(Name("INDEX"), (whole, *pair)))

    def _size(self, node: Node) -> tuple[int, int] | None:  # noqa: PLR0911 - one form a case
        """Rows and columns of a value, None where they are not sure."""
        match node:
            case Atom(text):
                lines = text[1:-1].split(";") if text.startswith("{") else [""]
                return len(lines), len(lines[0].split(","))
            case Name(text):
                if "!" not in text:
                    return self._sizes.get(text)
                first, top, last, bottom = _corners(text)
                return bottom - top + 1, last - first + 1
            case Operation(_, left, right):
                return self._together([side for side in (left, right) if side])
            case Apply(Name("TRANSPOSE"), (only,)):
                size = self._size(only)
                return size and (size[1], size[0])
            case Apply(_, args) if node.function in _EACH:
                return self._together(args)
        return (1, 1) if isinstance(node, Apply) and node.function in _ONE_VALUE else None

    def _together(self, nodes: Sequence[Node]) -> tuple[int, int] | None:
        sizes = [self._size(node) for node in nodes]
        if None in sizes:
            return None
        return max(size[0] for size in sizes if size), max(size[1] for size in sizes if size)

    def _is_array(self, node: Node) -> bool:
        """Whether it may be cells, an array or an empty cell."""
        match node:
            case Name(text):
                return text in self._arrays or ":" in text
            case Atom(text):
                return text.startswith("{")
            case Operation(_, left, right):
                return any(self._is_array(side) for side in (left, right) if side)
            case Apply(Name("INDEX"), (_, *places)) if Atom("0") not in places:
                return False
            case Apply(_, args):
                return node.function not in _ONE_VALUE and any(map(self._is_array, args))
        return False


_TRUTHS = [Atom("TRUE"), Atom("FALSE")]
_FOLDED = {"*": mul, "+": add, "=": eq, "<>": ne, ">": gt, "<": lt}


def _corners(reference: str) -> tuple[int, int, int, int]:
    """First column, first row, last column and last row of a reference."""
    parts = reference.partition("!")[2].replace("$", " ").replace(":", " ").split()
    first, top, last, bottom = (*parts, *parts) if len(parts) == 2 else parts
    return column_number(first), int(top), column_number(last), int(bottom)


def _function(node: Node) -> tuple[Node, ...]:
    if not isinstance(node, Apply) or node.function != "LAMBDA":
        raise NotSpreadError(written(node)[:100])
    return node.args


def _uses_all(node: Node, name: str) -> bool:
    """Whether a function of the body makes one value of what the name stands for."""
    match node:
        case Operation(_, left, right):
            return any(_uses_all(side, name) for side in (left, right) if side)
        case Apply(_, args):
            if node.function in _ONE_VALUE:
                return any(name in written(arg) for arg in args)
            return any(_uses_all(arg, name) for arg in args)
        case _:
            return False
