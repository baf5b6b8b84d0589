"""Read and write a VBA project (``vbaProject.bin``) as source text only.

Compiled code and caches are left out: the version in stream ``_VBA_PROJECT`` then has to say that there is
none (0xFFFF), and Excel compiles the sources when it opens the file. Source: [MS-OVBA] 2.3.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from strategy_xl.hosts.excel.vba.compound import write_compound
from strategy_xl.hosts.excel.vba.compression import compress, decompress

PROJECT_PART = "xl/vbaProject.bin"
CODE_PAGE = "cp1252"
NOT_COMPILED = b"\xcc\x61\xff\xff"
"""How stream ``_VBA_PROJECT`` begins when every module is source text only."""

# Records of the dir stream.
_CODE_PAGE, _NAME, _VERSION = 0x03, 0x04, 0x09
_MODULES, _COOKIE, _END = 0x0F, 0x13, 0x10
_REFERENCE, _REFERENCE_UNICODE, _REGISTERED = 0x16, 0x3E, 0x0D
_MODULE, _MODULE_UNICODE = 0x19, 0x47
_STREAM, _STREAM_UNICODE = 0x1A, 0x32
_DOC, _DOC_UNICODE = 0x1C, 0x48
_OFFSET, _HELP, _MODULE_COOKIE = 0x31, 0x1E, 0x2C
_PROCEDURAL, _OBJECT, _MODULE_END = 0x21, 0x22, 0x2B

Record = tuple[int, bytes]


class ModuleKind(Enum):
    """What a module is, by its word in stream PROJECT."""

    DOCUMENT = "Document"
    CLASS = "Class"
    PROCEDURES = "Module"


class ProjectError(ValueError):
    """The bytes are no VBA project that can be read; the text says which part."""


@dataclass(frozen=True, slots=True)
class Module:
    """A module: name, kind, source with its ``Attribute`` lines, description."""

    name: str
    kind: ModuleKind
    source: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class VbaProject:
    """A VBA project.

    Arguments:
        name: name of the project.
        modules: in the order of the project.
        information: records of the dir stream before the references, as they stand.
        references: the references to registered libraries by name, as they stand.
        properties: lines of stream PROJECT other than modules and name, as they stand.
        extenders: its part on the hosts, as it stands.
    """

    name: str
    modules: tuple[Module, ...]
    information: tuple[Record, ...]
    references: tuple[tuple[str, bytes], ...]
    properties: tuple[str, ...]
    extenders: tuple[str, ...]

    def module(self, name: str) -> Module:
        """The module of that name; ProjectError when there is none."""
        for module in self.modules:
            if module.name == name:
                return module
        raise ProjectError(name)


# -- reading -----------------------------------------------------------------------------------------------


def records(content: bytes) -> Iterator[Record]:
    """The records of a decompressed dir stream: (id, data)."""
    at = 0
    while at < len(content):
        if at + 6 > len(content):
            raise ProjectError("dir")
        kind, size = struct.unpack_from("<HI", content, at)
        size = 6 if kind == _VERSION else size  # its size field says 4
        if at + 6 + size > len(content):
            raise ProjectError("dir")
        yield kind, content[at + 6 : at + 6 + size]
        at += 6 + size


def read_project(content: bytes) -> VbaProject:
    """A project from the bytes of ``vbaProject.bin``.

    Errors: ProjectError, naming the stream.
    """
    with _told():
        streams = _streams(content)
        found = list(records(decompress(streams["VBA/dir"])))
        lines = streams["PROJECT"].decode(CODE_PAGE).splitlines()
        return _project(found, lines, streams)


def read_sources(content: bytes) -> dict[str, str]:
    """The sources of a project's modules, by name; compiled code may stand beside them, as Excel saves it.

    Errors: ProjectError, naming the stream.
    """
    with _told():
        streams = _streams(content)
        found = list(records(decompress(streams["VBA/dir"])))
        return {name: source for name, source, _ in _modules(found, streams)}


@contextmanager
def _told() -> Iterator[None]:
    """Whatever is wrong with the bytes, as a ProjectError."""
    try:
        yield
    except ProjectError:
        raise
    except (KeyError, OSError, ValueError, struct.error) as error:
        raise ProjectError(str(error)) from error


def _streams(content: bytes) -> dict[str, bytes]:
    import olefile

    with olefile.OleFileIO(io.BytesIO(content)) as file:
        return {"/".join(path): file.openstream(path).read() for path in file.listdir()}


def _project(found: list[Record], lines: list[str], streams: dict[str, bytes]) -> VbaProject:
    if not streams["VBA/_VBA_PROJECT"].startswith(NOT_COMPILED):
        raise ProjectError("_VBA_PROJECT")
    kinds = [kind for kind, _ in found]
    first = min(kinds.index(kind) for kind in (_REFERENCE, _MODULES) if kind in kinds)
    information = tuple(found[:first])
    values = dict(information)
    if values.get(_CODE_PAGE) != struct.pack("<H", int(CODE_PAGE.removeprefix("cp"))):
        raise ProjectError("code page")
    blank = lines.index("")
    words = {kind.value: kind for kind in ModuleKind}
    modules = {}
    properties = []
    for line in lines[:blank]:
        key, _, value = line.partition("=")
        if key in words:
            modules[value.partition("/")[0]] = words[key]
        elif key != "Name":
            properties.append(line)
    rest = lines[blank + 1 :]
    return VbaProject(
        name=values[_NAME].decode(CODE_PAGE),
        modules=tuple(
            Module(name, modules[name], source, description)
            for name, source, description in _modules(found, streams)
        ),
        information=information,
        references=tuple(_references(found)),
        properties=tuple(properties),
        extenders=tuple(rest[: rest.index("")]),
    )


def _references(found: list[Record]) -> Iterator[tuple[str, bytes]]:
    """The registered references; a control's, which points into its author's folders, is left out."""
    name = ""
    for kind, data in found:
        if kind == _REFERENCE:
            name = data.decode(CODE_PAGE)
        elif kind == _REGISTERED:
            yield name, data


def _modules(found: list[Record], streams: dict[str, bytes]) -> Iterator[tuple[str, str, str]]:
    """(name, source, description) of each module."""
    current: dict[int, bytes] = {}
    for kind, data in found[[kind for kind, _ in found].index(_MODULES) :]:
        if kind == _MODULE:
            current = {}
        current[kind] = data
        if kind == _MODULE_END:
            (offset,) = struct.unpack("<I", current[_OFFSET])
            stream = streams[f"VBA/{current[_STREAM].decode(CODE_PAGE)}"]
            source = decompress(stream[offset:]).decode(CODE_PAGE)
            description = current.get(_DOC, b"").decode(CODE_PAGE)
            yield current[_MODULE].decode(CODE_PAGE), _lines(source), description


def _lines(source: str) -> str:
    """The source with the line ends that the format asks for."""
    return "".join(f"{line}\r\n" for line in source.splitlines())


# -- writing -----------------------------------------------------------------------------------------------


def write_project(project: VbaProject) -> bytes:
    """The bytes of ``vbaProject.bin``; the same project gives the same bytes.

    Errors: UnicodeEncodeError for a source with characters beyond ``CODE_PAGE``.
    """
    streams = {
        "_VBA_PROJECT": NOT_COMPILED + b"\x00\x01\x00",
        "dir": compress(
            b"".join(struct.pack("<HI", *_sized(*record)) + record[1] for record in _dir(project))
        ),
    }
    for module in project.modules:
        streams[module.name] = compress(_lines(module.source).encode(CODE_PAGE))
    return write_compound(
        {
            "VBA": streams,
            "PROJECT": "".join(f"{line}\r\n" for line in _properties(project)).encode(CODE_PAGE),
            "PROJECTwm": _names(project.modules),
        }
    )


def _sized(kind: int, data: bytes) -> tuple[int, int]:
    return kind, 4 if kind == _VERSION else len(data)


def _dir(project: VbaProject) -> Iterator[Record]:
    for kind, data in project.information:
        yield kind, project.name.encode(CODE_PAGE) if kind == _NAME else data
    for name, data in project.references:
        yield from ((_REFERENCE, name.encode(CODE_PAGE)), (_REFERENCE_UNICODE, name.encode("utf-16le")))
        yield _REGISTERED, data
    yield from ((_MODULES, struct.pack("<H", len(project.modules))), (_COOKIE, b"\xff\xff"))
    for module in project.modules:
        for plain, wide, text in (
            (_MODULE, _MODULE_UNICODE, module.name),
            (_STREAM, _STREAM_UNICODE, module.name),
            (_DOC, _DOC_UNICODE, module.description),
        ):
            yield from ((plain, text.encode(CODE_PAGE)), (wide, text.encode("utf-16le")))
        yield from ((_OFFSET, bytes(4)), (_HELP, bytes(4)), (_MODULE_COOKIE, b"\xff\xff"))
        yield (_PROCEDURAL if module.kind is ModuleKind.PROCEDURES else _OBJECT), b""
        yield _MODULE_END, b""
    yield _END, b""


def _properties(project: VbaProject) -> Iterator[str]:
    """The lines of stream PROJECT: the identity first, then modules, name and the rest, windows last."""
    yield project.properties[0]
    for module in project.modules:
        suffix = "/&H00000000" if module.kind is ModuleKind.DOCUMENT else ""
        yield f"{module.kind.value}={module.name}{suffix}"
    yield f'Name="{project.name}"'
    yield from project.properties[1:]
    yield from ("", *project.extenders, "", "[Workspace]")
    for module in project.modules:
        yield f"{module.name}=0, 0, 0, 0, C"


def _names(modules: Sequence[Module]) -> bytes:
    """Stream PROJECTwm: every module's name in both alphabets."""
    pairs = (
        module.name.encode(CODE_PAGE) + b"\0" + module.name.encode("utf-16le") + b"\0\0" for module in modules
    )
    return b"".join(pairs) + b"\0\0"
