"""A column that a formula counts stays the one that it was."""

from __future__ import annotations

import pytest

from strategy_xl.formulas.cell_refs import Area
from strategy_xl.formulas.counted_columns import CountedTable
from strategy_xl.formulas.inserting import Insertion, Insertions

CLIENTS = CountedTable("Matrice clients", Area(4, 2, 44, 5), ("Client", "CA", "Taux [%]", "Classe"))
TWO_AT_D = Insertions([Insertion("Matrice clients", 4, 2)], tables={"Clients": CLIENTS})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("VLOOKUP(A1,Clients,4,0)", "VLOOKUP(A1,Clients,6,0)"),
        ("VLOOKUP(A1,Clients,2,0)", "VLOOKUP(A1,Clients,2,0)"),
        ("vlookup(A1, clients[#All] ,4,FALSE)", "vlookup(A1, clients[#All] ,6,FALSE)"),
        ("VLOOKUP(A1,Clients[[CA]:[Classe]],3,0)", "VLOOKUP(A1,Clients[[CA]:[Classe]],5,0)"),
        ("VLOOKUP(A1,Clients[[Taux '[%']]:[Classe]],2,0)", "VLOOKUP(A1,Clients[[Taux '[%']]:[Classe]],2,0)"),
        ("VLOOKUP(A1,'Matrice clients'!$B:$E,4,0)", "VLOOKUP(A1,'Matrice clients'!$B:$G,6,0)"),
        ("VLOOKUP(A1,'Matrice clients'!$B$4:$E$44,4,0)", "VLOOKUP(A1,'Matrice clients'!$B$4:$G$44,6,0)"),
        ("VLOOKUP(A1,'Matrice clients'!$D$4:$E$44,2,0)", "VLOOKUP(A1,'Matrice clients'!$F$4:$G$44,2,0)"),
        ("INDEX(Clients,MATCH(A1,Clients[Client],0),4)", "INDEX(Clients,MATCH(A1,Clients[Client],0),6)"),
        ("IF(A1=4,SUM(1,VLOOKUP(B1,Clients,3,0)),4)", "IF(A1=4,SUM(1,VLOOKUP(B1,Clients,5,0)),4)"),
        (
            'T(VLOOKUP(VLOOKUP(A1,Clients,3,0),Clients,4,0),"4")',
            'T(VLOOKUP(VLOOKUP(A1,Clients,5,0),Clients,6,0),"4")',
        ),
    ],
)
def test_the_number_follows(before: str, after: str) -> None:
    """Tables, parts of tables and areas; what lies before the new columns keeps its number."""
    assert TWO_AT_D.formula(before, "KPI") == after


@pytest.mark.parametrize(
    "text",
    [
        "VLOOKUP(A1,Others,4,0)",
        "VLOOKUP(A1,Others!B:E,4,0)",
        "VLOOKUP(A1,Clients,COLUMNS(A:D),0)",
        "VLOOKUP(A1,IF(A2,Clients,Others),4,0)",
        "VLOOKUP(A1,Clients",
        'VLOOKUP(A1,B1:E9,4,0)&"VLOOKUP(A1,Clients,4,0)"',
        "INDEX(Clients[CA],4)",
        "MATCH(4,Clients[CA],0)",
    ],
)
def test_what_is_not_counted_in_the_table_stays(text: str) -> None:
    """Other tables and sheets, numbers that are reckoned, texts, rows."""
    assert TWO_AT_D.formula(text, "KPI") == text
