"""A change of verdict as people read it: the figure and its limit first, then the cell that moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from strategy_xl.answers.changes import Cause, Change, Crossing, Why
from strategy_xl.answers.pairing import name_key
from strategy_xl.answers.sentences import going_on
from strategy_xl.book.shown import Look
from strategy_xl.errors import Location
from strategy_xl.schema.spec import FieldSpec, FieldType, MeasureSpec, WorkbookSpec
from strategy_xl.text.catalog import message
from strategy_xl.text.figures import format_beside, format_value
from strategy_xl.text.shortening import shorten

TOLD = 2
"""Causes that are told one by one; of more it is said how many there are."""
LONGEST = 40
"""Characters of a text that is quoted."""
_WORDS = (Why.ADDED, Why.GONE, Why.SETTING, Why.STORED, Why.DAY)
_FORMS = {FieldType.MONEY: "money", FieldType.PERCENT: "percent1", FieldType.INTEGER: "int"}


class Teller:
    """Tells changes in one language, with the words of the templates."""

    def __init__(self, spec: WorkbookSpec, lang: str) -> None:
        """Take the templates that the workbooks were made from, and ``fr`` or ``en``."""
        self._lang, self._look = lang, Look.of(spec.lists, lang)
        self._fields = {
            key: {field.key: field for field in block.fields}
            for key, (_, block) in spec.data_blocks().items()
        }
        self._names = {key: name_key(block) for key, (_, block) in spec.data_blocks().items()}
        self._measures = {
            item.run: {measure.value: measure for measure in item.measures}
            for module in spec.modules
            for item in module.explained
        }

    def name(self, block: str, name: str) -> str:
        """What a row is called: a choice by its label."""
        field = self._fields.get(block, {}).get(self._names.get(block, ""))
        return str(self._look.cell(field, name)) if field is not None and field.choices is not None else name

    def sentence(self, change: Change) -> str:
        """Why a verdict changed, in two short sentences at most."""
        told = [] if change.crossing is None else [self._crossing(change, change.crossing)]
        match change.why:
            case Why.PROGRAM:
                old, new = change.versions
                told.append(message("change.program", self._lang, old=old, new=new))
            case Why.UNKNOWN:
                told.append(message("change.unknown", self._lang, n=len(change.causes)))
            case _:
                told.append(self._causes(change))
        return " ".join(told)

    def verdict(self, change: Change) -> str:
        """What the verdict was and what it is: ``Classe finale : À risque → Idéal``."""
        field = self._fields.get(change.block, {}).get(change.verdict)
        old, new = (self._value(field, value) for value in (change.old, change.new))
        label = field.label.get(self._lang) if field is not None else change.verdict
        return message("change.verdict", self._lang, label=label, old=old, new=new)

    def label(self, block: str, key: str, value: Any) -> str:
        """A value of a field in words."""
        return self._value(self._fields.get(block, {}).get(key), value)

    def _crossing(self, change: Change, crossing: Crossing) -> str:
        measure = self._measures.get(change.rule, {}).get(crossing.value)
        field = self._fields.get(change.block, {}).get(crossing.value)
        form = _figure_form(measure, field, crossing.limit)
        shown: dict[str, Any] = {
            "label": _figure_label(measure, field, crossing.value, self._lang),
            "limit": format_value(crossing.limit, form, self._lang),
            "new": format_beside(crossing.new, crossing.limit, form, self._lang),
        }
        if crossing.old is None:
            return message("change.known", self._lang, **shown)
        if crossing.old == crossing.new and crossing.former != crossing.limit:
            former = format_value(crossing.former, form, self._lang)
            return message("change.limit", self._lang, former=former, **shown)
        shown["old"] = format_beside(crossing.old, crossing.limit, form, self._lang)
        if not crossing.margin:
            return message("change.crossing", self._lang, **shown)
        margin = format_value(crossing.margin, form, self._lang)
        return message("change.margin", self._lang, margin=margin, **shown)

    def _causes(self, change: Change) -> str:
        """What differs, in one sentence."""
        if change.why is Why.DAY:
            old, new = (_day(value, self._lang) for value in (change.causes[0].old, change.causes[0].new))
            return message("change.day", self._lang, old=old, new=new)
        told = [self._cause(cause) for cause in change.causes[:TOLD]]
        # Only words of the catalogue go on in small letters, not names and labels.
        told[1:] = [
            going_on(text) if cause.kind in _WORDS else text
            for text, cause in zip(told[1:], change.causes[1:], strict=False)
        ]
        rest = len(change.causes) - len(told)
        if rest:
            listed = ", ".join(told)
            return message("change.more", self._lang, n=rest, listed=listed)
        if len(told) > 1:
            return message("change.both", self._lang, first=told[0], second=told[1])
        return message("change.one", self._lang, cause=told[0])

    def _cause(self, cause: Cause) -> str:
        """One thing that differs, without a full stop."""
        field = self._fields.get(cause.block, {}).get(cause.key)
        old, new = (
            (_day(cause.old, self._lang), _day(cause.new, self._lang))
            if cause.kind == Why.DAY
            else (self._value(field, cause.old), self._value(field, cause.new))
        )
        kind = "other" if cause.kind == Why.CELL and cause.name else cause.kind
        return message(
            f"change.cause.{kind}",
            self._lang,
            label=field.label.get(self._lang) if field is not None else cause.key,
            name=shorten(self.name(cause.block, cause.name), LONGEST),
            old=old,
            new=new,
            place=str(Location(None, cause.sheet, cause.cell)),
        )

    def _value(self, field: FieldSpec | None, value: Any) -> str:
        """A plain value as people write it."""
        if value is None:
            return message("change.nothing", self._lang)
        if field is not None and field.type is FieldType.DATE:
            return _day(value, self._lang)
        if isinstance(value, bool) or (field is not None and field.choices is not None):
            flags = self._look.flags
            shown = flags[0 if value else 1] if isinstance(value, bool) else None
            return shown or str(self._look.cell(field, value) if field is not None else value)
        if isinstance(value, int | float):
            form = _FORMS.get(field.type, "dec2") if field is not None else "dec2"
            return format_value(value, form, self._lang)
        return message("change.quoted", self._lang, text=shorten(str(value), LONGEST))


def _figure_form(measure: MeasureSpec | None, field: FieldSpec | None, limit: float) -> str:
    """How a figure is written: scores with one decimal, ratios with two."""
    usual = "dec1" if abs(limit) >= 10 else "dec2"
    if field is None:
        return "percent1" if measure is not None and measure.percent else usual
    return {FieldType.PERCENT: "percent1", FieldType.MONEY: "money"}.get(field.type, usual)


def _figure_label(measure: MeasureSpec | None, field: FieldSpec | None, key: str, lang: str) -> str:
    """What a figure is called."""
    if measure is not None and measure.label is not None:
        return measure.label.get(lang)
    return field.label.get(lang) if field is not None else key


def _day(value: Any, lang: str) -> str:
    """A day kept as text as people write it."""
    if not isinstance(value, str):
        return message("change.nothing", lang)
    return format_value(date.fromisoformat(value), "date", lang)


def tell(change: Change | Mapping[str, Any], spec: WorkbookSpec, lang: str) -> str:
    """Why a verdict changed, in two short sentences at most.

    Arguments:
        change: as ``explain`` gives it, or its plain data.
        spec: the templates. lang: ``fr`` or ``en``.
    """
    return Teller(spec, lang).sentence(change if isinstance(change, Change) else Change.of_data(change))
