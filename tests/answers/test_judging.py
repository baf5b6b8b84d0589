"""Evaluator: rules get what the templates name; later rules see the earlier answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from strategy_xl.answers.judging import Evaluator, build_params, rule_function
from strategy_xl.errors import TemplateError
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.schema.spec import ModuleSpec, RuleCall, WorkbookSpec

TODAY = date(2027, 3, 1)


@dataclass(frozen=True, slots=True)
class ShopParams:
    """Two thresholds."""

    limit: float = 10.0
    count: int = 3
    mode: str = "plain"


def big(items: pd.DataFrame, params: ShopParams, today: date, previous: pd.Series) -> RuleResult:
    """Items at or above the limit; remembers what it was given."""
    frame = pd.DataFrame(
        {"big": items["amount"] >= params.limit, "day": str(today), "before": previous}, index=items.index
    )
    return RuleResult(
        frame, Codes((), np.zeros(len(items), np.uint64)), Codes((), np.zeros(len(items), np.uint64)), "1"
    )


@pytest.fixture(autouse=True)
def _shop_rules() -> Iterator[None]:
    """A rule module of our own, found where rules are found."""
    module = ModuleType("strategy_xl.rules.shop_for_tests")
    module.big = big  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    yield
    del sys.modules[module.__name__]
    rule_function.cache_clear()


@pytest.fixture
def spec() -> WorkbookSpec:
    """A workbook of one table and the settings."""

    def label(text: str) -> dict[str, str]:
        return {"fr": text, "en": text}

    def module(key: str, block: dict[str, object]) -> ModuleSpec:
        return ModuleSpec.model_validate(
            {"key": key, "sheet": label(key), "title": label(key), "blocks": [{"key": key, **block}]}
        )

    items = module(
        "items",
        {
            "kind": "table",
            "fields": [
                {"key": "amount", "label": label("amount"), "type": "number"},
                {"key": "big", "label": label("big"), "type": "bool", "role": "owned"},
            ],
        },
    )
    return WorkbookSpec(
        schema_version=1,
        name={"fr": "x", "en": "x"},  # type: ignore[arg-type]
        order=("items",),
        groups=(),
        lists=(),
        modules=(items,),
    )


CALL = RuleCall(run="shop_for_tests.big", into="items", args={"items": "items", "previous": "items[big]"})


def test_arguments_by_name(spec: WorkbookSpec) -> None:
    """Blocks, columns, settings and the day arrive under the names the function asks for."""
    items = pd.DataFrame({"amount": [5.0, 20.0], "big": [None, True]}, index=[4, 9])
    settings = pd.DataFrame({"limit": [20.0]})
    frame = Evaluator(spec, {"items": items, "params": settings}, TODAY).run(CALL).result.frame
    assert frame["big"].tolist() == [False, True]
    assert frame["day"].tolist() == ["2027-03-01"] * 2
    assert frame["before"].tolist() == [None, True]


def test_mapping_of_two_columns(spec: WorkbookSpec) -> None:
    """``block[key:other]`` is a mapping; rows without a value are left out."""
    items = pd.DataFrame({"amount": [5.0, 20.0], "big": ["x", None]}, index=[4, 9])
    assert Evaluator(spec, {"items": items}, TODAY)._argument("items[amount:big]") == {5.0: "x"}


def test_later_rules_see_earlier_answers(spec: WorkbookSpec) -> None:
    """After a rule ran, its answer stands in the block's columns."""
    evaluator = Evaluator(spec, {"items": pd.DataFrame({"amount": [20.0], "big": [None]}, index=[4])}, TODAY)
    evaluator.run(CALL)
    assert evaluator.run(CALL).result.frame["before"].tolist() == [True]


def test_absent_block_is_empty(spec: WorkbookSpec) -> None:
    """A block that the workbook does not have is an empty frame with its columns."""
    assert list(Evaluator(spec, {}, TODAY).frame("items").columns) == ["amount", "big"]
    assert Evaluator(spec, {}, TODAY).run(CALL).result.frame.empty


def test_empty_setting_leaves_the_default() -> None:
    """An empty cell of the settings sheet is the default; a filled one has the parameter's type."""
    params = build_params(ShopParams, {"limit": float("nan"), "count": 4.0, "mode": "other", "unrelated": 1})
    assert params == ShopParams(10.0, 4, "other")
    assert isinstance(params.count, int)


def test_unknown_rule() -> None:
    """A rule that does not exist is a template error that names it."""
    with pytest.raises(TemplateError, match="SX106"):
        rule_function("client_matrix.no_such_rule")
