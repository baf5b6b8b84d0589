"""A workbook of two sheets and its settings, small enough to count by hand: what tests of one step share."""

# ruff: noqa: E501 - a field reads better in one line

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from strategy_xl.answers.judging import Evaluation
from strategy_xl.book.data import WorkbookData
from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.table import Table
from strategy_xl.schema.consistency import check
from strategy_xl.schema.spec import ModuleSpec, RuleCall, WorkbookSpec

DAY = date(2026, 11, 27)

WORKBOOK = """
schema_version = 1
name = { fr = "Boutique", en = "Shop" }
order = ["home", "goods", "settings"]
groups = [{ key = "method", label = { fr = "Tout", en = "All" }, colour = "334155" }]
figures = [
  { key = "goods", label = { fr = "Articles", en = "Goods" }, block = "items" },
  { key = "big", label = { fr = "Gros", en = "Large" }, block = "items", column = "grade", choice = "big" },
  { key = "odd", label = { fr = "Impairs", en = "Odd" }, block = "items", column = "grade", choice = "odd" },
  { key = "absent", label = { fr = "Absents", en = "Absent" }, block = "people" },
]
[[lists]]
key = "yes_no"
label = { fr = "Oui ou non", en = "Yes or no" }
choices = [{ key = "yes", fr = "Oui", en = "Yes" }, { key = "no", fr = "Non", en = "No" }]
[[lists]]
key = "size"
label = { fr = "Tailles", en = "Sizes" }
choices = [{ key = "big", fr = "Grand", en = "Large" }, { key = "small", fr = "Petit", en = "Little" }]
[[lists]]
key = "colour"
label = { fr = "Couleurs", en = "Colours" }
open = true
spare = 3
choices = [{ key = "red", fr = "Rouge", en = "Red" }]
[[lists]]
key = "grave"
label = { fr = "Gravité", en = "Severity" }
choices = [
  { key = "error", fr = "Urgent", en = "Urgent" },
  { key = "warning", fr = "À voir", en = "To see" },
  { key = "note", fr = "À savoir", en = "To know" },
]
"""

HOME = """
key = "home"
sheet = { fr = "Accueil", en = "Home" }
title = { fr = "Accueil", en = "Home" }
[[blocks]]
kind = "map"
key = "map"
[[blocks]]
kind = "summary"
key = "totals"
fields = [
  { key = "total", label = { fr = "Total", en = "Total" }, role = "computed", type = "number", formula = "=SUM(items[amount])" },
  { key = "large", label = { fr = "Grands", en = "Large" }, role = "computed", type = "integer", formula = "=COUNTIF(items[live],#size.big)" },
  { key = "filled", label = { fr = "Rempli", en = "Filled" }, role = "computed", type = "percent", formula = "=AVERAGE(map[completeness])" },
  { key = "first", label = { fr = "Premier", en = "First" }, role = "computed", formula = "=INDEX(map[module],1)" },
  { key = "each", label = { fr = "Par article", en = "Each" }, role = "computed", type = "number", formula = "=[total]/COUNT(items[rank])" },
  { key = "days", label = { fr = "Jours", en = "Days" }, role = "computed", type = "integer", formula = "=@today-DATE(2026,11,1)" },
  { key = "oldest", label = { fr = "Âge", en = "Age" }, role = "computed", type = "number", formula = "=MAX(people[age])" },
  { key = "told", label = { fr = "Alertes", en = "Alerts" }, role = "computed", type = "integer", formula = '=COUNTIF(alerts[severity],"?*")' },
]
[[blocks]]
kind = "form"
key = "firm"
fields = [
  { key = "boss", label = { fr = "Patron", en = "Boss" }, required = true },
  { key = "town", label = { fr = "Ville", en = "Town" } },
]
[[blocks]]
kind = "table"
key = "alerts"
rows = 3
board = "alerts"
fields = [
  { key = "severity", label = { fr = "Gravité", en = "Severity" }, role = "owned", type = "choice", choices = "grave" },
  { key = "alert", label = { fr = "Alerte", en = "Alert" }, role = "owned", type = "message" },
  { key = "sheet", label = { fr = "Où", en = "Where" }, role = "owned", type = "link" },
]
[[blocks]]
kind = "table"
key = "todo"
rows = 12
board = "actions"
fields = [
  { key = "rank", label = { fr = "Rang", en = "Rank" }, role = "owned", type = "integer" },
  { key = "action", label = { fr = "Action", en = "Action" }, role = "owned", type = "message" },
  { key = "why", label = { fr = "Pourquoi", en = "Why" }, role = "owned", type = "message" },
  { key = "module", label = { fr = "Où", en = "Where" }, role = "owned", type = "link" },
]
"""

GOODS = """
key = "goods"
sheet = { fr = "Étal", en = "Goods" }
title = { fr = "Articles", en = "Goods" }
[[blocks]]
kind = "grid"
key = "boxes"
lines = 2
boxes = [
  { title = { fr = "Noms", en = "Names" }, formula = '=IFERROR(INDEX(items[name],{i})&"","")' },
  { title = { fr = "Rangs", en = "Ranks" }, formula = '=IFERROR(INDEX(items[rank],{i}),"")' },
  { title = { fr = "Tailles", en = "Sizes" }, formula = '=IF(INDEX(items[live],{i})=#size.big,"!","")' },
  { title = { fr = "Lignes", en = "Lines" }, formula = "={i}*10" },
]
[[blocks]]
kind = "form"
key = "people"
instances = 3
fields = [
  { key = "who", label = { fr = "Qui", en = "Who" }, required = true },
  { key = "age", label = { fr = "Âge", en = "Age" }, type = "number", required = true },
  { key = "months", label = { fr = "Mois", en = "Months" }, type = "number", role = "computed", formula = '=IF([age]="","",12*[age])' },
  { key = "advice", label = { fr = "Conseil", en = "Advice" }, type = "message", role = "owned" },
]
[[blocks]]
kind = "table"
key = "items"
rows = 6
min_rows = 2
identity = "name"
fields = [
  { key = "code", label = { fr = "Code", en = "Code" } },
  { key = "name", label = { fr = "Article", en = "Item" }, required = true },
  { key = "amount", label = { fr = "Montant", en = "Amount" }, type = "number", required = true },
  { key = "size", label = { fr = "Taille", en = "Size" }, type = "choice", choices = "size" },
  { key = "colour", label = { fr = "Couleur", en = "Colour" }, type = "choice", choices = "colour" },
  { key = "sold", label = { fr = "Vendu", en = "Sold" }, type = "bool" },
  { key = "live", label = { fr = "Taille vue", en = "Size seen" }, type = "choice", choices = "size", role = "computed", formula = '=IF([name]="","",IF(N([amount])>=@limit,#size.big,#size.small))' },
  { key = "rank", label = { fr = "Rang", en = "Rank" }, type = "integer", role = "computed", formula = '=IF([name]="","",SUMPRODUCT((items[amount]>[amount])*1)+1)' },
  { key = "cost", label = { fr = "Coût", en = "Cost" }, type = "number", role = "computed", formula = '=IF([name]="","",100/[amount])' },
  { key = "grade", label = { fr = "Classe", en = "Grade" }, type = "choice", choices = "size", role = "owned" },
  { key = "reasons", label = { fr = "Pourquoi", en = "Why" }, type = "message", role = "owned" },
  { key = "next_action", label = { fr = "Que faire", en = "What to do" }, type = "message", role = "owned" },
  { key = "missing", label = { fr = "Manque", en = "Missing" }, type = "message", role = "owned" },
  { key = "hint", label = { fr = "Indice", en = "Hint" }, type = "message", role = "owned" },
]
"""

SETTINGS = """
key = "settings"
sheet = { fr = "Réglages", en = "Settings" }
title = { fr = "Réglages", en = "Settings" }
[[blocks]]
kind = "form"
key = "params"
names = true
fields = [
  { key = "reference_date", label = { fr = "Date", en = "Date" }, type = "date" },
  { key = "limit", label = { fr = "Seuil", en = "Limit" }, type = "number", default = 10 },
]
[[blocks]]
kind = "lists"
key = "lists"
"""


MESSAGES: dict[object, str] = {
    "shop.DEAR": "Trop cher ({amount:dec1}, {size:text}).",
    "shop.DEAR.action": "Baisser {name:text}.",
    "shop.OLD": "Trop vieux.",
    "shop.OLD.action": "Solder.",
    "shop.FINE": "Rien à dire.",
    "shop.TIP": "Plutôt {grade:text}.",
}
"""Sentences of a rule ``shop``, to stand for the catalogues."""


def shop() -> WorkbookSpec:
    """The templates of the shop."""
    modules = tuple(ModuleSpec.model_validate(tomllib.loads(text)) for text in (HOME, GOODS, SETTINGS))
    spec = WorkbookSpec.model_validate(tomllib.loads(WORKBOOK)).model_copy(update={"modules": modules})
    check(spec)
    return spec


def shop_book(path: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]], lang: str = "fr") -> WorkbookData:
    """A workbook of the shop with these rows, read back.

    Arguments: path: where to write it. rows: cells by block and field key.
    """
    path.write_bytes(render(shop(), lang=lang, company="", today=DAY, rows=rows))
    return read_workbook(path, shop())


def judged(
    columns: Mapping[str, Sequence[Any]],
    codes: Mapping[str, Sequence[bool]] | None = None,
    inputs: Mapping[str, Sequence[Any]] | None = None,
    missing: Mapping[str, Sequence[bool]] | None = None,
    **call: Any,
) -> Evaluation:
    """What a rule ``shop`` says of rows 20, 21… (or whatever ``index`` is): columns, codes, missing fields.

    Arguments: call: ``into`` and ``messages`` of the call, ``index`` of the rows.
    """
    first = next(iter((columns or codes or {}).values()))
    index = call.pop("index", range(20, 20 + len(first)))
    frame = pd.DataFrame(
        {key: pd.Series(list(column), index=index) for key, column in columns.items()}, index=index
    )
    given = pd.DataFrame({key: list(column) for key, column in (inputs or {}).items()}, index=index)
    rows = len(frame)
    result = RuleResult(
        frame, Codes.from_masks(codes or {}, rows), Codes.from_masks(missing or {}, rows), "1"
    )
    return Evaluation(RuleCall(run="shop.judge", **{"into": "items", **call}), Table.of(given), result)
