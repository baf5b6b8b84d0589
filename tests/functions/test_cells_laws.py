"""Laws of all cell functions: a cell is a row of its range, blanks are no zeros, junk never raises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from cell_examples import no_fault, run, spoilt_row, well_formed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.functions import intake
from strategy_xl.functions.arguments import Argument, Kind
from strategy_xl.functions.calling import call
from strategy_xl.functions.intake import choice_labels, field_of
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction, Shape, functions
from strategy_xl.schema.spec import FieldType

ALL = list(functions().values())
ROW_BY_ROW = [f for f in ALL if f.shape in {Shape.COLUMN, Shape.ROWS} and not f.together]
SEVERAL_RANGES = [f for f in ROW_BY_ROW if sum(item.kind is Kind.CELLS for item in f.arguments) > 1]
TABLES = {
    argument.name: example.args[place]
    for function in ALL
    for example in function.examples
    for place, argument in enumerate(function.arguments[: len(example.args)])
    if argument.kind is Kind.TABLE and example.args[place] is not None
}
REMARKS_ON_OTHERS = {"STRAT_TOWS"}
"""Functions whose sentences also tell of the other rows (a pair given twice); their numbers do not."""

few = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(),
    st.text(max_size=10),
    st.dates(),
    st.sampled_from(
        [
            ErrorValue.NA,
            "#REF!",
            "Err:504",
            "12 %",
            "1 234,5",
            "Oui",
            "Force",
            "Cumul",
            "Qui",
            -2_146_826_246,
            "Err:522",
            "#CALC!",
            -2_146_826_238,
            "a\x00\x1fb",
            "\ud83d",
            "🚀" * 200,
            "mot " * 10_000,
            10**400,
            1e300,
            Decimal("NaN"),
            Decimal("Infinity"),
            b"",
            {},
        ]
    ),
)


def cells_of(argument: Argument) -> st.SearchStrategy[object]:
    """Cells that an argument may well hold: right ones mostly, empty ones, and slips."""
    spec = field_of(argument)
    slips = st.sampled_from([None, None, "", "???", ErrorValue.NA])
    if spec.type is FieldType.CHOICE and spec.choices is not None:
        labels = list(choice_labels(spec.choices, "fr").values()) or ["Conseil"]
        return st.one_of(st.sampled_from(labels), slips)
    if spec.type is FieldType.DATE:
        return st.one_of(st.integers(45_000, 47_000), st.dates(date(2024, 1, 1), date(2028, 1, 1)), slips)
    if spec.type is FieldType.BOOL:
        return st.one_of(st.sampled_from(["Oui", "Non", True, False]), slips)
    if spec.type in {FieldType.TEXT, FieldType.LONG_TEXT}:
        texts = ["Équipe", "Import", "Alpha", "Augmenter le CA de 10 % d’ici fin 2026", "Léa", "Majeur"]
        return st.one_of(st.sampled_from(texts), slips)
    low = -1000.0 if spec.minimum is None else spec.minimum
    high = 100_000.0 if spec.maximum is None else spec.maximum
    number = st.floats(low, high, allow_nan=False).map(lambda value: round(value, 3))
    return st.one_of(number, number.map(lambda value: f"{value:.2f}".replace(".", ",")), slips)


@st.composite
def tables_of_rows(draw: st.DrawFn, function: CellFunction) -> tuple[int, list[object]]:
    """Arguments for a function: some ranges of one length, some single cells, some left out."""
    rows = draw(st.integers(1, 4))
    args: list[object] = []
    for argument in function.arguments:
        if argument.kind is Kind.TABLE:
            args.append(TABLES.get(argument.name))
        elif argument.kind is not Kind.CELLS or (draw(st.integers(0, 4)) == 0 and not argument.required):
            args.append(None)
        else:
            cells = cells_of(argument)
            args.append(draw(st.lists(cells, min_size=rows, max_size=rows)))
    return rows, args


def same(one: Sequence[object], other: Sequence[object]) -> bool:
    """Equal cells, numbers to twelve digits."""
    return all(
        a == b or (isinstance(a, float) and isinstance(b, float) and a == pytest.approx(b, rel=1e-12))
        for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("function", ROW_BY_ROW, ids=lambda function: function.name)
@given(data=st.data())
@few
def test_a_cell_is_the_row_of_its_range(function: CellFunction, data: st.DataObject) -> None:
    """One call on a range gives, row by row, what a call on each row's cells gives."""
    rows, args = data.draw(tables_of_rows(function))
    ranges = [[[cell] for cell in arg] if isinstance(arg, list) else arg for arg in args]
    whole = call(function.name, ranges, today=EXAMPLE_DAY)
    assert well_formed(whole)
    assert no_fault(whole)
    if rows == 1 or not any(isinstance(arg, list) for arg in args):
        return
    assert len(whole) == rows
    for row in range(rows):
        cells = [arg[row] if isinstance(arg, list) else arg for arg in args]
        alone = call(function.name, cells, today=EXAMPLE_DAY)
        if alone == [[""]]:
            assert whole[row] == [""] * len(function.results) or any(
                not isinstance(arg, list) for arg in args
            )
            continue
        if function.name in REMARKS_ON_OTHERS:
            alone, whole = (
                [[c for c in r if isinstance(c, float)] for r in block] for block in (alone, whole)
            )
        assert same(alone[0], whole[row]), (cells, alone, whole)


@pytest.mark.parametrize("function", ROW_BY_ROW, ids=lambda function: function.name)
@given(data=st.data())
@few
def test_a_row_in_gives_a_row_out(function: CellFunction, data: st.DataObject) -> None:
    """The answer spills in the direction of its input."""
    rows, args = data.draw(tables_of_rows(function))
    if rows == 1 or not any(isinstance(arg, list) for arg in args):
        return
    down = [[[cell] for cell in arg] if isinstance(arg, list) else arg for arg in args]
    across = [[arg] if isinstance(arg, list) else arg for arg in args]
    column = call(function.name, down, today=EXAMPLE_DAY)
    row = call(function.name, across, today=EXAMPLE_DAY)
    assert [list(line) for line in zip(*row, strict=True)] == column


@pytest.mark.parametrize("function", ALL, ids=lambda function: function.name)
@given(data=st.data())
@few
def test_junk_never_raises_and_is_never_our_fault(function: CellFunction, data: st.DataObject) -> None:
    """Whatever is passed, in any shape: cells come back, and none of them is a failure of the program."""
    block = st.one_of(JUNK, st.lists(JUNK, max_size=4), st.lists(st.lists(JUNK, max_size=3), max_size=4))
    args = data.draw(st.lists(block, max_size=len(function.arguments) + 1))
    found = call(function.name, args, today=EXAMPLE_DAY)
    assert well_formed(found)
    assert no_fault(found)


@pytest.mark.parametrize("function", ALL, ids=lambda function: function.name)
@given(data=st.data())
@few
def test_likely_cells_are_never_our_fault(function: CellFunction, data: st.DataObject) -> None:
    """Right cells, gaps, slips and error cells in any mix give answers or messages."""
    _, args = data.draw(tables_of_rows(function))
    found = call(function.name, args, lang=data.draw(st.sampled_from(["fr", "en"])), today=EXAMPLE_DAY)
    assert well_formed(found)
    assert no_fault(found)


@pytest.mark.parametrize("function", ROW_BY_ROW, ids=lambda function: function.name)
@given(data=st.data())
@few
def test_an_empty_row_changes_nothing(function: CellFunction, data: st.DataObject) -> None:
    """A row of blanks gives blanks, and the other rows stay as they were: no blank counts as a zero."""
    rows, args = data.draw(tables_of_rows(function))
    if rows == 1 or not any(isinstance(arg, list) for arg in args):
        return
    longer = [
        [*arg, data.draw(st.sampled_from([None, ""]))] if isinstance(arg, list) else arg for arg in args
    ]
    before = call(function.name, args, today=EXAMPLE_DAY)
    after = call(function.name, longer, today=EXAMPLE_DAY)
    assert after[-1] == [""] * len(function.results)
    assert after[:-1] == before


@pytest.mark.parametrize("function", ROW_BY_ROW, ids=lambda function: function.name)
@given(data=st.data())
@few
def test_an_error_cell_spoils_its_row_only(function: CellFunction, data: st.DataObject) -> None:
    """An error value gives #N/A in its row, its reason beside; the other rows stay as they were."""
    rows, args = data.draw(tables_of_rows(function))
    ranges = [place for place, arg in enumerate(args) if isinstance(arg, list)]
    if rows == 1 or not ranges:
        return
    args = [[*arg, None] if isinstance(arg, list) else arg for arg in args]
    before = call(function.name, args, today=EXAMPLE_DAY)
    spoilt = data.draw(st.sampled_from(ranges))
    broken = [[*arg[:-1], ErrorValue.NA] if place == spoilt else arg for place, arg in enumerate(args)]  # type: ignore[index]
    after = call(function.name, broken, today=EXAMPLE_DAY)
    assert spoilt_row(function, after[-1])
    assert after[:-1] == before[:-1]


@pytest.mark.parametrize("function", ALL, ids=lambda function: function.name)
@given(data=st.data())
@few
def test_a_long_range_is_read_as_a_short_one(function: CellFunction, data: st.DataObject) -> None:
    """Columns that repeat are read text by text instead of cell by cell: the answers are the same."""
    _, args = data.draw(tables_of_rows(function))
    ranges = [arg * 3 if isinstance(arg, list) else arg for arg in args]
    if data.draw(st.booleans()):
        ranges = [[[cell] for cell in arg] if isinstance(arg, list) else arg for arg in ranges]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "_FEW", 10**6)
        careful = call(function.name, ranges, today=EXAMPLE_DAY)
        patch.setattr(intake, "_FEW", 1)
        quick = call(function.name, ranges, today=EXAMPLE_DAY)
    assert no_fault(quick)
    assert quick == careful


@pytest.mark.parametrize("function", SEVERAL_RANGES, ids=lambda function: function.name)
def test_ranges_of_other_lengths_are_told(function: CellFunction) -> None:
    """Two ranges that do not match give a message with the argument and both lengths."""
    cells = [argument for argument in function.arguments if argument.kind is Kind.CELLS]
    args: list[object] = [None] * len(function.arguments)
    places = [place for place, argument in enumerate(function.arguments) if argument.kind is Kind.CELLS]
    args[places[0]], args[places[1]] = [None, None, None], [None, None]
    for place, argument in enumerate(function.arguments):
        if argument.required and args[place] is None:
            args[place] = TABLES.get(argument.name, [None, None, None])
    found = call(function.name, args, today=EXAMPLE_DAY)
    assert cells[1].name in str(found[0][0])
    assert "2" in str(found[0][0])
    assert "3" in str(found[0][0])


def test_a_block_gives_a_block() -> None:
    """Cells in rows and columns give an answer of the same shape."""
    found = run("CLIENT_CLASS", [[8, 3], [8, 3]], [[9, 9], [1, 1]])
    assert found == [["Client idéal", "Client à risque"], ["Client heureux", "Client à éviter"]]
