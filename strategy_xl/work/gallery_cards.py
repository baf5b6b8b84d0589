"""What the sheet of the LAMBDAs shows of each: an example out of the registry, and what Python answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.build import example as example_files
from strategy_xl.build.gallery import Card, DaysFromToday, Given, render_gallery
from strategy_xl.build.style import number_format
from strategy_xl.cellvalues import to_serial
from strategy_xl.functions.arguments import Argument, Kind
from strategy_xl.functions.calling import call
from strategy_xl.functions.intake import choice_labels, field_of, headers
from strategy_xl.functions.lambdas.definitions import definitions
from strategy_xl.functions.lambdas.named import lambda_name
from strategy_xl.functions.lambdas.scope import taken
from strategy_xl.functions.registry import EXAMPLE_DAY, CellFunction, Example, functions
from strategy_xl.languages import LANGUAGES, forms_of
from strategy_xl.ooxml.named_formulas import with_named_formulas
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import write_package
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.replace import atomic_replace
from strategy_xl.ooxml.sheet_values import SheetValues
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.ooxml.splice import Splice
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.consistency import REFERENCE_DATE, SETTINGS_BLOCK, TODAY
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import STORED, YES_NO, setting_name
from strategy_xl.schema.spec import FieldSpec, FieldType, FormBlock, TableBlock, WorkbookSpec
from strategy_xl.text.catalog import message
from strategy_xl.text.parsing import fold
from strategy_xl.work.lambdas import lambdas_for

_NO_LIMITS = frozenset({REFERENCE_DATE, "language"})
"""Settings that the examples do without: their days move with the calendar, their words with the language."""
_GROUP = "method"
"""Group of sheets in whose colour it is."""
_FEW = range(2, 5)
"""Rows of an answer that show best how it spills."""
_FREE = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})


def make_gallery(target: Path, lang: str, day: date) -> tuple[str, ...]:
    """Write a workbook that has the LAMBDAs and shows each at work; their names.

    Arguments:
        target: where it goes.
        lang: its language.
        day: day of the build.

    Errors: those of ``atomic_replace``.
    """
    wanted, _ = lambdas_for(lang)
    with Package("", BytesIO(gallery(lang, day))) as package, atomic_replace(target) as stream:
        part = WorkbookInfo(package).part
        write_package(package, stream, {part: with_named_formulas(package.read(part), wanted)})
    return tuple(item.name for item in wanted if not item.hidden)


def show_lambdas(path: Path, spec: WorkbookSpec, day: date) -> None:
    """Put the LAMBDAs into a new workbook of ours, and the sheet that shows them behind its others.

    Arguments:
        path: the workbook.
        spec: the templates that it was made from.
        day: day of the build.

    Errors: those of ``Splice``.
    """
    data = read_workbook(path, spec)
    snapshot = Snapshot.take(path)
    with Package.open(snapshot) as package:
        job = PatchJob(package, path, snapshot)
        names = {item.name: item.text for item in job.info.names_like(*STORED) if item.scope is None}
        wanted, _ = lambdas_for(data.lang, names)
        settings = limits(data, SheetValues(job.info))
        taken_titles = {sheet.name.casefold() for sheet in job.info.sheets}
        title = _free(sheet_title(data.lang), taken_titles)
        made = gallery(data.lang, day, names=names, settings=settings, title=title, spec=spec)
        with Package(str(path), BytesIO(made)) as source:
            splice = Splice(job, source)
            splice.sheets([title])
            splice.edit(splice.workbook_part, partial(with_named_formulas, wanted=wanted))
            splice.finish()
            job.write(backups=0)


def _free(title: str, others: Collection[str]) -> str:
    """A title that no sheet has."""
    titles = (title, *(f"{title} {number}" for number in range(2, len(others) + 3)))
    return next(found for found in titles if found.casefold() not in others)


def limits(data: WorkbookData, values: SheetValues) -> dict[str, object]:
    """The settings of a workbook as they stand in its cells, but for those that are no limits.

    Arguments:
        data: what was read of it. values: the cells of its sheets.
    """
    block = data.blocks.get(SETTINGS_BLOCK)
    found: dict[str, object] = {}
    for key, place in (block.places if block is not None else {}).items():
        row = values.grid(place.sheet).row(place.row)
        cell = row[place.column - 1] if place.column <= len(row) else None
        if key not in _NO_LIMITS and cell not in (None, ""):
            found[key] = cell
    return found


def gallery(
    lang: str,
    day: date,
    *,
    names: Collection[str] = (),
    settings: Mapping[str, object] | None = None,
    title: str = "",
    spec: WorkbookSpec | None = None,
) -> bytes:
    """A workbook of one sheet that shows each LAMBDA at work; the LAMBDAs themselves are not in it.

    Arguments:
        lang: its language.
        day: day of the build.
        names: the names that the workbook defines into which the sheet goes.
        settings: raw cells by key of its settings, where they are other than ours begin with.
        title: of the sheet; the usual one when not given.
        spec: the templates whose looks it has.
    """
    spec = spec or load_default()
    today = setting_name(TODAY)
    colours = {group.key: group.colour for group in spec.groups}
    return render_gallery(
        cards(lang, settings),
        title=title or sheet_title(lang),
        lang=lang,
        theme=spec.theme,
        colour=colours.get(_GROUP, next(iter(colours.values()))),
        day=day,
        today=today if today in names else "TODAY()",
    )


def sheet_title(lang: str) -> str:
    """What the sheet is called."""
    return message("lambdas.gallery.sheet", lang)


def cards(lang: str, settings: Mapping[str, object] | None = None) -> list[Card]:
    """What is shown of each LAMBDA, in the order of the method.

    Arguments: as for ``gallery``.
    """
    known = definitions()
    return [_card(function, lang, settings or {}) for name, function in functions().items() if name in known]


def _card(function: CellFunction, lang: str, settings: Mapping[str, object]) -> Card:
    arguments = taken(function, definitions()[function.name])
    example = _shown(function, len(arguments))
    values = [_worded(item, value, lang) for item, value in zip(arguments, example.args, strict=False)]
    if lang != example.lang and not any(isinstance(value, list | tuple) for value in values):
        values = [_of_firm(item, value, lang) for item, value in zip(arguments, values, strict=False)]
    today = to_serial(EXAMPLE_DAY)
    answer = call(function.name, values, settings=settings, lang=lang, today=EXAMPLE_DAY)
    titles, width = function.result_titles(lang), len(answer[0])
    if width == len(function.results):  # a LAMBDA may say less, the first ones
        width = len(definitions()[function.name].results)
    return Card(
        lambda_name(function.name),
        function.title(lang),
        _signature(function, arguments, lang),
        tuple(_given(item, value, lang, today) for item, value in zip(arguments, values, strict=False)),
        titles[:width] if len(titles) >= width > 1 else titles[:1],
        tuple(tuple(row[:width]) for row in answer),
    )


def _shown(function: CellFunction, count: int) -> Example:
    """The example to show: one that the first arguments suffice for, best with an answer of a few rows."""

    def fits(example: Example) -> bool:
        pairs = zip(function.arguments, example.args, strict=False)
        tables = [item for item, value in pairs if item.kind is Kind.CELLS and _is_table(value)]
        return not (example.settings or tables or any(value is not None for value in example.args[count:]))

    usable = [example for example in function.examples if fits(example)]
    return min(usable, key=lambda example: len(example.expected) not in _FEW)


def _is_table(value: object) -> bool:
    rows = value if isinstance(value, list | tuple) else ()
    return len(rows) > 1 and isinstance(rows[0], list | tuple) and len(rows[0]) > 1


def _signature(function: CellFunction, arguments: Sequence[Argument], lang: str) -> str:
    names = [item.name if item.required else f"[{item.name}]" for item in arguments]
    return f"={lambda_name(function.name)}({f'{forms_of(lang).separator} '.join(names)})"


# -- the words of an example -------------------------------------------------------------------------------


def _worded(argument: Argument, value: object, lang: str) -> object:
    """A value of an example with its labels in a language; all else as it is."""
    if argument.kind is Kind.TABLE:
        known = headers(argument.field)
        lines = [list(line) for line in value] if isinstance(value, list | tuple) else []
        fields = [known.get(fold(str(title))) for title in lines[0]] if lines else []
        titles = [
            title if spec is None else spec.label.get(lang)
            for title, spec in zip(lines[0] if lines else (), fields, strict=True)
        ]
        body = [
            [_label(spec, cell, lang) for cell, spec in zip(line, fields, strict=True)] for line in lines[1:]
        ]
        return [titles, *body]
    spec = field_of(argument)
    if isinstance(value, list | tuple):
        return [
            [_label(spec, cell, lang) for cell in line]
            if isinstance(line, list | tuple)
            else [_label(spec, line, lang)]
            for line in value
        ]
    return _label(spec, value, lang)


def _label(spec: FieldSpec | None, cell: object, lang: str) -> object:
    """A label of a list in a language."""
    if spec is None or not isinstance(cell, str):
        return cell
    listed = YES_NO if spec.type is FieldType.BOOL else spec.choices
    if listed is None:
        return cell
    for other in LANGUAGES:
        for key, label in choice_labels(listed, other).items():
            if fold(label) == fold(cell):
                return choice_labels(listed, lang)[key]
    return cell


def _of_firm(argument: Argument, value: object, lang: str) -> object:
    """What the example firm says in a language, in the place of a free text."""
    if not isinstance(value, str) or not argument.field or field_of(argument).type not in _FREE:
        return value
    spec = example_files.with_lists(load_default())
    block = spec.data_blocks()[argument.field.partition(".")[0]][1]
    if not isinstance(block, TableBlock | FormBlock):
        return value
    rows = example_files.load(block, spec, lang, EXAMPLE_DAY)
    return next((row[argument.key] for row in rows or () if row.get(argument.key)), value)


def _given(argument: Argument, value: object, lang: str, today: float) -> Given | None:
    if value is None:
        return None
    spec = None if argument.kind is Kind.TABLE else field_of(argument)
    form = "General" if spec is None else number_format(spec, lang)
    lines = [list(line) for line in value] if isinstance(value, list | tuple) else [[value]]
    if spec is not None and spec.type is FieldType.DATE:
        lines = [
            [DaysFromToday(int(cell - today)) if isinstance(cell, int | float) else cell for cell in line]
            for line in lines
        ]
    title = "" if argument.kind is Kind.TABLE else argument.name
    return Given(title, tuple(map(tuple, lines)), form)
