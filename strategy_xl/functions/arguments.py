"""What an argument of a cell function takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an argument takes."""

    CELLS = "cells"  # a cell or a range, one value a row; a cell serves every row
    RANGE = "range"  # a range of its own, whose shape means something
    TABLE = "table"  # a range whose first row (or column) holds headers
    SCALAR = "scalar"  # one cell


class CellType(StrEnum):
    """What the cells of an argument hold, when no field of the templates says it."""

    NUMBER = "number"
    INTEGER = "integer"
    MONEY = "money"
    PERCENT = "percent"
    TEXT = "text"
    DATE = "date"
    BOOL = "bool"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a cell function.

    Arguments:
        name: ASCII name, shown by the function wizard.
        kind: see ``Kind``.
        field: ``block.key`` of the template field whose type, label, bounds and choices hold; for a table,
            the ``block`` (or blocks, joined by ``+``) whose labels its headers may be. The first argument
            of a function that takes cells may also be a table of ``table``.
        type: type of the cells when there is no field.
        choices: list of the templates, for ``choice``.
        minimum, maximum: bounds when there is no field.
        required: the function says so when it is left out.
        table: block whose table with headers may stand here for all the cells of the row.
    """

    name: str
    kind: Kind = Kind.CELLS
    field: str = ""
    type: CellType = CellType.TEXT
    choices: str = ""
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False
    table: str = ""

    @property
    def key(self) -> str:
        """Column of the rule's input that the argument fills."""
        return self.field.rpartition(".")[2] if self.kind is not Kind.TABLE and self.field else self.name


SETTINGS = Argument("settings", Kind.RANGE)
LANG = Argument("lang", Kind.SCALAR)
