"""What a computer needs for the functions in cells: every check, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

from strategy_xl.hosts.doctor.checks import Check, Result, State
from strategy_xl.hosts.machine import Machine

WINDOWS = ("win32",)


def _in(module: str, name: str) -> Callable[[Machine], Iterable[Result]]:
    """A check whose module is imported when it is run: a package that cannot be loaded stops no other one."""

    def look(machine: Machine) -> Iterable[Result]:
        found: Iterable[Result] = getattr(import_module(f"{__name__}.{module}"), name)(machine)
        return found

    return look


CHECKS = (
    Check("python", _in("python_side", "python")),
    Check("pythons", _in("pythons_side", "pythons"), WINDOWS),
    Check("package", _in("python_side", "package")),
    Check("packages", _in("python_side", "packages")),
    Check("xlwings", _in("python_side", "xlwings")),
    Check("pywin32", _in("python_side", "pywin32"), WINDOWS),
    Check("console", _in("python_side", "console")),
    Check("processor", _in("system_side", "processor"), WINDOWS),
    Check("excel", _in("excel_side", "excel"), WINDOWS),
    Check("addin", _in("excel_side", "addin"), WINDOWS),
    Check("addin_xlwings", _in("excel_side", "addin_xlwings"), WINDOWS),
    Check("interpreter", _in("excel_side", "interpreter"), WINDOWS),
    Check("dll", _in("excel_side", "dll"), WINDOWS),
    Check("trust", _in("trust_side", "trust"), WINDOWS),
    Check("mark", _in("trust_side", "download_mark"), WINDOWS),
    Check("protected_view", _in("trust_side", "protected_view"), WINDOWS),
    Check("defender", _in("trust_side", "rules"), WINDOWS),
    Check("mac", _in("system_side", "mac"), ("darwin",)),
    Check("books", _in("system_side", "books")),
    Check("office", _in("calc_side", "office")),
    Check("office_python", _in("calc_side", "office_python")),
    Check("extension", _in("calc_side", "extension")),
    Check("extension_python", _in("calc_side", "extension_python")),
)


def examine(machine: Machine) -> Iterator[Result]:
    """The results of all checks on a machine, in order."""
    for check in CHECKS:
        yield from check.run(machine)


__all__ = ["CHECKS", "Check", "Result", "State", "examine"]
