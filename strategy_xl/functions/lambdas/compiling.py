"""From a definition to the formula of a LAMBDA, as a workbook's file writes it.

A LAMBDA takes what the cell function of the same name takes, but for ``settings`` and ``lang``: cells or
ranges, whose rows it answers one by one, or whole ranges and tables with headers. What Excel's own formulas
do not count is missing, an error cell makes #N/A, and what cannot be used is told in a sentence.

Parameters are written ``_xlpm.name``, where they are declared and optional ``_xlop.name``; functions younger
than the file format get ``_xlfn.``. Names of the formulas' own end with ``_``, so that none is a cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from strategy_xl.cellvalues import EARLIEST_YEAR, LATEST_YEAR
from strategy_xl.formulas.excel import quote, write
from strategy_xl.formulas.references import Reference
from strategy_xl.formulas.tree import Call, Literal, Node, parse
from strategy_xl.functions.arguments import LANG, SETTINGS, Argument, Kind
from strategy_xl.functions.intake import block_fields, field_of
from strategy_xl.functions.lambdas.definitions import Definition
from strategy_xl.functions.lambdas.sentences import (
    APART_FORMULA,
    APART_TOOL,
    TEXT_TOOL,
    Sentences,
    text_tool,
)
from strategy_xl.functions.lambdas.sharing import mapped, share, shared_inside
from strategy_xl.functions.lambdas.simplifying import Known, changed, simplified
from strategy_xl.functions.registry import CellFunction, Shape
from strategy_xl.languages import LANGUAGES
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldSpec, FieldType
from strategy_xl.text.catalog import message

MOST_ROWS = 10_000
"""Rows that one call answers; with a whole column it would answer a million."""
MOST_CHARACTERS = 8192
"""Longest formula of Excel."""

PARAMETER, OPTIONAL = "_xlpm.", "_xlop."
_AT = "LAMBDA({p},{i},{j},IF(ROWS({p})*COLUMNS({p})=1,{p},INDEX({p},{i},{j})))"
_NUMBERS = (
    'LAMBDA({p},{low},{top},MAP({p},LAMBDA({v},IF(ISNUMBER({v}),IF(({v}>={low})*({v}<={top}),{v},""),""))))'
)
_NUMBER = 'LAMBDA({v},{low},{top},IF(ISNUMBER({v}),IF(({v}>={low})*({v}<={top}),{v},""),""))'
_OFF = "LAMBDA({p},(ROWS({p})*COLUMNS({p})>1)*((ROWS({p})<>{h})+(COLUMNS({p})<>{w})>0))"
_SEEN = 'LAMBDA({p},{v},IF((ROWS({p})*COLUMNS({p})=1)*({cells}>1),"",{v}))'


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
class _Bound:
    """A name of the formula; ``by_row``: it is another one in each row."""

    text: str
    by_row: bool


def _text(value: str) -> Literal:
    return Literal("text", value, quote(value))


def _own(key: str) -> str:
    """A name inside the formula."""
    return f"{PARAMETER}{key}_"


def _newer(text: str) -> str:
    """A formula with the prefixes of the functions that are younger than the file format."""
    for name in ("LAMBDA", "LET", "MAKEARRAY", "ISOMITTED", "SEQUENCE", "REDUCE", "XMATCH", "MAP"):
        text = text.replace(f"{name}(", f"_xlfn.{name}(")
    return text


def _taken(node: Node) -> set[str]:
    """The names that the LAMBDAs in a formula take."""
    found: set[str] = set()

    def look(call: Call) -> Node:
        if call.name in {"LAMBDA", "LET"}:
            named = call.args[:-1] if call.name == "LAMBDA" else call.args[:-1:2]
            found.update(cast("Reference", item).key for item in named)
        return call

    changed(node, look)
    return found


def _let(pairs: list[tuple[str, str]], result: str) -> str:
    """``LET`` of some names."""
    if not pairs:
        return result
    return f"LET({','.join(f'{name},{text}' for name, text in pairs)},{result})"


def taken(function: CellFunction, definition: Definition) -> list[Argument]:
    """The arguments of a function that its LAMBDA takes."""
    without = {SETTINGS.name, LANG.name, *definition.without}
    return [item for item in function.arguments if item.name not in without]


@dataclass
class _Compiler:
    """One formula in the making: ``outer`` names hold for the whole call, ``inner`` ones for a row."""

    function: CellFunction
    definition: Definition
    words: Words
    outer: list[tuple[str, str]] = field(default_factory=list)
    inner: list[tuple[str, str]] = field(default_factory=list)
    bound: dict[str, _Bound] = field(default_factory=dict)
    open_: list[str] = field(default_factory=list)
    counted: set[str] = field(default_factory=set)
    is_fixed: bool = True
    local: set[str] = field(default_factory=set)

    @property
    def arguments(self) -> list[Argument]:
        """The arguments that the LAMBDA takes."""
        return taken(self.function, self.definition)

    @property
    def by_row(self) -> bool:
        """Whether each row has an answer of its own."""
        return self.function.shape in {Shape.COLUMN, Shape.ROWS} and not self.function.together

    @property
    def rows(self) -> list[Argument]:
        """The arguments that are cells, one a row."""
        return [item for item in self.arguments if item.kind is Kind.CELLS]

    @property
    def ranges(self) -> list[Argument]:
        """The arguments that are cells or ranges of cells."""
        return [item for item in self.arguments if item.kind in {Kind.CELLS, Kind.RANGE}]

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
            return _text(self.definition.fixed[reference.key])
        if self.is_fixed and reference.kind == "choice" and reference.owner in self.definition.fixed:
            return _text(reference.key)
        if not self._is_own(reference) or reference.key in self.bound or reference.key in self.local:
            return None
        formula = self._formula(reference.key)
        if formula is None:
            return _text("")
        tree = parse(formula)
        return tree if isinstance(tree, Literal) else None

    def _sure(self, reference: Reference) -> bool:
        return self._is_own(reference) and any(item.key == reference.key for item in self.rows)

    def _bounded(self, reference: Reference) -> bool:
        return self._is_own(reference) and reference.key in self.counted

    def _is_absent(self, reference: Reference) -> bool:
        """Whether it is a column of a table that the LAMBDA does not take."""
        return (
            reference.kind == "column"
            and not self._is_own(reference)
            and all(item.name != reference.owner for item in self.arguments)
        )

    def resolve(self, reference: Reference) -> _Bound:
        """What stands for a reference."""
        if self._is_own(reference):
            return self.name(reference.key)
        match reference.kind:
            case "column":
                return self.column(reference.owner, reference.key)
            case "setting":
                return _Bound(self.words.setting(reference.key), by_row=False)
            case _:
                return _Bound(self.words.choice(reference.owner, reference.key), by_row=False)

    def name(self, key: str) -> _Bound:
        """An argument, a ``let``, a computed field, or what a LAMBDA inside the formula takes."""
        if key in self.local:
            return _Bound(_own(f"{key}_l"), by_row=False)
        if key in self.bound:
            return self.bound[key]
        formula = self._formula(key)
        if formula is None or key in self.open_:
            raise ValueError(f"{self.function.name}: {key} has no formula, or one that rests on itself")
        self.open_.append(key)
        text, by_row = self.written(formula)
        self.open_.pop()
        return self.bind(key, text, by_row=by_row)

    def bind(self, key: str, text: str, *, by_row: bool) -> _Bound:
        """Give a formula a name."""
        found = _Bound(_own(key), by_row)
        (self.inner if by_row else self.outer).append((found.text, text))
        self.bound[key] = found
        return found

    def _table(self, owner: str) -> Argument:
        return next(item for item in self.arguments if item.name == owner and item.kind is Kind.TABLE)

    def column(self, owner: str, key: str) -> _Bound:
        """A column of an argument with headers: found by its title in any language; empty without it."""
        known = f"{owner}_{key}"
        if known in self.bound:
            return self.bound[known]
        spec = block_fields(self._table(owner).field)[key]
        titles = dict.fromkeys(spec.label.get(lang) for lang in (self.words.lang, *LANGUAGES))
        table = f"{PARAMETER}{owner}"
        at = "0"
        for title in reversed(titles):
            at = f"IFERROR(MATCH({quote(title)},INDEX({table},1,0),0),{at})"
        place = self.bind(f"{known}_at", f"IF(ISOMITTED({table}),0,{at})", by_row=False).text
        cells = self._all_counted(spec, f"INDEX({table},0,{place})")
        return self.bind(known, f'IF({place}=0,"",{cells})', by_row=False)

    # -- formulas ----------------------------------------------------------------------------------------

    def written(self, formula: str) -> tuple[str, bool]:
        """A formula of the definition as Excel's file writes it, and whether it is another one in each row."""
        levels: list[bool] = []

        def resolve(reference: Reference) -> str:
            found = self.resolve(reference)
            levels.append(found.by_row)
            return found.text

        known = Known(self._constant, self._sure, self._bounded, self._is_absent)
        tree = Sentences(self.words.lang).said(self.expanded(parse(formula)))
        outside = self.local
        self.local = outside | _taken(tree)
        tree = shared_inside(
            self.called(simplified(tree, known)), lambda part: write(part, resolve), self.local
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

        text = write(share(tree, lambda part: write(part, resolve), name, self.local), resolve)
        self.local = outside
        return text, any(levels)

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
                return _text(block_fields(reference.owner)[reference.key].label.get(self.words.lang))
            if call.name == "FORMULA":
                return parse(block_fields(self.definition.block)[reference.key].formula or "")
            fields = block_fields(self._table(reference.owner).field)

            def column(part: Node) -> Node:
                own = isinstance(part, Reference) and part.kind == "row"
                return Reference("column", part.key, reference.owner) if own else part

            return mapped(parse(fields[reference.key].formula or ""), column)

        return changed(node, template)

    def called(self, node: Node) -> Node:
        """The tree with ``CALL([f],…)`` as a call of that name."""

        def call(found: Call) -> Node:
            if found.name != "CALL":
                return found
            function, *args = found.args
            return Call(self.name(cast("Reference", function).key).text, tuple(args))

        return changed(node, call)

    # -- arguments ---------------------------------------------------------------------------------------

    def _range(self, item: Argument) -> str:
        """The name of an argument as it was given, empty where it was left out."""
        return _own(f"a{self.arguments.index(item) + 1}")

    def _counted(self, spec: FieldSpec, cell: str) -> str:
        """A cell as it counts: a number or day in its bounds, else nothing."""
        return self._bounds(spec, cell, "num")

    def _all_counted(self, spec: FieldSpec, cells: str) -> str:
        """The same for the cells of a range."""
        return self._bounds(spec, cells, "nums")

    @staticmethod
    def _bounds(spec: FieldSpec, cell: str, tool: str) -> str:
        low, high = spec.minimum, spec.maximum
        if spec.type is FieldType.DATE:
            return f"{_own(tool)}({cell},DATE({EARLIEST_YEAR},1,1),DATE({LATEST_YEAR},12,31))"
        if spec.type not in NUMERIC_TYPES:
            return cell
        least, most = ("-1E99" if low is None else f"{low:g}"), ("1E99" if high is None else f"{high:g}")
        return f"{_own(tool)}({cell},{least},{most})"

    def take(self) -> None:
        """Name the cells of the row (or the ranges, for an answer that rests on all rows)."""
        for item in self.arguments:
            if item.kind is Kind.SCALAR or item.kind is Kind.RANGE:
                cells = self._range(item)
                counted = self._all_counted(field_of(item), cells)
                self.bound[item.key] = _Bound(cells, by_row=False)
                if counted != cells:
                    del self.bound[item.key]
                    self.bind(item.key, counted, by_row=False)
        for item in self.rows:
            cells = self._range(item)
            if self.by_row:
                cells = f"{_own('at')}({cells},{_own('i')},{_own('j')})"
            if self.by_row:
                cells = self.bind(f"r{self.arguments.index(item) + 1}", cells, by_row=True).text
            counted = (self._counted if self.by_row else self._all_counted)(field_of(item), cells)
            key = f"given_{item.key}" if item.key in self.definition.let else item.key
            if counted == cells:
                self.bound[key] = _Bound(cells, self.by_row)
            else:
                self.bind(key, counted, by_row=self.by_row)
                self.counted.add(key)

    # -- the whole -----------------------------------------------------------------------------------------

    def whole(self) -> str:
        """The LAMBDA."""
        if not self.by_row:
            self.bound["i"] = _Bound(_own("i"), by_row=True)
        self.bound["cells"] = _Bound(_own("cells"), by_row=False)
        self.take()
        results = [self.written(formula)[0] for formula in self.definition.results]
        answer = self._answers(results) if self.by_row else self._answer(results)
        self.is_fixed = False
        for condition, key in reversed(self.definition.refuse):
            answer = f"IF({self.written(condition)[0]},{self._told(key)},{answer})"
        h, w = _own("h"), _own("w")
        if self.ranges:
            ranges = [self._range(item) for item in self.rows] or [self._range(self.ranges[0])]
            misfit = "+".join(f"{_own('o')}({cells})" for cells in ranges)
            answer = (
                f"IF({misfit}>0,{self._told('LENGTHS')},"
                f"IF({_own('cells')}>{MOST_ROWS},{self._told('MANY')},{_let(self.outer, answer)}))"
            )
            answer = _let([*self._given(), *self._tools(answer)], answer)
        else:
            answer = _let([*self._tools(_let(self.outer, answer)), *self.outer], answer)
        optional = False
        declared = []
        for item in self.arguments:
            optional = optional or not item.required
            declared.append(f"{OPTIONAL if optional else PARAMETER}{item.name}")
        return _newer(f"LAMBDA({','.join(declared)},{answer})")

    def _given(self) -> list[tuple[str, str]]:
        """Names for the arguments as they were given, and for the size of the largest."""
        pairs = [
            (self._range(item), f'IF(ISOMITTED({PARAMETER}{item.name}),"",{PARAMETER}{item.name})')
            for item in self.arguments
            if item.kind is not Kind.TABLE
        ]
        sized = [self._range(item) for item in self.rows or self.ranges]
        for name, what in (("h", "ROWS"), ("w", "COLUMNS")):
            pairs.append((_own(name), f"MAX({','.join(f'{what}({cells})' for cells in sized)})"))
        return [*pairs, (_own("cells"), f"{_own('h')}*{_own('w')}")]

    def _tools(self, answer: str) -> list[tuple[str, str]]:
        """Small functions of the formula's own, those that it calls."""
        parts = {key: _own(key) for key in ("p", "i", "j", "v", "low", "top", "h", "w", "cells")}
        tools = (("at", _AT), ("num", _NUMBER), ("nums", _NUMBERS), ("o", _OFF), ("s", _SEEN))
        found = [(_own(key), text.format(**parts)) for key, text in tools if f"{_own(key)}(" in answer]
        said = ((TEXT_TOOL, text_tool(self.words.lang)), (APART_TOOL, APART_FORMULA))
        return [*found, *((name, formula) for name, formula in said if f"{name}(" in answer)]

    def _told(self, key: str, **args: object) -> str:
        return quote(message(f"functions.lambda.{key}", self.words.lang, **args))

    def _answers(self, results: list[str]) -> str:
        """One answer a row: an array of the shape of the ranges, or a row of results for each."""
        raws = [
            (self._range(item), self.bound[f"r{self.arguments.index(item) + 1}"].text) for item in self.rows
        ]
        names = {raw for _, raw in raws}
        together = "&".join(raw for _, raw in raws)  # an error among them makes the whole text one
        given = "&".join(f"{_own('s')}({cells},{raw})" for cells, raw in raws)
        pick = [pair for pair in self.inner if pair[0] in names]
        rest = [pair for pair in self.inner if pair[0] not in names]
        row = _let(
            pick, f'IF(ISERROR({together}),NA(),IF(TRIM({given})="","",{_let(rest, self._guarded(results))}))'
        )
        h, w = _own("h"), _own("w")
        if self.function.shape is Shape.COLUMN:
            return f"MAKEARRAY({h},{w},LAMBDA({_own('i')},{_own('j')},{row}))"
        # Several results a row stand beside it: to its right, or under it when the rows lie side by side.
        width = len(results)
        turned = _let(
            [
                (_own("i"), f"IF({w}=1,{_own('u')},1)"),
                (_own("j"), f"IF({w}=1,1,{_own('v')})"),
                (_own("k"), f"IF({w}=1,{_own('v')},{_own('u')})"),
            ],
            row,
        )
        array = (
            f"MAKEARRAY(IF({w}=1,{h},{width}),IF({w}=1,{width},{w}),LAMBDA({_own('u')},{_own('v')},{turned}))"
        )
        return f"IF(({h}>1)*({w}>1),{self._told('ONE_LINE')},{array})"

    def _guarded(self, results: list[str]) -> str:
        """The results of a row that lacks nothing it needs; of several, the one that is asked for."""
        said = results[0] if len(results) == 1 else f"CHOOSE({_own('k')},{','.join(results)})"
        for item in reversed(self.rows):
            if item.required:
                told = quote(message("functions.MISSING_ARGUMENT", self.words.lang, name=item.name))
                if len(results) > 1:
                    told = f'IF({_own("k")}=1,{told},"")'
                said = f"IF(LEN(TRIM({self.bound[item.key].text}))=0,{told},{said})"
        return said

    def _answer(self, results: list[str]) -> str:
        """One answer that rests on all rows: a line of results, or one for each row."""
        i, k = _own("i"), _own("k")
        said = results[0] if len(results) == 1 else f"CHOOSE({k},{','.join(results)})"
        lines, width = "1", len(results)
        if self.definition.lines:
            lines = self.written(self.definition.lines)[0]
        elif self.function.together:
            lines = _own("cells")
        answer = f"MAKEARRAY({lines},{width},LAMBDA({i},{k},{_let(self.inner, said)}))"
        if self.function.together:
            # A line beside each row, or under it when the rows lie side by side.
            turned = answer.replace(
                f"MAKEARRAY({lines},{width},LAMBDA({i},{k},", f"MAKEARRAY({width},{lines},LAMBDA({k},{i},"
            )
            answer = f"IF({_own('w')}=1,{answer},{turned})" if len(turned) < 1200 else answer
        cells = [self._range(item) for item in self.arguments if item.kind in {Kind.CELLS, Kind.RANGE}]
        # An error among the cells makes the sum of their lengths one.
        errors = "+".join(f"SUMPRODUCT(LEN({one}))" for one in cells)
        blank = "+".join(f"SUMPRODUCT((LEN(TRIM({one}))>0)*1)" for one in cells)
        for item in reversed(self.arguments):
            if item.required and item.kind is not Kind.TABLE:
                told = quote(message("functions.MISSING_ARGUMENT", self.words.lang, name=item.name))
                answer = f"IF(SUMPRODUCT((LEN(TRIM({self._range(item)}))>0)*1)=0,{told},{answer})"
        return f'IF(ISERROR({errors}),NA(),IF({blank}=0,"",{answer}))'


def compiled(function: CellFunction, definition: Definition, words: Words) -> str:
    """The formula of a LAMBDA, without a leading ``=``.

    Arguments:
        function: the cell function. definition: what it is made of. words: those of the workbook.

    Raises ValueError for a definition that cannot be written, or only with more characters than Excel takes.
    """
    text = _Compiler(function, definition, words).whole()
    if len(text) > 99 * MOST_CHARACTERS:
        raise ValueError(f"{function.name}: {len(text)} characters")
    return text
