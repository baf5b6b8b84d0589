"""The ground under formulas and cells: one error value, one serial-day arithmetic."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import Enum


class ErrorValue(Enum):
    """An error as the value of a cell, by its text; hosts turn it into their own."""

    NULL = "#NULL!"
    DIV0 = "#DIV/0!"
    VALUE = "#VALUE!"
    REF = "#REF!"
    NAME = "#NAME?"
    NUM = "#NUM!"
    NA = "#N/A"
    GETTING_DATA = "#GETTING_DATA"
    SPILL = "#SPILL!"
    CONNECT = "#CONNECT!"
    BLOCKED = "#BLOCKED!"
    UNKNOWN = "#UNKNOWN!"
    FIELD = "#FIELD!"
    CALC = "#CALC!"
    BUSY = "#BUSY!"
    PYTHON = "#PYTHON!"
    EXTERNAL = "#EXTERNAL!"
    TIMEOUT = "#TIMEOUT!"

    def __str__(self) -> str:
        """As the spreadsheet shows it."""
        return self.value


_FRENCH = {
    "#NUL!": ErrorValue.NULL,
    "#VALEUR!": ErrorValue.VALUE,
    "#NOM?": ErrorValue.NAME,
    "#NOMBRE!": ErrorValue.NUM,
    "#PROPAGATION!": ErrorValue.SPILL,
    "#CHAMP!": ErrorValue.FIELD,
    "#CALCUL!": ErrorValue.CALC,
    "#N/D": ErrorValue.NA,  # LibreOffice's
}
_BY_TEXT = {**{error.value: error for error in ErrorValue}, **_FRENCH}


def error_value(text: str) -> ErrorValue | None:
    """The error that a text shows, in English or French (in LibreOffice also ``Err:502``); None for none."""
    return ErrorValue.UNKNOWN if text.startswith("Err:") else _BY_TEXT.get(text)


LONGEST_TEXT = 32_767
"""Most characters that a cell holds."""

# -- days --------------------------------------------------------------------------------------------------

EARLIEST_YEAR = 1950
LATEST_YEAR = 2100
"""A date outside these years is a slip of the keyboard, not a date of a sales plan."""

LEAP_BUG = 61
"""Serial of 1 March 1900. Excel counts a 29 February that never was: days before it count one less."""

UNIX_DAY = 25_569
"""Serial of 1 January 1970."""

END_OF_DAYS = 2_958_466
"""Serial of 1 January 10000, the first day that Excel does not know."""

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel has no time zones
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 - idem
_DAY = timedelta(days=1)


def to_serial(value: date | time | timedelta, *, is_1904: bool = False) -> float:
    """The number of a date, date and time, time of day or duration, as Excel counts days.

    Arguments:
        value: what to count; a time zone is not looked at, and what Excel's calendar lacks is counted on.
        is_1904: whether the workbook counts from 1 January 1904.
    """
    if isinstance(value, timedelta):
        return value / _DAY
    if isinstance(value, time):
        return (datetime.combine(_EPOCH, value.replace(tzinfo=None)) - _EPOCH) / _DAY
    start = _EPOCH_1904 if is_1904 else _EPOCH
    if isinstance(value, datetime):
        days = (value.replace(tzinfo=None) - start) / _DAY
    else:
        days = float(value.toordinal() - start.toordinal())
    return days - 1 if days < LEAP_BUG and not is_1904 else days


def from_serial(serial: float, *, is_1904: bool = False) -> datetime | None:
    """The date and time of a serial number, None outside Excel's calendar; 29 February 1900 is 1 March.

    Arguments: as for ``to_serial``.
    """
    days = serial + ((_EPOCH_1904 - _EPOCH).days if is_1904 else serial < LEAP_BUG)
    return _EPOCH + timedelta(days=days) if serial >= 0 and days < END_OF_DAYS else None
