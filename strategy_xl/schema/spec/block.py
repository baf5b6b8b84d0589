"""What stands on a sheet, from top to bottom: tables, forms, grids, results, texts."""

from __future__ import annotations

from enum import StrEnum
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from strategy_xl.schema.spec.drawn import CardPlace, ChartSpec
from strategy_xl.schema.spec.field import FieldRole, Fields, FieldSpec, Tone
from strategy_xl.schema.spec.said import Key, Spec, Text


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
        seed: rows written at build time, by field key (a value, or a text in each language).
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
