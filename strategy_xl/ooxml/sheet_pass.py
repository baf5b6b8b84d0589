"""A sheet in one pass over its bytes: what its cells hold and what is known of them besides.

What the arrays of ``cell_scan`` point to becomes numbers and texts here, exactly as calamine reads them. A
value of which that is not sure (dates with a time of day, formats that may be dates, numbers written in an
odd way) raises ``NotPlainError`` as any other doubt does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from strategy_xl import cellcolumns
from strategy_xl.ooxml import cell_scan
from strategy_xl.ooxml.cell_scan import REACH, CellRun, NotPlainError, scan_cells
from strategy_xl.ooxml.number_formats import DATE_FORMATS, is_date_format
from strategy_xl.ooxml.sheet_grid import ColumnsGrid, Values
from strategy_xl.ooxml.sheet_meta import ErrorCells, SheetMeta, merge, merged_areas
from strategy_xl.ooxml.short_numbers import whole_numbers, without_point
from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.xml_bytes import decode_xstring, unescape
from strategy_xl.progress import tell

_BUFFER: Final = 2 << 20
_ROW_END: Final = b"</row>"
_OPENED: Final = re.compile(rb"<sheetData\s*(/?)>")
_ITEM: Final = re.compile(rb"<si>(?:<t( xml:space=\"preserve\")?>([^<]*)</t>|<t/>)</si>")
_ANY_ITEM: Final = re.compile(rb"<si(?:\s[^<>]*)?(?:/>|>(.*?)</si>)", re.DOTALL)
_RUN: Final = re.compile(rb"<t(\s+xml:space=\"preserve\")?\s*>([^<]*)</t>")
_PHONETIC: Final = re.compile(rb"<rPh\b.*?</rPh>", re.DOTALL)
_REFERENCE: Final = re.compile(rb"&(?!#\d{1,6};|#x[0-9A-Fa-f]{1,5};|(?:amp|lt|gt|quot|apos);)")
_SURROGATE: Final = re.compile(rb"_x[dD][89a-fA-F]")
_BLANKS: Final = b" \t\r\n"
_BETWEEN: Final = b"\0"
"""No text has it: XML knows no such character."""
_DECLARED: Final = 200
"""Bytes in which the declaration of a part stands."""
_FIRST_DAY, _LAST_DAY, _DAYS_1904 = 61, 2_957_003, 1_462
"""Days on which both calendars, and all programs, agree how they are counted."""

_NO_DATES: Final = frozenset({*range(14), *range(37, 41), 48, 49})
"""Built-in formats that show no date, of which all programs say so."""
_NOT_DAYS: Final = frozenset({46})
"""Hours beyond a day."""
_FIRST_CUSTOM: Final = 164
_NOT_SHOWN: Final = re.compile(r"\"[^\"]*\"|\\.|\[[^\]]*\]|General", re.IGNORECASE)
_ELAPSED: Final = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_OF_DATES: Final = re.compile(r"[dmyhsegab]", re.IGNORECASE)

NO_DATE, DATE, DOUBTFUL = range(3)
"""What a style does to a number."""


class Texts:
    """The texts of a workbook's cells: the shared strings, then each different one of each sheet."""

    def __init__(self, shared: Sequence[str] = ()) -> None:
        """Begin with the shared strings."""
        self.items = list(shared)
        self.shared = len(shared)
        self._known: dict[bytes, int] = {}

    def positions(self, slices: list[bytes]) -> list[int]:
        """Positions of texts given as they stand in a sheet.

        Errors: NotPlainError.
        """
        known = self._known
        new = list(set(slices).difference(known))
        if new:
            texts = _texts(new)  # nothing is known of those of which one cannot be read
            known.update(zip(new, range(len(self.items), len(self.items) + len(new)), strict=True))
            self.items += texts
        return [known[raw] for raw in slices]

    def forget(self) -> None:
        """Keep the texts, not how they were written: of a large sheet that is as much again."""
        self._known.clear()


class BookFacts(NamedTuple):
    """What cells need of their workbook.

    Arguments:
        styles: style index → ``NO_DATE``, ``DATE`` or ``DOUBTFUL``.
        texts: the texts of its cells.
        is_1904: whether days count from 1904.
    """

    styles: npt.NDArray[np.uint8]
    texts: Texts
    is_1904: bool

    @classmethod
    def of(cls, info: WorkbookInfo) -> BookFacts:
        """The facts of a workbook.

        Errors: NotPlainError when its shared strings are written in an unusual way.
        """
        part = info.shared_strings_part
        texts = shared_texts(info.package.read(part)) if part is not None else []
        styles = [_what(number, code) for number, code in info.number_formats]
        return cls(np.array(styles or [NO_DATE], np.uint8), Texts(texts), info.is_1904)


def _what(number: int, code: str | None) -> int:
    """What a number format makes of a number."""
    if code is None:
        return NO_DATE if number in _NO_DATES else DATE if number in DATE_FORMATS - _NOT_DAYS else DOUBTFUL
    if number < _FIRST_CUSTOM or _ELAPSED.search(code):
        return DOUBTFUL
    if not _OF_DATES.search(_NOT_SHOWN.sub("", code)):
        return NO_DATE
    return DATE if is_date_format(code) else DOUBTFUL


def shared_texts(data: bytes) -> list[str]:
    """The shared strings, as they show.

    Errors: NotPlainError when they are written in an unusual way.
    """
    if b"<!" in data or b"<?" in data[_DECLARED:] or b":si" in data:
        raise NotPlainError("shared strings")
    plain_items = _ITEM.findall(data)
    if len(plain_items) == data.count(b"<si"):
        return _texts([raw if keeps else raw.strip(_BLANKS) for keeps, raw in plain_items])
    found: list[str] = []
    for item in _ANY_ITEM.finditer(data):
        plain = _ITEM.fullmatch(item[0])
        runs = [plain.groups(b"")] if plain else _RUN.findall(_PHONETIC.sub(b"", item[1] or b""))
        found.append("".join(_texts([raw if keeps else raw.strip(_BLANKS) for keeps, raw in runs])))
    return found


def _texts(items: list[bytes]) -> list[str]:
    """Texts as they stand in XML, as they show; all at once."""
    joined = _BETWEEN.join(items)
    if (b"&" in joined and _REFERENCE.search(joined)) or (b"_x" in joined and _SURROGATE.search(joined)):
        raise NotPlainError("text")
    try:
        text = joined.decode()
    except UnicodeDecodeError as error:
        raise NotPlainError("encoding") from error
    if b"&" in joined or b"\r" in joined:
        text = unescape(joined)
    found = decode_xstring(text).split(_BETWEEN.decode()) if items else []
    if len(found) != len(items):
        raise NotPlainError("text")
    return found


class SheetRead(NamedTuple):
    """What a pass over a sheet gives.

    Arguments:
        meta: what is known of it.
        grid: its values.
        has_ranges: whether a formula is that of an array, a data table or one that is shared.
    """

    meta: SheetMeta
    grid: ColumnsGrid
    has_ranges: bool


def read_sheet(chunks: Iterable[bytes], book: BookFacts, size: int = 0) -> SheetRead:
    """Read a sheet.

    Arguments:
        chunks: the part's content in pieces.
        book: what cells need of their workbook.
        size: bytes of the content, to say how much of it is read.

    Errors: NotPlainError, and what ``chunks`` raises.
    """
    tail: list[bytes] = []
    work = _Pass(book)
    done = 0
    for buffer, stop in _buffers(chunks, tail):
        run = scan_cells(buffer, stop)
        done += stop
        if run is not None:
            work.take(run)
            tell("read", int(run.rows[-1]), done / size if size else 0.0)
    meta = merge(work.metas)
    work.metas.clear()  # what is put together is not held twice
    book.texts.forget()
    grid = ColumnsGrid(Values.by_column(work.values), book.texts.items)
    meta = replace(meta, merged=merged_areas(b"".join(tail)))
    return SheetRead(meta, grid, work.has_ranges)


def _buffers(chunks: Iterable[bytes], tail: list[bytes]) -> Iterator[tuple[bytes, int]]:
    """The rows of a sheet in runs of whole ones, and where each ends; what follows all goes into ``tail``."""
    source = iter(chunks)
    data = b""
    for chunk in source:
        data += chunk
        if (opened := _OPENED.search(data)) is not None:
            break
    else:
        raise NotPlainError("sheetData")
    if opened[1]:
        tail += [data[opened.end() :], *source]
        return
    pieces, size = [data[opened.end() :]], len(data) - opened.end()
    for chunk in source:
        pieces.append(chunk)
        size += len(chunk)
        if size < _BUFFER:
            continue
        data = b"".join(pieces)
        # What follows the rows may be large too: nothing in it looks like the end of a row.
        cut = data.rfind(_ROW_END) + len(_ROW_END)
        if cut > len(_ROW_END) and len(data) - cut >= REACH:
            yield data, cut
            data = data[cut:]
        pieces, size = [data], len(data)
    data = b"".join(pieces)
    stop = data.find(b"</sheetData>")
    if stop < 0:
        raise NotPlainError("end of sheetData")
    tail.append(data[stop:])
    yield data + bytes(REACH), stop


class _Pass:
    """The runs of one sheet, put together."""

    def __init__(self, book: BookFacts) -> None:
        self._book = book
        self.has_ranges = False
        self.metas: list[SheetMeta] = []
        self.values: list[Values] = []

    def take(self, run: CellRun) -> None:
        """Take in one run of rows."""
        full = run.has_value
        self.has_ranges |= run.has_ranges
        self.metas.append(_meta(run, full))
        cells = np.flatnonzero(full)
        types = run.types[cells]
        kinds = np.zeros(len(cells), np.uint8)
        numbers = np.zeros(len(cells))
        for kind, type_, read in (
            (cellcolumns.NUMBER, cell_scan.NUMBER, self._numbers),
            (cellcolumns.TEXT, cell_scan.SHARED, self._shared),
            (cellcolumns.TEXT, cell_scan.TEXT, self._texts),
            (cellcolumns.TEXT, cell_scan.INLINE, self._inline),
            (cellcolumns.BOOL, cell_scan.BOOL, self._truths),
            (cellcolumns.ERROR, cell_scan.ERROR, self._texts),
        ):
            chosen = np.flatnonzero(types == type_)
            if len(chosen):
                kinds[chosen] = kind
                numbers[chosen] = read(run, cells[chosen])
        self._dates(run, cells, kinds, numbers)
        self.values.append(Values(run.rows[cells], run.columns[cells].astype(np.int16), kinds, numbers))

    def _numbers(self, run: CellRun, cells: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        words, sizes, divisors = without_point(*_words(run, cells))
        found, is_long = whole_numbers(words, sizes)
        found /= divisors  # both exact, so that this is the nearest number there is
        if is_long.any():
            found[is_long] = _floats(_slices(run, cells[is_long]))
        return found

    def _shared(self, run: CellRun, cells: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        found, is_odd = whole_numbers(*_words(run, cells))
        if is_odd.any() or found.max() >= self._book.texts.shared:
            raise NotPlainError("shared string")
        return found

    def _texts(self, run: CellRun, cells: npt.NDArray[np.intp]) -> list[int]:
        return self._book.texts.positions(_slices(run, cells))

    def _inline(self, run: CellRun, cells: npt.NDArray[np.intp]) -> list[int]:
        slices = zip(_slices(run, cells), run.spaced[cells].tolist(), strict=True)
        return self._book.texts.positions([raw if keeps else raw.strip(_BLANKS) for raw, keeps in slices])

    @staticmethod
    def _truths(run: CellRun, cells: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        found, is_odd = whole_numbers(*_words(run, cells))
        if is_odd.any() or not (found <= 1).all():
            raise NotPlainError("truth")
        return found

    def _dates(
        self,
        run: CellRun,
        cells: npt.NDArray[np.intp],
        kinds: npt.NDArray[np.uint8],
        numbers: npt.NDArray[np.float64],
    ) -> None:
        """Turn the numbers that show as dates into days."""
        book = self._book
        found = np.flatnonzero(kinds == cellcolumns.NUMBER)
        styles = run.styles[cells[found]]
        what = np.where(
            styles < len(book.styles), book.styles[styles.clip(max=len(book.styles) - 1)], DOUBTFUL
        )
        if (what == DOUBTFUL).any():
            raise NotPlainError("format")
        days = found[what == DATE]
        counted = numbers[days]
        if not ((counted == np.floor(counted)) & (counted >= _FIRST_DAY) & (counted <= _LAST_DAY)).all():
            raise NotPlainError("time of day")
        kinds[days] = cellcolumns.DAY
        numbers[days] = counted + (_DAYS_1904 if book.is_1904 else 0)


def _slices(run: CellRun, cells: npt.NDArray[np.intp]) -> list[bytes]:
    buffer = run.buffer
    spans = zip(run.starts[cells].tolist(), run.ends[cells].tolist(), strict=True)
    return [buffer[start:end] for start, end in spans]


def _words(
    run: CellRun, cells: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """The first eight bytes of values, the first the lowest, and how many bytes each value has."""
    words = np.ndarray(len(run.buffer) - 7, "<u8", run.buffer, strides=(1,))
    sizes: npt.NDArray[np.uint64] = (run.ends[cells] - run.starts[cells]).astype(np.uint64)
    return words[run.starts[cells]], sizes


def _floats(slices: list[bytes]) -> list[float]:
    """Numbers of any length; what Python takes for one and calamine does not is no number."""
    if b"".join(slices).translate(None, b"0123456789.eE+-"):
        raise NotPlainError("number")
    try:
        return [float(raw) for raw in slices]
    except ValueError as error:
        raise NotPlainError("number") from error


def _meta(run: CellRun, full: npt.NDArray[np.bool_]) -> SheetMeta:
    """What a run of rows tells beside its values."""
    formulas = np.flatnonzero(run.formulas)
    uncached = ~full[formulas] & (run.types[formulas] != cell_scan.TEXT)
    errors = np.flatnonzero(full & (run.types == cell_scan.ERROR))
    raws = _slices(run, errors)
    texts = {raw: raw.decode("utf-8", "replace") for raw in set(raws)}
    told = np.array([texts[raw] for raw in raws], dtype=object)
    return SheetMeta(
        int(run.rows.max()),
        int(run.columns.max()),
        len(run.rows),
        run.rows[formulas],
        run.columns[formulas],
        uncached,
        ErrorCells(run.rows[errors], run.columns[errors], told),
    )
