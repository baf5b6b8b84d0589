"""What a check is and what it answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from strategy_xl.errors import StrategyXlError
from strategy_xl.hosts.machine import Machine

_SHARED = frozenset({"FAILED", "NOT_HERE", "NO_ADDIN"})
"""Codes with one message for all checks."""

logger = logging.getLogger(__name__)


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    ATTENTION = "attention"
    PROBLEM = "problem"
    NOT_HERE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found; data, not a sentence.

    Arguments:
        check: key of the check.
        state: how it ended.
        code: which message: ``doctor.<check>.<code>`` in the catalogues, its remedy under ``….hint``.
        args: values for the placeholders of both.
    """

    check: str
    state: State
    code: str
    args: Mapping[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Key of the message."""
        return f"doctor.{self.code}" if self.code in _SHARED else f"doctor.{self.check}.{self.code}"


@dataclass(frozen=True, slots=True)
class Check:
    """A check.

    Arguments:
        key: names its messages; its title is ``doctor.<key>.title``.
        look: looks at the machine and yields results; none means that all is well elsewhere.
        systems: where it makes sense; everywhere when empty.
    """

    key: str
    look: Callable[[Machine], Iterable[Result]]
    systems: tuple[str, ...] = ()

    def run(self, machine: Machine) -> Iterator[Result]:
        """The results; never an exception: a check that fails is a result too."""
        if self.systems and machine.system not in self.systems:
            yield Result(self.key, State.NOT_HERE, "NOT_HERE")
            return
        try:
            yield from self.look(machine)
        except Exception as error:  # whatever it is, it is told, and the other checks go on
            logger.debug("check %s failed", self.key, exc_info=True)
            yield Result(self.key, State.PROBLEM, "FAILED", {"reason": _reason(error)})


def _reason(error: Exception) -> str:
    if isinstance(error, StrategyXlError):
        return str(error)
    return f"{type(error).__name__}: {error}".rstrip(": ")
