"""The names of a LAMBDA's formula, and how formulas of the templates' notation are written with them.

Names of the formula's own end with ``_``, so that none is a cell; ``_xlpm.`` stands before each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from strategy_xl.formulas.excel import quote, write
from strategy_xl.formulas.references import Reference
from strategy_xl.formulas.tree import Call, Literal, Node, parse
from strategy_xl.functions.arguments import LANG, SETTINGS, Argument, Kind
from strategy_xl.functions.intake import block_fields
from strategy_xl.functions.lambdas.definitions import Definition
from strategy_xl.functions.lambdas.sentence_formulas import Sentences, text
from strategy_xl.functions.lambdas.sharing import mapped, share, shared_inside
from strategy_xl.functions.lambdas.simplifying import Known, changed, simplified
from strategy_xl.functions.lambdas.tools import DAY, DAYS, NTH, NUMBER, NUMBERS
from strategy_xl.functions.registry import CellFunction
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldSpec, FieldType

PARAMETER = "_xlpm."


class LambdaError(ValueError):
    """A definition that makes no formula: a fault of the program, found by the conformance tests."""

    def __init__(self, function: str, detail: str) -> None:
        """Say which function and what is wrong."""
        super().__init__(f"{function}: {detail}")


@dataclass(frozen=True, slots=True)
class Words:
    """What a workbook writes for what it has itself.

    Arguments:
        lang: its language.
        setting: formula of a setting by key.
        choice: formula of a choice's label by list and key.
    """

    lang: str
    setting: Callable[[str], str]
    choice: Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Bound:
    """A name of the formula; ``by_row``: it is another one in each row."""

    text: str
    by_row: bool


def own(key: str) -> str:
    """A name inside the formula."""
    return f"{PARAMETER}{key}_"


def taken(function: CellFunction, definition: Definition) -> list[Argument]:
    """The arguments of a function that its LAMBDA takes."""
    without = {SETTINGS.name, LANG.name, *definition.without}
    return [item for item in function.arguments if item.name not in without]


def _named(node: Node) -> set[str]:
    """The names that the LAMBDAs in a formula take."""
    found: set[str] = set()

    def look(call: Call) -> Node:
        if call.name in {"LAMBDA", "LET"}:
            named = call.args[:-1] if call.name == "LAMBDA" else call.args[:-1:2]
            found.update(cast("Reference", item).key for item in named)
        return call

    changed(node, look)
    return found


def counted(spec: FieldSpec, cell: str, *, is_range: bool = False) -> str:
    """A cell, or those of a range, as they count: numbers and days in their bounds, else nothing."""
    if spec.type is FieldType.DATE:
        return f"{DAYS if is_range else DAY}({cell})"
    if spec.type not in NUMERIC_TYPES:
        return cell
    low, high = spec.minimum, spec.maximum
    least, most = ("-1E99" if low is None else f"{low:g}"), ("1E99" if high is None else f"{high:g}")
    return f"{NUMBERS if is_range else NUMBER}({cell},{least},{most})"


@dataclass
class Scope:
    """The names of one formula: ``outer`` ones hold for the whole call, ``inner`` ones for a row.

    Arguments:
        function, definition: what the formula is of. words: those of the workbook.
        bound: names by key.
        counted: keys of the arguments that are numbers in their bounds, or nothing.
        is_fixed: whether the settings that the definition fixes count as such.
        local: names that LAMBDAs inside a formula take.
    """

    function: CellFunction
    definition: Definition
    words: Words
    outer: list[tuple[str, str]] = field(default_factory=list)
    inner: list[tuple[str, str]] = field(default_factory=list)
    bound: dict[str, Bound] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)
    is_fixed: bool = True
    local: set[str] = field(default_factory=set)
    _open: list[str] = field(default_factory=list)

    @property
    def arguments(self) -> list[Argument]:
        """The arguments that the LAMBDA takes."""
        return taken(self.function, self.definition)

    # -- references --------------------------------------------------------------------------------------

    def _is_own(self, reference: Reference) -> bool:
        """Whether it means the row itself: a column of the row's own block is that row alone here."""
        return reference.kind == "row" or (
            reference.kind == "column" and reference.owner == self.definition.block
        )

    def _formula(self, key: str) -> str | None:
        """The formula behind a name, if it has one."""
        if key in self.definition.let:
            return self.definition.let[key]
        if not self.definition.block or key in self.bound:
            return None
        found = block_fields(self.definition.block).get(key)
        return None if found is None else found.formula

    def _constant(self, reference: Reference) -> Literal | None:
        """An input that is no argument is empty; a ``let`` may say that it is something else."""
        if self.is_fixed and reference.kind == "setting" and reference.key in self.definition.fixed:
            return text(self.definition.fixed[reference.key])
        if self.is_fixed and reference.kind == "choice" and reference.owner in self.definition.fixed:
            return text(reference.key)
        if not self._is_own(reference) or reference.key in self.bound or reference.key in self.local:
            return None
        formula = self._formula(reference.key)
        if formula is None:
            return text("")
        tree = parse(formula)
        return tree if isinstance(tree, Literal) else None

    def _sure(self, reference: Reference) -> bool:
        cells = [item.key for item in self.arguments if item.kind is Kind.CELLS]
        return self._is_own(reference) and reference.key in cells

    def _bounded(self, reference: Reference) -> bool:
        return self._is_own(reference) and reference.key in self.counted

    def _is_absent(self, reference: Reference) -> bool:
        """Whether it is a column of a table that the LAMBDA does not take."""
        return (
            reference.kind == "column"
            and not self._is_own(reference)
            and all(item.name != reference.owner for item in self.arguments)
        )

    def resolve(self, reference: Reference) -> Bound:
        """What stands for a reference."""
        if self._is_own(reference):
            return self.name(reference.key)
        match reference.kind:
            case "column":
                return self.column(reference.owner, reference.key)
            case "setting":
                return Bound(self.words.setting(reference.key), by_row=False)
            case _:
                return Bound(self.words.choice(reference.owner, reference.key), by_row=False)

    def name(self, key: str) -> Bound:
        """An argument, a ``let``, a computed field, or what a LAMBDA inside the formula takes."""
        if key in self.local:
            return Bound(own(f"{key}_l"), by_row=False)
        if key in self.bound:
            return self.bound[key]
        formula = self._formula(key)
        if formula is None or key in self._open:
            raise LambdaError(self.function.name, f"{key} has no formula, or one that rests on itself")
        self._open.append(key)
        written, by_row = self.written(formula)
        self._open.pop()
        return self.bind(key, written, by_row=by_row)

    def bind(self, key: str, formula: str, *, by_row: bool) -> Bound:
        """Give a formula a name."""
        found = Bound(own(key), by_row)
        (self.inner if by_row else self.outer).append((found.text, formula))
        self.bound[key] = found
        return found

    def _table(self, owner: str) -> Argument:
        return next(item for item in self.arguments if item.name == owner and item.kind is Kind.TABLE)

    def column(self, owner: str, key: str) -> Bound:
        """A column of an argument with headers, found by its title in the workbook's language; else empty."""
        known = f"{owner}_{key}"
        if known in self.bound:
            return self.bound[known]
        place = self.place(owner, key)
        spec = block_fields(self._table(owner).field)[key]
        cells = counted(spec, f"INDEX({PARAMETER}{owner},0,{place})", is_range=True)
        return self.bind(known, f'IF({place}=0,"",{cells})', by_row=False)

    def title(self, owner: str, key: str) -> str:
        """What a column of an argument with headers is called."""
        return block_fields(self._table(owner).field)[key].label.get(self.words.lang)

    def place(self, owner: str, key: str) -> str:
        """The name of the number of a column, 0 where there is none.

        In another language its labels would not be known either, and an answer would be a wrong one.
        """
        known, table = f"{owner}_{key}_at", f"{PARAMETER}{owner}"
        if known not in self.bound:
            at = f"IFERROR(MATCH({quote(self.title(owner, key))},INDEX({table},1,0),0),0)"
            self.bind(known, f"IF(ISOMITTED({table}),0,{at})", by_row=False)
        return self.bound[known].text

    # -- formulas ----------------------------------------------------------------------------------------

    def written(self, formula: str) -> tuple[str, bool]:
        """A formula as Excel's file writes it, and whether it is another one in each row."""
        levels: list[bool] = []

        def resolve(reference: Reference) -> str:
            found = self.resolve(reference)
            levels.append(found.by_row)
            return found.text

        known = Known(self._constant, self._sure, self._bounded, self._is_absent)
        tree = Sentences(self.words.lang).said(self.expanded(parse(formula)))
        outside = self.local
        self.local = _named(tree)
        tree = shared_inside(
            self.called(simplified(tree, known), levels), lambda part: write(part, resolve), self.local
        )

        def name(part: Node) -> Reference:
            part_levels: list[bool] = []

            def look(reference: Reference) -> str:
                found = self.resolve(reference)
                part_levels.append(found.by_row)
                return found.text

            key = f"x{sum(name.startswith('x') for name in self.bound)}"
            self.bind(key, write(part, look), by_row=any(part_levels))
            return Reference("row", key)

        whole = write(share(tree, lambda part: write(part, resolve), name, self.local), resolve)
        self.local = outside
        return whole, any(levels)

    def expanded(self, node: Node) -> Node:
        """The tree with what it takes over from the templates.

        ``FORMULA([key])`` is the formula of a field of the block, ``OVER(table[key])`` that of a field of a
        table's rows for all of them at once, ``LABEL(block[key])`` what a field is called.
        """

        def template(call: Call) -> Node:
            if call.name not in {"FORMULA", "OVER", "LABEL"}:
                return call
            reference = cast("Reference", call.args[0])
            if call.name == "LABEL":
                return text(block_fields(reference.owner)[reference.key].label.get(self.words.lang))
            if call.name == "FORMULA":
                return parse(block_fields(self.definition.block)[reference.key].formula or "")
            fields = block_fields(self._table(reference.owner).field)

            def column(part: Node) -> Node:
                if isinstance(part, Reference) and part.kind == "row":
                    return Reference("column", part.key, reference.owner)
                return part

            return mapped(parse(fields[reference.key].formula or ""), column)

        return changed(node, template)

    def called(self, node: Node, levels: list[bool]) -> Node:
        """The tree with ``CALL([f],…)`` as a call of that name; ``AT(array,place)`` is one value of it.

        Arguments: levels: takes in whether a function called is another one in each row.
        """

        def call(found: Call) -> Node:
            if found.name != "CALL":
                return Call(NTH, found.args) if found.name == "AT" else found
            function, *args = found.args
            named = self.name(cast("Reference", function).key)
            levels.append(named.by_row)
            return Call(named.text, tuple(args))

        return changed(node, call)
