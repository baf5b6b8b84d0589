"""Formulas in Calc's grammar as texts: our calls in them, their arguments, references to tables."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from strategy_xl.hosts.calc.extension import parts
from strategy_xl.hosts.calc.office.calls import (
    Names,
    Place,
    calls,
    is_token_safe,
    needs_work,
    place_of,
    with_own_names,
)
from strategy_xl.hosts.calc.office.table_columns import Table, without_tables

NAMES = Names({"clientClass": "STRAT_CLIENT_CLASS"}, "org.x.Functions")
OWN = "ORG.X.FUNCTIONS.CLIENTCLASS"
TABLES = {"clients": Table("Clients", 1, 4, 3, 9, ["Name", "CA [k€]", "L'an #1"], totals=True)}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (" A1 ", Place(None, 0, 0)),
        ("$AB$12", Place(None, 27, 11)),
        ("Sheet1.B2", Place("Sheet1", 1, 1)),
        ("$'L''an 2.0'.$B$2", Place("L'an 2.0", 1, 1)),
        ("2024.A1", Place("2024", 0, 0)),
        ("A1:B2", None),
        ("B5:B5", None),
        ("A1+1", None),
        ("A1 B2", None),
        ("#REF!.A1", None),
        ('"A1"', None),
        ("Total", None),
        ("A1:'x'.B2", None),
        ("", None),
    ],
)
def test_a_single_cell(text: str, place: Place | None) -> None:
    """An argument is a single cell or anything else."""
    assert place_of(text) == place


def test_calls_are_found_inner_ones_first() -> None:
    """Arguments part at the semicolons of their own call, not at those of texts, brackets, arrays, others."""
    text = f'=IF(strat_client_class (A1;SUM(B1;C1);";(");{OWN}({{1;2}};T[[#This Row];[x]])&"{OWN}(A1)";D1)'
    assert [tuple(call) for call in calls(text, NAMES)] == [
        ("strat_client_class", ("A1", "SUM()", '";("')),
        (OWN, ("()", "T[[#This Row];[x]]")),
    ]


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("=STRAT_CLIENT_CLASS(B1;2)", False),
        ("=STRAT_CLIENT_CLASS(A1;2)", True),
        ("=STRAT_CLIENT_CLASS(A1:A1;A1+1)", False),
        (f"={OWN}(B1)", True),
        ("=strat_client_class(B1)", True),
        ("=SUM(A1)", False),
        ('="STRAT_CLIENT_CLASS(A1)"', False),
        ("=STRAT_CLIENT_CLASS+(A1)", False),
    ],
)
def test_what_must_be_rewritten(text: str, works: bool) -> None:
    """A foreign name, or a blank cell as a whole argument of a call of ours."""
    assert needs_work(text, NAMES, lambda place: place.column == 0) is works


def test_names_that_calc_understands() -> None:
    """Our names become the add-in's where they are called, and #N/A becomes NA(); texts stay."""
    text = '=STRAT_CLIENT_CLASS (A1;#N/A)&"STRAT_CLIENT_CLASS(#N/A)"&STRAT_CLIENT_CLASS&SUM(1)&#REF!'
    assert with_own_names(text, NAMES) == (
        f'={OWN} (A1;NA())&"STRAT_CLIENT_CLASS(#N/A)"&STRAT_CLIENT_CLASS&SUM(1)&#REF!'
    )


@pytest.mark.parametrize(
    ("text", "safe"),
    [('=A1&"[#]"', True), ("=T[x]", False), ("=#N/A", False), ("='file:///a.ods'#$S.A1", False)],
)
def test_what_tokens_would_harm(text: str, safe: bool) -> None:
    """References to tables and error constants do not survive as tokens."""
    assert is_token_safe(text) is safe


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("=Clients[Name]&1", "=$B$6:$B$9&1"),
        ("=clients[[#This Row];[CA '[k€']]]", "=$C7"),
        ("=Clients[CA '[k€']]", "=$C$6:$C$9"),
        ("=Clients[L''an '#1]", "=$D$6:$D$9"),
        ("=Clients[[Name]:[CA '[k€']]]", "=$B$6:$C$9"),
        ("=Clients[[#Headers];[Name]]", "=$B$5"),
        ("=Clients[#All]", "=$B$5:$D$10"),
        ("=Clients[]", "=$B$6:$D$9"),
        ("=Clients[#Totals]", "=$B$10:$D$10"),
        ("=Clients[Other]", "=Clients[Other]"),
        ('=Other[Name]&"Clients[Name]"', '=Other[Name]&"Clients[Name]"'),
    ],
)
def test_references_to_tables(text: str, plain: str) -> None:
    """They become plain references of their rows and columns; what is not understood stays."""
    assert without_tables(text, TABLES, "Clients", 6) == plain


def test_tables_of_other_sheets() -> None:
    """Another sheet is named, and a row outside the table is none of its rows."""
    assert without_tables("=Clients[Name]", TABLES, "Else", 6) == "=$'Clients'.$B$6:$B$9"
    assert without_tables("=Clients[[#This Row];[Name]]", TABLES, "Clients", 20) == (
        "=Clients[[#This Row];[Name]]"
    )


def test_the_packed_modules_stand_alone(tmp_path: Path) -> None:
    """What the extension carries runs on Python 3.8's grammar and needs nothing but itself."""
    inside = {name: text for name, text in parts("python").items() if name.startswith("pythonpath/")}
    for name, text in inside.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        if name.endswith(".py"):
            ast.parse(text, feature_version=(3, 8))
    modules = sorted(Path(name).stem for name in inside if name.endswith(".py") and "__init__" not in name)
    code = f"import sys; sys.path[:0] = [{str(tmp_path / 'pythonpath')!r}]\n" + "\n".join(
        f"import strategy_xl_office.{name}" for name in modules
    )
    done = subprocess.run(  # a fresh Python without the program: no site-packages
        [sys.executable, "-I", "-S", "-c", f"{code}\nassert 'strategy_xl' not in sys.modules"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
