"""The fingerprint of a package: another one for whatever differs in a part, without reading the parts."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.ooxml.fingerprint import fingerprint

Parts = dict[str, bytes]
PARTS: Parts = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>" * 50, "a.bin": b"1"}


def packed(parts: Parts, comment: bytes = b"") -> bytes:
    """A package."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content)
        package.comment = comment
    return stream.getvalue()


def of(content: bytes) -> str:
    """The fingerprint of bytes."""
    return fingerprint(io.BytesIO(content))


@given(
    st.dictionaries(st.sampled_from(sorted(PARTS)), st.binary(max_size=40), max_size=3),
    st.dictionaries(st.sampled_from(sorted(PARTS)), st.binary(max_size=40), max_size=3),
)
def test_same_parts_same_fingerprint_and_only_then(one: Parts, two: Parts) -> None:
    """Any difference in a part, its name or place gives another fingerprint; none gives the same."""
    assert (of(packed(one)) == of(packed(two))) == (list(one.items()) == list(two.items()))


@given(st.sampled_from(sorted(PARTS)), st.integers(0, 7), st.data())
def test_one_bit_of_one_part(name: str, bit: int, data: st.DataObject) -> None:
    """A single bit that differs, sizes being the same, is seen: the directory holds a CRC of each part."""
    content = bytearray(PARTS[name])
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << bit
    assert of(packed({**PARTS, name: bytes(content)})) != of(packed(PARTS))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(packed(PARTS, b"a comment"), id="comment"),
        pytest.param(packed(PARTS) + b"behind", id="bytes behind"),
        pytest.param(b"before" + packed(PARTS), id="bytes before"),
        pytest.param(packed(dict(reversed(PARTS.items()))), id="another order"),
        pytest.param(packed({**PARTS, "b.bin": b""}), id="one part more"),
        pytest.param(packed({"[content_Types].xml": PARTS["[Content_Types].xml"]}), id="a name's case"),
    ],
)
def test_what_else_differs(other: bytes) -> None:
    """What stands around the parts counts too."""
    assert of(other)
    assert of(other) != of(packed(PARTS))


def test_a_long_comment_and_a_long_directory() -> None:
    """The directory is found behind the longest comment, and read whole when it is longer than that."""
    assert of(packed(PARTS, b"c" * 0xFFFF)) != of(packed(PARTS, b"d" + b"c" * 0xFFFE))
    many = {f"{'x' * 200}{number}": b"" for number in range(1000)}
    assert of(packed(many)) != of(packed({**many, f"{'x' * 200}0": b"1"}))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no package",
        packed(PARTS)[:-1],
        packed(PARTS)[:-30],
        b"PK\x05\x06" + b"\xff" * 18,
        b"PK\x05\x06" + b"\0" * 8 + b"\x99" * 4 + b"\0" * 6,
    ],
)
def test_no_fingerprint_where_there_is_no_directory(content: bytes) -> None:
    """What is no whole package has none, nor has one in the long form."""
    assert of(content) == ""
