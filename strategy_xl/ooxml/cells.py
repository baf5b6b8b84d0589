"""Values of cells: what may be written, as which XML, and what stands there now."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from strategy_xl.cellvalues import END_OF_DAYS, LONGEST_TEXT, ErrorValue, to_serial
from strategy_xl.ooxml.xml_bytes import encode_xstring, escape

MAX_FORMULA = 8_192
_EXACT_INTEGER = 2**53
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f]")


class _Value:
    """A value with a meaning of its own; equal when its fields are.

    Plain classes: making four dataclasses takes longer than patching a small workbook.
    """

    __slots__: tuple[str, ...] = ()

    def _fields(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        """Same kind, same fields."""
        return type(other) is type(self) and self._fields() == other._fields()

    def __hash__(self) -> int:
        """By kind and fields."""
        return hash((type(self), self._fields()))

    def __repr__(self) -> str:
        """As one would write it."""
        return f"{type(self).__name__}({', '.join(map(repr, self._fields()))})"


class Formula(_Value):
    """A formula with the value it shows until the next calculation.

    Arguments:
        text: formula in file syntax (English names, commas, ``_xlfn.`` where needed); a leading ``=`` is
            dropped.
        cached: value to show; None when it is not known.
        array: whether it is an array formula (Ctrl+Shift+Enter) of that one cell.
    """

    __slots__ = ("text", "cached", "array")  # noqa: RUF023 - the order of the arguments

    def __init__(self, text: str, cached: Any = None, *, array: bool = False) -> None:
        """See the class."""
        self.text = text
        self.cached = cached
        self.array = array


class Cached(_Value):
    """Only the shown value of the formula that stands in the cell; the formula itself is not touched."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        """The value to show: as for a constant, and ``""`` stays an empty text."""
        self.value = value


class Styled(_Value):
    """A value (``Formula``, ``Cached``, ``Kept`` too) with the style its cell is to have (None: no style)."""

    __slots__ = ("value", "style")  # noqa: RUF023 - the order of the arguments

    def __init__(self, value: Any, style: bytes | None) -> None:
        """See the class."""
        self.value = value
        self.style = style


class Kept(_Value):
    """Not a value: what stands in the cell stays. As the value of a ``Styled``, only the style changes."""

    __slots__ = ()


def shown(value: Any) -> Any:
    """What a cell shows that gets a value: of a formula its result, of a link its text."""
    if isinstance(value, Styled):
        value = value.value
    if isinstance(value, Cached):
        value = value.value
    return value.cached if isinstance(value, Formula) else value


class Seen(NamedTuple):
    """What stands in a cell, for those who only look: style, formula, whether anything shows."""

    style: bytes | None
    has_formula: bool
    formula: bytes  # text of the formula as it stands, empty for all but the first of a shared group
    attributes: dict[bytes, bytes]  # of the formula
    is_blank: bool


class Peek(Cached):
    """Not a value: notes what stands in the cell and changes nothing."""

    __slots__ = ("seen",)

    def __init__(self) -> None:
        """Nothing seen yet."""
        super().__init__(None)
        self.seen: dict[tuple[int, int], Seen] = {}


class ValueProblem(Exception):  # noqa: N818 - turned into a located PatchRefusedError by the caller
    """A value that no cell can hold: message code and arguments, the location is added by the caller."""

    def __init__(self, code: str, /, **args: object) -> None:
        """The code of the message and its arguments."""
        self.code = code
        self.args_by_name = args
        super().__init__(code)


class Typed(NamedTuple):
    """A value as a cell holds it; equal when Excel shows the same thing."""

    kind: str  # n number, s text, b bool, e error, blank
    value: Any


BLANK = Typed("blank", None)


def serial(value: date | datetime | time | timedelta, *, is_1904: bool) -> float:
    """Days since the workbook's epoch, as Excel stores dates and times.

    Arguments:
        value: date, date and time (without zone), time of day or duration.
        is_1904: whether the workbook counts from 1904.

    Errors: ValueProblem SX933 when Excel's calendar does not have the day, SX938 with a time zone.
    """
    if isinstance(value, datetime | time) and value.tzinfo is not None:
        raise ValueProblem("SX938", type=f"{'time' if isinstance(value, time) else 'datetime'} with a zone")
    days = to_serial(value, is_1904=is_1904)
    if isinstance(value, date) and not (0 if is_1904 else 1) <= days < END_OF_DAYS:
        raise ValueProblem("SX933", date=value.isoformat())
    return days


def typed_value(value: Any, *, is_1904: bool) -> Typed:
    """What a cell will hold for a Python value (not a Formula, Cached or Styled).

    Errors: ValueProblem SX930 text too long, SX931 not a finite number, SX932 half a character,
    SX933 date out of range, SX938 type that no cell has.
    """
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind is float:
        return _number(value)
    if kind is int:
        return _integer(value)
    if kind is bool:
        return Typed("b", value)
    if value is None:
        return BLANK
    return _other(value, is_1904=is_1904)


def _text(value: str) -> Typed:
    if not value:
        return BLANK
    # UTF-16 units are what Excel counts; only characters beyond the first plane take two.
    if len(value) > LONGEST_TEXT // 2 and len(value.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST_TEXT:
        raise ValueProblem("SX930", length=len(value))
    return Typed("s", value)


def _number(value: float) -> Typed:
    if not math.isfinite(value):
        raise ValueProblem("SX931")
    return Typed("n", value)


def _integer(value: int) -> Typed:
    if -_EXACT_INTEGER <= value <= _EXACT_INTEGER:
        return Typed("n", value)
    try:
        return Typed("n", float(value))
    except OverflowError:
        raise ValueProblem("SX931") from None


def _other(value: Any, *, is_1904: bool) -> Typed:  # noqa: PLR0911 - one line for each kind of value
    if isinstance(value, ErrorValue):
        return Typed("e", value.value)
    if type(value).__name__ in {"NAType", "NaTType"}:
        raise ValueProblem("SX931")
    if isinstance(value, date | time | timedelta):
        return Typed("n", serial(value, is_1904=is_1904))
    if isinstance(value, bool):
        return Typed("b", bool(value))
    if isinstance(value, str):
        return _text(str(value))
    if isinstance(value, float):
        return _number(float(value))
    if isinstance(value, int):
        return _integer(int(value))
    if type(value).__name__ == "Decimal":
        return _number(float(value))
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return typed_value(value.item(), is_1904=is_1904)  # a NumPy scalar
    raise ValueProblem("SX938", type=type(value).__name__)


def is_date_like(value: Any) -> bool:
    """Whether the value shows rightly only under a date or time format."""
    return isinstance(value, date | time | timedelta)


def loses_digits(value: Any) -> bool:
    """Whether a whole number that a cell takes has more digits than the cell keeps."""
    return type(value) is int and abs(value) > _EXACT_INTEGER and int(float(value)) != value


def same(old: Typed, new: Typed) -> bool:
    """Whether the cell already holds the value."""
    if old.kind != new.kind:
        return False
    if new.kind == "n":
        return float(old.value) == float(new.value)
    return bool(old.value == new.value)


def number_bytes(value: float) -> bytes:
    """A finite number as Excel writes it: shortest digits that give it back."""
    if value == 0:
        return b"0"
    text = repr(value)
    return text[:-2].encode() if text.endswith(".0") else text.encode()


def value_bytes(new: Typed, prefix: bytes) -> tuple[bytes, bytes]:
    """(value of the attribute ``t``, the ``<v>`` element) of a value that a formula gave.

    Errors: ValueProblem SX932 for half a character.
    """
    kind = new.kind
    if kind == "blank":
        return b"", b""
    if kind == "n":
        return b"", b"<%bv>%b</%bv>" % (prefix, number_bytes(new.value), prefix)
    if kind == "b":
        return b"b", b"<%bv>%d</%bv>" % (prefix, new.value, prefix)
    if kind == "e":
        return b"e", b"<%bv>%b</%bv>" % (prefix, escape(new.value), prefix)
    return b"str", b"<%bv%b>%b</%bv>" % (prefix, _space(new.value), _encoded(new.value), prefix)


def constant_bytes(new: Typed, prefix: bytes, *, inline: bool) -> tuple[bytes, bytes]:
    """(value of the attribute ``t``, content) of a cell that holds a value.

    Arguments:
        new: the value.
        prefix: namespace prefix with colon, mostly empty.
        inline: whether text goes in as inline string; else, in a workbook without shared strings, as
            ``t="str"``, which Excel does not have to convert at the next save.

    Errors: ValueProblem SX932 for half a character.
    """
    if new.kind != "s" or not inline:
        return value_bytes(new, prefix)
    keep, raw = _space(new.value), _encoded(new.value)
    return b"inlineStr", b"<%bis><%bt%b>%b</%bt></%bis>" % (prefix, prefix, keep, raw, prefix, prefix)


def _space(text: str) -> bytes:
    """The attribute that keeps white space from being taken for layout, where there is some to lose."""
    spaced = text[:1].isspace() or text[-1:].isspace() or "\n" in text or "\t" in text
    return b' xml:space="preserve"' if spaced else b""


def _encoded(text: str) -> bytes:
    try:
        return encode_xstring(text)
    except UnicodeEncodeError as error:
        raise ValueProblem("SX932", character=f"U+{ord(text[error.start]):04X}") from error


def formula_text(formula: Formula) -> str:
    """The text as the file has it.

    Errors: ValueProblem SX935 when it is empty, too long or holds control characters.
    """
    text = formula.text.removeprefix("=")
    if not text.strip() or len(text) > MAX_FORMULA or _CONTROL.search(text):
        raise ValueProblem("SX935", length=len(text))
    return text
