"""Values, formulas, lists and requests that nobody means to give, made from a seed.

Every function takes the source of chance and gives the same for the same seed.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from random import Random
from typing import Any

from mutations import ODD_TEXTS, mutated


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
