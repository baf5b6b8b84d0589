"""Inflate → change → deflate one part, in three threads when it is large.

zlib and isal release the interpreter's lock, so on two cores decompression and compression run beside
the patcher; memory stays at a few pieces of 1 MiB each way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from strategy_xl.errors import WorkbookError
from strategy_xl.ooxml.codec import LARGE, Deflater
from strategy_xl.ooxml.difference import Difference
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import Packed, scratch
from strategy_xl.ooxml.xml_bytes import encoding_of, from_utf8, to_utf8
from strategy_xl.ooxml.xml_tree import LARGE_XML, well_formed

_WAITING = 3  # pieces between two threads
_END = object()

Change = Callable[[Iterable[bytes]], Iterator[bytes]]


def repack(
    package: Package, name: str, change: Change, folder: Path | None = None, *, compact: bool = False
) -> Packed:
    """A part passed through a change of its UTF-8 bytes and deflated again.

    Arguments:
        package: the open package.
        name: member name.
        change: takes pieces of UTF-8 XML, gives pieces.
        folder: where a temporary file for a large part goes.
        compact: rather take the time than the room.

    Errors: those of ``changed_pieces`` and of ``Package.chunks``.
    """
    size = package.member(name).size
    found = Difference(package, name, is_parsed=size <= LARGE_XML)

    def made(pieces: Iterable[bytes]) -> Iterator[bytes]:
        return found.made(changed_pieces(package, name, found.source(pieces), change))

    source: Iterable[bytes] = package.chunks(name)
    if size <= LARGE:
        result = _deflated(made(source), size, folder, compact=compact)
    else:
        with _Threaded(source) as pieces:
            result = packed(made(pieces), size, folder, compact=compact)
    return result._replace(is_sound=found.is_sound)


def changed_pieces(package: Package, name: str, pieces: Iterable[bytes], change: Change) -> Iterator[bytes]:
    """Pieces of a part passed through a change of their UTF-8 form, given in the part's own encoding.

    A large part is not parsed here: the rows that change and all around the rows are (``Difference``), and
    its other rows have the bytes they had.

    Errors: those of ``change``; WorkbookError SX914 for a part that is not well-formed, SX915 for an encoding
    that cannot be written back.
    """
    iterator = iter(pieces)
    first = next(iterator, b"")

    def again() -> Iterator[bytes]:
        yield first
        yield from iterator

    try:
        encoding = encoding_of(first[:200])
    except LookupError as error:
        raise WorkbookError("SX915", package.where, part=name, encoding=str(error)) from error
    is_large = package.member(name).size > LARGE_XML
    checked = again() if is_large else well_formed(again(), package.where, name)
    if encoding is None:
        yield from change(checked)
    else:
        yield from from_utf8(change(to_utf8(checked, encoding)), encoding, first[:2])


def _deflated(pieces: Iterable[bytes], size: int, folder: Path | None, *, compact: bool) -> Packed:
    deflater = Deflater(compact=compact)
    store = scratch(size, folder)
    for piece in pieces:
        store.write(deflater.feed(piece))
    store.write(deflater.finish())
    return Packed(store, deflater.crc, deflater.compressed_size, deflater.size)


class _Threaded:
    """Runs an iterator in a thread of its own; leaving the block stops it, whatever happened."""

    def __init__(self, source: Iterable[bytes]) -> None:
        from queue import Queue
        from threading import Event, Thread

        self._source = source
        self._queue: Queue[Any] = Queue(_WAITING)
        self._stop = Event()
        self._error: BaseException | None = None
        self._thread = Thread(target=self._work, name="inflate", daemon=True)

    def _work(self) -> None:
        try:
            for piece in self._source:
                self._queue.put(piece)
                if self._stop.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - handed to the reading thread, which raises it
            self._error = error
        self._queue.put(_END)

    def __enter__(self) -> Iterator[bytes]:
        self._thread.start()
        return iter(self._take, _END)

    def _take(self) -> Any:
        piece = self._queue.get()
        if piece is _END and self._error is not None:
            raise self._error
        return piece

    def __exit__(self, *_args: object) -> None:
        self._stop.set()
        while self._thread.is_alive():
            # Make room, so that a thread that waits to put its piece sees the stop.
            while not self._queue.empty():
                self._queue.get()
            self._thread.join(0.01)


def packed(
    pieces: Iterable[bytes], size: int, folder: Path | None = None, *, compact: bool = False
) -> Packed:
    """Pieces of a large part, deflated in a thread while they are being made in this one.

    Arguments:
        pieces: the part.
        size: about how many bytes it has.
        folder: where the temporary file for it goes.
        compact: rather take the time than the room.
    """
    from queue import Queue
    from threading import Thread

    waiting: Queue[Any] = Queue(_WAITING)
    result: list[Packed] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            result.append(_deflated(iter(waiting.get, _END), size, folder, compact=compact))
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            failure.append(error)
            while waiting.get() is not _END:
                pass

    thread = Thread(target=work, name="deflate", daemon=True)
    thread.start()
    try:
        for piece in pieces:
            waiting.put(piece)
    finally:
        waiting.put(_END)
        thread.join()
    if failure:
        raise failure[0]
    return result[0]
