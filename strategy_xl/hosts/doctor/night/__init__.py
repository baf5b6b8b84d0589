"""What a folder of workbooks needs for its first night: every check, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from strategy_xl.hosts.doctor.checks import Check, Result
from strategy_xl.hosts.doctor.night import database_side, disk_side, folder_side
from strategy_xl.hosts.doctor.night.folder import Night
from strategy_xl.hosts.machine import Machine

LOOKS: dict[str, Callable[[Night], Iterable[Result]]] = {
    "night_books": folder_side.books,
    "night_rights": folder_side.rights,
    "night_open": folder_side.open_books,
    "night_swap": disk_side.swap,
    "night_locks": disk_side.locks,
    "night_space": disk_side.space,
    "night_clock": disk_side.clock,
    "night_journal": database_side.journal,
    "night_database": database_side.database,
    "night_drivers": database_side.drivers,
}


def examine_night(machine: Machine, night: Night) -> Iterator[Result]:
    """The results of all checks on a folder, in order. Files that are written for them are removed.

    Arguments:
        machine: this computer.
        night: the folder, and where its history is to be.
    """

    def of_night(look: Callable[[Night], Iterable[Result]]) -> Callable[[Machine], Iterable[Result]]:
        return lambda _machine: look(night)

    for key, look in LOOKS.items():
        yield from Check(key, of_night(look)).run(machine)


__all__ = ["LOOKS", "Night", "examine_night"]
