"""The library that Wine lacks: a Windows library for 64-bit programs with one export, which is a forwarder."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import wine_prng  # noqa: E402 - a tool, not in the package

from strategy_xl.hosts.excel.office import program_bits  # noqa: E402


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
