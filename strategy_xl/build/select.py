"""Cut a workbook down to some modules and everything they lean on."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from strategy_xl.errors import UsageError
from strategy_xl.formulas.references import parse_argument, parse_column, references
from strategy_xl.schema.consistency import SETTINGS_MODULE
from strategy_xl.schema.spec import (
    AnyBlock,
    ChartSpec,
    FieldSpec,
    FormBlock,
    GridBlock,
    ModuleSpec,
    SummaryBlock,
    TableBlock,
    WorkbookSpec,
)


def owners(spec: WorkbookSpec) -> dict[str, str]:
    """Module key of every block, by block key."""
    return {block.key: module.key for module in spec.modules for block in module.blocks}


def chart_references(chart: ChartSpec) -> Iterator[str]:
    """Every ``block[key]`` of a chart."""
    for series in chart.series:
        wanted = (series.x, series.y, series.categories, series.name_from, series.labels)
        yield from (text for text in wanted if text)


def block_references(module: ModuleSpec) -> Iterator[str]:
    """Keys of the blocks that a module's formulas, drop-downs, boxes and charts refer to."""
    for block in module.blocks:
        if isinstance(block, TableBlock | FormBlock | SummaryBlock):
            for item in block.fields:
                yield from (found.owner for found in references(item.formula or "") if found.kind == "column")
                if item.source is not None:
                    yield parse_column(item.source)[0]
        if isinstance(block, SummaryBlock):
            for chart in block.charts:
                yield from (parse_argument(text)[0] for text in chart_references(chart))
        if isinstance(block, GridBlock):
            for box in block.boxes:
                yield from (found.owner for found in references(box.formula) if found.kind == "column")


def closure(spec: WorkbookSpec, wanted: Sequence[str]) -> frozenset[str]:
    """Keys of the wanted modules, of those they lean on, and of the settings.

    Raises UsageError for an unknown module, with the nearest known name.
    """
    known = [module.key for module in spec.modules]
    for key in wanted:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            raise UsageError("SX143", module=key, suggestion=near[0] if near else ", ".join(known))
    owner_of = owners(spec)
    todo = [*wanted, *([SETTINGS_MODULE] if SETTINGS_MODULE in known else [])]
    found: set[str] = set()
    while todo:
        key = todo.pop()
        if key in found:
            continue
        found.add(key)
        todo += [owner_of[block] for block in block_references(spec.module(key)) if block in owner_of]
    return frozenset(found)


def only(spec: WorkbookSpec, wanted: Sequence[str]) -> WorkbookSpec:
    """The workbook with the closure of the wanted modules, in its own order; all of it when none is named."""
    return cut(spec, closure(spec, wanted)) if wanted else spec


def cut(spec: WorkbookSpec, keys: frozenset[str]) -> WorkbookSpec:
    """The workbook with just these modules, in its own order, whatever they lean on."""
    modules = (_without_steps(module, keys) for module in spec.modules if module.key in keys)
    return spec.model_copy(update={"modules": tuple(modules)})


def _sheets_read(step: Sequence[FieldSpec]) -> set[str]:
    """The modules to which a step of a path leads, and those of which it shows the share."""
    read = {found.key for item in step for found in references(item.formula or "") if found.kind == "column"}
    return read | {item.module for item in step if item.module is not None}


def _without_steps(module: ModuleSpec, keys: frozenset[str]) -> ModuleSpec:
    """The module without the steps of a path that lead to sheets which are not there."""
    blocks: list[AnyBlock] = []
    for block in module.blocks:
        if isinstance(block, SummaryBlock) and block.path:
            steps = (step for step in block.steps() if _sheets_read(step) <= keys)
            fields = tuple(item for step in steps for item in step)
            blocks += [block.model_copy(update={"fields": fields})] if fields else []
        else:
            blocks.append(block)
    return module.model_copy(update={"blocks": tuple(blocks)})
