"""A library of Windows that Wine 8 lacks: ``bcryptprimitives.dll`` with its one function ``ProcessPrng``.

Rust programs built since 2024, such as pydantic's core, ask it for random bytes. The library holds no code:
its export is a forwarder to ``SystemFunction036`` of ``advapi32.dll``, which takes the same arguments and
gives the same answer. Source: [PE] "Export Directory Table", "Export Address Table".
"""

from __future__ import annotations

import struct

NAME = "bcryptprimitives.dll"
FUNCTION = "ProcessPrng"
TARGET = "ADVAPI32.SystemFunction036"

_MACHINE_X64 = 0x8664
_LIBRARY = 0x2022  # executable image, large addresses, DLL
_PE32_PLUS = 0x20B
_FILE, _MEMORY = 0x200, 0x1000
_READABLE_DATA = 0x40000040


def library() -> bytes:
    """The bytes of the library, for 64-bit programs."""
    section = _exports(_MEMORY).ljust(_FILE, b"\0")
    export_size = len(_exports(_MEMORY))
    directories = struct.pack("<II", _MEMORY, export_size) + bytes(15 * 8)
    optional = (
        struct.pack("<HBBIIIII", _PE32_PLUS, 14, 0, 0, len(section), 0, 0, 0)
        + struct.pack("<QII", 0x180000000, _MEMORY, _FILE)
        + struct.pack("<HHHHHHIIIIHH", 6, 0, 0, 0, 6, 0, 0, 2 * _MEMORY, _FILE, 0, 3, 0)
        + struct.pack("<QQQQII", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
        + directories
    )  # fmt: skip
    header = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40) + b"PE\0\0"
    header += struct.pack("<HHIIIHH", _MACHINE_X64, 1, 0, 0, 0, len(optional), _LIBRARY)
    placed = struct.pack(
        "<8sIIIIIIHHI", b".rdata", export_size, _MEMORY, _FILE, _FILE, 0, 0, 0, 0, _READABLE_DATA
    )
    return (header + optional + placed).ljust(_FILE, b"\0") + section


def _exports(start: int) -> bytes:
    """The export directory and its tables, at an address."""
    functions = start + 40
    names, ordinals = functions + 4, functions + 8
    texts = ordinals + 4
    name, function, target = (f"{text}\0".encode() for text in (NAME, FUNCTION, TARGET))
    at = texts + len(name), texts + len(name) + len(function)
    return (
        struct.pack("<IIHHIIIIIII", 0, 0, 0, 0, texts, 1, 1, 1, functions, names, ordinals)
        + struct.pack("<III", at[1], at[0], 0)
        + name + function + target
    )  # fmt: skip
