"""The LAMBDAs of a workbook: names, comments, and where thresholds and labels come from."""

from __future__ import annotations

import pytest

from strategy_xl.functions.lambdas.compiling import compiled
from strategy_xl.functions.lambdas.definitions import Definition, definitions
from strategy_xl.functions.lambdas.named import named_lambdas, words_of
from strategy_xl.functions.lambdas.scope import LambdaError, taken
from strategy_xl.functions.registry import PREFIX, functions
from strategy_xl.schema.names import STORED


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_name_is_another_ones(lang: str) -> None:
    """No name of the add-in's functions, none that a workbook of ours keeps, none twice."""
    names = [item.name for item in named_lambdas(lang)]
    assert len(names) == len(set(names)) > 20
    assert not [name for name in names if name.startswith((PREFIX, *STORED))]


def test_says_what_its_arguments_are() -> None:
    """The comment begins with what the function is for; only what nobody types has none."""
    for item in named_lambdas("en"):
        if item.function is None:
            assert item.name.startswith("STRATX__")
            assert item.comment == ""
        else:
            assert item.comment.startswith(item.function.title("en"))


def test_reads_a_workbooks_own_settings() -> None:
    """A setting and a choice that the workbook names are read there, others are constants."""
    (role,) = (item for item in named_lambdas("en") if item.name == "STRATX_STAKEHOLDER_ROLE")
    (own,) = (
        item for item in named_lambdas("en", {"SXC_role__decider"}) if item.name == "STRATX_STAKEHOLDER_ROLE"
    )
    assert '"Decision-maker"' in role.formula
    assert "SXC_role__decider" in own.formula
    assert '"Decision-maker"' not in own.formula


def test_takes_the_functions_arguments() -> None:
    """In the same order, but for thresholds, language and what a definition leaves out at the end."""
    for name, definition in definitions().items():
        function = functions()[name]
        arguments = taken(function, definition)
        assert arguments == list(function.arguments[: len(arguments)])
        left = {item.name for item in function.arguments[len(arguments) :]}
        assert left == {"lang", *(("settings",) if "settings" in left else ()), *definition.without}
        assert len(definition.results) <= len(function.results)


@pytest.mark.parametrize("formula", ["[quick_x]+[a]", "[nowhere_a_formula]+NAMELESS"])
def test_tells_a_definition_that_makes_no_formula(formula: str) -> None:
    """Names that rest on themselves, words that are none: a fault of the program, said with the function."""
    definition = Definition((formula,), let={"a": "[b]", "b": "[a]"})
    with pytest.raises((LambdaError, ValueError)):
        compiled(functions()["STRAT_CLIENT_CLASS"], definition, words_of("en", ()))
