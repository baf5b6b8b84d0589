"""Put a workbook into another language: what its templates say follows, what people wrote stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from strategy_xl.book.data import WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.book.resolve import read_stamp
from strategy_xl.build.select import only
from strategy_xl.errors import Finding, Location, Severity, UsageError, WorkbookError
from strategy_xl.formulas.literals import retitled
from strategy_xl.languages import LANGUAGES, forms_of
from strategy_xl.ooxml.calc_chain import ask_calculation, edit_part
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.retitling import Renaming, rename
from strategy_xl.ooxml.reworded import FORMULA
from strategy_xl.ooxml.snapshot import Snapshot, twice
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.workbook_tabs import with_own_names
from strategy_xl.schema.names import GUEST, STAMP, STORED
from strategy_xl.schema.spec import WorkbookSpec
from strategy_xl.work.gallery_words import reworded_gallery
from strategy_xl.work.lambdas import remade
from strategy_xl.work.recompute import recompute_workbook
from strategy_xl.work.translate_cells import TranslatedCells
from strategy_xl.work.translate_words import Words, words_between


@dataclass(frozen=True, slots=True)
class Change:
    """What a translation does on a sheet.

    Arguments:
        sheet: its title before.
        title: its title afterwards.
        headers, choices, texts: how many cells of each follow.
    """

    sheet: str
    title: str
    headers: int = 0
    choices: int = 0
    texts: int = 0


@dataclass(frozen=True, slots=True)
class TranslateReport:
    """What a translation did, or would do.

    Arguments:
        path: the workbook.
        lang, target: its language before and afterwards.
        changes: sheet by sheet.
        findings: what stays as it is, and what people may have to look at.
        written: whether a file was written.
        backup: where the file that was replaced is kept; None when it is not.
    """

    path: Path
    lang: str
    target: str
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    written: bool = False
    backup: Path | None = None


def translate_workbook(
    path: Path, spec: WorkbookSpec, target: str, today: date, *, dry_run: bool = False, backups: int = 1
) -> TranslateReport:
    """Put a workbook into another language, in place, and have its sentences written anew.

    Titles of sheets, headers, labels, help, choices, number formats, charts' titles and the batch's sentences
    follow where they read as the templates have them in the workbook's language. Whatever reads otherwise is
    people's and stays, as do all that they typed and all formulas; references follow the titles and headers.

    Arguments:
        path: the workbook.
        spec: the templates it was made from (with the user's own, if any).
        target: the language, one of ``LANGUAGES``.
        today: reference date of the sentences, unless the settings fix one.
        dry_run: say what would change, write nothing.
        backups: how many earlier versions stay beside the workbook.

    When somebody writes the workbook meanwhile, the work starts over, once.

    Errors: UsageError SX146 no such language; those of ``read_workbook`` and ``set_cells``; WorkbookError
    SX600 the stamp is gone, SX650 an earlier version made the workbook, SX651 it is somebody else's that has
    taken our sheets in.
    """
    if target not in LANGUAGES:
        raise UsageError("SX146", lang=target, known=", ".join(LANGUAGES))
    report = twice(partial(_attempt, path, spec, target, today, dry_run=dry_run, backups=backups))
    if not report.written:
        return report
    night = recompute_workbook(path, spec, today, backups=0)
    if night.failure is None:
        return report
    where = Location(str(path))
    told = Finding("SX659", where, {"reason": night.failure.code}, Severity.WARNING)
    return replace(report, findings=(*report.findings, told, night.failure))


def _attempt(
    path: Path, spec: WorkbookSpec, target: str, today: date, *, dry_run: bool, backups: int
) -> TranslateReport:
    """One reading, and the writing that belongs to it."""
    snapshot = Snapshot.take(path)
    with snapshot.held(), Package.open(snapshot) as package:
        info = WorkbookInfo.of(package)
        names = {item.name: item.text for item in info.names_like(*STORED) if item.scope is None}
        lang = _language(snapshot, names, spec)
        if lang == target:
            return TranslateReport(path, lang, target)
        data = read_workbook(snapshot, spec)
        words = words_between(only(spec, list(data.sheets)), lang, target, today)
        findings: list[Finding] = []
        titles = _titles(data, info, spec, target, findings)
        shown = reworded_gallery(info, data, spec, target, today)
        if shown is not None:
            titles |= shown.titles
            findings += shown.findings
        cells = TranslatedCells(spec, data, info, words, target)
        wanted = Renaming(
            titles,
            cells.columns,
            words.say,
            tuple(data.sheets.values()),
            partial(_of_book, words, spec, stamp=names[STAMP], lang=lang, target=target),
            words.formats,
            words.rule_formats,
        )
        if any(name.lower().endswith("vbaproject.bin") for name in package.members) and titles:
            findings.append(Finding("SX656", Location(snapshot.path), {}, Severity.WARNING))
        renamed = snapshot._replace(content=rename(package, wanted), kept={})
    with snapshot.held(), Package.open(renamed) as package:
        job = PatchJob(package, path, renamed)
        job.headed |= {name for name, columns in cells.columns.items() if columns}
        every = {**cells.edits, **(shown.edits if shown is not None else {})}
        for title, edits in every.items():
            job.patch_sheet(job.info.sheet(titles.get(title, title)), edits)
        job.settle_calculation(full_calc=None)
        # What follows outside of cells is in the file already: it is to be written in any case.
        said = {key: (retitled(text, titles), hidden) for key, (text, hidden) in cells.names.items()}
        known = job.replaced.get(job.info.part)

        def change(part: bytes) -> bytes:
            named = with_own_names(part, said)
            made = remade(named, target)
            return named if made == named else ask_calculation(made)

        changed = change(known) if isinstance(known, bytes) else edit_part(job.info, job.info.part, change)
        job.replaced[job.info.part] = changed or package.read(job.info.part)
        job.check_signature(allow=False)
        patched = job.write(dry_run=dry_run, backups=backups)
    changes = tuple(
        Change(
            title,
            titles.get(title, title),
            *(cells.counts[title, kind] for kind in ("header", "choice", "text")),
        )
        for title in data.sheets.values()
    )
    told = (*findings, *cells.findings)
    return TranslateReport(path, lang, target, changes, told, patched.written, patched.backup)


def _language(snapshot: Snapshot, names: Mapping[str, str], spec: WorkbookSpec) -> str:
    """The language of a workbook that can be put into another one."""
    version, lang, stamped = read_stamp(snapshot.path, names, spec)
    where = Location(snapshot.path)
    if GUEST in names:
        raise WorkbookError("SX651", where)
    if not stamped:
        raise WorkbookError("SX600", where)
    if version < spec.schema_version:
        raise WorkbookError("SX650", where, version=version, target=spec.schema_version)
    return lang


def _titles(
    data: WorkbookData, info: WorkbookInfo, spec: WorkbookSpec, target: str, findings: list[Finding]
) -> dict[str, str]:
    """The sheets that have the templates' titles, and what they are called then."""
    found = {
        title: module.sheet.get(target)
        for module in spec.modules
        if (title := data.sheets.get(module.key)) == module.sheet.get(data.lang)
        and title != module.sheet.get(target)
    }
    taken = {sheet.name.casefold() for sheet in info.sheets if sheet.name not in found}
    for title, new in list(found.items()):
        if new.casefold() in taken:
            del found[title]
            taken.add(title.casefold())
            args = {"title": title, "other": new}
            findings.append(Finding("SX652", Location(data.path, title), args, Severity.WARNING))
    return found


def _of_book(  # noqa: PLR0913 - bound once, by name
    words: Words, spec: WorkbookSpec, kind: str, text: str, *, stamp: str, lang: str, target: str
) -> str:
    """What a name or a property of the workbook is to say."""
    if text == stamp:
        return text.replace(f";{lang};", f";{target};")
    name = spec.name.get(lang)
    if kind == "title" and text.startswith(name):
        return spec.name.get(target) + text.removeprefix(name)
    if kind == "language":
        return forms_of(target).tag if text == forms_of(lang).tag else text
    return words.literals.swapped(text) if kind == FORMULA else text
