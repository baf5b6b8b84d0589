"""A new rule is one pure function, its sentences, its call in the sheet that it answers, and its page."""

from __future__ import annotations

from house import House, assert_kept

RULE = '''\
"""Steps of the buying journey that nobody looks after."""

from __future__ import annotations

from strategy_xl.rules.frame import Frame, has_text, make_frame
from strategy_xl.rules.result import Codes, RuleResult

VERSION = "1"


def look_after(steps: Frame) -> RuleResult:
    """Whether a step has somebody who looks after it.

    Arguments:
        steps: columns ``our_action`` and ``owner``.

    Result: ``cared``, whether an owner is named. Reasons: NOBODY, ALONE (an action without owner).
    """
    owned, acted = has_text(steps, "owner"), has_text(steps, "our_action")
    reasons = {"ALONE": acted & ~owned, "NOBODY": ~acted & ~owned}
    none = Codes.from_masks({}, len(steps))
    told = Codes.from_masks(reasons, len(steps))
    return RuleResult(make_frame({"cared": owned}, steps.index), told, none, VERSION)
'''
FIELDS = """
[[blocks.fields]]
key = "cared"
since = 4
label = { fr = "Suivie", en = "Looked after" }
type = "bool"
role = "owned"

[[blocks.fields]]
key = "why"
since = 4
label = { fr = "Pourquoi", en = "Why" }
type = "message"
role = "owned"
"""
CALL = """\
rules = [{ run = "care.look_after", into = "journey_steps", args = { steps = "journey_steps" }, \
messages = { why = "reasons" } }]

"""
SENTENCES = {
    "fr": ("Vous agissez, mais personne n’en répond : {our_action}.", "Personne ne s’en occupe."),
    "en": ("You act, but nobody answers for it: {our_action}.", "Nobody looks after it."),
}
PAGE = """
[[pages]]
key = "care"
title = "Steps looked after"
modules = ["care"]
functions = ["care.look_after"]
inputs = { journey_steps = ["step", "our_action", "owner"] }
what = "Which steps of the journey have nobody."
why = "What nobody answers for is not done."
source = "A convention of this project."

[[pages.examples]]
title = "A step without owner"
today = 2026-05-27
calls = [{ run = "care.look_after", into = "steps", block = "journey_steps", row = "step", \
show = ["cared"], expect = [{ cared = true }, { cared = false }] }]
[pages.examples.tables.steps]
columns = ["step", "our_action", "owner"]
rows = [["Need", "Call", "Sophie"], ["Search", "Write", ""]]
"""
FRENCH = """
[care]
title = "Les étapes suivies"
what = "Quelles étapes du parcours n’ont personne."
why = "Ce dont personne ne répond ne se fait pas."
definition = "Une étape est suivie quand un responsable y est nommé."
source = "Une convention de ce projet."
examples = [{ title = "Une étape sans responsable" }]
"""

USE = """
import rule_docs
from plain_cells import values
book, day = "plan.xlsx", ("--today", "2026-05-27")
run("new", book, "--lang", "en", "--only", "journey", *day)
from openpyxl import load_workbook
typed = load_workbook(book)
sheet = typed["Buying journey"]
at = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value}
sheet.cell(at["Need"].row, at["What you do"].column).value = "Call"
sheet.cell(at["Search"].row, at["Owner"].column).value = "Sophie"
typed.save(book)
run("recompute", book, "--no-history", *day)
cells = values(Path(book))["Buying journey"]
page = next(page for page in rule_docs.data()["pages"] if page["key"] == "care")
tell({
    "answers": [
        [cells.get((at[step].row, at[head].column)) for head in ("Looked after", "Why")]
        for step in ("Need", "Search", "Comparison")
    ],
    "again": run("recompute", book, "--json", "--no-history", *day)[0]["status"],
    "wrong": [line for example in page["examples"] for line in rule_docs.mismatches(example)],
    "page": rule_docs.page_text(page),
    "french": rule_docs.page_text(page, "fr"),
})
"""


def test_a_rule_is_a_function_its_sentences_its_call_and_its_page(house: House) -> None:
    """Its answers and its sentences stand in the cells after the night; its page is written from it."""
    house.write("strategy_xl/rules/care.py", RULE)
    for lang, (alone, nobody) in SENTENCES.items():
        texts = f'\nmsgid "care.ALONE"\nmsgstr "{alone}"\n\nmsgid "care.NOBODY"\nmsgstr "{nobody}"\n'
        house.insert(f"strategy_xl/text/locales/{lang}/LC_MESSAGES/method.po", texts)
    house.insert("workbook_templates/journey.toml", CALL, before='[[blocks]]\nkind = "summary"')
    house.insert("workbook_templates/journey.toml", FIELDS)
    house.insert("tools/rule_docs.toml", PAGE)
    house.insert("tools/rule_docs_fr.toml", FRENCH)
    assert_kept("add a rule", house.changed())

    house.tool("messages.py")
    found = house.ask(USE)
    assert found["answers"] == [
        ["No", "You act, but nobody answers for it: Call."],
        ["Yes", None],
        ["No", "Nobody looks after it."],
    ]
    assert found["again"] == "unchanged"
    assert found["wrong"] == []
    assert "You act, but nobody answers for it: ‹our_action›." in found["page"]
    assert "Vous agissez, mais personne n’en répond : Write." in found["french"]
