"""One sheet: its blocks, the rules that the batch runs for it, and what it says of their answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from strategy_xl.schema.spec.block import AnyBlock, TableBlock
from strategy_xl.schema.spec.said import Key, SheetText, Spec, Text

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
