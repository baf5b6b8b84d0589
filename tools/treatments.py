"""What the program does with an input that nobody meant to give, and what must be so afterwards."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from xml.parsers import expat

from odd_inputs import odd_value
from supervised import OracleError, RefusedError, judging

from strategy_xl.book.read import read_workbook
from strategy_xl.cellvalues import ErrorValue
from strategy_xl.errors import StrategyXlError, WorkbookError
from strategy_xl.formulas.arrays import Context, FormulaError, evaluate
from strategy_xl.formulas.cell_refs import cell_name
from strategy_xl.formulas.shifting import ShiftError, has_relative_references, shift_formula
from strategy_xl.formulas.tokens import tokens
from strategy_xl.functions import calling
from strategy_xl.functions.registry import functions
from strategy_xl.hosts.calc.worker import Answers
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.tables import append_rows
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.schema.loader import load_default
from strategy_xl.work.importing.plan import apply, plan
from strategy_xl.work.importing.source import read_list
from strategy_xl.work.recompute import recompute_workbook

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "auditing"), str(ROOT / "tests" / "hosts")]

from complaints import by_package, by_schema  # noqa: E402 - the auditors of the tests

TODAY = date(2027, 3, 1)
SMALL = 20_000
"""Bytes of a workbook that the slow auditor looks at often."""
MAX_TEXT = 32_767
"""Characters of a cell in Excel."""
SCRATCH = Path("/dev/shm") if Path("/dev/shm").is_dir() else None  # noqa: S108 - a new folder is made in it


@dataclass(frozen=True)
class Base:
    """A whole workbook to begin with.

    Arguments:
        name: how the record of a case names it.
        data: its bytes.
        own: whether it was made from the program's templates.
        cells: of an own one, its sheets' cells that people fill.
        titles: of an own one, the titles of the columns of its tables by block key.
    """

    name: str
    data: bytes
    own: bool = False
    cells: tuple[tuple[str, str], ...] = ()
    titles: Mapping[str, tuple[str, ...]] | None = None

    @classmethod
    def of_own(cls, name: str, data: bytes) -> Base:
        """A workbook made from the templates."""
        with tempfile.TemporaryDirectory(dir=SCRATCH) as scratch:
            path = Path(scratch, name)
            path.write_bytes(data)
            book = read_workbook(path, load_default())
        cells, titles = list[tuple[str, str]](), dict[str, tuple[str, ...]]()
        for key, block in book.blocks.items():
            inputs = [
                item for item in block.block.fields if item.role == "input" and item.key in block.places
            ]
            rows = list(block.all_rows)[:12] if block.is_table else [1]
            cells += [
                (block.sheet_of(item.key), cell_name(*block.cell(item.key, row)))
                for item in inputs
                for row in rows
            ]
            if block.is_table and inputs:
                names = sorted(inputs, key=lambda item: item.key != getattr(block.block, "identity_key", ""))
                titles[key] = tuple(item.label.get(book.lang) for item in names)

        return cls(name, data, own=True, cells=tuple(cells), titles=titles)


def wrong(*what: object) -> OracleError:
    """The error that says what is wrong with a result."""
    return OracleError(" ".join(map(str, what)))


# -- what must be so ---------------------------------------------------------------------------------------


@contextmanager
def scratch_file(name: str, data: bytes) -> Iterator[Path]:
    """The input as a file in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as scratch:
        path = Path(scratch, name)
        path.write_bytes(data)
        yield path


def check_output(source: Path, target: Path, chance: Random) -> None:
    """Hold a workbook that was written against the one it was made from.

    Every part is the old one or well-formed; no auditor finds anything that it did not find before.

    Errors: OracleError.
    """
    with judging():
        _check(source, target, chance)


def _check(source: Path, target: Path, chance: Random) -> None:
    _check_parts(source, target)
    audits: list[Callable[[Path], Counter[str]]] = [by_package]
    if chance.random() < (0.25 if source.stat().st_size < SMALL else 0.04):  # it takes seconds
        audits.append(by_schema)
    for audit in audits:
        found = _complaints(audit, target)
        before = Counter[str]() if found is not None and not found else _complaints(audit, source)
        if before is None:
            continue
        if found is None:
            raise wrong("an auditor stops at it")
        # Where rows are out of order already, a new row is told as well: that code says nothing new.
        codes = {complaint.split()[0] for complaint in before if complaint.startswith("SX")}
        new = [
            complaint
            for complaint in found - before
            if complaint.split()[0] not in codes and "inline-string" not in complaint  # advice, not a fault
        ]
        if new:
            raise wrong("rejected:", *new[:3])


def _complaints(audit: Callable[[Path], Counter[str]], path: Path) -> Counter[str] | None:
    """What an auditor says; None when it stops: it expects workbooks, not what we have made of them."""
    try:
        return audit(path)
    except Exception:  # noqa: BLE001 - as said
        return None


def _check_parts(source: Path, target: Path) -> None:
    """Every part is the old one, or well-formed; as far as the source can be read by other means."""
    try:
        with zipfile.ZipFile(source) as book:
            before = {info.filename: (info.CRC, info.file_size) for info in book.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, UnicodeError):
        return
    with zipfile.ZipFile(target) as book:
        for info in book.infolist():
            if before.get(info.filename) != (info.CRC, info.file_size):
                try:
                    expat.ParserCreate().Parse(book.read(info), True)  # noqa: FBT003 - expat's own signature
                except expat.ExpatError as error:
                    raise wrong(info.filename, "is not well-formed:", error) from error


# -- workbooks ---------------------------------------------------------------------------------------------


def treat_workbook(base: Base, data: bytes, chance: Random) -> str:
    """Do with a workbook what the program does with one of its kind.

    Result: what was done. Errors: RefusedError with the codes, when nothing could be done; OracleError.
    """
    name = Path(base.name).name
    with scratch_file(name, data) as path:
        steps: list[Callable[[], str]] = [lambda: _patched(path, data, chance)]
        if base.own:
            steps = [lambda: _recomputed(path, data, chance)]
            if chance.random() < 0.15:
                steps.append(lambda: _patched(path, path.read_bytes(), chance))
        elif chance.random() < 0.3:
            steps.append(lambda: f"{len(read_list(path).rows)} rows")
        done, codes = list[str](), list[str]()
        for step in steps:
            try:
                done.append(step())
            except StrategyXlError as error:
                codes.append(error.finding.code)
    if not done:
        raise RefusedError(codes[0])
    return ", ".join(done)


def _recomputed(path: Path, data: bytes, chance: Random) -> str:
    report = recompute_workbook(path, load_default(), TODAY)
    now = path.read_bytes()
    if report.failure is not None:
        if now != data:
            raise wrong(report.failure.code, "but the file has changed")
        raise WorkbookError(report.failure.code)
    if now != data:
        before = path.with_name("before" + path.suffix)
        before.write_bytes(data)
        check_output(before, path, chance)
    elif report.changed:
        raise wrong(report.changed, "changes reported, none made")
    return "recomputed"


def _patched(path: Path, data: bytes, chance: Random) -> str:
    """Some cells set, or a table lengthened, in a copy."""
    target = path.with_name("target" + path.suffix)
    try:
        with Package.open(path) as package:
            info = WorkbookInfo(package)
            sheets, tables = info.sheets, info.tables
        if tables and chance.random() < 0.4:
            table = chance.choice(tables)
            width = table.area.right - table.area.left + 1
            rows = [{chance.randrange(width): odd_value(chance)} for _ in range(chance.choice((1, 3)))]
            append_rows(path, target, table.display_name, rows, allow_breaking_signature=True)
        elif sheets:
            places = [(chance.choice((1, 2, 5, 30)), chance.choice((1, 2, 3, 9))) for _ in range(3)]
            edits = {chance.choice(sheets).name: {place: odd_value(chance) for place in places}}
            set_cells(path, target, edits, allow_breaking_signature=True)
        else:
            raise RefusedError("no sheets")
    except StrategyXlError:
        if target.exists():
            raise OracleError("refused, but a file was written") from None
        raise
    finally:
        if path.read_bytes() != data:
            raise OracleError("the source was changed")
    check_output(path, target, chance)
    return "patched"


def fill(base: Base, chance: Random) -> bytes:
    """An own workbook with odd values where people write, as a library would have written them."""
    edits: dict[str, dict[str, Any]] = {}
    for sheet, ref in chance.sample(base.cells, min(len(base.cells), chance.choice((1, 3, 20)))):
        edits.setdefault(sheet, {})[ref] = odd_value(chance)
    with scratch_file(base.name, base.data) as path:
        try:
            set_cells(path, path, edits)
        except StrategyXlError:
            return base.data  # a value that no cell can hold
        return path.read_bytes()


# -- lists -------------------------------------------------------------------------------------------------


def treat_csv(base: Base, block: str, data: bytes, chance: Random) -> str:
    """Import a list into a workbook."""
    with scratch_file(base.name, base.data) as book, scratch_file("liste.csv", data) as listed:
        try:
            planned = plan(listed, block, read_workbook(book, load_default()))
            on_existing = chance.choice(("skip", "update", "refuse"))
            report = apply(planned, book, on_existing=on_existing)
        except StrategyXlError:
            if book.read_bytes() != base.data:
                raise OracleError("refused, but the workbook was changed") from None
            raise
        if report.patch is not None:
            with scratch_file(base.name, base.data) as before:
                check_output(before, book, chance)
    return f"{report.added} added"


# -- formulas ----------------------------------------------------------------------------------------------

_ROWS: dict[str, list[Any]] = {
    "n": [1.0, -0.0, 1e308, None, 2_958_465.5],
    "t": ["a", "", "é" * 5000, None, "12 %"],
    "m": [True, datetime(2027, 3, 1), ErrorValue.NA, "x", 5e-324],  # noqa: DTZ001 - Excel has no time zones
}


def treat_formula(text: str) -> str:
    """Evaluate a template's formula."""
    context = Context(
        _ROWS,
        lambda _block, key: _ROWS[key],
        lambda _key: 3.0,
        lambda _list, _key: "x",
        row_number=[7, 8, 9, 10, 11],
    )
    try:
        found = evaluate(text, context)
    except FormulaError as error:
        raise RefusedError(type(error).__name__) from error
    except KeyError as error:
        if error.args[0] in _ROWS:
            raise
        raise RefusedError("KeyError") from error  # a column that is not there: templates are checked for it
    for value in found:
        if isinstance(value, float) and not math.isfinite(value):
            raise wrong(value, "is no value of a cell")
        if isinstance(value, str) and len(value) > MAX_TEXT:
            raise OracleError("a text longer than a cell holds")
        if not isinstance(value, float | str | bool | ErrorValue):
            raise wrong(type(value).__name__, "is no value of a cell")
    return "evaluated"


def treat_excel_formula(text: str, chance: Random) -> str:
    """Read and move a formula of a file."""
    if "".join(token.text for token in tokens(text)) != text:
        raise OracleError("the words joined are not the formula")
    has_relative_references(text)
    try:
        shift_formula(text, chance.choice((0, 1, -1, 10**6)), chance.choice((0, 1, -1, 10**5)))
    except ShiftError as error:
        raise RefusedError(type(error).__name__) from error
    return "moved"


# -- requests ----------------------------------------------------------------------------------------------


class _Faults(logging.Handler):
    """Keeps what the door of the cell functions logs as a fault of the program."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self.found.append(record.exc_info[1])


@cache
def _faults() -> _Faults:
    handler = _Faults()
    calling.logger.addHandler(handler)
    calling.logger.propagate = False
    # What a request that makes no sense is told is no fault.
    logging.getLogger("strategy_xl.hosts").setLevel(logging.CRITICAL)
    return handler


@cache
def _app() -> Any:
    """The web application; None where its packages are not installed."""
    try:
        from office_client import HOST, TOKEN

        from strategy_xl.hosts.web import answering, server
        from strategy_xl.hosts.web.addresses import addresses
        from strategy_xl.hosts.web.limits import Limits

        limits = Limits()
        answer = answering.prepare(limits)

        async def computed(asked: answering.Asked) -> answering.Reply:
            return await asyncio.to_thread(answer, asked)

        return server.make_app("fr", addresses("https", [HOST], 8443, None), TOKEN, computed, limits)
    except (StrategyXlError, ImportError):
        return None


def treat_request(data: bytes) -> str:
    """Ask the process that answers LibreOffice, and the one that answers Excel on the web."""
    faults = _faults()
    faults.found.clear()
    answer = Answers().line(data.replace(b"\n", b" "))
    if set(json.loads(answer)) != {"rows"} or not answer.endswith(b"\n") or answer.count(b"\n") != 1:
        raise OracleError("the answer is not one line of rows")
    app = _app()
    status = 0
    if app is not None:
        from office_client import ask

        from strategy_xl.hosts.web import office_pages

        status, _, body = asyncio.run(ask(app, office_pages.CALL_PATH, data, content_type="application/json"))
        if status not in (200, 400, 404, 413, 415):
            raise wrong("status", status)
        if status == 200:
            json.loads(body)
    if faults.found:
        raise faults.found[0]
    if status not in (0, 200):
        raise RefusedError(str(status))
    return "answered"


def examples() -> list[list[Any]]:
    """Arguments that the functions take."""
    from office_client import cells_of

    return [
        [cells_of(value) for value in example.args]
        for item in functions().values()
        for example in item.examples
    ]
