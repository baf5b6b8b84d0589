"""Inputs that nobody means to give: workbooks, formulas, lists and requests, made from a seed.

Every function takes the source of chance and gives the same for the same seed.
"""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from copy import deepcopy
from functools import lru_cache
from random import Random
from typing import Any

from lxml import etree

ODD_TEXTS = (
    "", " ", "-1", "0", "1", "²", "１２", "١", "1e999", "-1e999", "1e-400", "NaN", "INF", "0x10", "1.5",
    "1,5",
    "99999999999", "4294967295", "4294967296", "2147483648", "1048576", "1048577", "16384", "16385",
    "A0", "A1", "a1", "XFD1048576", "XFE1", "A1048577", "A1:A1048576", "A1:XFD1048576", "B2:A1", "A:A", "1:1",
    "$A$1", "A1 B2", "R1C1", "#REF!", "#N/A", "Sheet1!A1", "'x'!A1", "'", "=1+1", "@", "+1", "-x",
    "true", "False",
    "s", "n", "b", "e", "d", "str", "inlineStr", "shared", "array", "dataTable", "rId1", "rId999", "../../x",
    "\u200b", "\u00a0", "\ufeff", "é" * 300, "9" * 400, "a" * 40_000, "_x0000_", "_x005F_", "_xD800_", "\t\n",
    "2024-02-30", "2024-01-01T25:61:61Z", "[$-F800]", "[<", "0;0;0;0;0", "%", "\U0001f4a9",
)  # fmt: skip
"""For attributes, cells and texts."""

ODD_BYTES = (
    b"<", b">", b"&", b'"', b"&#x0;", b"&#xD800;", b"&#1114112;", b"&lol;", b"]]>", b"<![CDATA[",
    b"<!--", b"-->",
    b"<?", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b"\xc3", b"\xed\xa0\x80",
    b"\xc2\xb2", b"</x>", b"<x>", b"<c/>", b"<row/>", b'<row r="1"/>', b'<c r="A1"/>', b"<f>", b"<v>",
    b"PK\x03\x04",
    b"9" * 400, b"<a>" * 400, b' r="A1"', b' t="s"', b' s="99999"', b":", b" ", b"\n",
)  # fmt: skip

_NUMBERS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


# -- bytes -------------------------------------------------------------------------------------------------


def mutated(
    data: bytes, chance: Random, odd: Sequence[bytes] = (), times: int = 4, spots: Sequence[int] = ()
) -> bytes:
    """Bytes with one to ``times`` changes; ``odd`` are bytes to put in, ``spots`` are places to prefer."""
    for _ in range(chance.randint(1, times)):
        near = spots and chance.random() < 0.7
        at = (
            min(chance.choice(spots) + chance.randrange(48), len(data))
            if near
            else chance.randint(0, len(data))
        )
        size = min(chance.choice((1, 1, 2, 4, 16, 200)), len(data) - at)
        match chance.randrange(9 if odd else 8):
            case 0:
                data = (
                    data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)] if size else []) + data[at + 1 :]
                )
            case 1:
                data = data[:at] + chance.randbytes(size) + data[at + size :]
            case 2:
                width = chance.choice((1, 2, 4, 8))
                number = chance.choice(_NUMBERS) % (1 << 8 * width)
                data = data[:at] + number.to_bytes(width, "little") + data[at + width :]
            case 3:
                data = data[:at] + data[at + size :]
            case 4:
                data = data[:at] + data[at : at + size] * chance.choice((2, 2, 3, 50)) + data[at + size :]
            case 5:
                data = data[:at] + chance.randbytes(size) + data[at:]
            case 6 if chance.random() < 0.3:
                data = data[:at]
            case 6 | 7:
                other = chance.randint(0, len(data))
                data = data[:at] + data[other : other + size] + data[at:]
            case _:
                data = data[:at] + chance.choice(odd) + data[at + chance.choice((0, size)) :]
    return data


# -- workbooks ---------------------------------------------------------------------------------------------


class Parts(dict[str, bytes]):
    """The parts of a workbook, and their compressed bytes, to put a workbook together quickly."""

    def __init__(self, data: bytes) -> None:
        """Of the bytes of a workbook."""
        super().__init__()
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            self.update({info.filename: book.read(info) for info in book.infolist()})
        self.packed = {name: _packed(content) for name, content in self.items()}

    def with_part(self, name: str, content: bytes) -> bytes:
        """The workbook with another content of a part."""
        return zipped({**self.packed, name: _packed(content)})


def _packed(content: bytes) -> tuple[int, int, bytes]:
    pack = zlib.compressobj(1, zlib.DEFLATED, -15)
    return zlib.crc32(content), len(content), pack.compress(content) + pack.flush()


def zipped(members: dict[str, tuple[int, int, bytes]]) -> bytes:
    """A zip of members: CRC, size and compressed bytes."""
    out, entries = bytearray(), bytearray()
    for name, (crc, size, packed) in members.items():
        raw = name.encode()
        fields = struct.pack("<5H3I2H", 20, 0x800, 8, 0, 0x5A21, crc, len(packed), size, len(raw), 0)
        entries += b"PK\x01\x02\x14\x00" + fields + struct.pack("<3H2I", 0, 0, 0, 0, len(out)) + raw
        out += b"PK\x03\x04" + fields + raw + packed
    start = len(out)
    end = struct.pack("<4H2IH", 0, 0, len(members), len(members), len(entries), start, 0)
    return bytes(out + entries) + b"PK\x05\x06" + end


@lru_cache(maxsize=24)
def parts_of(data: bytes) -> Parts:
    """The parts of a workbook, kept for the next case."""
    return Parts(data)


def _chosen_part(parts: Parts, chance: Random) -> str:
    """A part: nearly always one that says something about cells."""
    core = re.compile(
        r"xl/(?:workbook|sharedStrings|styles)\.xml|xl/(?:worksheets|tables)/[^/]*\.xml|.*\.rels|\[Con.*"
    )
    names = [name for name in parts if core.fullmatch(name)] if chance.random() < 0.9 else list(parts)
    sheets = [name for name in names if "worksheets/sheet" in name or "tables/" in name]
    return chance.choice(sheets if sheets and chance.random() < 0.5 else names)


def mutated_zip(data: bytes, chance: Random) -> bytes:
    """A workbook with changed bytes, most of them in the directory and the headers."""
    spots = [match.start() for match in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06)", data)]
    return mutated(data, chance, spots=spots)


def mutated_xml(data: bytes, chance: Random) -> bytes:
    """A workbook with changed bytes in one part."""
    parts = parts_of(data)
    name = _chosen_part(parts, chance)
    return parts.with_part(name, mutated(parts[name], chance, ODD_BYTES))


def mutated_markup(data: bytes, chance: Random) -> bytes:
    """A workbook in one part of which elements and attributes are changed, the XML staying well-formed."""
    parts = parts_of(data)
    name = _chosen_part(parts, chance)
    try:
        root = etree.fromstring(parts[name], etree.XMLParser(resolve_entities=False, huge_tree=True))
    except etree.XMLSyntaxError:
        return parts.with_part(name, mutated(parts[name], chance, ODD_BYTES))
    for _ in range(chance.randint(1, 4)):
        every = [element for element in root.iter() if isinstance(element.tag, str)]
        # The few elements at the top say most about the whole.
        _change(chance.choice(every[:12] if chance.random() < 0.3 else every), every, chance)
    return parts.with_part(
        name, etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    )


def _text(chance: Random) -> str:
    """An odd text, as XML can carry it."""
    return chance.choice(ODD_TEXTS)


def _change(element: Any, every: list[Any], chance: Random) -> None:  # noqa: C901, PLR0912 - one arm a kind
    parent = element.getparent()
    names = list(element.attrib)
    match chance.randrange(11):
        case 0 if parent is not None:
            parent.remove(element)
        case 1 if parent is not None:
            copies = chance.choice((1, 1, 2, 300))
            for _ in range(copies):
                parent.append(deepcopy(element))
        case 2 if parent is not None:
            other = chance.choice(every)
            if element not in other.iterancestors() and other is not element:
                other.append(element)
        case 3:
            space, brace, _ = element.tag.rpartition("}")
            element.tag = space + brace + chance.choice(every).tag.rpartition("}")[2]
        case 4:
            space, brace, local = element.tag.rpartition("}")
            element.tag = local if chance.random() < 0.5 else "{urn:x}" + local
        case 5:
            deep = element
            for _ in range(chance.choice((3, 50, 300, 3000))):
                deep = etree.SubElement(deep, element.tag)
        case 6 if names:
            del element.attrib[chance.choice(names)]
        case 7 if names:
            other = chance.choice(every)
            if len(other.attrib):
                element.set(chance.choice(names), chance.choice(list(other.attrib.values())))
        case 8:
            element.text = _text(chance)
        case 9:
            element.set(
                chance.choice(("r", "s", "t", "ref", "si", "cm", "vm", "id", "name", "count")), _text(chance)
            )
        case _ if names:
            element.set(chance.choice(names), _text(chance))


_CELL = re.compile(rb"<((?:\w+:)?)c\b[^<>]*?(?:/>|>.*?</(?:\w+:)?c>)", re.DOTALL)


def mutated_cells(data: bytes, chance: Random) -> bytes:
    """A workbook with odd cells: types that do not fit, values, references, formulas."""
    parts = parts_of(data)
    sheets = [name for name in parts if "worksheets/" in name and _CELL.search(parts[name])]
    if not sheets:
        return mutated_xml(data, chance)
    name = chance.choice(sheets)
    content = parts[name]
    spans = [match.span() for match in _CELL.finditer(content)]
    chosen = sorted(
        chance.sample(range(len(spans)), min(len(spans), chance.choice((1, 2, 5, 40)))), reverse=True
    )
    for at in chosen:
        start, stop = spans[at]
        content = content[:start] + _odd_cell(content[start:stop], chance) + content[stop:]
    return parts.with_part(name, content)


def _odd_cell(cell: bytes, chance: Random) -> bytes:
    prefix = _CELL.match(cell)[1].decode()  # type: ignore[index]
    found = re.search(rb'\br="([^"]*)"', cell)
    ref = found[1].decode() if found and chance.random() < 0.85 else chance.choice(ODD_TEXTS[:45])
    kinds = ("", "", "n", "s", "str", "inlineStr", "b", "e", "d", "x")
    kind = chance.choice(kinds)
    attributes = f' r="{_escaped(ref)}"' if chance.random() < 0.95 else ""
    attributes += (
        f' s="{chance.choice(("0", "1", "7", "99999", "-1", "²"))}"' if chance.random() < 0.3 else ""
    )
    attributes += f' t="{kind}"' if kind else ""
    formulas = (
        "", "", "<f>1+1</f>", "<f/>", '<f t="shared" si="0"/>', '<f t="shared" si="0" ref="A1:A9">A1</f>',
        '<f t="array" ref="A1:B2">1</f>', '<f t="array" ref="²">1</f>', '<f t="dataTable" ref="A1" r1="B1"/>',
        f"<f>{'(' * 500}1{')' * 500}</f>", "<f>[1]Sheet1!A1</f>", "<f>A1:</f>",
    )  # fmt: skip
    inner = chance.choice(formulas)
    text = _escaped(_text(chance))
    inner += chance.choice(
        (f"<v>{text}</v>", f"<v>{text}</v>", "", f"<is><t>{text}</t></is>", "<v/>", "<v>1</v><v>2</v>",
        "<is/>",
         f"<is><r><t>{text}</t></r><r><t>{text}</t></r></is>"),
    )  # fmt: skip
    inner = re.sub(r"<(/?)(\w)", rf"<\1{prefix}\2", inner)
    made = f"<{prefix}c{attributes}>{inner}</{prefix}c>".encode()
    return made * chance.choice((1, 1, 1, 2)) if chance.random() < 0.9 else b""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def odd_value(chance: Random) -> Any:
    """What people may put into a cell of theirs: all that a workbook can hold."""
    texts = (
        *ODD_TEXTS, "12 %", "1 234,5 €", "$1,234.50", "(5)", "1/2/2024", "31/12/1899", "12:61", "3 mois",
        "T1 2027",
        "augmenter le CA de 10 % d'ici fin juin", "atteindre " * 800, "10" * 200 + " %",
        "de 5 à 9 " * 300, "…" * 999,
        "x" * 32_000, "a-" * 9_000, "1." * 5_000, "d'ici " * 2_000, "\x07\x1b[31m", "<script>",
        "\r\n" * 200, "[/b]",
    )  # fmt: skip
    numbers = (
        0,
        -1,
        1e308,
        -1e308,
        1e-320,
        0.1,
        2_958_466,
        -5.5,
        60,
        1e15,
        123456789012345678,
        True,
        False,
        None,
    )
    return chance.choice(numbers) if chance.random() < 0.35 else chance.choice(texts)


# -- formulas ----------------------------------------------------------------------------------------------

_ATOMS = (
    "1", "0", "-1", "1e308", "1e-308", "9999999999", "0.1", '""', '"a"', '"*a*a*a*a*b"', '"1e999"',
    '"0.00E+00"', "TRUE",
    "FALSE", "#N/A", "[n]", "[t]", "[m]", "t[n]", "t[t]", "t[m]", "@k", "{1,2;3,4}", '{"a","b"}',
    '">="&[n]', "",
    '"[h]:mm:ss.000"', '"#,##0.0;[Red]-0"', "-5.5", "2958466", '"~*?"',
)  # fmt: skip
_OPERATORS = ("+", "-", "*", "/", "^", "&", "=", "<>", "<", ">=", "%")


def odd_formula(chance: Random, functions: Sequence[str]) -> str:
    """A template's formula: any function of any parts; now and then one that grows without end."""
    if chance.random() < 0.25:
        return _bomb(chance, functions)
    made = _expression(chance, functions, chance.choice((2, 3, 4, 6)))
    return (
        made if chance.random() < 0.9 else mutated(made.encode(), chance, times=2).decode("utf-8", "replace")
    )


def _expression(chance: Random, functions: Sequence[str], depth: int) -> str:
    if depth <= 0 or chance.random() < 0.15:
        return chance.choice(_ATOMS)
    match chance.randrange(6):
        case 0:
            parts = [_expression(chance, functions, depth - 1) for _ in range(2)]
            return chance.choice(_OPERATORS).join(parts)
        case 1:
            return f"({_expression(chance, functions, depth - 1)})"
        case _:
            count = chance.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 7))
            args = ",".join(_expression(chance, functions, depth - 1) for _ in range(count))
            return f"{chance.choice(functions)}({args})"


def _bomb(chance: Random, functions: Sequence[str]) -> str:
    many = chance.choice((50, 300, 2_000, 20_000))
    name = chance.choice(functions)
    atom = chance.choice(_ATOMS[:24])
    return chance.choice(
        (
            "(" * many + atom + ")" * many,
            f"{name}(" * many + atom + ")" * many,
            "-" * many + "1",
            "1" + "%" * many,
            "1" + "^9" * many,
            "1" + f"+{atom}" * many,
            f"{name}(" + ",".join([atom] * many) + ")",
            f"REPT([t],{chance.choice(('1e9', '32767', '1e308', '-1', '99999'))})",
            f"SUBSTITUTE(REPT(\"a\",32767),\"a\",REPT(\"b\",{chance.choice(('9', '32767'))}))",
            "CONCAT(" + ",".join(["REPT([t],9000)"] * 200) + ")",
            "TEXTJOIN(REPT([t],9000),TRUE,t[t],t[t],t[t])",
            f"SEARCH(\"{'*a' * chance.choice((5, 30, 500))}*b\",REPT(\"a\",32767))",
            f"COUNTIF(t[t],\"{'*a?' * chance.choice((5, 30, 500))}*b\")",
            f"TEXT({atom},\"{chance.choice(('0', '#', '?', 'm', '[h]', 'E+0')) * min(many, 2000)}\")",
            f"TEXT(1e308,\"0.{'0' * min(many, 2000)}\")",
            f"{name}({atom},1e308)", f"{name}(1e308,{atom},-1e308)", f"{name}({atom},{atom},1e308)",
            f'{name}(t[t],REPT("9",400))', f"{name}(t[n],t[n],t[n])", "9^9^9^9", "1e308*10", "-1e308-1e308",
            "{" + ",".join(["1"] * many) + "}", "{" + ";".join(["1,2"] * many) + "}",
            f"VALUE(REPT(\"{chance.choice(('9', '1,', '1 ', '.', '-', '1/', ':'))}\",32767))",
            '"' + 'a""' * many + '"', "[" + "n" * many + "]", "#" * many, "'" * many,
            "1" + "0" * min(many, 5000),
        )
    )  # fmt: skip


def odd_excel_formula(chance: Random) -> str:
    """A formula as files hold it."""
    atoms = (
        "A1", "$A$1", "A1:B2", "A:A", "1:1", "Sheet1!A1", "'It''s'!A1:B2", "[1]x!A1",
        "T[[#This Row],[a]]", "T[[#All]]",
        "T[]", "XFD1048576", "A1048576", "#REF!", "SUM", "_xlfn.LET(x,1,x)", "A1#", "@A1", "{1;2}",
        '"a""b"', "'", '"',
        "[", "]", "(", ")", ",", ";", "!", "$", ":", " ", "-", "²", "R1C1", "LOG10(A1)", "1E+5", "1.5.2",
        "\n", "\\",
    )  # fmt: skip
    return "".join(chance.choice(atoms) for _ in range(chance.choice((1, 3, 8, 30, 400))))


# -- lists -------------------------------------------------------------------------------------------------


def odd_csv(chance: Random, titles: Sequence[str]) -> bytes:
    """A list as somebody's program may have written it, for a table with those titles."""
    chosen = chance.sample(list(titles), chance.randint(1, len(titles)))
    if chance.random() < 0.9:  # what names the rows comes first
        chosen = [titles[0], *(title for title in chosen if title != titles[0])]
    chosen += [str(odd_value(chance)) for _ in range(chance.choice((0, 0, 1, 3, 500)))]
    out = io.StringIO()
    separator = chance.choice((",", ";", "\t", "|"))
    write = csv.writer(out, delimiter=separator, quoting=chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    if chance.random() < 0.15:
        out.write(
            chance.choice((f"sep={separator}\n", "sep=\n", "sep=ab\n", "SEP=\t\r\n", "\n\n", "Liste;;;\n"))
        )
    write.writerow(chosen)
    for number in range(chance.choice((0, 1, 3, 12, 12, 600))):
        row = [f"Nom {number}", *(odd_value(chance) for _ in chosen[1:5])]
        row += [chance.choice(("", "1", "x", "12 %")) for _ in chosen[5:]]
        write.writerow(row[: len(chosen)] if chance.random() < 0.9 else row[: chance.randint(0, len(row))])
    encoding = chance.choice(
        ("utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "latin-1", "utf-32")
    )
    made = out.getvalue().encode(encoding, "replace")
    odd = (
        b'"',
        b'""',
        b";",
        b"\x00",
        b"\r",
        b"\n",
        b"\xff",
        b"\xef\xbb\xbf",
        b'"' * 99,
        b"," * 999,
        b"=1+1",
        b"a" * 200_000,
    )
    return mutated(made, chance, odd, 3) if chance.random() < 0.6 else made


# -- requests ----------------------------------------------------------------------------------------------


def odd_request(chance: Random, functions: Sequence[str], examples: Sequence[Sequence[Any]]) -> bytes:
    """A request to the local servers: JSON, mostly."""
    many = chance.choice((50, 1_000, 100_000))
    if chance.random() < 0.15:
        bomb = (
            "[" * many,
            '{"a":' * many,
            "[" * many + "]" * many,
            '"' + "\\ud800" * 9 + '"',
            "9" * many,
            "1e999",
            "NaN",
        )
        return chance.choice(bomb).encode()
    args = [_odd_json(chance, 3) if chance.random() < 0.4 else value for value in chance.choice(examples)]
    request: dict[str, Any] = {
        "func_name": chance.choice(functions),
        "args": args if chance.random() < 0.9 else _odd_json(chance, 3),
        "content_language": chance.choice(("fr-FR", "en-US", "", None, "zz", "🙂")),
        "runtime": chance.choice(("1.4", "1.1", "99.9", "x", 1.4, None)),
        "lang": chance.choice(("fr", "en", "xx", 5)),
        "book": chance.choice(("a", "", 1, None)),
    }
    request["function"] = request["func_name"]
    for _ in range(chance.choice((0, 0, 1, 2))):
        request[chance.choice(("settings", "days", "args", "func_name", "function", "runtime"))] = _odd_json(
            chance, 3
        )
    if chance.random() < 0.1:
        request["args"] = "@"
        deep = "[" * many + "]" * many
        return json.dumps(request).replace('"@"', deep).encode()
    made = json.dumps(request, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    return (
        mutated(made, chance, (b'"', b"{", b"}", b"[", b"]", b"\\", b"\\u0000", b",", b"null"))
        if chance.random() < 0.3
        else made
    )


def _odd_json(chance: Random, depth: int) -> Any:
    if depth and chance.random() < 0.5:
        inner = [_odd_json(chance, depth - 1) for _ in range(chance.choice((0, 1, 2, 3, 12)))]
        if chance.random() < 0.8:
            return inner
        keys = ("type", "errorType", "e", "basicValue", "score_threshold", "language", "reference_date", "x")
        return dict(zip(chance.sample(keys, min(len(inner), len(keys))), inner, strict=False))
    return chance.choice(
        (
            None,
            True,
            False,
            0,
            -1,
            1e308,
            10**30,
            2_958_466,
            float("nan"),
            "#N/A",
            "Error",
            *ODD_TEXTS[:60],
            "x" * 9000,
        )
    )
