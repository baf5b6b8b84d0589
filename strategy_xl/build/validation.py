"""What a cell accepts: drop-down lists, bounds and input messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from openpyxl.worksheet.datavalidation import DataValidation

from strategy_xl.build.page import Book
from strategy_xl.cellvalues import END_OF_DAYS
from strategy_xl.formulas.excel import quote
from strategy_xl.formulas.references import parse_column
from strategy_xl.schema.names import YES_NO, list_name
from strategy_xl.schema.spec import FieldRole, FieldSpec, FieldType, FormBlock, TableBlock
from strategy_xl.text.catalog import format_value
from strategy_xl.text.shortening import shorten

MAX_TITLE, MAX_PROMPT, MAX_ERROR, MAX_INLINE = 32, 255, 225, 255
EARLIEST_DAY, LATEST_DAY = 1, END_OF_DAYS - 1
"""Serial numbers of 1900-01-01 and 9999-12-31."""
FAR = 10**15
EXAMPLE_FORMS = {
    FieldType.MONEY: "money",
    FieldType.PERCENT: "percent",
    FieldType.INTEGER: "int",
    FieldType.NUMBER: "dec2",
    FieldType.DATE: "date",
}
Severity = Literal["stop", "warning"]
NUMBERS = {
    FieldType.INTEGER: "whole",
    FieldType.NUMBER: "decimal",
    FieldType.MONEY: "decimal",
    FieldType.PERCENT: "decimal",
}


def choices_name(key: str) -> str:
    """Name of the filled part of an open list, behind drop-downs."""
    return f"SXV_{key}"


def source_name(reference: str) -> str:
    """Name of the filled part of a column whose values are proposed elsewhere."""
    block, key = parse_column(reference)
    return f"SXV_{block}_{key}"


def _inline(labels: Sequence[str]) -> str | None:
    """Choices written in the rule itself; None when Excel would not take them."""
    text = ",".join(labels)
    if len(text) > MAX_INLINE or any("," in label for label in labels):
        return None
    return quote(text)


class Validations:
    """Makes the validation of fields for one workbook."""

    def __init__(self, book: Book) -> None:
        """Keep the book; know which lists have cells of their own."""
        self.book = book
        lists = book.layout.first_lists()
        self.placed_lists = frozenset(lists.rows) if lists is not None else frozenset()

    def _list(self, key: str, labels: Sequence[str], *, is_open: bool) -> str | None:
        if key in self.placed_lists:
            return choices_name(key) if is_open else list_name(key)
        return _inline(labels) if labels else None

    def _options(self, spec: FieldSpec) -> tuple[dict[str, Any], str, Severity]:
        """Keyword arguments of the rule, key of its error message, severity."""
        book = self.book
        if spec.type is FieldType.CHOICE:
            choices = book.spec.list_(spec.choices or "")
            formula = self._list(
                choices.key, [item.get(book.lang) for item in choices.choices], is_open=choices.open
            )
            if formula is not None:
                rule = {"type": "list", "formula1": formula}
                return (rule, "error.open_list", "warning") if choices.open else (rule, "error.list", "stop")
        if spec.type is FieldType.BOOL:
            formula = self._list(YES_NO, book.values.look.flags, is_open=False)
            return {"type": "list", "formula1": formula}, "error.list", "stop"
        if spec.source is not None and parse_column(spec.source)[0] in book.layout.placed:
            return {"type": "list", "formula1": source_name(spec.source)}, "error.source", "warning"
        if spec.type is FieldType.DATE:
            bounds = {"operator": "between", "formula1": str(EARLIEST_DAY), "formula2": str(LATEST_DAY)}
            return {"type": "date", **bounds}, "error.date", "stop"
        if spec.type in NUMBERS:
            return self._number(spec)
        return {}, "", "stop"

    def _number(self, spec: FieldSpec) -> tuple[dict[str, Any], str, Severity]:
        low, high = spec.minimum, spec.maximum
        options: dict[str, Any] = {"type": NUMBERS[spec.type]}
        if low is not None and high is not None:
            options |= {"operator": "between", "formula1": f"{low:g}", "formula2": f"{high:g}"}
            return options, "error.between", "stop"
        if low is not None:
            options |= {"operator": "greaterThanOrEqual", "formula1": f"{low:g}"}
            return options, "error.minimum", "stop"
        if high is not None:
            options |= {"operator": "lessThanOrEqual", "formula1": f"{high:g}"}
            return options, "error.maximum", "stop"
        options |= {"operator": "between", "formula1": str(-FAR), "formula2": str(FAR)}
        return options, "error.integer" if spec.type is FieldType.INTEGER else "error.number", "stop"

    def _bound(self, spec: FieldSpec, value: float | None) -> str:
        if value is None:
            return ""
        return self.book.say(
            "bound.percent" if spec.type is FieldType.PERCENT else "bound.number", value=value
        )

    def _example(self, block: TableBlock | FormBlock, spec: FieldSpec) -> str:
        """What somebody could write: the template's own example, else what the example firm wrote first."""
        if spec.example is not None:
            return self.book.text(spec.example)
        value = self.book.ghosts.get(block.key, {}).get(spec.key)
        is_title = isinstance(block, TableBlock) and any(spec.key in row for row in block.seed)
        if value is None or is_title:
            return ""
        form = "text" if isinstance(value, str) else EXAMPLE_FORMS.get(spec.type, "text")
        return format_value(value, form, self.book.lang)

    def _prompt(self, block: TableBlock | FormBlock, spec: FieldSpec) -> str:
        """What is said of a chosen cell: the field's help, and an example while nothing is filled in."""
        parts = [self.book.text(spec.help)] if spec.help is not None else []
        if block.key not in self.book.rows and (example := self._example(block, spec)):
            parts.append(self.book.say("example", example=example))
        return shorten("\n".join(parts), MAX_PROMPT)

    def make(self, block: TableBlock | FormBlock, spec: FieldSpec, area: str) -> DataValidation | None:
        """The validation of a block's input field over an A1 range; None when there is nothing to say."""
        if spec.role is not FieldRole.INPUT:
            return None
        options, error, style = self._options(spec)
        prompt = self._prompt(block, spec)
        if not options and not prompt:
            return None
        rule = DataValidation(
            allow_blank=True, showDropDown=None, showInputMessage=None, showErrorMessage=None, **options
        )
        if error:
            text = self.book.say(
                error, low=self._bound(spec, spec.minimum), high=self._bound(spec, spec.maximum)
            )
            rule.showErrorMessage, rule.errorStyle = True, None if style == "stop" else style
            rule.error = shorten(text, MAX_ERROR)
        if prompt:
            rule.showInputMessage = True
            rule.promptTitle, rule.prompt = shorten(self.book.text(spec.label), MAX_TITLE), prompt
        rule.add(area)
        return rule
