"""Names and texts in VBA: spellings that it takes, any text as an expression in ASCII, lines not too long.

Source: [MS-VBAL] 3.2 (lines), 3.3.5.2 (reserved identifiers).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from strategy_xl.functions.registry import CellFunction
from strategy_xl.languages import FALLBACK, LANGUAGES
from strategy_xl.text.catalog import message

MAX_LINE = 1000
_MAX_PIECES = 60  # parts joined by & in one line
_DETAIL = "\0"

# [MS-VBAL] 3.3.5.2, and what the generated procedures themselves call.
RESERVED = frozenset(
    """
    abs access addressof alias and any append array as assert attribute b base bf binary boolean byref
    byte byval call case cbool cbyte ccur cdate cdbl cdec cdecl cint circle clng clnglng clngptr close
    compare const csng cstr currency cvar cverr date debug decimal declare defbool defbyte defcur
    defdate defdbl defdec defint deflng deflnglng deflngptr defobj defsng defstr defvar dim do doevents
    double each else elseif empty end endif enum eqv erase error event exit explicit f false fix for
    friend function get global go gosub goto if imp implements in input inputb int integer is lbound len
    lenb let lib like line linput local lock long longlong longptr loop lset me mid midb mod module
    multiuse name new next not nothing null object on open option optional or output paramarray preserve
    print private property pset ptrsafe public put raiseevent random read redim rem reset resume return
    rset scale seek select set sgn shared single spc static step stop string sub tab text then to true
    type typeof ubound unlock until variant vb_name wend while with withevents write width xor askpython
    """.split()  # noqa: SIM905 - a page of words is easier to read than a list
)

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*([Cc][0-9]*)?|[Cc][0-9]*")


def parameter(name: str) -> str:
    """The VBA spelling of an argument's name: a reserved word or a cell reference gets a ``_`` behind it.

    Errors: ValueError for what is no name in VBA.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return f"{name}_" if name.lower() in RESERVED or _CELL.fullmatch(name) else name


def checked(function: CellFunction) -> CellFunction:
    """The function; ValueError when Excel or VBA would not take its name or those of its arguments."""
    names = [parameter(argument.name).lower() for argument in function.arguments]
    if parameter(function.name) != function.name or len({*names, function.name.lower()}) <= len(names):
        raise ValueError(function.name)
    return function


# -- texts -------------------------------------------------------------------------------------------------


def _pieces(text: str) -> list[str]:
    """What a text is joined of: literals in ASCII and other characters by number."""
    pieces: list[str] = []
    for run in re.findall(r"[ -~]+|[^ -~]", text):
        if " " <= run[0] <= "~":
            doubled = run.replace('"', '""')
            pieces.append(f'"{doubled}"')
        else:
            pieces.append(f"ChrW({ord(run)})")
    return pieces or ['""']


def literal(text: str) -> str:
    """A text as a VBA expression in ASCII: ``"d" & ChrW(233) & "but"``."""
    return " & ".join(_pieces(text))


def plain(text: str) -> str:
    """A text in ASCII, for the one place of a source where no expression can stand."""
    for other, ascii_ in (("’", "'"), ("–", "-"), ("—", "-"), ("…", "...")):
        text = text.replace(other, ascii_)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


CASES = (*((f'Case "{lang}"', lang) for lang in LANGUAGES if lang != FALLBACK), ("Case Else", FALLBACK))
"""Heads of the branches of ``Select Case MenuLanguage()``, with their languages."""


def assign(target: str, text: str) -> Iterator[str]:
    """Lines that put a text into a variable, as many as its length asks for."""
    joined: list[str] = []
    for piece in _pieces(text):
        if joined and (len(" & ".join([*joined, piece])) > MAX_LINE - 100 or len(joined) == _MAX_PIECES):
            yield f"{target} = {' & '.join(joined)}"
            joined = [target]
        joined.append(piece)
    yield f"{target} = {' & '.join(joined)}"


def said(target: str, key: str, indent: str) -> Iterator[str]:
    """Lines that put a message into a variable in the language of Excel; ``Detail`` stands for its detail."""
    yield f"{indent}Select Case MenuLanguage()"
    for head, lang in CASES:
        yield f"{indent}{head}"
        parts = message(key, lang, detail=_DETAIL).split(_DETAIL)
        expression = " & Detail & ".join(literal(part) for part in parts)
        yield f"{indent}    {target} = {expression}"
    yield f"{indent}End Select"


def source_of(lines: list[str]) -> str:
    """The lines as a source; ValueError when one is longer than VBA takes or not ASCII."""
    for line in lines:
        if len(line) > MAX_LINE or not line.isascii():
            raise ValueError(line)
    return "".join(f"{line}\r\n" for line in lines)
