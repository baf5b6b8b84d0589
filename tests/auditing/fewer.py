"""Fewer parameters in the usual run: the same law holds for the others, which ``make test-long`` tries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def few_of(step: int, values: Iterable[Any], *, spread: bool = False) -> list[Any]:
    """The parameters, all but every ``step``-th marked as ``long``.

    Arguments: spread: a value holds one for each of several arguments.
    """
    return [
        value if place % step == 0 else pytest.param(*(value if spread else (value,)), marks=pytest.mark.long)
        for place, value in enumerate(values)
    ]
