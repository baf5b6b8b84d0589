"""What is deflated comes out again, however large it becomes."""

from __future__ import annotations

import random
import zlib

import pytest

from strategy_xl.ooxml.codec import Deflater, inflate


@pytest.mark.parametrize("size", [0, 10, (1 << 20) - 1, 1 << 21, 5 << 20])
@pytest.mark.parametrize("piece", [1 << 16, 3 << 20])
def test_what_is_deflated_in_pieces(size: int, piece: int) -> None:
    """The stream is one, its sizes and its checksum are those of the whole."""
    data = random.Random(size).randbytes(997) * (size // 997 + 1)  # noqa: S311 - not for secrets
    data = data[:size]
    deflater = Deflater()
    packed = (
        b"".join(deflater.feed(data[at : at + piece]) for at in range(0, size, piece)) + deflater.finish()
    )
    assert b"".join(inflate([packed], size)) == data == zlib.decompress(packed, -15)
    assert (deflater.size, deflater.compressed_size, deflater.crc) == (size, len(packed), zlib.crc32(data))


def test_compact_takes_less_room() -> None:
    """Time is taken for room; what comes out again is the same."""
    formula = b"IF(Clients[[#This Row],[Client]]=%d,SUM(Clients[Revenue]),SX_score_threshold*%d)"
    cell = b'<c r="%b%d"><f>' + formula + b"</f></c>"
    rows = b"".join(cell % (name, n, n * 7, n) for n in range(9000) for name in b"A B C D E F G H".split())
    sizes = []
    for compact in (False, True):
        deflater = Deflater(compact=compact)
        pieces = [deflater.feed(rows[at : at + 100_000]) for at in range(0, len(rows), 100_000)]
        pieces.append(deflater.finish())
        assert b"".join(inflate(pieces, len(rows))) == rows
        sizes.append(deflater.compressed_size)
    assert sizes[1] < sizes[0]
