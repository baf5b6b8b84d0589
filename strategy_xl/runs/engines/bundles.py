"""Small workbooks that cross to a worker together: the way there and back costs as much as a part of one."""

from __future__ import annotations

import math
from collections import deque
from pathlib import Path

_SECONDS = 1.0
"""Work of a bundle: about that of a large workbook, so that no more is lost with a worker that dies."""
MOST = 32
"""Workbooks of a bundle, however fast they go: those told from their marks."""
_WEIGHT = 0.25
"""How much the last bundle counts in the pace."""


class Bundling:
    """How many workbooks go together, by how long those before them took."""

    def __init__(self) -> None:
        """Nothing is known yet: they go one by one."""
        self._pace: float | None = None
        self._again: deque[Path] = deque()

    def __len__(self) -> int:
        """Workbooks that have to go again, alone."""
        return len(self._again)

    def learn(self, seconds: float, count: int) -> None:
        """Take into account how long a bundle took."""
        last = seconds / count
        self._pace = last if self._pace is None else self._pace + _WEIGHT * (last - self._pace)

    def part(self, paths: list[Path]) -> None:
        """Have workbooks go one by one: of those that were together, one has hung or killed its process."""
        self._again.extend(paths)

    def next(self, waiting: deque[Path], places: int) -> list[Path]:
        """The workbooks that go next; none when there are none.

        Arguments:
            waiting: the workbooks that have not gone yet; loses those that go.
            places: how many bundles are in hand at once; with one, each goes alone.
        """
        if self._again:
            return [self._again.popleft()]
        count = 1
        if self._pace is not None and places > 1:
            count = min(MOST, int(_SECONDS / self._pace) if self._pace * MOST > _SECONDS else MOST)
            # Towards the end fewer: else one worker has several in hand when the others have none.
            count = max(1, min(count, math.ceil(len(waiting) / (2 * places))))
        return [waiting.popleft() for _ in range(min(count, len(waiting)))]
