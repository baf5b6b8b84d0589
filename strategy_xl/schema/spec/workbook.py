"""The whole workbook: order, looks, lists of choices, figures of a run, and its modules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from strategy_xl.schema.spec.block import DataBlock, SummaryBlock
from strategy_xl.schema.spec.drawn import ChartSpec
from strategy_xl.schema.spec.field import Tone
from strategy_xl.schema.spec.module import ModuleSpec
from strategy_xl.schema.spec.said import Colour, Key, Spec, Text, Translated


class ChoiceSpec(Translated):
    """One choice of a list.

    Arguments:
        key, fr, en: key and labels.
        tone: how it is coloured.
        value: the number it stands for, where rules need one.
        judges: whether it is better or worse than others, by its tone; one that only says that data is
            missing is not.
    """

    key: Key
    tone: Tone = Tone.NEUTRAL
    value: float | None = None
    judges: bool = True


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
