"""The settings of an open workbook, for its cell functions: read when a rule asks, kept for a moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import setting_name

KEPT_SECONDS = 2.0
"""A recalculation of ten thousand cells reads a setting once; a changed one counts at the next."""


@cache
def setting_names() -> Mapping[str, str]:
    """Every setting's key with its defined name (``SX_…``)."""
    fields = load_default().data_blocks()[SETTINGS_BLOCK][1].fields
    return {spec.key: setting_name(spec.key) for spec in fields}


class BookSettings(Mapping[str, object]):
    """Raw setting cells of one workbook by key.

    Arguments:
        read: value of the cell that a defined name stands for; None when blank or when there is no such name.
        clock: seconds, ever growing.
    """

    def __init__(self, read: Callable[[str], object], clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is read yet."""
        self._read = read
        self._clock = clock
        self._kept: dict[str, tuple[float, object]] = {}

    def __getitem__(self, key: str) -> object:
        """The raw cell; KeyError for what is no setting."""
        name = setting_names()[key]
        now = self._clock()
        until, value = self._kept.get(key, (now, None))
        if until <= now:
            value = self._read(name)
            self._kept[key] = now + KEPT_SECONDS, value
        return value

    def __contains__(self, key: object) -> bool:
        """Whether it is a setting; nothing is read for that."""
        return key in setting_names()

    def __iter__(self) -> Iterator[str]:
        """The keys of all settings."""
        return iter(setting_names())

    def __len__(self) -> int:
        """The number of settings."""
        return len(setting_names())
