"""Put the functions into a workbook as named LAMBDAs, keep them up to date, take them out again.

Of the workbook only its list of names changes, and what is under a name of ours but no LAMBDA of ours is
never touched.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from io import BytesIO
from pathlib import Path

from strategy_xl.book.resolve import read_stamp
from strategy_xl.errors import Finding, Location, PatchRefusedError
from strategy_xl.formulas.renaming import rename_words
from strategy_xl.formulas.tokens import WORD, tokens
from strategy_xl.functions.lambdas.compiling import MOST_CHARACTERS, OPTIONAL
from strategy_xl.functions.lambdas.named import lambda_name, named_lambdas
from strategy_xl.functions.lambdas.scope import PARAMETER
from strategy_xl.functions.lambdas.tools import LAMBDA_PREFIX
from strategy_xl.functions.registry import functions
from strategy_xl.languages import HOUSE
from strategy_xl.ooxml.calc_chain import ask_calculation, edit_part
from strategy_xl.ooxml.named_formulas import NamedFormula, named_formulas, with_named_formulas
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import write_package
from strategy_xl.ooxml.patch import PatchJob
from strategy_xl.ooxml.readers import Reading, readers
from strategy_xl.ooxml.snapshot import Snapshot, twice
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import GUEST, STAMP, STORED, renamed_by

_LAMBDA, _BODY = "_xlfn.lambda(", "_xlfn.let"
_PREFIX = LAMBDA_PREFIX.casefold()
_TOOL = f"{_PREFIX}_"
"""How the names begin of those that nobody types."""
_GONE = "#REF!"
_CALL = re.compile(re.escape(LAMBDA_PREFIX.encode()), re.IGNORECASE)
FIRST = 5
"""How many of the cells are named that call what is to go."""


@dataclass(frozen=True, slots=True)
class LambdasReport:
    """What became of the LAMBDAs of a workbook, or would.

    Arguments:
        path: the workbook.
        lang: the language of their sentences; empty when they are taken out.
        added, changed, removed, same: their names.
        findings: what people have to look at.
        written: whether a file was written.
        backup: where the file that was replaced is kept; None when it is not.
    """

    path: Path
    lang: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    written: bool = False
    backup: Path | None = None

    @property
    def done(self) -> int:
        """How many names are other ones than before."""
        return len(self.added) + len(self.changed) + len(self.removed)


def is_ours(item: NamedFormula) -> bool:
    """Whether a name is a LAMBDA that this program made, of this version or another one.

    It has the name of one, takes arguments of that function in their order, and binds names of its own first;
    or it is one that the others call. LibreOffice writes functions that it does not know in small letters.
    """
    name, text = item.name.casefold(), item.text.casefold()
    if item.sheet is not None or not (name.startswith(_PREFIX) and text.startswith(_LAMBDA)):
        return False
    words = (token.text for token in tokens(text.removeprefix(_LAMBDA)) if token.kind == WORD)
    if name.startswith(_TOOL):
        return next(words, "").endswith("_")
    known = _arguments().get(name)
    if known is None:
        return False
    taken: list[str] = []
    for word in words:
        if word == _BODY:
            break
        taken.append(word.removeprefix(OPTIONAL).removeprefix(PARAMETER))
    left = iter(known)
    return next(words, "").endswith("_") and bool(taken) and all(name in left for name in taken)


@cache
def _arguments() -> Mapping[str, tuple[str, ...]]:
    """The arguments of each function, by the name of its LAMBDA in small letters."""
    return {
        lambda_name(name).casefold(): tuple(item.name for item in function.arguments)
        for name, function in functions().items()
    }


def lambdas_for(lang: str, names: Mapping[str, str] = {}) -> tuple[list[NamedFormula], list[str]]:
    """The LAMBDAs of a workbook as its file has them, and the names of those that would be too long.

    Those go with them that call one that is.

    Arguments:
        lang: its language.
        names: the names of ours that it defines, each with what it stands for.
    """
    renamed = renamed_by(names[GUEST]) if GUEST in names else {}
    # A name that somebody else's workbook had before ours came means something else there.
    known = {name for name, text in names.items() if _GONE not in text and name not in renamed}
    known |= {old for old, new in renamed.items() if new in names}
    words = {old.casefold(): new for old, new in renamed.items()}
    fitting: list[NamedFormula] = []
    longer: list[str] = []
    for item in named_lambdas(lang, known):
        text = rename_words(item.formula, words)
        called = {token.text for token in tokens(text) if token.kind == WORD}
        if len(text) > MOST_CHARACTERS or called & set(longer):
            longer.append(item.name)
        else:
            fitting.append(NamedFormula(item.name, text, item.comment, hidden=item.function is None))
    return fitting, longer


def remade(data: bytes, lang: str, own: Mapping[str, str] | None = None) -> bytes:
    """A workbook part whose LAMBDAs, if it has any, are those of a language and of this program.

    Arguments:
        data: the part, in UTF-8.
        lang: the language.
        own: names of ours that it is to be taken to define; those that it has when not given.
    """
    standing = named_formulas(data)
    ours = {item.name.casefold() for item in standing if is_ours(item)}
    if not ours:
        return data
    fitting, _ = lambdas_for(lang, _names_of(standing) if own is None else own)
    wanted = [item for item in fitting if item.hidden or item.name.casefold() in ours]
    return with_named_formulas(data, wanted, _stale(standing, wanted))


def _stale(standing: Collection[NamedFormula], wanted: Collection[NamedFormula]) -> list[str]:
    """The names that nobody types and that no LAMBDA calls any more."""
    known = {item.name for item in wanted}
    return [
        item.name
        for item in standing
        if is_ours(item) and item.name.casefold().startswith(_TOOL) and item.name not in known
    ]


def on_their_own(snapshot: Snapshot) -> Snapshot:
    """A workbook whose LAMBDAs, if it has any, read no name of ours; for what takes these out.

    Arguments:
        snapshot: the workbook.

    Errors: those of ``Package.open``.
    """
    with Package.open(snapshot) as package:
        info = WorkbookInfo.of(package)
        names = {item.name: item.text for item in info.names_like(*STORED) if item.scope is None}
        if STAMP not in names or not info.names_like(LAMBDA_PREFIX):
            return snapshot
        lang = read_stamp(snapshot.path, names, load_default())[1]
        changed = edit_part(info, info.part, partial(remade, lang=lang, own={}))
        if changed is None:
            return snapshot
        stream = BytesIO()
        write_package(package, stream, {info.part: changed})
    return snapshot._replace(content=stream.getvalue(), kept={})


def _names_of(standing: Collection[NamedFormula]) -> dict[str, str]:
    """The names by which a workbook of ours is read; none of one that is not ours."""
    found = {item.name: item.text for item in standing if item.sheet is None and item.name.startswith(STORED)}
    return found if STAMP in found else {}


def add_lambdas(
    path: Path, lang: str | None = None, *, dry_run: bool = False, backups: int = 1
) -> LambdasReport:
    """Put the LAMBDAs into a workbook, or bring those that it has up to date.

    In a workbook of ours they are in its language and read its settings; in any other one the limits are
    those that our settings begin with.

    Arguments:
        path: the workbook, any .xlsx or .xlsm.
        lang: the language for a workbook that is not ours; French when not given.
        dry_run: say what would change, write nothing.
        backups: how many earlier versions stay beside the workbook.

    When somebody writes the workbook meanwhile, the work starts over, once.

    Errors: those of ``Snapshot.take`` and ``Package.open``; PatchRefusedError SX533 a name is taken, SX923
    the workbook is signed.
    """
    return twice(partial(_add, path, lang, dry_run=dry_run, backups=backups))


def _add(path: Path, lang: str | None, *, dry_run: bool, backups: int) -> LambdasReport:
    snapshot = Snapshot.take(path)
    with snapshot.held(), Package.open(snapshot) as package:
        job = PatchJob(package, path, snapshot)
        names = {item.name: item.text for item in job.info.names_like(*STORED) if item.scope is None}
        own = names if STAMP in names else {}
        language = read_stamp(snapshot.path, own, load_default())[1] if own else lang or HOUSE
        wanted, longer = lambdas_for(language, own)
        standing = _standing(job.info)
        _refuse_taken(job.info, standing, wanted)
        before = {item.name.casefold(): item for item in standing if item.sheet is None}
        others = {item.name for item in wanted if before.get(item.name.casefold()) != item}
        gone = _stale(standing, wanted)
        added = [item.name for item in wanted if not item.hidden and item.name.casefold() not in before]
        # One that calls another that has changed has changed with it.
        changed = [
            item.name
            for item in wanted
            if not item.hidden and item.name not in added and (item.name in others or others & _words(item))
        ]
        if others or gone:
            _put(job, wanted, gone, calculate=bool(_callers(job.info, [*added, *changed])))
        findings = [
            Finding("SX534", Location(snapshot.path), {"name": name, "most": MOST_CHARACTERS})
            for name in longer
        ]
        patched = job.write(dry_run=dry_run, backups=backups)
    return LambdasReport(
        path,
        language,
        tuple(added),
        tuple(changed),
        same=tuple(item.name for item in wanted if not item.hidden and item.name not in {*added, *changed}),
        findings=tuple(findings),
        written=patched.written,
        backup=patched.backup,
    )


def remove_lambdas(
    path: Path, *, force: bool = False, dry_run: bool = False, backups: int = 1
) -> LambdasReport:
    """Take the LAMBDAs of ours out of a workbook; nothing else changes.

    Arguments:
        path: the workbook.
        force: take them out although formulas call them, which then show #NAME?.
        dry_run: say what would change, write nothing.
        backups: how many earlier versions stay beside the workbook.

    Result: the report; when formulas call them and ``force`` is not given, with findings SX535 and nothing
    removed.

    Errors: as ``add_lambdas``, but for SX533.
    """
    return twice(partial(_remove, path, force=force, dry_run=dry_run, backups=backups))


def _remove(path: Path, *, force: bool, dry_run: bool, backups: int) -> LambdasReport:
    snapshot = Snapshot.take(path)
    with snapshot.held(), Package.open(snapshot) as package:
        job = PatchJob(package, path, snapshot)
        going = tuple(item.name for item in _standing(job.info) if is_ours(item))
        calls = _callers(job.info, going)
        if calls and not force:
            return LambdasReport(path, "", findings=(_told(calls),))
        if going:
            _put(job, (), going, calculate=bool(calls))
        patched = job.write(dry_run=dry_run, backups=backups)
    typed = tuple(name for name in going if not name.casefold().startswith(_TOOL))
    return LambdasReport(path, "", removed=typed, written=patched.written, backup=patched.backup)


def _words(item: NamedFormula) -> set[str]:
    """The words of a formula."""
    return {token.text for token in tokens(item.text) if token.kind == WORD}


def _standing(info: WorkbookInfo) -> list[NamedFormula]:
    """All names of a workbook."""
    found: list[NamedFormula] = []

    def look(data: bytes) -> bytes:
        found.extend(named_formulas(data))
        return data

    edit_part(info, info.part, look)
    return found


def _refuse_taken(
    info: WorkbookInfo, standing: Collection[NamedFormula], wanted: Collection[NamedFormula]
) -> None:
    """Stop when a name is somebody's own. Errors: PatchRefusedError SX533."""
    ours = {item.name.casefold() for item in wanted}
    for item in standing:
        if item.name.casefold() in ours and not is_ours(item):
            on = (
                None if item.sheet is None or item.sheet >= len(info.sheets) else info.sheets[item.sheet].name
            )
            raise PatchRefusedError("SX533", Location(info.package.path, on), name=item.name)
    for table in info.tables:
        if table.display_name.casefold() in ours:
            where = Location(info.package.path, table.sheet, str(table.area).partition(":")[0])
            raise PatchRefusedError("SX533", where, name=table.display_name)


def _callers(info: WorkbookInfo, names: Collection[str]) -> list[Location]:
    """Where formulas call some of the LAMBDAs."""
    ours = {name.casefold() for name in names}
    reads = Reading((), names)
    if not ours or not any(map(_may_call, _others(info))):
        return [
            Location(info.package.path, name.scope, name.name)
            for name in info.defined_names
            if name.name.casefold() not in ours and reads(name.text)
        ]
    return list(readers(info, (), reads, lambda name: name.casefold() in ours))


def _others(info: WorkbookInfo) -> Iterator[bytes]:
    """All parts that formulas may stand in, but for the list of names."""
    for part in info.package.members:
        if part.endswith(".xml") and part not in {info.part, info.shared_strings_part, info.styles_part}:
            yield info.package.read(part)


def _may_call(data: bytes) -> bool:
    """Whether a part has a name of ours, in whatever capitals."""
    return _CALL.search(data) is not None


def _told(calls: Sequence[Location]) -> Finding:
    """What is said of formulas that call what is to go: where the first ones are, and how many."""
    where = replace(calls[0], sheet=None, cell=None)
    named = [str(replace(place, workbook=None)) for place in calls[:FIRST]]
    cells = ", ".join([*named, "…"] if len(calls) > FIRST else named)
    return Finding("SX535", where, {"n": len(calls), "cells": cells})


def _put(job: PatchJob, wanted: Collection[NamedFormula], gone: Collection[str], *, calculate: bool) -> None:
    """Change the list of names; formulas that call them are to be computed anew."""

    def change(data: bytes) -> bytes:
        changed = with_named_formulas(data, wanted, gone)
        return ask_calculation(changed) if calculate else changed

    changed = edit_part(job.info, job.info.part, change)
    if changed is not None:
        job.replaced[job.info.part] = changed
    job.check_signature(allow=False)
