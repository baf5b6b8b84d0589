"""Thresholds of the wrong kind, out of bounds, in the wrong order, under a wrong name: told, never used."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

import pytest
from bad_cells import right_call
from cell_examples import no_fault, run, spoilt_whole, well_formed

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.errors import WorkbookError
from strategy_xl.functions.arguments import SETTINGS
from strategy_xl.functions.calling import call
from strategy_xl.functions.intake import block_fields
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction, functions
from strategy_xl.functions.results import Block
from strategy_xl.rules.params import IN_ORDER, build_params, params_type
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldSpec

WITH_SETTINGS = [function for function in functions().values() if SETTINGS in function.arguments]
FIELDS = block_fields("params")

each_function = pytest.mark.parametrize("function", WITH_SETTINGS, ids=lambda function: function.name)


class Asked(Mapping[str, object]):
    """Settings of a workbook that has none, and which ones a function asked for."""

    def __init__(self) -> None:
        """Nothing was asked for."""
        self.keys_asked: set[str] = set()

    def __getitem__(self, key: str) -> object:
        """Nothing; the key is kept."""
        self.keys_asked.add(key)
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        """No key."""
        return iter(())

    def __len__(self) -> int:
        """One, or it would be left aside as empty."""
        return 1


def answer(function: CellFunction, settings: object) -> Block:
    """The answer with some thresholds, held to what every answer must be."""
    args = right_call(function)
    args[function.arguments.index(SETTINGS)] = settings
    found = call(function.name, args, today=EXAMPLE_DAY)
    assert well_formed(found), found
    assert no_fault(found), (settings, found)
    return found


def asked(function: CellFunction) -> list[FieldSpec]:
    """The settings that a function reads."""
    settings = Asked()
    call(function.name, right_call(function), settings=settings, today=EXAMPLE_DAY)
    return [FIELDS[key] for key in sorted(settings.keys_asked & FIELDS.keys()) if key != "language"]


def outside(spec: FieldSpec) -> list[object]:
    """What a setting cannot be, whatever its function."""
    cells: list[object] = ["abc", "0,5", "12 %", "mot " * 10_000, "\ud83d", True, False, [1]]
    if spec.type in NUMERIC_TYPES:
        cells += [] if spec.minimum is None else [spec.minimum - 1e-3, -1e300]
        cells += [] if spec.maximum is None else [spec.maximum + 1e-3, 1e300]
    return cells


@each_function
def test_a_threshold_of_the_wrong_kind_is_told(function: CellFunction) -> None:
    """Text, yes or no, or a number out of bounds in place of a threshold: one sentence, no answer."""
    keys = asked(function)
    assert keys
    for spec in keys:
        for cell in outside(spec):
            found = answer(function, [[spec.key, cell]])
            assert isinstance(found[0][0], str), (spec.key, cell, found)
            assert spec.label.fr in found[0][0], (spec.key, cell, found)
            assert len(found) == len(found[0]) == 1
        for cell in (ErrorValue.REF, "Err:522", -2_146_826_238, float("inf")):
            assert spoilt_whole(function, answer(function, [[spec.key, cell]])), spec.key


@each_function
def test_an_extreme_threshold_is_no_fault(function: CellFunction) -> None:
    """The ends of each scale, and the largest number where it has no end, give an answer or a sentence."""
    for spec in asked(function):
        for end in (spec.minimum, 1e300 if spec.maximum is None else spec.maximum):
            if end is not None and spec.type in NUMERIC_TYPES:
                answer(function, [[spec.key, float(end)]])


@pytest.mark.parametrize(("low", "high"), IN_ORDER)
def test_limits_in_the_wrong_order_are_refused(low: str, high: str) -> None:
    """The limits of a verdict that stand the wrong way round are told, and no rule is given them."""
    function = next(each for each in WITH_SETTINGS if {low, high} <= {spec.key for spec in asked(each)})
    kind = _params_of(low)
    values = [float(FIELDS[key].default) for key in (low, high)]  # type: ignore[arg-type]
    assert values[0] <= values[1]
    found = answer(function, [[low, values[1]], [high, values[0]]])
    assert FIELDS[low].label.fr in str(found[0][0])
    with pytest.raises(WorkbookError) as caught:
        build_params(kind, {low: values[1], high: values[0]})
    assert caught.value.finding.code == "SX390"
    build_params(kind, {low: values[0], high: values[0]})


def _params_of(key: str) -> type:
    """The thresholds' class that has a key."""
    from strategy_xl.rules import icp_profile, persona, positioning, revenue, smart

    for module in (icp_profile, persona, positioning, revenue, smart):
        for kind in vars(module).values():
            found = params_type(kind) if isinstance(kind, type) else None
            if found is not None and key in {field.name for field in dataclasses.fields(found)}:
                return found
    raise AssertionError(key)


def test_yes_is_not_taken_for_one_that_was_there_before() -> None:
    """TRUE equals 1 to Python: a threshold read as 1 must not lend its answer to a cell that holds TRUE."""
    one = answer(functions()["STRAT_CLIENT_CLASS"], [["x_w_impact", 1.0]])
    assert answer(functions()["STRAT_CLIENT_CLASS"], [["x_w_impact", True]]) != one


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_weights_that_leave_the_scale_are_refused(weight: float) -> None:
    """Four weights of 0 or of 0.5 would make personas of 0 or of 200 out of 100."""
    names = ("questions", "portrait", "purchase", "evidence")
    found = answer(functions()["STRAT_PERSONA_SCORE"], [[f"persona_w_{name}", weight] for name in names])
    assert FIELDS["persona_w_questions"].label.fr in str(found[0][0])


@each_function
def test_a_range_that_is_no_range_of_settings_is_told(function: CellFunction) -> None:
    """One column, three columns, a single cell, an unknown name, a name twice: a sentence."""
    for settings in (
        "score_threshold",
        [["score_threshold"], [50.0], [3.0]],
        [["score_threshold", 50.0, 3.0], ["abc_a", 0.8, 1.0], ["abc_b", 0.8, 1.0]],
        [["no such setting", 1.0]],
        [[12.5, 1.0]],
        [["score_threshold", 50.0], ["Seuil des deux axes", 60.0]],
    ):
        found = answer(function, settings)
        assert len(found) == len(found[0]) == 1, settings
        assert isinstance(found[0][0], str), settings


def test_a_setting_given_twice_alike_is_given_once() -> None:
    """The same value twice is no contradiction, and blank lines count for nothing."""
    twice = [["score_threshold", 85.0], [None, None], ["SX_score_threshold", 85.0], ["abc_a", None]]
    assert run("CLIENT_CLASS", 8, 9, *[None] * 11, twice) == [["Client à risque"]]


def test_the_sentence_is_in_the_language_asked_for() -> None:
    """A refused threshold is told in the language of the answer, under its label there."""
    args = [8, 9, *[None] * 11, [["per_hour_target", 5.0]], "en"]
    assert "Margin per hour aimed at" in str(run("CLIENT_CLASS", *args)[0][0])
