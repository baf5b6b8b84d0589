"""Every function × argument × thing that may stand in a cell: never a wrong number, never a fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from bad_cells import BAD_CELLS, ERRORS, ROWS, SPOILT, TABLES, may_count, put, right_call, with_cell
from cell_examples import no_fault, run, spoilt_row, spoilt_whole, well_formed

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions import grid as grid_module
from strategy_xl.functions.arguments import LANG, Argument, Kind
from strategy_xl.functions.calling import call
from strategy_xl.functions.intake import field_of, headers
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction, Shape, functions
from strategy_xl.functions.results import Block
from strategy_xl.schema.spec import FieldRole
from strategy_xl.text.parsing import fold

ALL = list(functions().values())
NAMES = [function.name for function in ALL]
SENTENCES = frozenset({"reasons", "advice", "whatif", "rewrite", "path"})
SHEET = 1_048_576

each_function = pytest.mark.parametrize("function", ALL, ids=NAMES)


def row_by_row(function: CellFunction) -> bool:
    """Whether a row's answer rests on its own cells alone."""
    return function.shape in {Shape.COLUMN, Shape.ROWS} and not function.together


def answer(function: CellFunction, args: Sequence[object], **options: object) -> Block:
    """The answer to a call, held to what every answer must be."""
    found = call(function.name, args, today=EXAMPLE_DAY, **options)  # type: ignore[arg-type]
    assert well_formed(found), found
    assert no_fault(found), found
    return found


def places(function: CellFunction, kind: Kind) -> Iterator[tuple[int, Argument]]:
    """The arguments of a kind and where they stand."""
    return ((place, item) for place, item in enumerate(function.arguments) if item.kind is kind)


def figures(function: CellFunction, row: Sequence[object]) -> list[object]:
    """A row without its sentences."""
    return [cell for key, cell in zip(function.results, row, strict=True) if key not in SENTENCES]


def told(row: Sequence[object]) -> bool:
    """Whether a row is a message: a sentence, and nothing beside it."""
    return isinstance(row[0], str) and bool(row[0]) and not any(row[1:])


def is_blank_and_told(function: CellFunction, row: Sequence[object], blank: Sequence[object]) -> bool:
    """Whether a row is that of a blank cell, maybe told, or a message: never other figures."""
    return told(row) or figures(function, row) == figures(function, blank)


@each_function
def test_a_bad_cell_is_a_blank_one_in_its_row(function: CellFunction) -> None:
    """In each argument, each bad cell gives the row of a blank one; the sentences name the field."""
    if not row_by_row(function):
        return
    base = right_call(function, tables=False)
    cells = [*BAD_CELLS.values(), None]
    for place, argument in places(function, Kind.CELLS):
        args = [[arg[SPOILT] for _ in cells] if _is_range(arg) else arg for arg in base]  # type: ignore[index]
        args[place] = [[cell] for cell in cells]
        *rows, blank = answer(function, args)
        spec = field_of(argument)
        for label, row in zip(BAD_CELLS, rows, strict=True):
            if may_count(spec, label):
                continue
            assert is_blank_and_told(function, row, blank), (argument.name, label, row, blank)
            says = label != "nothing to be seen" and (set(function.results) & {"reasons", "advice", "whatif"})
            shown = " ".join(str(cell) for cell in row)
            assert not says or spec.label.fr in shown or shown.endswith("…"), (argument.name, label, row)


def _is_range(arg: object) -> bool:
    return isinstance(arg, list) and len(arg) == ROWS


@each_function
def test_a_bad_cell_of_a_whole_is_a_blank_one(function: CellFunction) -> None:
    """Where an answer rests on all rows, a bad cell gives what a blank one gives, or a message."""
    if row_by_row(function):
        return
    base = right_call(function, tables=False)
    for place, argument in places(function, Kind.CELLS):
        blank = answer(function, with_cell(base, place, None))
        for label, cell in BAD_CELLS.items():
            found = answer(function, with_cell(base, place, cell))
            if may_count(field_of(argument), label) or (len(found) == 1 and told(found[0])):
                continue
            assert [figures(function, row) for row in found] == [figures(function, row) for row in blank], (
                argument.name,
                label,
            )


@each_function
def test_an_error_of_any_host_is_passed_on(function: CellFunction) -> None:
    """Each spelling of each error makes its row #N/A, or the whole where it rests on all rows."""
    base = right_call(function, tables=False)
    for place, _argument in places(function, Kind.CELLS):
        if row_by_row(function):
            args = [[arg[SPOILT] for _ in ERRORS] if _is_range(arg) else arg for arg in base]  # type: ignore[index]
            args[place] = [[cell] for cell in ERRORS.values()]
            found = answer(function, args)
            rows = zip(ERRORS, found, strict=True)
            wrong = [label for label, row in rows if not spoilt_row(function, row)]
            assert wrong == []
            continue
        for label, cell in ERRORS.items():
            assert spoilt_whole(function, answer(function, with_cell(base, place, cell))), label


@each_function
def test_an_error_besides_the_rows_is_passed_on(function: CellFunction) -> None:
    """An error in a table, a range, a single cell, the language or the settings withholds the answer."""
    base = right_call(function)
    for place, argument in enumerate(function.arguments):
        if argument.kind is Kind.CELLS:
            continue
        cases: list[object] = [ErrorValue.REF, "Err:522", -2_146_826_238]
        if argument.kind is Kind.TABLE:
            known = headers(argument.field)
            table = TABLES[argument.name]
            at = next(at for at, title in enumerate(table[0]) if fold(title) in known)
            cases = [
                [list(table[0]), [case if n == at else None for n in range(len(table[0]))]] for case in cases
            ]
        elif argument.name == "settings":
            cases = [[[case, 1.0]] for case in cases]
        elif argument.kind is Kind.RANGE:
            cases = [[[1.0, case, 2.0]] for case in cases]
        for case in cases:
            args = put(base, place, case)
            assert spoilt_whole(function, answer(function, args)), (argument.name, case)


def _table_with(argument: Argument, at: int, cell: object) -> list[list[object]]:
    """An argument's table with another cell in a column of its first row."""
    titles, first, *rest = (list(row) for row in TABLES[argument.name])
    return [titles, put(first, at, cell), *rest]


@each_function
def test_a_bad_cell_of_a_table_is_a_blank_one_that_is_told(function: CellFunction) -> None:
    """A cell of a table that does not count is missing; where the function has sentences, they say so."""
    base = right_call(function)
    for place, argument in places(function, Kind.TABLE):
        known = headers(argument.field)
        for at, title in enumerate(TABLES[argument.name][0]):
            spec = known.get(fold(title))
            if spec is None:
                continue
            blank = answer(function, put(base, place, _table_with(argument, at, None)))
            for label, cell in BAD_CELLS.items():
                if may_count(spec, label):
                    continue
                found = answer(function, put(base, place, _table_with(argument, at, cell)))
                if len(found) == 1 and told(found[0]):
                    continue
                assert [figures(function, row) for row in found] == [
                    figures(function, row) for row in blank
                ], (argument.name, title, label)
                # What the night wrote into a table is no input that somebody mistyped.
                is_typed = spec.role is FieldRole.INPUT
                says = is_typed and "reasons" in function.results and label != "nothing to be seen"
                shown = str(found[0][function.results.index("reasons")]) if says else ""
                assert not says or argument.name in shown or shown.endswith("…"), (title, label, shown)


# -- shapes -------------------------------------------------------------------------------------------------


@each_function
def test_ranges_of_another_shape(function: CellFunction) -> None:
    """A row beside columns is taken in order; a longer range or another block is a message."""
    base = right_call(function, tables=False)
    ranged = [place for place, _ in places(function, Kind.CELLS)]
    right = answer(function, base)
    for place in ranged[1:]:
        column: list[list[object]] = base[place]  # type: ignore[assignment]
        across = [[cell for (cell,) in column]]
        assert answer(function, put(base, place, across)) == right
        for other in ([*column, column[0]], column[:2], [*column, [None]], [[*row, None] for row in column]):
            found = answer(function, put(base, place, other))
            assert len(found) == 1
            assert told(found[0])
            assert function.arguments[place].name in str(found[0][0])


def test_blocks_of_another_shape_are_told() -> None:
    """Two blocks of six cells each, 3 × 2 and 2 × 3, do not belong together cell by cell."""
    found = run("CLIENT_CLASS", [[8.0] * 2] * 3, [[9.0] * 3] * 2)
    assert "2 × 3" in str(found[0][0])
    assert "3 × 2" in str(found[0][0])


@each_function
def test_a_whole_column_answers_its_used_rows(
    function: CellFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blank rows below the last used one give no row; the answers above are as without them."""
    base = right_call(function)
    right = answer(function, base)
    monkeypatch.setattr(grid_module, "LONG", 50)
    for blank in (None, ""):
        args = [
            [*(list(row) for row in arg), *([blank] * len(arg[0]) for _ in range(60))]
            if isinstance(arg, list | tuple) and function.arguments[place].kind is not Kind.RANGE
            else arg
            for place, arg in enumerate(base)
        ]
        assert answer(function, args) == right


def test_whole_columns_of_a_sheet() -> None:
    """Columns of a million cells that end in different rows: as many answers as the longer one has rows."""
    nothing = [None]
    x = [["Note rapide : valeur apportée"], [8.0], [3.0], *[nothing] * (SHEET - 3)]
    y = [["Note rapide : valeur rendue"], [9.0], *[nothing] * (SHEET - 2)]
    assert run("CLIENT_CLASS", x, y) == [[""], ["Client idéal"], ["À compléter"]]
    assert run("CLIENT_CLASS", [nothing] * SHEET, [nothing] * SHEET) == [[""]]
    assert run("CLIENT_CLASS", [[8.0], *[nothing] * (SHEET - 1)], 9.0) == [["Client idéal"]]
    assert run("CLIENT_CLASS", [[8.0, 3.0, *[None] * 16_382]], [[9.0, *[None] * 16_383]]) == [
        ["Client idéal", "À compléter"]
    ]


def test_one_row_of_a_whole_column_serves_no_other() -> None:
    """A column in which one cell is filled is no single cell: it must not count in every row."""
    column = [[9.0], *[[None]] * (SHEET - 1)]
    other = [[8.0], [8.0], *[[None]] * (SHEET - 2)]
    assert run("CLIENT_CLASS", other, column) == [["Client idéal"], ["À compléter"]]


def test_a_title_among_the_cells_is_no_row() -> None:
    """The label of a column, at the top of a range, is neither judged nor told."""
    found = run("SMART_SCORE", [["Objectif"], ["Signer 12 clients avant juin 2027"]])
    assert found == [[""], [10.0]]
    assert run("SMART_SCORE", "Objectif") != [[""]]


# -- tables -------------------------------------------------------------------------------------------------


@each_function
def test_tables_without_their_headers(function: CellFunction) -> None:
    """A table whose first row is no header, or has one twice, is a message; headers alone give no figure."""
    base = right_call(function)
    for place, argument in places(function, Kind.TABLE):
        table = TABLES[argument.name]
        known = headers(argument.field)
        at = next(at for at, title in enumerate(table[0]) if fold(title) in known)
        unknown = [["?"] * len(row) for row in table]
        same = [[*row, row[at]] for row in table]
        twice = [[*table[0], table[0][at]], *([*row, "zzz"] for row in table[1:])]
        found = [
            answer(function, put(base, place, rows)) for rows in (table, unknown, same, twice, [table[0]])
        ]
        assert argument.name in str(found[1][0][0])
        assert found[2] == found[0]
        assert str(table[0][at]) in str(found[3][0][0])
    first = function.arguments[0]
    if first.table:
        titles = list(dict.fromkeys(spec.label.fr for spec in headers(first.table).values()))[:6]
        assert first.name in str(answer(function, [[titles]])[0][0])
        assert first.name in str(answer(function, [[[title] for title in titles]])[0][0])


# -- what is missing, what is too much ----------------------------------------------------------------------


@each_function
def test_missing_and_superfluous_arguments_are_told(function: CellFunction) -> None:
    """Each argument that a function cannot do without is named when it is left out; one too many is told."""
    base = right_call(function)
    for place, argument in enumerate(function.arguments):
        if not argument.required:
            continue
        found = answer(function, put(base, place, None))
        # Without any cell of the rows the formula stands beside an empty row, and stays empty.
        alone = argument.kind is Kind.CELLS and len(list(places(function, Kind.CELLS))) == 1
        assert found == [[""]] if alone else argument.name in str(found[0][0]), argument.name
    found = answer(function, [*base, "more"])
    assert str(len(function.arguments)) in str(found[0][0])


@each_function
@pytest.mark.parametrize(
    "language", ["xx", 5.0, True, "a\x00\ud83d", "mot " * 10_000, ["fr", "en"], [[None, "fr"]]]
)
def test_a_language_that_is_none_is_told(function: CellFunction, language: object) -> None:
    """A language that no catalogue has, whatever its type, is a message and no answer in another."""
    args = right_call(function)
    args[function.arguments.index(LANG)] = language
    found = answer(function, args)
    assert len(found) == 1
    assert told(found[0])
