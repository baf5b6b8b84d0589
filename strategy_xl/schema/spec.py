"""What a template says, as frozen data: a workbook, its modules (sheets), their blocks and fields.

Labels are French and English side by side; everything else is language-neutral. The texts of formulas
are in the small notation of ``strategy_xl.formulas.references``.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from strategy_xl.schema.counting import counted

Key = Annotated[str, StringConstraints(pattern=r"^[a-z](?:_?[a-z0-9])*$", max_length=40)]
SheetTitle = Annotated[str, StringConstraints(min_length=1, max_length=31, pattern=r"^[^\[\]:*?/\\']+$")]
Colour = Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{6}$")]


class Spec(BaseModel):
    """Base of every template part: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Text(Spec):
    """A text for people, in both languages."""

    fr: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def get(self, lang: str) -> str:
        """The text in ``fr`` or ``en``."""
        return self.fr if lang == "fr" else self.en


class SheetText(Spec):
    """A sheet's tab title in both languages, within Excel's limits."""

    fr: SheetTitle
    en: SheetTitle

    def get(self, lang: str) -> str:
        """The title in ``fr`` or ``en``."""
        return self.fr if lang == "fr" else self.en


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


def _both(value: object) -> object:
    return {"fr": value, "en": value} if isinstance(value, str) else value


Unit = Annotated[Text, BeforeValidator(_both)]


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


class EntityKind(StrEnum):
    """What the history follows through time, one by one."""

    CLIENT = "client"
    CONTACT = "contact"
    ACCOUNT = "account"
    KPI = "kpi"
    OBJECTIVE = "objective"
    PROSPECT = "prospect"
    PERSONA = "persona"
    STAGE = "stage"


class RecordSpec(Spec):
    """What the history keeps of the rows or instances of a block: each is an entity that lives through time.

    Arguments:
        kind: what they are; one block of a workbook has it.
        verdict: field that says how an entity stands (class, status, role, grade).
        values: columns whose changes are kept: fields of the block, or answers of a rule into it.
        latest: columns that change with the day alone (a pace, a forecast): only their last values are kept.
        common: columns of numbers that are the same in every row (a threshold): kept once a workbook.
    """

    kind: EntityKind
    verdict: Key
    values: tuple[Key, ...] = ()
    latest: tuple[Key, ...] = ()
    common: tuple[Key, ...] = ()


class Block(Spec):
    """What all blocks share: a key unique in the workbook, a title, a short introduction.

    Arguments:
        hidden: workings: the rows of the whole block are grouped and collapsed.
    """

    key: Key
    title: Text | None = None
    intro: Text | None = None
    hidden: bool = False

    @property
    def is_listing(self) -> bool:
        """Whether it is a table that the batch fills from the top (a board, a ranking): nothing is typed."""
        return False


class TableBlock(Block):
    """A growing list: an Excel table (ListObject).

    Arguments:
        fields: its columns.
        rows: free rows below the filled ones (with formulas and validation); of a locked table without seed,
            all its rows.
        identity: key of the field that names a row; a row without it is not a row.
        nameless: whether a row without a name counts, as it does in formulas of other sheets.
        min_rows: rows from which the module counts as filled.
        locked: the seeded rows are the table: people fill them but add none.
        board: what the batch lists in it: the alerts of all rules, the actions that matter most, the figures
            of the last nights that changed some (``dates``), or what moved to another choice (``moves``).
        stake: field that gives the revenue a row is about, or ``block[key:other]`` to look its name up; it
            ranks alerts.
        due: date field by which alerts of the same stake are ranked.
        record: what the history keeps of its rows.
        seed: rows written at build time, by field key (a value, or a text in both languages).
        retired: computed columns that new workbooks have no more; those of earlier versions keep theirs.
    """

    kind: Literal["table"]
    fields: Fields = Field(min_length=1)
    rows: int = Field(default=20, ge=1, le=1_000_000)
    identity: Key | None = None
    nameless: bool = False
    min_rows: int = Field(default=1, ge=0)
    locked: bool = False
    board: Literal["alerts", "actions", "dates", "moves"] | None = None
    stake: str | None = None
    due: Key | None = None
    record: RecordSpec | None = None
    seed: tuple[dict[str, Any], ...] = ()
    retired: Fields = ()

    @model_validator(mode="after")
    def _ended(self) -> TableBlock:
        if any(field.until is None or field.role is not FieldRole.COMPUTED for field in self.retired):
            raise ValueError("a retired field is computed and says until which version it was there")
        if any(field.until is not None for field in self.fields):
            raise ValueError("a field with an end is a retired one")
        return self

    def of_version(self, version: int) -> TableBlock:
        """The table as workbooks of a schema version have it, with the columns that were retired since."""
        kept = tuple(field for field in self.retired if field.until is not None and version <= field.until)
        return self.model_copy(update={"fields": (*self.fields, *kept)}) if kept else self

    @property
    def table_name(self) -> str:
        """Name of the Excel table: the key in CamelCase (``swot_items`` → ``SwotItems``)."""
        return "".join(part.capitalize() for part in self.key.split("_"))

    @property
    def is_listing(self) -> bool:
        """See ``Block``."""
        return all(field.role is not FieldRole.INPUT for field in self.fields)

    @property
    def identity_key(self) -> str:
        """Key of the identity field: the one named, else the first."""
        return self.identity or self.fields[0].key


class FormBlock(Block):
    """Labelled cells; several instances stand side by side (one column a persona).

    Arguments:
        record: what the history keeps of its instances.
    """

    kind: Literal["form"]
    fields: Fields = Field(min_length=1)
    instances: int = Field(default=1, ge=1, le=20)
    instance_label: Text | None = None
    identity: Key | None = None
    min_instances: int = Field(default=1, ge=0)
    record: RecordSpec | None = None
    names: bool = False
    """Give each field a public defined name ``SX_<key>`` (the settings)."""
    folded: bool = False
    """Close every section but the first; a click on the outline opens it."""


class BoxSpec(Spec):
    """One box of a grid: a title and lines, each a formula in which ``{i}`` is the line number."""

    title: Text
    tone: Tone = Tone.NEUTRAL
    formula: str


class GridBlock(Block):
    """Boxes of lines that formulas fill.

    Arguments:
        layout: ``two_by_two`` (four boxes), ``ring`` (centre, then top, left, right, bottom) or ``row`` (side
            by side, under the picture that they explain), to be printed; ``workings`` puts them out of sight,
            in columns of their own at the right and beside the block before, for charts that need points
            which no table holds (``block[box_0]``…).
        lines: lines of each box.
        boxes: the boxes.
        across, down: the two axes of a ``two_by_two``: what its left and right columns mean, and its upper
            and lower rows.
    """

    kind: Literal["grid"]
    layout: Literal["two_by_two", "ring", "row", "workings"] = "two_by_two"
    lines: int = Field(default=6, ge=1, le=60)
    boxes: tuple[BoxSpec, ...] = Field(min_length=1, max_length=16)
    across: tuple[Text, Text] | None = None
    down: tuple[Text, Text] | None = None

    @model_validator(mode="after")
    def _whole(self) -> GridBlock:
        wanted = {"two_by_two": 4, "ring": 5}.get(self.layout, len(self.boxes))
        if len(self.boxes) != wanted:
            raise ValueError("two_by_two has four boxes, a ring has five")
        if (self.across is None) != (self.down is None) or (self.across and self.layout != "two_by_two"):
            raise ValueError("a two_by_two has both axes or none, any other layout has none")
        return self

    @property
    def is_printed(self) -> bool:
        """Whether people are to see it."""
        return self.layout != "workings"


class SeriesSpec(Spec):
    """One series: ``y`` over ``x`` (or over ``categories``).

    Arguments:
        name, name_from: its name, or the ``block[key]`` that holds it.
        x, y, categories: ``block[key]``, or ``block[key:other]`` for fields one under the other.
        line: drawn as a line over columns or points.
        secondary: on the second axis.
        guide: a line without points, kept out of the legend (the threshold on a scatter, a network’s ring).
        arrow: a line without points that ends in an arrow head, kept out of the legend (the way from one
            point of a scatter to another).
        spacer: holds the place before the next series of a funnel, so that its bars stand in the middle; not
            drawn and kept out of the legend.
        fill: colours a zone of a scatter: flat strokes from the points to the left or the right edge, all
            together as thick as the plot is high: points one under the other, in equal steps, fill the zone;
            kept out of the legend.
        labels: ``block[key]`` whose texts stand beside the points; without a tone the points themselves do
            not show, and the series is kept out of the legend. In a network each text is one cell, and the
            series shows its points when it has a name.
        labels_at: above the points, or at their right and bold (titles).
        rows: first and last row of the columns that the series takes, from 1 (a network).
        strength: of the links that the series draws, 1 to 3 (a network); points when there is none.
    """

    name: Text | None = None
    name_from: str | None = None
    x: str | None = None
    y: str
    categories: str | None = None
    tone: Tone | None = None
    line: bool = False
    secondary: bool = False
    guide: bool = False
    arrow: bool = False
    spacer: bool = False
    fill: Literal["left", "right"] | None = None
    labels: str | None = None
    labels_at: Literal["above", "right"] = "above"
    rows: tuple[int, int] | None = None
    strength: Literal[1, 2, 3] | None = None


class ChartSpec(Spec):
    """A native chart fed from the workbook's own cells.

    Arguments:
        type: ``network`` draws named points and the links between them, without axes.
        alt: what a screen reader says of the chart; its title when there is none.
        x_span, y_span: half the width and half the height of a network, in units of its coordinates.
    """

    type: Literal["scatter", "line", "bar", "column", "pareto", "funnel", "doughnut", "network"]
    title: Text
    alt: Text | None = None
    series: tuple[SeriesSpec, ...] = Field(min_length=1)
    x_title: Text | None = None
    y_title: Text | None = None
    minimum: float | None = None
    maximum: float | None = None
    percent: bool = False
    x_span: float = Field(default=1.0, gt=0)
    y_span: float = Field(default=1.0, gt=0)
    width: float = Field(default=18, gt=4, le=40)
    height: float = Field(default=9, gt=3, le=30)


class CardPlace(Spec):
    """Where a field stands on a card: a rectangle of lines and twelfths of the page, counted from 1.

    Arguments:
        row, column: its first line and first twelfth.
        rows, columns: its size.
        label: ``top`` over the value, ``left`` beside it, or ``none``.
        look: ``title``, ``quote`` or ``bar`` instead of plain text.
    """

    row: int = Field(ge=1, le=60)
    column: int = Field(ge=1, le=12)
    rows: int = Field(default=1, ge=1, le=30)
    columns: int = Field(default=3, ge=1, le=12)
    label: Literal["top", "left", "none"] = "top"
    look: Literal["plain", "title", "quote", "bar", "photo"] = "plain"


class SummaryBlock(Block):
    """Result cells (tiles) and charts, fed by formulas or by the batch.

    Arguments:
        fields: the results, one a tile.
        columns: tiles in a row.
        legend: two lines to read, on the right of the first tiles.
        charts: drawn under the tiles.
        beside: the charts come first, in one line, and the results stand at their right, one under the other:
            a figure before its label, a text or message over the whole width. Without charts they stand at
            the right of the printed grid above.
        path: the results are drawn as steps with arrows between: those about one ``module`` make a step, the
            first gives its name; a message is filled with the next step on that sheet.
        card: where each field stands when the block is a card to print on one page; other fields are its
            workings.
    """

    kind: Literal["summary"]
    fields: tuple[FieldSpec, ...] = ()
    columns: int = Field(default=4, ge=1, le=8)
    legend: Annotated[tuple[Text, ...], Field(max_length=2)] = ()
    charts: tuple[ChartSpec, ...] = ()
    beside: bool = False
    path: bool = False
    card: dict[Key, CardPlace] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _on_a_way(self) -> SummaryBlock:
        if self.path and any(item.module is None for item in self.fields):
            raise ValueError("each result on a path is about a module")
        return self

    def steps(self) -> list[tuple[FieldSpec, ...]]:
        """The results of a path, step by step."""
        return [tuple(step) for _, step in groupby(self.fields, key=lambda item: item.module)]


DataBlock = TableBlock | FormBlock | SummaryBlock
"""A block that holds fields."""


class TextBlock(Block):
    """Paragraphs to read."""

    kind: Literal["text"]
    paragraphs: tuple[Text, ...] = Field(min_length=1)
    numbered: bool = False


class MapBlock(Block):
    """The clickable map of the method: every module with its question and completeness."""

    kind: Literal["map"]


class ListsBlock(Block):
    """The lists behind the drop-downs; people may add to the open ones."""

    kind: Literal["lists"]


AnyBlock = Annotated[
    TableBlock | FormBlock | GridBlock | SummaryBlock | TextBlock | MapBlock | ListsBlock,
    Field(discriminator="kind"),
]


MessageKind = Literal["reasons", "actions", "missing"]


def _usual_messages() -> dict[str, MessageKind]:
    return {"reasons": "reasons", "next_action": "actions", "missing": "missing"}


class RuleCall(Spec):
    """A rule run by the batch on a sheet's data.

    Arguments:
        run: ``module.function`` in ``strategy_xl.rules``.
        into: key of the block whose computed and owned fields take the result's columns.
        args: what each parameter gets: ``block`` (its rows), ``block[key]`` (one column) or
            ``block[key:other]`` (a mapping of two). ``params`` (thresholds from the settings), ``today``,
            ``stamp``, ``kind`` and ``ranks`` need no entry.
        messages: which message field gets the result's ``reasons``, ``actions`` or ``missing`` fields.
    """

    run: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
    into: Key
    args: dict[str, str] = Field(default_factory=dict)
    messages: dict[str, MessageKind] = Field(default_factory=_usual_messages)


class AdoptionSpec(Spec):
    """Drafts that the batch adds to another table when people choose so.

    Arguments:
        when: ``block[key]``, the yes/no field in which people choose.
        text: the draft, of the same block.
        mark: owned field of the same block that says what was taken over; while it is filled the draft is not
            added again.
        into: ``block[key]``, the input field of a growing table that gets the text, in a free row.
    """

    when: str
    text: str
    mark: str
    into: str


class MeasureSpec(Spec):
    """A figure of a rule's answer by which a verdict turns, and where it turns.

    Arguments:
        value: column of the answer, or of the rows that the rule was given.
        limits: what it is held against: keys of settings, or of columns like ``value``, or numbers.
        margin: key of the setting by which a figure must be beyond a limit before a stored verdict changes.
        label: what people call the figure; by default the label of the field of that key.
        percent: shown as a share, where the block has no field of that key.
        codes: how the reason codes end of answers in which this figure decides; without any, of all.
        of: the verdicts that it decides; without any, all.
        at_limit: whether a figure at its limit has reached it, or only one beyond it.
    """

    value: Key
    limits: tuple[Key | float, ...] = Field(min_length=1)
    margin: Key | None = None
    label: Text | None = None
    percent: bool = False
    codes: tuple[str, ...] = ()
    of: tuple[Key, ...] = ()
    at_limit: bool = True


class SettingIs(Spec):
    """A choice that a setting has."""

    setting: Key
    choice: Key


class ExplainedSpec(Spec):
    """A rule whose verdicts are explained when they change from one night to the next.

    Arguments:
        run: one of the module's rules.
        verdicts: columns of its answer.
        alone: whether the answer for a row depends on no other row of the block that it is for.
        together: the setting under which it does, all the same.
        measures: figures that a verdict turns by, the most telling first.
    """

    run: str
    verdicts: tuple[Key, ...] = Field(min_length=1)
    alone: bool = False
    together: SettingIs | None = None
    measures: tuple[MeasureSpec, ...] = ()


class ModuleSpec(Spec):
    """One sheet of the workbook.

    Arguments:
        key: language-neutral name; the file is ``<key>.toml``.
        sheet: tab title.
        title: heading on the sheet.
        question: the question the sheet answers, shown on the map.
        group: key of the workbook's group (colour, order on the map).
        rules: the rules that the batch runs for it.
        adoptions: drafts of this sheet that become rows elsewhere.
        explained: the rules whose verdicts are explained when they change.
        after: where a module that ``workbook.toml`` does not list goes (default: before the settings).
        landscape: print orientation.
        pages: pages at most that a sheet of a known size takes on paper, made smaller where it needs more;
            0 for as many as it needs.
        blocks: from top to bottom; only the last table of a sheet can grow.
    """

    key: Key
    sheet: SheetText
    title: Text
    question: Text | None = None
    group: Key = "method"
    rules: tuple[RuleCall, ...] = ()
    adoptions: tuple[AdoptionSpec, ...] = ()
    explained: tuple[ExplainedSpec, ...] = ()
    after: Key | None = None
    landscape: bool = True
    pages: int = Field(default=0, ge=0, le=20)
    blocks: tuple[AnyBlock, ...] = Field(min_length=1)

    def tables(self) -> tuple[TableBlock, ...]:
        """The table blocks, top to bottom."""
        return tuple(block for block in self.blocks if isinstance(block, TableBlock))


class ChoiceSpec(Spec):
    """One choice of a list.

    Arguments:
        key, fr, en: key and labels.
        tone: how it is coloured.
        value: the number it stands for, where rules need one.
        judges: whether it is better or worse than others, by its tone; one that only says that data is
            missing is not.
    """

    key: Key
    fr: str = Field(min_length=1)
    en: str = Field(min_length=1)
    tone: Tone = Tone.NEUTRAL
    value: float | None = None
    judges: bool = True

    def get(self, lang: str) -> str:
        """The label in ``fr`` or ``en``."""
        return self.fr if lang == "fr" else self.en


class ListSpec(Spec):
    """A list of choices; an ``open`` one takes what people add on the settings sheet."""

    key: Key
    label: Text
    open: bool = False
    spare: int = Field(default=0, ge=0, le=200)
    choices: tuple[ChoiceSpec, ...] = ()


class GroupSpec(Spec):
    """A family of modules on the map, with its colour."""

    key: Key
    label: Text
    colour: Colour


class ThemeSpec(Spec):
    """Fonts and colours of the workbook (RGB hex)."""

    font: str = "Calibri"
    ink: Colour = "1F2937"
    muted: Colour = "5B6472"
    input: Colour = "FFFBE6"
    computed: Colour = "F3F4F6"
    owned: Colour = "E8F1FB"
    good: Colour = "C6EFCE"
    warn: Colour = "FFEB9C"
    bad: Colour = "FFC7CE"
    info: Colour = "DDEBF7"
    neutral: Colour = "EDEDED"


class UnitSpec(Spec):
    """How numbers are shown whose row names a unit (``FieldSpec.unit_from``).

    Arguments:
        names: how people write the unit; the first one stands beside the numbers.
        kind: ``percent`` shows a number from -1 to 1 as a share (0.22 as 22 %); ``money`` has no decimals.
    """

    names: tuple[Annotated[str, StringConstraints(pattern=r'^[^"]+$')], ...] = Field(min_length=1)
    kind: Literal["suffix", "money", "percent"] = "suffix"


class FigureSpec(Spec):
    """One figure of a run's table of results: the rows of a block, or those with one choice in a column.

    Arguments:
        key: name of the figure in reports.
        label: heading of its column.
        block: block whose rows some rule judges.
        column, choice: column of that rule's result, and the choice whose rows are counted.
        choices: several of them instead.
    """

    key: Key
    label: Text
    block: Key
    column: Key | None = None
    choice: Key | None = None
    choices: tuple[Key, ...] = ()

    @property
    def counted(self) -> tuple[Key, ...]:
        """The choices whose rows are counted."""
        return self.choices or ((self.choice,) if self.choice is not None else ())


class WorkbookSpec(Spec):
    """The whole workbook: order, theme, groups, lists and modules.

    Arguments:
        schema_version: stamped into every workbook; raised when a reader must know.
        order: module keys, in sheet order.
        figures: what a run counts in each workbook.
        dated: what it counts besides, for the table of the last nights (``board = "dates"``).
        units: number formats of units that rows name.
        modules: filled by the loader from the other files.
    """

    schema_version: int = Field(ge=1)
    name: Text
    order: tuple[Key, ...]
    theme: ThemeSpec = ThemeSpec()
    groups: tuple[GroupSpec, ...]
    lists: tuple[ListSpec, ...]
    figures: tuple[FigureSpec, ...] = ()
    dated: tuple[FigureSpec, ...] = ()
    units: tuple[UnitSpec, ...] = ()
    modules: tuple[ModuleSpec, ...] = ()

    def module(self, key: str) -> ModuleSpec:
        """The module of that key; KeyError when there is none."""
        for module in self.modules:
            if module.key == key:
                return module
        raise KeyError(key)

    def list_(self, key: str) -> ListSpec:
        """The list of that key; KeyError when there is none."""
        for spec in self.lists:
            if spec.key == key:
                return spec
        raise KeyError(key)

    def charts(self) -> list[ChartSpec]:
        """All charts, in the order of the sheets."""
        return [
            chart
            for module in self.modules
            for block in module.blocks
            if isinstance(block, SummaryBlock)
            for chart in block.charts
        ]

    def data_blocks(self) -> dict[str, tuple[ModuleSpec, DataBlock]]:
        """Every block that holds fields, by its key, with its module."""
        return {
            block.key: (module, block)
            for module in self.modules
            for block in module.blocks
            if isinstance(block, DataBlock)
        }
