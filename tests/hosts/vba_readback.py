"""Reads the VBA of an add-in back with oletools, and VBA text expressions as VBA would."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # oletools calls pyparsing by names of its past
    from oletools.olevba import VBA_Parser
    from oletools.olevba import decompress_stream as _decompress_stream


def decompress_stream(packed: bytes) -> bytes:
    """A compressed container, read by oletools."""
    return bytes(_decompress_stream(bytearray(packed)))


def sources(path: Path) -> dict[str, str]:
    """The source of every module by name, its attributes included, lines ended by LF."""
    parser = VBA_Parser(str(path))
    try:
        found = {stream.rpartition("/")[2]: code for _, stream, _, code in parser.extract_macros()}
    finally:
        parser.close()
    return {
        name: (code if isinstance(code, str) else code.decode("ascii")).replace("\r\n", "\n")
        for name, code in found.items()
    }


def logical_lines(source: str) -> list[str]:
    """The lines of a source, those that go on in the next one joined."""
    return source.replace(" _\n", " ").split("\n")


_PIECE = re.compile(r'"((?:[^"]|"")*)"|ChrW\((\d+)\)|(\w+(?:\(\d+\))?)')


def value(expression: str, variables: dict[str, str]) -> str:
    """A text expression's value: literals, ``ChrW`` and variables joined by ``&``."""
    text, at = "", 0
    while at < len(expression):
        match = _PIECE.match(expression, at)
        assert match, expression
        literal, code, name = match.groups()
        text += (
            literal.replace('""', '"') if literal is not None else chr(int(code)) if code else variables[name]
        )
        at = match.end()
        assert expression[at : at + 3] in {" & ", ""}, expression
        at += 3
    return text


def assigned(lines: list[str]) -> dict[str, str]:
    """What lines of assignments leave in their variables."""
    variables: dict[str, str] = {}
    for line in lines:
        name, _, expression = line.strip().partition(" = ")
        variables[name] = value(expression, variables)
    return variables
