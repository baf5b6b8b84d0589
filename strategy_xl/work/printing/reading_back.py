"""What stands in a PDF, and which program says that it made it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError

BEGIN = b"%PDF-"
"""How a PDF begins."""


def _reader(content: bytes) -> PdfReader:
    reader = PdfReader(BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("password")
    return reader


def maker_of(content: bytes) -> str:
    """The program that a PDF names as its creator; "" when it names none, or cannot be read."""
    try:
        found = _reader(content).metadata
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return "" if found is None else str(found.creator or "")


def texts_of(content: bytes) -> Iterator[str]:
    """The texts of a PDF: its properties, then page by page.

    Errors: ValueError for one that cannot be read (a password, damage).
    """
    try:
        reader = _reader(content)
        yield from (str(value) for value in (reader.metadata or {}).values())
        for page in reader.pages:
            yield page.extract_text()
    except (PyPdfError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error
