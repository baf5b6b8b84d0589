"""Put our sheets into a workbook of somebody else, without touching anything of his.

Our sheets are built and filled in a workbook of their own, under names that are free in his, and then taken
over as they are: parts are added, and of his own only the list of sheets, the relations, the content types
and the styles get longer. What these were is kept in the workbook, so that ``release`` can give it back.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

from strategy_xl.build.book import own_wording, render
from strategy_xl.build.select import only
from strategy_xl.errors import (
    Finding,
    Location,
    PatchRefusedError,
    Severity,
    StrategyXlError,
    UsageError,
    WorkbookError,
)
from strategy_xl.languages import LANGUAGES
from strategy_xl.ooxml.grafting import graft
from strategy_xl.ooxml.holdings import holdings, refuse_if_closed
from strategy_xl.ooxml.other_names import with_other_names
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import write_package
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.snapshot import Snapshot, twice
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.workbook_tabs import in_1904
from strategy_xl.schema.names import GUEST, STAMP, STORED, guest_text, parse_anchor
from strategy_xl.schema.spec import TableBlock, WorkbookSpec
from strategy_xl.text.naming import find_module
from strategy_xl.work.adoption.filling import Filling, ListReport
from strategy_xl.work.adoption.foreign_lists import Wish, likely_lists
from strategy_xl.work.adoption.naming import Naming, names_beside, names_renamed
from strategy_xl.work.recompute import recompute_workbook


@dataclass(frozen=True)
class AdoptionWish:
    """What somebody wants to have in his workbook.

    Arguments:
        lang: language of our sheets.
        today: day of the build.
        company: name of the firm, or empty.
        modules: keys of the wanted modules; what they lean on comes along. All when empty.
        lists: his lists that fill tables of ours.
    """

    lang: str
    today: date
    company: str = ""
    modules: Sequence[str] = ()
    lists: Sequence[Wish] = ()


@dataclass(frozen=True)
class AdoptionReport:
    """What became of a workbook.

    Arguments:
        path: the workbook.
        target: where it was written, or would be.
        sheets: module key → title of its sheet, in order.
        naming: what is called otherwise than in a workbook of our own.
        kept: what the workbook holds beside plain cells, by kind, all kept as it is.
        lists: his lists, column by column.
        findings: what people should know.
        parts: the parts of the file that differ or are new.
        written: whether it was written.
        backup: where the file that was replaced is kept; None when it is not.
    """

    path: Path
    target: Path
    sheets: Mapping[str, str]
    naming: Naming
    kept: Mapping[str, int]
    lists: tuple[ListReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    parts: tuple[str, ...] = ()
    written: bool = False
    backup: Path | None = field(default=None)


def adopt_workbook(
    path: Path,
    target: Path,
    spec: WorkbookSpec,
    wish: AdoptionWish,
    *,
    dry_run: bool = False,
    backups: int = 1,
) -> AdoptionReport:
    """Put our sheets into a workbook.

    Arguments:
        path: the workbook (.xlsx, .xlsm, .xltx, .xltm).
        target: where to write; may be the same path.
        spec: the templates.
        wish: what is wanted.
        dry_run: find out what would come of it, write nothing.
        backups: how many earlier versions of the target stay beside it.

    When somebody writes the workbook meanwhile, the work starts over, once.

    Errors: UsageError SX146 no such language, SX143 no such module, those of ``foreign_lists``;
    PatchRefusedError SX631 to SX633, SX923 a workbook that may take in no sheets, SX634 one that has ours
    already, SX635 one of our own; WorkbookError for a file that is none.
    """
    if wish.lang not in LANGUAGES:
        raise UsageError("SX146", lang=wish.lang, known=", ".join(LANGUAGES))
    filled = [key for item in wish.lists if (key := find_module(spec, item.target)) is not None]
    chosen = only(spec, [*wish.modules, *filled] if wish.modules else [])
    return twice(partial(_attempt, path, target, chosen, wish, dry_run=dry_run, backups=backups))


def _attempt(
    path: Path,
    target: Path,
    spec: WorkbookSpec,
    wish: AdoptionWish,
    *,
    dry_run: bool,
    backups: int,
) -> AdoptionReport:
    """One reading, and the writing that belongs to it."""
    snapshot = Snapshot.take(path)
    with snapshot.held(), Package.open(snapshot) as package:
        job = PatchJob(package, target, snapshot)
        _refuse_if_ours(job.info)
        refuse_if_closed(job.info)
        naming = names_beside(job.info, spec, wish.lang)
        titles = {module.key: module.sheet.get(wish.lang) for module in spec.modules} | dict(naming.titles)
        offers = () if wish.lists else tuple(_offers(path, job.info, spec, titles, wish.lang))
        with tempfile.TemporaryDirectory() as folder:
            book = Path(folder, "built.xlsx")
            book.write_bytes(_built(spec, wish, naming, is_1904=job.info.is_1904))
            with _told_of(path, book):
                lists, findings = Filling(book, spec, path, job.info).fill(wish.lists)
                _calculated(book, spec, wish.today)
            with Package.open(book) as source:
                renamed = names_renamed(job.info, WorkbookInfo(source))
                if renamed:
                    naming = replace(naming, names=renamed)
                    _rename(source, renamed, book)
            with Package.open(book) as source:
                graft(job, source, {GUEST: guest_text(renamed)}, snapshot.digest.hex())
                patched = job.write(dry_run=dry_run, backups=backups)
        return AdoptionReport(
            path,
            target,
            titles,
            naming,
            holdings(job.info),
            lists,
            (*_told(path, spec, wish.lang, naming), *findings, *offers),
            patched.parts,
            patched.written,
            patched.backup,
        )


def _offers(
    path: Path, info: WorkbookInfo, spec: WorkbookSpec, titles: Mapping[str, str], lang: str
) -> Iterator[Finding]:
    """His lists that would fill a table of ours, when he asked for none."""
    tables = {
        key: (titles[module.key], block)
        for key, (module, block) in spec.data_blocks().items()
        if isinstance(block, TableBlock) and not block.is_listing
    }
    likely = likely_lists(path, info, [block for _, block in tables.values()], lang)
    for key, (found, fit) in likely.items():
        where = Location(str(path), found.sheet, str(found.area).partition(":")[0])
        args = {"name": found.name, "title": tables[key][0], "fit": fit, "target": key}
        yield Finding("SX645", where, args, Severity.NOTE)


def _refuse_if_ours(info: WorkbookInfo) -> None:
    """A workbook that has our sheets, all or some of them, is not given them a second time."""
    names = {name.name: name for name in info.names_like(*STORED)}
    if GUEST in names:
        raise PatchRefusedError("SX634", info.package.where)
    if STAMP in names or any(parse_anchor(name) for name in names):
        raise PatchRefusedError("SX635", info.package.where)


def _rename(source: Package, renamed: Mapping[str, str], book: Path) -> None:
    """Call names in a workbook of ours otherwise."""
    out = BytesIO()
    write_package(source, out, with_other_names(source, renamed))
    source.close()
    book.write_bytes(out.getvalue())


def _built(spec: WorkbookSpec, wish: AdoptionWish, naming: Naming, *, is_1904: bool) -> bytes:
    """Our sheets in a workbook of their own, which counts days as the other one does."""
    wording = naming.laid_out if naming.titles or naming.tables else own_wording
    made = render(spec, lang=wish.lang, company=wish.company, today=wish.today, rows={}, wording=wording)
    if not is_1904:
        return made
    out = BytesIO()
    with Package("", BytesIO(made)) as package:
        info = WorkbookInfo(package)
        write_package(package, out, {info.part: in_1904(package.read(info.part))})
    return out.getvalue()


@contextmanager
def _told_of(path: Path, book: Path) -> Iterator[None]:
    """What is wrong with the workbook of ours, of which nobody knows, is told of the one that takes it in."""
    try:
        yield
    except StrategyXlError as error:
        found = error.finding
        if found.location.workbook != str(book):
            raise
        kind = UsageError if isinstance(error, UsageError) else WorkbookError
        raise kind(found.code, replace(found.location, workbook=str(path)), **found.args) from error


def _calculated(book: Path, spec: WorkbookSpec, today: date) -> None:
    """Fill the results, so that they read right in every viewer.

    Errors: WorkbookError with the code of what stopped it.
    """
    report = recompute_workbook(book, spec, today, backups=0)
    if report.failure is not None:
        raise WorkbookError(report.failure.code, report.failure.location, **report.failure.args)


def _told(path: Path, spec: WorkbookSpec, lang: str, naming: Naming) -> list[Finding]:
    """What is called otherwise, and that it is."""
    titles = {module.key: module.sheet.get(lang) for module in spec.modules}
    found = [
        Finding("SX637", Location(str(path), titles[key]), {"title": titles[key], "new": new}, Severity.NOTE)
        for key, new in naming.titles.items()
    ]
    blocks = spec.data_blocks()
    for key, new in naming.tables.items():
        name = getattr(blocks[key][1], "table_name", key)
        found.append(Finding("SX638", Location(str(path)), {"table": name, "new": new}, Severity.NOTE))
    if naming.names:
        shown = ", ".join(f"{old} → {new}" for old, new in naming.names.items())
        args = {"n": len(naming.names), "names": shown}
        found.append(Finding("SX636", Location(str(path)), args, Severity.NOTE))
    return found
