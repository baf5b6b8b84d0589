"""One cell of what people see: what it holds, who fills it, how it is shown."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from strategy_xl.schema.counting import counted
from strategy_xl.schema.spec.said import Key, Spec, Text, Unit


class FieldType(StrEnum):
    """What a cell holds. ``message`` is a sentence made of a rule's codes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    BOOL = "bool"
    CHOICE = "choice"
    MESSAGE = "message"
    LINK = "link"


INDENT_WIDTH = 1.5
"""Width in characters that the indent of cells adds to a table's column."""
WRAP_FROM_WIDTH = 20.0
NUMERIC_TYPES = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY, FieldType.PERCENT})


class FieldRole(StrEnum):
    """Who fills the cell: people, a native formula, or the batch."""

    INPUT = "input"
    COMPUTED = "computed"
    OWNED = "owned"


class Tone(StrEnum):
    """How a choice is coloured."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"
    NEUTRAL = "neutral"


class WhenSpec(Spec):
    """Another label of a form field, while a setting has a choice (BtoC asks for an age, not a size)."""

    setting: Key
    choice: Key
    label: Text


class BarSpec(Spec):
    """A bar in the cell, from 0 to the value that fills it; the number stays in front of it.

    Arguments:
        full: value of a full bar (1 for a share, 10 for a mark out of ten).
        tone: its colour.
    """

    full: float = Field(default=1, gt=0)
    tone: Tone = Tone.INFO


class FieldSpec(Spec):
    """One column of a table or one labelled cell of a form.

    Arguments:
        key: language-neutral name, unique in its block; also the name rules know it by.
        label: column header or field label.
        help: note shown on the header and as input message.
        unit: shown beside the numbers (``€``, ``h``); one text, or one a language.
        format: Excel number format, when the type's own does not serve.
        width: column width in characters.
        required: counts in the completeness of the module.
        counted_by: yes-or-no result of the same row that says whether what stands in a required cell counts.
        example: what somebody could write, shown in the input message of a workbook without data.
        choices: key of a list (``choice`` type).
        source: ``block[key]`` whose values are proposed in a drop-down list.
        minimum, maximum: bounds of an input, checked on typing and on reading.
        formula: native formula of a computed field; ``COUNTED([key])`` in it says whether a cell of the same
            row holds a number within the bounds of its field (a day of 1950 to 2100).
        array: the formula needs array evaluation (Ctrl+Shift+Enter).
        hidden: helper column, out of sight but not secret.
        lines: height of a form cell in text lines.
        when: other labels of a form field, by what a setting says; the first that holds is shown.
        section: heading shown above this field, in a form (a long form reads in parts) or in results beside
            a chart.
        tone: colour of a result beside a chart.
        module: sheet that a result on a path is about; its label is the way there.
        since: schema version that brought the field; workbooks of earlier ones never had it and miss nothing.
        until: of a retired field, the last schema version whose workbooks have it.
        bar: a data bar in a numeric column of a table.
        spark: ``block[key:other]``, columns of the same table: the cell shows them as a small line.
        tones: colour of single values of a column (``{ "2" = "good", "?" = "neutral" }``).
        personal: what is typed there is about a person, and goes when the one of the row is forgotten.
        unit_from: key of the field in the same row that names the unit; numbers are shown with it.
        trail_of: field of the same row, a choice, whose last changes the batch keeps in this cell
            (``rules.trails``).
        kept: what the batch wrote stays while its row is no record (its name is gone, or an error).
        remembered: whether the history may remember what is typed, to say why a verdict changed; not remarks,
            addresses and what else no such rule reads.
        repeat: as many such fields in a row; ``{i}`` counts up from 1 and ``{j}`` down to 1 in all texts.
    """

    key: Key
    label: Text
    help: Text | None = None
    type: FieldType = FieldType.TEXT
    role: FieldRole = FieldRole.INPUT
    unit: Unit | None = None
    format: str | None = None
    width: float = Field(default=14, gt=0, le=120)
    required: bool = False
    counted_by: Key | None = None
    example: Text | None = None
    choices: Key | None = None
    source: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    formula: str | None = None
    array: bool = False
    hidden: bool = False
    lines: int = Field(default=1, ge=1, le=20)
    when: tuple[WhenSpec, ...] = ()
    section: Text | None = None
    tone: Tone | None = None
    module: Key | None = None
    since: int = Field(default=1, ge=1)
    until: int | None = Field(default=None, ge=1)
    default: Any = None
    bar: BarSpec | None = None
    spark: str | None = None
    tones: dict[str, Tone] = Field(default_factory=dict)
    personal: bool = False
    unit_from: Key | None = None
    trail_of: Key | None = None
    kept: bool = False
    remembered: bool = True
    repeat: Literal[1] = 1

    @property
    def wraps(self) -> bool:
        """Whether a long content of a table's cell goes on in a second line."""
        if self.hidden or self.tones or self.type in NUMERIC_TYPES | {FieldType.DATE, FieldType.BOOL}:
            return False
        return self.type is FieldType.CHOICE or self.width >= WRAP_FROM_WIDTH

    @model_validator(mode="after")
    def _coherent(self) -> FieldSpec:
        if (self.role is FieldRole.COMPUTED) != (self.formula is not None):
            raise ValueError("a computed field needs a formula, and only a computed field has one")
        if (self.type is FieldType.CHOICE) != (self.choices is not None):
            raise ValueError("a field of type choice needs choices, and only such a field has them")
        if self.required and self.role is not FieldRole.INPUT:
            raise ValueError("only an input field can be required")
        if self.counted_by is not None and not self.required:
            raise ValueError("only a required field can be counted by another")
        if (self.trail_of is not None or self.kept) and self.role is not FieldRole.OWNED:
            raise ValueError("only what the batch writes is a trail, or kept")
        return self


def _numbered(value: Any, i: int, j: int) -> Any:
    """A part of a raw field with its counters filled in."""
    if isinstance(value, str):
        return value.replace("{i}", str(i)).replace("{j}", str(j))
    if isinstance(value, dict):
        return {key: _numbered(part, i, j) for key, part in value.items()}
    return value


def _repeated(fields: Any) -> Any:
    """Raw fields, those that repeat written out."""
    if not isinstance(fields, list | tuple):
        return fields
    found: list[Any] = []
    for field in fields:
        count = field.get("repeat") if isinstance(field, dict) else None
        if not isinstance(count, int) or not 1 < count <= MAX_REPEAT:
            found.append(field)
            continue
        one = {key: part for key, part in field.items() if key != "repeat"}
        found += [_numbered(one, i, count + 1 - i) for i in range(1, count + 1)]
    return found


MAX_REPEAT = 60
Fields = Annotated[tuple[FieldSpec, ...], BeforeValidator(counted), BeforeValidator(_repeated)]
"""Fields as templates write them; those that repeat are written out first, then what counts in formulas."""
