"""The formats of a VBA project: its compression, the container, the streams; read back by other programs."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vba_readback import decompress_stream

from strategy_xl.hosts.excel.vba.compound import MINI_CUTOFF, SECTOR, write_compound
from strategy_xl.hosts.excel.vba.compression import CHUNK, compress, decompress
from strategy_xl.hosts.excel.vba.vba_project import (
    Module,
    ModuleKind,
    ProjectError,
    VbaProject,
    read_project,
    records,
    write_project,
)

texts = st.text(st.characters(codec="cp1252"), max_size=300).flatmap(
    lambda text: st.integers(1, 60).map(lambda times: (text * times).encode("cp1252"))
)


@given(texts)
def test_compression_reads_back(content: bytes) -> None:
    """What is compressed comes back, by this program and by oletools."""
    packed = compress(content)
    assert decompress(packed) == content
    assert decompress_stream(packed) == content


@given(st.binary(max_size=3640), st.integers(0, 2))
def test_compression_of_any_bytes(tail: bytes, chunks: int) -> None:
    """Bytes in which nothing repeats come back too: whole chunks as they stand, a short end as literals."""
    noise = b"".join(struct.pack(">H", number * 40503 % 65536) for number in range(chunks * CHUNK // 2))
    packed = compress(noise + tail)
    assert decompress(packed) == noise + tail
    assert decompress_stream(packed) == noise + tail


def test_compression_shrinks_a_source() -> None:
    """A source takes less than half its room."""
    source = Path(__file__).read_bytes()
    assert len(compress(source)) < len(source) / 2


def test_compression_says_what_it_cannot() -> None:
    """A short end in which nothing repeats cannot be expressed, and is refused rather than padded."""
    noise = b"".join(struct.pack(">H", number * 40503 % 65536) for number in range(2000))
    with pytest.raises(ValueError, match="incompressible"):
        compress(noise)


@pytest.mark.parametrize(
    "damaged", [b"", b"\x00", b"\x01\x00", b"\x01\x05\x10abc", b"\x01\x02\xb0\x01\x00\x00"]
)
def test_damaged_compression(damaged: bytes) -> None:
    """Damaged bytes are refused."""
    with pytest.raises(ValueError, match=r"signature|header|token|offset"):
        decompress(damaged)


names = st.text(st.sampled_from("abcdefgXYZ019_é"), min_size=1, max_size=31)
sizes = st.sampled_from([0, 1, 63, 64, 65, SECTOR, MINI_CUTOFF - 1, MINI_CUTOFF, MINI_CUTOFF + 1, 70_000])


@settings(max_examples=60)
@given(st.dictionaries(names.map(str.upper), sizes, max_size=20), st.dictionaries(names, sizes, max_size=12))
def test_compound_file_reads_back(outer: dict[str, int], inner: dict[str, int]) -> None:
    """Every stream comes back through olefile, which finds nothing to complain of."""
    inner = {name: size for name, size in inner.items() if name.upper() == name}
    content: dict[str, bytes | dict[str, bytes]] = {
        name: bytes([at % 251]) * size for at, (name, size) in enumerate(outer.items())
    }
    content["the storage"] = {name: name.encode()[:1] * size for name, size in inner.items()}
    packed = write_compound(content)
    assert len(packed) % SECTOR == 0
    with olefile.OleFileIO(io.BytesIO(packed), raise_defects=olefile.DEFECT_UNSURE) as file:
        assert not file.parsing_issues
        found = {tuple(path): file.openstream(path).read() for path in file.listdir()}
    expected = {(name,): data for name, data in content.items() if isinstance(data, bytes)}
    expected |= {("the storage", name): name.encode()[:1] * size for name, size in inner.items()}
    assert found == expected


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 11, 30])
def test_directory_is_a_red_black_tree(count: int) -> None:
    """Siblings are in order, a red entry has no red child, every way down meets as many black ones."""
    packed = write_compound({f"s{number}": b"x" for number in range(count)})
    with olefile.OleFileIO(io.BytesIO(packed)) as file:
        entries = file.direntries
        names = []

        def black(at: int, *, red_parent: bool) -> int:
            if at == olefile.NOSTREAM:
                return 1
            entry = entries[at]
            assert not (red_parent and entry.color == 0)
            left = black(entry.sid_left, red_parent=entry.color == 0)
            names.append(entry.name)
            assert left == black(entry.sid_right, red_parent=entry.color == 0)
            return left + entry.color

        assert black(entries[0].sid_child, red_parent=True)
        assert names == sorted(names, key=lambda name: (len(name), name))
        assert len(names) == count


@pytest.mark.parametrize("name", ["", "a/b", "a:b", "x" * 32])
def test_compound_file_refuses_a_name(name: str) -> None:
    """A name that the format does not allow is refused."""
    with pytest.raises(ValueError, match=name or "^$"):
        write_compound({name: b""})


def test_compound_file_refuses_too_much() -> None:
    """More than the header's table can list is refused."""
    with pytest.raises(ValueError, match="size"):
        write_compound({"large": bytes(8 << 20)})


def _project(*modules: Module) -> VbaProject:
    information = ((0x01, b"\x01\0\0\0"), (0x03, b"\xe4\x04"), (0x04, b"Old"), (0x09, bytes(6)), (0x0C, b""))
    lines = ('ID="{0}"', 'HelpContextID="0"')
    return VbaProject(
        "Name", modules, information, (("Office", b"\x02\0\0\0*\\" + bytes(6)),), lines, ("[Hosts]",)
    )


def test_project_reads_back() -> None:
    """A project written is the project read, with any text of its code page in it."""
    modules = (
        Module("ThisWorkbook", ModuleKind.DOCUMENT, 'Attribute VB_Name = "ThisWorkbook"\r\n'),
        Module("Box", ModuleKind.CLASS, "' é\r\n", "what it is"),
        Module("Code", ModuleKind.PROCEDURES, "Sub Go()\r\nEnd Sub\r\n" * 900),
    )
    found = read_project(write_project(_project(*modules)))
    assert found.modules == modules
    assert (found.name, found.references, found.extenders) == (
        "Name",
        (("Office", b"\x02\0\0\0*\\" + bytes(6)),),
        ("[Hosts]",),
    )
    assert found.module("Box").description == "what it is"
    with pytest.raises(ProjectError, match="Other"):
        found.module("Other")


def test_line_ends() -> None:
    """Whatever a source ends its lines with, the file has CR LF."""
    made = write_project(_project(Module("Code", ModuleKind.PROCEDURES, "Sub Go()\nEnd Sub")))
    assert read_project(made).module("Code").source == "Sub Go()\r\nEnd Sub\r\n"


def test_dir_stream() -> None:
    """The dir stream says how many modules there are, and that each is source from its first byte."""
    made = write_project(_project(Module("A", ModuleKind.PROCEDURES, ""), Module("B", ModuleKind.CLASS, "")))
    with olefile.OleFileIO(io.BytesIO(made)) as file:
        content = decompress_stream(file.openstream("VBA/dir").read())
        assert file.openstream("VBA/_VBA_PROJECT").read(4) == b"\xcc\x61\xff\xff"
    found = list(records(content))
    assert [data for kind, data in found if kind == 0x0F] == [struct.pack("<H", 2)]
    assert [data for kind, data in found if kind == 0x19] == [b"A", b"B"]
    assert [data for kind, data in found if kind == 0x31] == [bytes(4)] * 2
    assert [kind for kind, _ in found if kind in {0x21, 0x22}] == [0x21, 0x22]
    assert found[-1] == (0x10, b"")


@pytest.mark.parametrize("content", [b"", b"no container", write_compound({"PROJECT": b""})])
def test_no_project(content: bytes) -> None:
    """Bytes that are no VBA project are refused."""
    with pytest.raises(ProjectError):
        read_project(content)


def test_compiled_project_is_refused() -> None:
    """A project with compiled code is refused: it would no longer fit the sources."""
    made = write_project(_project(Module("A", ModuleKind.PROCEDURES, "")))
    with pytest.raises(ProjectError, match="_VBA_PROJECT"):
        read_project(made.replace(b"\xcc\x61\xff\xff", b"\xcc\x61\xb2\x00"))
