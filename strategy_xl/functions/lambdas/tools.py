"""Small LAMBDAs that those of the functions call: what every one of them needs, said once in a workbook.

Their names have two underscores and are hidden: nobody types them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from strategy_xl.cellvalues import EARLIEST_YEAR, LATEST_YEAR
from strategy_xl.formulas.excel import quote
from strategy_xl.languages import forms_of

LAMBDA_PREFIX = "STRATX_"
"""How the names of LAMBDAs begin. They are no names of the add-in's functions (``STRAT_``), which a name of
the workbook would shadow, nor of what a workbook of ours keeps for itself (``SX``)."""

AT, AT_ONE = f"{LAMBDA_PREFIX}_AT", f"{LAMBDA_PREFIX}_AT1"
"""The cell of a range by row and column, and by its place in a single row or column; a single cell is
itself."""
NTH = f"{LAMBDA_PREFIX}_NTH"
"""The value of an array by its place in a single row or column; one that is no array is itself."""
NUMBER, NUMBERS = f"{LAMBDA_PREFIX}_NUM", f"{LAMBDA_PREFIX}_NUMS"
"""A cell, or those of a range, when they are numbers in some bounds, else nothing."""
DAY, DAYS = f"{LAMBDA_PREFIX}_DAY", f"{LAMBDA_PREFIX}_DAYS"
"""The same for days."""
TEXT = f"{LAMBDA_PREFIX}_TEXT"
"""A number with some decimals as people write it, half to even: TEXT has other formats in other Excels."""
MONEY = f"{LAMBDA_PREFIX}_MONEY"
"""The same for an amount in euros."""
EVEN = f"{LAMBDA_PREFIX}_EVEN"
"""A number with some decimals, half to even, as sentences are rounded."""
DECIMALS = f"{LAMBDA_PREFIX}_DECIMALS"
"""The decimals, some at least, that show on which side of another number a number is."""

_NEWER = (
    "ISOMITTED",
    "LAMBDA",
    "LET",
    "MAKEARRAY",
    "MAP",
    "REDUCE",
    "SEQUENCE",
    "XMATCH",
)  # functions that a file writes with a prefix


def with_prefixes(text: str) -> str:
    """A formula with the prefixes of the functions that are younger than the file format."""
    for name in _NEWER:
        text = text.replace(f"{name}(", f"_xlfn.{name}(")
    return text


def tools(lang: str) -> Mapping[str, str]:
    """The formulas of these LAMBDAs by name, as a file writes them, in a language."""
    forms = forms_of(lang)
    mark, point = quote(forms.thousands), quote(forms.decimal)
    first, last = f"DATE({EARLIEST_YEAR},1,1)", f"DATE({LATEST_YEAR},12,31)"
    formulas = {
        AT: "LAMBDA(p,i,j,IF(ROWS(p)*COLUMNS(p)=1,p,INDEX(p,i,j)))",
        AT_ONE: "LAMBDA(p,i,IF(ROWS(p)*COLUMNS(p)=1,p,INDEX(p,i)))",
        NTH: "LAMBDA(p,i,IFERROR(INDEX(p,i),p))",
        NUMBER: 'LAMBDA(v,low,top,IF(ISNUMBER(v),IF((v>=low)*(v<=top),v,""),""))',
        NUMBERS: (
            f"LAMBDA(p,low,top,IF(ROWS(p)*COLUMNS(p)=1,{NUMBER}(p,low,top),"
            f"MAP(p,LAMBDA(v,{NUMBER}(v,low,top)))))"
        ),
        DAY: f"LAMBDA(v,{NUMBER}(v,{first},{last}))",
        DAYS: f"LAMBDA(p,{NUMBERS}(p,{first},{last}))",
        EVEN: (
            # At half, what the product leaves out of the number itself decides (Dekker's exact product).
            "LAMBDA(v,e,LET(b,ABS(v),t,10^e,z,b*t,c,134217729*b,g,c-(c-b),y,((g*t-z)+(b-g)*t)*10^20,"
            "SIGN(v)*IF(z-INT(z)<>0.5,ROUND(z,0),IF(y>0,INT(z)+1,IF(y<0,INT(z),2*ROUND(z/2,0))))/t))"
        ),
        TEXT: (
            f"LAMBDA(v,e,LET(u,{EVEN}(v,e),q,ROUND(ABS(u)*10^e,0),"
            "m,INT(q/10^e),f,q-m*10^e,"
            "k,6-MATCH(1,MAP({5,4,3,2,1,0},LAMBDA(o,IF(MOD(f,10^o)=0,1,0))),0),"
            'IF(u<0,"-","")'
            f'&IF(m<10^9,"",INT(m/10^9)&{mark})'
            f'&IF(m<10^6,"",TEXT(MOD(INT(m/10^6),1000),IF(m<10^9,"0","000"))&{mark})'
            f'&IF(m<1000,"",TEXT(MOD(INT(m/1000),1000),IF(m<10^6,"0","000"))&{mark})'
            '&TEXT(MOD(m,1000),IF(m<1000,"0","000"))'
            f'&IF(f=0,"",{point}&TEXT(f/10^k,REPT("0",e-k)))))'
        ),
        MONEY: (
            f'LAMBDA(v,e,IF({EVEN}(v,e)<0,"-","")&"€"&{TEXT}(ABS(v),e))'
            if forms.currency_first
            else f'LAMBDA(v,e,{TEXT}(v,e)&"\N{NO-BREAK SPACE}€")'
        ),
        DECIMALS: (
            "LAMBDA(v,o,e,IFERROR(MATCH(1,MAP({0,1,2,3,4,5},LAMBDA(k,IF(k<e,0,"
            f"IF(ABS(v-o)<=0.000000001,IF(ABS({EVEN}(v,k)-v)<=0.000000001,1,0),"
            f"IF({EVEN}(v,k)<>{EVEN}(o,k),1,0))))),0)-1,6))"
        ),
    }
    return {name: _parameters(with_prefixes(formula)) for name, formula in formulas.items()}


def _parameters(formula: str) -> str:
    """A formula whose names of one small letter, and ``low`` and ``top``, are written as parameters."""
    return re.sub(r'"[^"]*"|(?<![\w.])(?:[a-z]|low|top)(?![\w.(])', _parameter, formula)


def _parameter(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith('"') else f"_xlpm.{found[0]}_"
