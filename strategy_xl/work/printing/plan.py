"""What of a workbook goes on paper, and the PDF that comes of it. The workbook itself is only read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.errors import Finding, Location, Severity, WorkbookError
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.print_copy import printable_sheets, write_print_copy
from strategy_xl.ooxml.workbook_part import SheetInfo, WorkbookInfo
from strategy_xl.rules.frame import is_missing
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.spec import FieldSpec, FieldType, ModuleSpec, WorkbookSpec
from strategy_xl.text.catalog import message
from strategy_xl.text.figures import NBSP, format_value
from strategy_xl.text.naming import find_module
from strategy_xl.work.printing import one_page
from strategy_xl.work.printing.essentials import STATES, essentials, results_day
from strategy_xl.work.printing.front import Edition, Entry, front
from strategy_xl.work.printing.joining import Printout, Properties, joined, read_printout, with_properties
from strategy_xl.work.printing.own_setup import laid_out
from strategy_xl.work.printing.paper import Format

_OWN = "5B6472"
"""Colour of sheets that people added."""
_FORMS: Mapping[FieldType, str] = {
    FieldType.MONEY: "money",
    FieldType.PERCENT: "percent",
    FieldType.INTEGER: "int",
    FieldType.NUMBER: "dec2",
    FieldType.DATE: "date",
}
THRESHOLDS = (
    "score_threshold", "net_target", "per_hour_target", "smart_almost_score", "kpi_rule", "kpi_pace_on_track",
    "kpi_pace_at_risk", "gap_aligned", "funnel_min_sample", "abc_a", "persona_ready",
)  # fmt: skip
"""The settings that the title page tells: those by which the verdicts that a board sees turn."""


@dataclass(frozen=True)
class PrintPlan:
    """What is printed.

    Arguments:
        data: the workbook as read.
        sheets: titles of the sheets, in the order of their tabs.
        paper: the paper.
    """

    data: WorkbookData
    sheets: tuple[str, ...]
    paper: Format


@dataclass(frozen=True)
class Bound:
    """A finished PDF.

    Arguments:
        content: its bytes.
        pages: how many pages it has.
        entries: its contents: sheets with their first page.
        findings: sheets that had nothing to print.
    """

    content: bytes
    pages: int
    entries: tuple[Entry, ...] = ()
    findings: tuple[Finding, ...] = ()


def plan_printing(source: Path | str, spec: WorkbookSpec, wanted: Sequence[str], paper: Format) -> PrintPlan:
    """Read a workbook and find the sheets to print.

    Arguments:
        source: the workbook.
        spec: the templates.
        wanted: titles of sheets, or names of modules in either language; none for all that can be seen.
        paper: the paper.

    Errors: as ``read_workbook``; WorkbookError SX920 no sheet of that name (with those that are near), SX976
    one that is hidden.
    """
    data = read_workbook(source, spec)
    with Package.open(data.snapshot) as package:
        seen = {sheet.name for sheet in printable_sheets(package)}
        named = [_named(WorkbookInfo.of(package), data, spec, name) for name in wanted]
        for sheet in named:
            if sheet.name not in seen:
                raise WorkbookError("SX976", Location(data.path, sheet.name), sheet=sheet.name)
        titles = {sheet.name for sheet in named} or seen
        order = [sheet.name for sheet in WorkbookInfo.of(package).sheets]
    return PrintPlan(data, tuple(title for title in order if title in titles and title in seen), paper)


def _named(info: WorkbookInfo, data: WorkbookData, spec: WorkbookSpec, name: str) -> SheetInfo:
    """The sheet that people mean: by its title, else as the module is called."""
    titles = {sheet.name.casefold() for sheet in info.sheets}
    module = None if name.casefold() in titles else find_module(spec, name)
    return info.sheet(data.sheets.get(module or "", name))


def copy_for_printer(plan: PrintPlan, spec: WorkbookSpec, stream: BinaryIO) -> None:
    """Write the copy of the workbook that LibreOffice is to print."""
    with Package.open(plan.data.snapshot) as package:
        pages = laid_out(package, plan.data, spec, plan.sheets, plan.paper)
        write_print_copy(package, stream, frozenset(plan.sheets), plan.paper.number, pages)


def bind(plan: PrintPlan, spec: WorkbookSpec, printout: Path, printed: date, program: str) -> Bound:
    """Put title page and contents before the printed sheets.

    Arguments:
        plan, spec: what was planned, and the templates.
        printout: the PDF of the copy.
        printed: the day of printing.
        program: name and version of this program.

    Errors: WorkbookError SX998 when none of the sheets has anything to print.
    """
    data = plan.data
    found = read_printout(printout, plan.sheets)
    findings = tuple(
        Finding("SX998", Location(data.path, title), {"sheet": title}, Severity.NOTE)
        for title in plan.sheets
        if title not in found.pages
    )
    if not found.pages:
        raise WorkbookError("SX998", Location(data.path, plan.sheets[0]), sheet=plan.sheets[0])
    entries = tuple(_entries(data, spec, found))
    pages, ways = front(_edition(data, spec, printed), entries, plan.paper, spec.theme)
    content = joined(pages, ways, found, entries, _properties(data, spec, program))
    return Bound(content, _page_count(content), entries, findings)


def board_page(plan: PrintPlan, spec: WorkbookSpec, printed: date, program: str) -> Bound:
    """The strategy on one page.

    Arguments:
        plan, spec: as for ``bind``; the sheets do not matter.
        printed: the day of printing.
        program: name and version of this program.
    """
    data = plan.data
    found = essentials(
        data,
        spec,
        objectives=one_page.OBJECTIVES,
        kpis=one_page.KPIS,
        items=one_page.ITEMS,
        actions=one_page.ACTIONS,
    )
    page = one_page.one_page(found, plan.paper, spec.theme, printed)
    content = with_properties(page, _properties(data, spec, program))
    return Bound(content, _page_count(content), findings=tuple(_without_results(data)))


def _without_results(data: WorkbookData) -> list[Finding]:
    """Sheets whose states no program has calculated yet: they are missing on the page."""
    found = []
    for key, field in STATES.items():
        block = data.blocks.get(key)
        rows = len(block.rows.index) if block is not None else 0
        if block is not None and rows and len(block.uncached_rows.get(field, ())) == rows:
            found.append(Finding("SX999", Location(data.path, block.sheet), {"sheet": block.sheet}))
    return found


def _page_count(content: bytes) -> int:
    from io import BytesIO

    from pypdf import PdfReader

    return len(PdfReader(BytesIO(content)).pages)


def _entries(data: WorkbookData, spec: WorkbookSpec, found: Printout) -> list[Entry]:
    """The contents: sheets of the templates by their group, those of people as their own."""
    modules = {title: spec.module(key) for key, title in data.sheets.items()}
    groups = {group.key: group for group in spec.groups}
    entries, page = [], 1
    for title, span in found.pages.items():
        module: ModuleSpec | None = modules.get(title)
        if module is None:
            entries.append(Entry(title, "", message("pdf.own", data.lang), _OWN, page))
        else:
            group = groups[module.group]
            question = module.question.get(data.lang) if module.question is not None else ""
            entries.append(Entry(title, question, group.label.get(data.lang), group.colour, page))
        page += len(span)
    return entries


def _edition(data: WorkbookData, spec: WorkbookSpec, printed: date) -> Edition:
    name = data.path.replace("\\", "/").rpartition("/")[2]
    return Edition(
        data.lang,
        data.company,
        spec.name.get(data.lang),
        name,
        printed,
        results_day(data),
        tuple(_thresholds(data)),
    )


def _properties(data: WorkbookData, spec: WorkbookSpec, program: str) -> Properties:
    company, name = data.company, spec.name.get(data.lang)
    return Properties(f"{name} – {company}" if company else name, company, data.lang, program)


def _thresholds(data: WorkbookData) -> list[tuple[str, str]]:
    """The settings that rule, as people read them; those without a value are left out."""
    block = data.blocks.get(SETTINGS_BLOCK)
    if block is None or not len(block.rows.index):
        return []
    fields = {field.key: field for field in block.block.fields}
    found = []
    for key in THRESHOLDS:
        if key in fields and key in block.places:
            value = block.rows.values(key)[0]
            if value is not None and not is_missing(value):
                found.append((fields[key].label.get(data.lang), _told(data, fields[key], value)))
    return found


def _told(data: WorkbookData, field: FieldSpec, value: Any) -> str:
    """The value of a setting as people write it."""
    lang = data.lang
    if field.type is FieldType.CHOICE:
        choices = data.choices.get(field.choices or "")
        return choices.by_key.get(str(value), str(value)) if choices is not None else str(value)
    form = _FORMS.get(field.type, "text")
    unit = field.unit if isinstance(field.unit, str) or field.unit is None else field.unit.get(lang)
    if form == "money" and unit and unit != "€":
        return f"{format_value(value, 'dec2', lang)}{NBSP}{unit}"
    shown = format_value(value, form, lang)
    if form in {"money", "percent"} or not unit:
        return shown
    return f"{shown}{unit}" if unit.startswith("/") else f"{shown}{NBSP}{unit}"
