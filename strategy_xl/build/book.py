"""Make a new workbook from the templates: the one place where openpyxl writes.

The result opens in Excel 2016 and later and in LibreOffice without a plug-in: every status is a native
formula, and hidden names let the reader find each column and field again whatever people do to the book.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from strategy_xl.book.shown import CellValue
from strategy_xl.build import example as example_files
from strategy_xl.build import select, skeletons
from strategy_xl.build.formulas import Formulas
from strategy_xl.build.layout import BookLayout
from strategy_xl.build.placing import lay_out
from strategy_xl.build.skeletons import Rows, Wanted
from strategy_xl.build.written import Values
from strategy_xl.errors import UsageError
from strategy_xl.languages import LANGUAGES
from strategy_xl.ooxml.finish import complete
from strategy_xl.ooxml.replace import atomic_replace, check_target
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import FormBlock, TableBlock, WorkbookSpec

_NO_SETTINGS: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was made.

    Arguments:
        path: the new workbook.
        lang: its language.
        sheets: tab title by module key, in order.
        rows: example rows written, by block key.
    """

    path: Path
    lang: str
    sheets: Mapping[str, str]
    rows: Mapping[str, int]


def example_rows(spec: WorkbookSpec, lang: str, today: date) -> Rows:
    """Rows of the example firm for every block that has some (see ``strategy_xl.build.example``)."""
    rows: dict[str, Sequence[Mapping[str, CellValue]]] = {}
    for _, block in spec.data_blocks().values():
        if isinstance(block, TableBlock | FormBlock):
            found = example_files.load(block, spec, lang, today)
            if found is not None:
                rows[block.key] = found
    return rows


def example_ghosts(spec: WorkbookSpec, lang: str, today: date) -> dict[str, Mapping[str, CellValue]]:
    """The first row of the example firm, for input messages only, in the blocks that it knows."""
    own = example_files.with_lists(load_default())
    blocks, known = spec.data_blocks(), own.data_blocks()
    same = {key for key in blocks if key in known and blocks[key][1] == known[key][1]}
    rows = example_rows(own, lang, today)
    return {key: found[0] for key, found in rows.items() if found and key in same - {SETTINGS_BLOCK}}


def _company_of(rows: Rows) -> str:
    settings = rows.get(SETTINGS_BLOCK) or ({},)
    return str(settings[0].get("company") or "")


def _settings(
    spec: WorkbookSpec, lang: str, today: date, rows: Rows, wanted: Mapping[str, object]
) -> Mapping[str, CellValue]:
    """The settings' cells: what is wanted, over what an example says."""
    block = spec.data_blocks()[SETTINGS_BLOCK][1]
    fields = {item.key: item for item in block.fields}
    values = Values(spec, lang, today)
    given = {key: values.cell(fields[key], value) for key, value in wanted.items()}
    return {**next(iter(rows.get(SETTINGS_BLOCK) or ()), {}), **given}


Wording = Callable[[BookLayout, date], tuple[BookLayout, Formulas]]
"""Told where everything would go and the day of the build: where it goes, and how formulas are written."""


def own_wording(layout: BookLayout, today: date) -> tuple[BookLayout, Formulas]:
    """Places and formulas of a workbook that is all our own."""
    return layout, Formulas(layout, today)


def render(  # noqa: PLR0913 - what a book is made of, all by name
    spec: WorkbookSpec,
    *,
    lang: str,
    company: str,
    today: date,
    rows: Rows,
    wording: Wording = own_wording,
    sheets: Collection[str] | None = None,
    protect: bool = False,
    ghosts: Mapping[str, Mapping[str, CellValue]] | None = None,
) -> bytes:
    """The bytes of a workbook; the arguments are those of ``write``."""
    made = io.BytesIO()
    write(
        made,
        spec,
        lang=lang,
        company=company,
        today=today,
        rows=rows,
        wording=wording,
        sheets=sheets,
        protect=protect,
        ghosts=ghosts,
    )
    return made.getvalue()


def write(  # noqa: PLR0913 - what a book is made of, all by name
    target: BinaryIO,
    spec: WorkbookSpec,
    *,
    lang: str,
    company: str,
    today: date,
    rows: Rows,
    wording: Wording = own_wording,
    sheets: Collection[str] | None = None,
    protect: bool = False,
    ghosts: Mapping[str, Mapping[str, CellValue]] | None = None,
) -> None:
    """Write a workbook; of the rows of long tables it never holds more than a few at a time.

    Arguments:
        target: where it goes.
        spec: the modules and lists to write.
        lang: ``fr`` or ``en``.
        company: name of the firm, or empty.
        today: day of the build.
        rows: content of tables and forms by block key, each a list of rows by field key.
        wording: other places and formulas, for sheets that go into another workbook.
        sheets: keys of the modules whose sheets are written, the others stay empty; None writes all.
        protect: lock the cells that hold formulas and results.
        ghosts: a row of an example by block key, for the input messages of blocks without content.
    """
    wanted = Wanted(spec, lang, company, today, rows, protect=protect, ghosts=ghosts or {})
    layout, formulas = wording(lay_out(spec, lang, wanted.counts), today)
    # Known to hold for the program's own templates, and told by them alone.
    is_own = wording is own_wording and sheets is None and spec is load_default()
    skeleton = skeletons.kept(wanted, layout) if is_own else skeletons.make(wanted, layout, formulas, sheets)
    streamed = {
        part: [stream.streamed(rows.get(stream.key), layout.placed[stream.key].count) for stream in streams]
        for part, streams in skeleton.streams.items()
    }
    complete(skeleton.parts, target, sparklines=skeleton.sparklines, rows=streamed)


def build(  # noqa: PLR0913 - the choices of the command that makes a workbook, all by name
    spec: WorkbookSpec,
    target: Path,
    *,
    lang: str,
    today: date,
    company: str | None = None,
    only: Sequence[str] = (),
    example: bool = False,
    overwrite: bool = False,
    protect: bool = False,
    settings: Mapping[str, object] = _NO_SETTINGS,
) -> BuildReport:
    """Write a new workbook.

    Arguments:
        spec: the templates (``strategy_xl.schema.loader.load``).
        target: path of the new .xlsx.
        lang: ``fr`` or ``en``.
        today: day of the build; the example's dates count from it.
        company: name of the firm, for the settings, the properties and the footers.
        only: keys of the wanted modules; what they lean on and the settings come along. All when empty.
        example: fill in the example firm.
        overwrite: replace an existing file.
        protect: lock the cells that hold formulas and results; tables do not grow by typing then.
        settings: values of the settings by field key, as templates write defaults; choices by key.

    Result: what was made. Raises UsageError for an unknown language or module, for a target that exists
    (unless ``overwrite``) or whose folder does not; TemplateError for a template or example that cannot be
    written.
    """
    if lang not in LANGUAGES:
        raise UsageError("SX146", lang=lang, known=", ".join(LANGUAGES))
    check_target(target, overwrite=overwrite)
    spec = select.only(spec, only)
    rows: Rows = {}
    if example:
        spec = example_files.with_lists(spec)
        rows = example_rows(spec, lang, today)
    if settings:
        rows = {**rows, SETTINGS_BLOCK: [_settings(spec, lang, today, rows, settings)]}
    with atomic_replace(target) as stream:
        write(
            stream,
            spec,
            lang=lang,
            company=company or _company_of(rows),
            today=today,
            rows=rows,
            protect=protect,
            ghosts={} if example else example_ghosts(spec, lang, today),
        )
    titles = {module.key: module.sheet.get(lang) for module in spec.modules}
    return BuildReport(target, lang, titles, {key: len(found) for key, found in rows.items()})
