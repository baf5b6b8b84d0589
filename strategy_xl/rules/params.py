"""A rule's parameter object from settings: one way for the batch, the cell functions and the tests."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

from strategy_xl.errors import WorkbookError
from strategy_xl.rules.frame import is_missing

IN_ORDER = (
    ("abc_a", "abc_b"),
    ("top1_low", "top1_medium"),
    ("top3_low", "top3_medium"),
    ("hhi_low", "hhi_medium"),
    ("gap_aligned", "gap_adjust"),
    ("persona_draft", "persona_ready"),
    ("icp_low_quantile", "icp_high_quantile"),
    ("icp_grade_b", "icp_grade_a"),
    ("smart_confidence_refused", "smart_confidence_agreed"),
    ("smart_annual_ok", "smart_annual_max"),
)
"""Limits on either side of a verdict: with the first above the second it would go to the wrong rows."""


@cache
def _hints(kind: type[Any]) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


def build_params(kind: type[Any], settings: Mapping[str, object]) -> Any:
    """A rule's parameter object; a setting that is missing leaves the default.

    Arguments:
        kind: the frozen dataclass; its field names are settings keys.
        settings: values by settings key, missing ones as None, NaN or NA.

    Raises WorkbookError SX390 for a value that makes no sense, or two limits in the wrong order.
    """
    hints = _hints(kind)  # type: ignore[arg-type]  # a class is hashable, says Python; mypy does not know
    chosen: dict[str, object] = {}
    for field in dataclasses.fields(kind):
        value = settings.get(field.name)
        if is_missing(value):
            continue
        if hints[field.name] is int:
            chosen[field.name] = round(float(typing.cast("Any", value)))
        elif hints[field.name] is float:
            chosen[field.name] = float(typing.cast("Any", value))
        else:
            chosen[field.name] = hints[field.name](value) if isinstance(hints[field.name], type) else value
    found = kind(**chosen)
    for low, high in IN_ORDER:
        if low in hints and high in hints and getattr(found, low) > getattr(found, high):
            raise WorkbookError("SX390", setting=low if low in chosen else high)
    return found


def params_type(hint: object) -> type[Any] | None:
    """The parameter dataclass that a hint names (``ClientParams`` or ``ClientParams | None``), if any."""
    for kind in (hint, *typing.get_args(hint)):
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            return kind
    return None
