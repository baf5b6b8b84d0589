"""Turn what templates and example files say into the value of a cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from strategy_xl.book.shown import CellValue, Look
from strategy_xl.errors import Location, TemplateError
from strategy_xl.languages import FALLBACK
from strategy_xl.schema.spec import NUMERIC_TYPES, FieldSpec, FieldType, WorkbookSpec

_RELATIVE_DAY = re.compile(r"@([+-]?\d+)")
_RELATIVE_MONTH = re.compile(r"@m([+-]?\d+)")
_TRUE = frozenset({"yes", "true", "1", "oui", "vrai"})
_FALSE = frozenset({"no", "false", "0", "non", "faux"})


@dataclass(frozen=True, slots=True)
class Values:
    """Converts raw values for one workbook, language and day."""

    spec: WorkbookSpec
    lang: str
    today: date
    look: Look = field(init=False)

    def __post_init__(self) -> None:
        """A new workbook has the templates' words."""
        object.__setattr__(self, "look", Look.of(self.spec.lists, self.lang))

    def cell(self, spec: FieldSpec, raw: object, where: str = "") -> CellValue:
        """The value to write for a field.

        Arguments:
            spec: the field.
            raw: number, bool, date, text, ``{fr, en}`` pair, choice key, ``@-45`` (days from today) or
                ``@m-3`` (first day of the month three months back).
            where: file name for the error.

        Raises TemplateError when the text is not of the field's type.
        """
        if isinstance(raw, Mapping):
            raw = raw.get(self.lang, raw.get(FALLBACK))
        if raw is None or raw == "":
            return None
        try:
            return self._typed(spec, raw)
        except ValueError as error:
            raise TemplateError("SX141", Location(where or None), key=spec.key, value=str(raw)) from error

    def _typed(self, spec: FieldSpec, raw: object) -> CellValue:  # noqa: PLR0911 - one return a type
        if spec.type is FieldType.CHOICE:
            return self.choice(spec.choices or "", str(raw))
        if spec.type is FieldType.BOOL:
            return self._bool(raw)
        if spec.type is FieldType.DATE:
            return self._date(raw)
        if spec.type in NUMERIC_TYPES:
            return _number(raw)
        if isinstance(raw, bool):
            return self._bool(raw)
        if isinstance(raw, int | float | date):
            return raw
        return str(raw)

    def choice(self, list_key: str, text: str) -> str:
        """Label of a choice; an open list also takes any other text as typed. ValueError otherwise."""
        labels = self.look.labels[list_key]
        if text in labels:
            return labels[text]
        if self.spec.list_(list_key).open or text in labels.values():
            return text
        raise ValueError(text)

    def _bool(self, raw: object) -> str:
        text = str(raw).strip().lower()
        if text not in _TRUE | _FALSE:
            raise ValueError(raw)
        return self.look.flags[0 if text in _TRUE else 1]

    def _date(self, raw: object) -> date:
        if isinstance(raw, datetime):
            return raw.date()
        if isinstance(raw, date):
            return raw
        text = str(raw).strip()
        relative = _RELATIVE_DAY.fullmatch(text)
        if relative:
            return self.today + timedelta(days=int(relative[1]))
        month = _RELATIVE_MONTH.fullmatch(text)
        if month:
            months = self.today.year * 12 + self.today.month - 1 + int(month[1])
            return date(months // 12, months % 12 + 1, 1)
        return date.fromisoformat(text)


def _number(raw: object) -> int | float:
    if isinstance(raw, bool):
        raise ValueError(raw)  # noqa: TRY004 - the caller turns it into a located error
    value = float(raw) if isinstance(raw, int | float) else float(str(raw).replace(",", "."))
    return int(value) if value.is_integer() else value


def put_value(cell: Any, value: object) -> None:
    """Write plain content into a cell: a text is never a formula, a day changes no look."""
    if isinstance(value, date | time | timedelta):
        cell._value, cell.data_type = value, "d"  # noqa: SLF001 - openpyxl's own setter adds a format to the book
    elif value is not None:
        cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
