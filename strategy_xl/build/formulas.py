"""Turn the templates' formula notation into Excel's file syntax for one laid-out workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from strategy_xl.build.layout import Area, BookLayout, PlacedBlock
from strategy_xl.build.written import Values
from strategy_xl.errors import Location, TemplateError
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.formulas.excel import escape_column, quote, write
from strategy_xl.formulas.references import Reference, parse_argument, parse_column
from strategy_xl.formulas.tree import FormulaError, parse
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.names import YES_NO, choice_name, setting_name
from strategy_xl.schema.spec import FieldSpec, FieldType, MapBlock, TableBlock

MAX_FORMULA = 8192


class Formulas:
    """Renders formulas and references of one laid-out workbook."""

    def __init__(
        self, layout: BookLayout, today: date = date.min, tables: Mapping[str, str] | None = None
    ) -> None:
        """Keep the layout to resolve references with, and the day of the build.

        Arguments:
            layout: where everything stands.
            today: day of the build.
            tables: block key → name of its Excel table, where that is not the block's own.
        """
        self._tables = tables or {}
        self.values = Values(layout.spec, layout.lang, today)
        self.layout = layout
        self.spec = layout.spec
        self.lang = layout.lang
        self._labels = {
            (block.key, spec.key): spec.label.get(self.lang)
            for block in (placed.block for placed in layout.placed.values())
            if isinstance(block, TableBlock)
            for spec in block.fields
        }

    def table(self, block: TableBlock) -> str:
        """Name of a block's Excel table."""
        return self._tables.get(block.key, block.table_name)

    def column(self, block: TableBlock, key: str) -> str:
        """``Clients[CA 12 mois]``: a whole column of a table."""
        return f"{self.table(block)}[{escape_column(self._labels[block.key, key])}]"

    def this_row(self, block: TableBlock, key: str) -> str:
        """``Clients[[#This Row],[CA 12 mois]]``: the column's cell in the formula's own row."""
        return f"{self.table(block)}[[#This Row],[{escape_column(self._labels[block.key, key])}]]"

    def constant(self, spec: FieldSpec, raw: object) -> str:
        """A field's value, as templates give it, as a constant of a formula."""
        named = self._choice_named(spec, raw)
        if named is not None:
            return named
        value = self.values.cell(spec, raw)
        if isinstance(value, date):
            return f"DATE({value.year},{value.month},{value.day})"
        return quote(value) if isinstance(value, str) else repr(value)

    def _choice_named(self, spec: FieldSpec, raw: object) -> str | None:
        """The name that stands for a choice (yes and no too); None for any other value."""
        listed = YES_NO if spec.type is FieldType.BOOL else spec.choices
        keys = {item.key for found in self.spec.lists if found.key == listed for item in found.choices}
        return choice_name(str(listed), str(raw)) if raw in keys else None

    def label(self, spec: FieldSpec) -> str:
        """The formula of a form label that follows settings, with leading ``=``."""
        settings = {item.key: item for item in self.spec.data_blocks()[SETTINGS_BLOCK][1].fields}
        text = quote(spec.label.get(self.lang))
        for when in reversed(spec.when):
            choice = self.constant(settings[when.setting], when.choice)
            other = quote(when.label.get(self.lang))
            text = f"IF({setting_name(when.setting)}={choice},{other},{text})"
        return "=" + text

    def render(self, formula: str, placed: PlacedBlock, instance: int = 0) -> str:
        """The formula with leading ``=``, as it goes into the cell of a block's instance (0-based).

        Raises TemplateError SX102 when it cannot be read.
        """

        def resolve(reference: Reference) -> str:
            match reference.kind:
                case "row" if isinstance(placed.block, TableBlock):
                    return self.this_row(placed.block, reference.key)
                case "row":
                    column = placed.columns[reference.key] + (instance if placed.count > 1 else 0)
                    return cell_name(placed.rows[reference.key], column)
                case "column":
                    return self._whole(reference.owner, reference.key)
                case "setting":
                    return setting_name(reference.key)
                case _:
                    return choice_name(reference.owner, reference.key)

        try:
            tree = parse(formula)
        except FormulaError as error:
            (module,) = (key for key, title in self.layout.titles.items() if title == placed.sheet)
            where = Location(f"{module}.toml")
            raise TemplateError("SX102", where, key=placed.block.key, detail=str(error)) from error
        return "=" + write(tree, resolve)

    def _whole(self, owner: str, key: str) -> str:
        placed = self.layout.placed[owner]
        if isinstance(placed.block, TableBlock):
            return self.column(placed.block, key)
        return placed.value_area(key).absolute

    def whole(self, reference: str) -> str:
        """``block[key]`` as a formula takes it."""
        return self._whole(*parse_column(reference))

    def area(self, reference: str) -> Area:
        """Cells behind ``block[key]`` or ``block[key:other]``, for charts.

        ValueError or KeyError when there are none.
        """
        owner, (key, *others) = parse_argument(reference)
        first = self.layout.placed[owner].value_area(key)
        if not others:
            return first
        last = self.layout.placed[owner].value_area(others[0])
        return replace(first, last_row=last.last_row, last_column=last.last_column)

    def header(self, reference: str) -> tuple[Area | None, str]:
        """Cell and text that name the values behind ``block[key]`` (the cell of a table's header)."""
        owner, key = parse_column(reference)
        placed = self.layout.placed[owner]
        if isinstance(placed.block, MapBlock):
            return placed.anchor(key), key
        spec = self.field(owner, key)
        return (placed.anchor(key) if isinstance(placed.block, TableBlock) else None), spec.label.get(
            self.lang
        )

    def field(self, owner: str, key: str) -> FieldSpec:
        """The field behind ``block[key]``; KeyError when there is none."""
        block = self.spec.data_blocks()[owner][1]
        for spec in block.fields:
            if spec.key == key:
                return spec
        raise KeyError(owner, key)
