"""Questions that a LAMBDA has answered once are not asked again in its formula."""

from __future__ import annotations

import pytest

from strategy_xl.formulas.excel import write
from strategy_xl.formulas.references import Reference
from strategy_xl.formulas.tree import Literal, parse
from strategy_xl.functions.lambdas.simplifying import Known, simplified


def _constant(reference: Reference) -> Literal | None:
    return Literal("text", "", '""') if reference.key == "absent" else None


KNOWN = Known(
    _constant,
    sure=lambda reference: reference.kind == "row",
    bounded=lambda reference: reference.key == "mark",
    absent=lambda reference: reference.owner == "readings",
)


def _simple(formula: str) -> str:
    return write(simplified(parse(formula), KNOWN), lambda found: f"[{found.key}]")


@pytest.mark.parametrize(
    ("formula", "simple"),
    [
        ('IF(TRIM(IFERROR([absent],""))="","",[x]+1)', '""'),
        ("IF(ISNUMBER([mark]),AND([mark]>=0,[mark]<=10),FALSE)", "ISNUMBER([mark])"),
        ("IF(ISNUMBER([mark]),[mark]>DATE(1950,1,1),FALSE)", "ISNUMBER([mark])"),
        ("IF(ISNUMBER([mark]),[mark]>[x],FALSE)", "IF(ISNUMBER([mark]),[mark]>[x],FALSE)"),
        ("IF(ISNUMBER([x]),AND([x]>=0,[x]<=10),FALSE)", "IF(ISNUMBER([x]),AND([x]>=0,[x]<=10),FALSE)"),
        ('IFERROR([x],"")', "[x]"),
        ('IFERROR(1/[x],"")', 'IFERROR(1/[x],"")'),
        ("AND([x]>1,TRUE)", "([x]>1)"),
        ("OR([x]>1,ISNUMBER([absent]))", "([x]>1)"),
        ("AND([x]>1,NOT(TRUE))", "FALSE"),
        ('COUNTIFS(readings[kpi],"a")+COUNTIFS(others[kpi],"a")', '0+COUNTIFS([kpi],"a")'),
        ("IF([x]>1,TRUE,FALSE)", "[x]>1"),
        ('"A"="a"', "TRUE"),
        ("([x]=1)=([y]=2)", "AND([x]=1)=AND([y]=2)"),
    ],
)
def test_leaves_out_what_is_known(formula: str, simple: str) -> None:
    """Constants are folded, bounds asked once, and a condition that is not settled stays as it is."""
    assert _simple(formula) == simple
