"""Whether a file holds a name, whatever it is packed in; and whether it is one of our reports."""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path

from strategy_xl.errors import StrategyXlError
from strategy_xl.history.address import FILE as HISTORY
from strategy_xl.history.database import Database
from strategy_xl.history.forgetting import mentions
from strategy_xl.ooxml.erasing import document_property, holds_text
from strategy_xl.privacy.unmarked import is_unmarked, is_unmarked_list, is_unmarked_portfolio
from strategy_xl.report.data import GENERATOR
from strategy_xl.runs.at_work import FILE as JOURNAL
from strategy_xl.runs.stores.remote import store_of
from strategy_xl.runs.stores.remote_path import RemotePath
from strategy_xl.runs.stores.staging import fetched
from strategy_xl.text.sought import Sought
from strategy_xl.work.printing.reading_back import BEGIN, maker_of, texts_of

DATABASES = (JOURNAL, HISTORY)
_SQLITE = b"SQLite format 3\0"
LARGEST = 1 << 28
"""Bytes of a file that is looked into."""
_HEAD = 4096
_GZIP = b"\x1f\x8b"
_NO_ZIP = "SX901"
_DEEP = 4
_PACKED = re.compile(rb"[A-Za-z0-9+/]{64}[A-Za-z0-9+/\r\n]*={0,2}")
_BOOKS = frozenset((".xlsx", ".xlsm", ".zip"))
_MARKS = tuple(
    re.compile(form % GENERATOR.encode(), flags)
    for form, flags in (
        (rb'<meta name="generator" content="%s\b', 0),
        (rb'\A\{\s*"program": "%s\b', 0),
        (rb'<testsuites name="%s\b', 0),
        (rb"\A(?:\xef\xbb\xbf)?[^\r\n]*[;,]%s\r?\n", 0),
        (rb"^X-Mailer: %s\b", re.MULTILINE),
    )
)
"""How our reports tell that they are ours, near their beginning: page, JSON, JUnit, lists, mail."""


@contextmanager
def near(path: Path | RemotePath) -> Iterator[Path]:
    """A file of this machine: the very file, or a copy of an object while it is looked at.

    Errors: OSError when it cannot be read, those of ``Store.read``, ValueError when it is too large.
    """
    if isinstance(path, RemotePath):
        with fetched(path, most=LARGEST) as loan:
            yield loan.local
        return
    if path.stat().st_size > LARGEST:
        raise ValueError(path.stat().st_size)
    yield path


def holds(path: Path | RemotePath, sought: Sought) -> bool:
    """Whether a name stands in a file: in its text, in what a page, a mail or a PDF packs, in a workbook.

    Errors: those of ``near``, StrategyXlError for a workbook that cannot be opened (a password, damage).
    """
    with near(path) as file:
        return holds_here(file, sought)


def holds_here(path: Path, sought: Sought) -> bool:
    """As ``holds``, for a file of this machine."""
    if path.suffix.lower() in _BOOKS:
        try:
            return bool(holds_text(path, sought.is_in, sought.in_bytes))
        except StrategyXlError as error:
            if error.finding.code != _NO_ZIP:
                raise
            # It is not what its name says: its bytes are looked at.
    data = path.read_bytes()
    if data.startswith(_SQLITE) and path.name in DATABASES:
        return _in_database(path, sought)
    if data.startswith(BEGIN) and any(map(sought.is_in, texts_of(data))):
        return True  # a PDF packs its texts
    return any(map(sought.in_bytes, _layers(data)))


def _in_database(path: Path, sought: Sought) -> bool:
    """Whether a name stands in a journal or a history, in whose bytes texts have no ends."""
    database = Database(str(path))
    with database.looking() as connection:
        found = mentions(connection, sought.is_in, is_history=path.name == HISTORY)
        is_in = next(found, None) is not None
    database.close()
    return is_in


def is_report(path: Path | RemotePath) -> bool:
    """Whether a file is a report of ours, which can be made anew.

    Errors: those of ``near``.
    """
    if is_unmarked_list(path.name, lambda name: _is_file(path.with_name(name))):
        return True
    with near(path) as file:
        return _is_report(file)


def _is_file(path: Path | RemotePath) -> bool:
    return store_of(path).version(path) is not None if isinstance(path, RemotePath) else path.is_file()


def _is_report(path: Path) -> bool:
    if path.suffix.lower() in _BOOKS:
        try:
            return document_property(path, "keywords").startswith(GENERATOR) or is_unmarked_portfolio(path)
        except StrategyXlError:
            return False
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(BEGIN):
        return path.stat().st_size <= LARGEST and maker_of(path.read_bytes()).startswith(GENERATOR)
    if head.startswith(_GZIP) and path.stat().st_size <= LARGEST:
        return any(map(_is_marked, _layers(path.read_bytes())))
    return _is_marked(head) or is_unmarked(head, lambda: _layers(path.read_bytes()))


def _is_marked(data: bytes) -> bool:
    return any(mark.search(data[:_HEAD]) for mark in _MARKS)


def _layers(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """Bytes, and those that are packed in them: gzip, parts of a mail, base64 with deflate."""
    yield data
    if depth >= _DEEP:
        return
    if data.startswith(_GZIP):
        try:
            yield from _layers(gzip.decompress(data), depth + 1)
        except (OSError, EOFError, zlib.error):
            return
    if re.match(rb"[A-Za-z-]+: ", data):
        yield from (layer for part in _parts(data) for layer in _layers(part, depth + 1))
    for found in _PACKED.finditer(data):
        try:
            inner = base64.b64decode(re.sub(rb"[\r\n]", b"", found[0]), validate=True)
        except (binascii.Error, ValueError):
            continue
        for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
            try:
                inner = zlib.decompress(inner, bits)
            except zlib.error:
                continue
            break
        yield from _layers(inner, depth + 1)


def _parts(data: bytes) -> Iterator[bytes]:
    """Headers and contents of a mail, decoded."""
    mail: Message = email.message_from_bytes(data, policy=email.policy.default)
    for part in mail.walk():
        for name, value in part.items():
            yield f"{name}: {value}".encode("utf-8", "replace")
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield content
