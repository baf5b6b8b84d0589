"""A new cell function is one decorated function and its texts: every host has it."""

from __future__ import annotations

from house import House, assert_kept

FUNCTION = '''\
"""Cell function of the calls that each seller has to make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strategy_xl.functions.arguments import Argument, CellType
from strategy_xl.functions.registry import Columns, Example, Shape, cell_function

if TYPE_CHECKING:
    from strategy_xl.functions.given import Given


@cell_function(
    "STRAT_CALLS_EACH",
    category="clients",
    arguments=(
        Argument("calls", type=CellType.NUMBER, minimum=0, required=True),
        Argument("sellers", type=CellType.NUMBER, minimum=1, required=True),
    ),
    shape=Shape.COLUMN,
    results=("calls_each",),
    examples=(Example((120, 4), [[30.0]]),),
    thresholds=False,
)
def calls_each(given: Given) -> Columns:
    """Calls of each seller."""
    return [given.frame["calls"] / given.frame["sellers"]]
'''
TEXTS = {
    "fr": ("Appels par vendeur.", "appels à passer", "nombre de vendeurs", "appels par vendeur"),
    "en": ("Calls of each seller.", "calls to make", "number of sellers", "calls of each seller"),
}
KEYS = (
    "functions.STRAT_CALLS_EACH",
    "functions.STRAT_CALLS_EACH.calls",
    "functions.STRAT_CALLS_EACH.sellers",
    "functions.result.calls_each",
)

USE = """
import os
os.environ["XLWINGS_LICENSE_KEY"] = "noncommercial"  # of this process only
import function_docs
from strategy_xl.functions.calling import call
from strategy_xl.functions.registry import EXAMPLE_DAY, functions
from strategy_xl.hosts.calc import extension, interface
from strategy_xl.hosts.excel.vba import modules
from strategy_xl.hosts.web import answering, lite
name, every = "STRAT_CALLS_EACH", list(functions().values())
tell({
    "called": call(name, ([[120], [90]], [[4], [3]]), lang="en", today=EXAMPLE_DAY),
    "listed": run("functions", name, "--lang", "fr", "--json"),
    "excel": modules.functions_module(every),
    "wizard": modules.addin_module(every),
    "calc": [interface.idl(), extension.add_ins()],
    "lite": lite.main_py("en"),
    "web": sorted(vars(answering.function_module("en"))),
    "page": function_docs.page("en"),
})
"""


def test_a_cell_function_is_one_function_and_its_texts(house: House) -> None:
    """Excel's add-in, Calc's extension, the web, the command and the page list it; and it answers."""
    house.write("strategy_xl/functions/cells/calls.py", FUNCTION)
    for lang, texts in TEXTS.items():
        lines = "".join(f'\nmsgid "{key}"\nmsgstr "{text}"\n' for key, text in zip(KEYS, texts, strict=True))
        house.insert(f"strategy_xl/text/locales/{lang}/LC_MESSAGES/functions.po", lines)
    assert_kept("add a cell function", house.changed())

    house.tool("messages.py")
    found = house.ask(USE)
    assert found["called"] == [[30.0], [30.0]]
    assert [one["description"] for one in found["listed"]] == ["Appels par vendeur."]
    assert "Function STRAT_CALLS_EACH(" in found["excel"]
    assert "Calls of each seller." in found["wizard"]
    assert "Appels par vendeur." in found["wizard"]
    assert all("callsEach" in text for text in found["calc"])
    assert "def STRAT_CALLS_EACH(calls, sellers, lang=None):" in found["lite"]
    assert "STRAT_CALLS_EACH" in found["web"]
    assert "### STRAT_CALLS_EACH\n\nCalls of each seller.\n" in found["page"]
