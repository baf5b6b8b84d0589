"""The add-in's names and types, from the registry: what Calc calls the functions and their arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from strategy_xl.functions.arguments import Argument
from strategy_xl.functions.registry import PREFIX, CellFunction, functions

SERVICE = "org.strategyxl.Functions"
MODULE, INTERFACE = "org.strategyxl", "XFunctions"

_RESERVED = frozenset(
    "any attribute bound boolean byte case char const constants constrained context default double enum"  # noqa: SIM905
    " exception false float get hyper in inout interface long maybeambiguous maybedefault maybevoid module"
    " needs observes oneway optional out property published raises readonly removable sequence service set"
    " short singleton string struct switch transient true type typedef union unsigned void".split()
)


def _camel(name: str) -> str:
    first, *others = re.split(r"_+", name.lower())
    return first + "".join(part.capitalize() for part in others)


def method_name(function: CellFunction) -> str:
    """Name of a function's method (``clientClass``): UNO identifiers hold no underscore."""
    return _free(_camel(function.name.removeprefix(PREFIX)))


def argument_name(argument: Argument) -> str:
    """Name of an argument in the method (``quickX``)."""
    return _free(_camel(argument.name))


def _free(name: str) -> str:
    return name + "Value" if name in _RESERVED else name


def methods() -> dict[str, str]:
    """Name of every function by its method."""
    return {method_name(function): function.name for function in functions().values()}


def idl() -> str:
    """The UNO type of the add-in, as LibreOffice reads it.

    Every argument is ``any``: Calc then takes a cell or a range, and lets it be left out. The first one is
    filled in by Calc with the workbook. Every result is a cell or a block of cells.
    """
    first, *others = MODULE.split(".")
    lines = [_method(function) for function in functions().values()]
    return "\n".join(
        chain(
            [f"module {first} {{", *(f"module {name} {{" for name in others), f"interface {INTERFACE} {{"],
            lines,
            ["};", *("};" for _name in MODULE.split(".")), ""],
        )
    )


def _method(function: CellFunction) -> str:
    given: Iterable[str] = (f"[in] any {argument_name(argument)}" for argument in function.arguments)
    all_arguments = ", ".join(["[in] com::sun::star::beans::XPropertySet workbook", *given])
    return f"    any {method_name(function)}({all_arguments});"
