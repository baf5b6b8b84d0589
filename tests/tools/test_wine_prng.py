"""The library that Wine lacks: of Windows, for 64-bit programs, with one export, which is a forwarder."""

from __future__ import annotations

import struct
from pathlib import Path

import wine_prng

from strategy_xl.hosts.excel.office import program_bits


def test_its_one_export_is_a_forwarder(tmp_path: Path) -> None:
    """Read by the format: the name of the function, and in the place of code the name of another one."""
    content = wine_prng.library()
    path = tmp_path / wine_prng.NAME
    path.write_bytes(content)
    assert program_bits(path) == 64
    address, size = struct.unpack_from("<II", content, 0x40 + 24 + 112)  # the first directory: exports
    at = content.index(b".rdata")
    (_, placed, _, start) = struct.unpack_from("<IIII", content, at + 8)
    assert placed == address

    def text(where: int) -> str:
        begin = where - placed + start
        return content[begin : content.index(b"\0", begin)].decode()

    count, _, functions, names = struct.unpack_from("<IIII", content, start + 20)
    assert count == 1
    (function,) = struct.unpack_from("<I", content, functions - placed + start)
    (name,) = struct.unpack_from("<I", content, names - placed + start)
    assert (text(name), text(function)) == ("ProcessPrng", "ADVAPI32.SystemFunction036")
    assert address <= function < address + size, "else it would be code"
