"""A new sheet is a file, its place in the order and its example: everything else finds it."""

from __future__ import annotations

from house import House, assert_kept

VISITS = """\
sheet = { fr = "Visites", en = "Visits" }
title = { fr = "Visites de clients", en = "Client visits" }
question = { fr = "Qui avons-nous vu, et quand ?", en = "Whom did we see, and when?" }
group = "target"
[[blocks]]
kind = "table"
key = "visits"
title = { fr = "Visites", en = "Visits made" }
fields = [
  { key = "client", label = { fr = "Client vu", en = "Client seen" }, required = true },
  { key = "day", label = { fr = "Date", en = "Day" }, type = "date", required = true },
  { key = "age", label = { fr = "Jours écoulés", en = "Days since" }, type = "integer", role = "computed", \
formula = '=IF([day]="","",@today-[day])' },
]
"""
EXAMPLE = "client,day\nAtelier Morel,@-12\nCave Lenoir,\n"

USE = """
from openpyxl import load_workbook
from plain_cells import values
from sheet_docs import sheets_page
book, day = "plan.xlsx", ("--today", "2026-05-27")
run("new", book, "--lang", "en", "--only", "home", "--only", "visits", "--with-example", *day)
made = values(Path(book))
night = run("recompute", book, "--json", "--no-history", "--today", "2026-06-06")
later = values(Path(book))
typed = load_workbook(book)
cell = next(cell for row in typed["Visits"].iter_rows() for cell in row if cell.value == "Cave Lenoir")
cell.offset(0, 1).value = "soon"
typed.save("typed.xlsx")
checked = run("check", "typed.xlsx", "--json", *day)
tell({
    "visits": list(made["Visits"].values()),
    "home": list(made["Home"].values()),
    "later": list(later["Visits"].values()),
    "night": night[0],
    "findings": checked,
    "place": "Visits!" + cell.offset(0, 1).coordinate,
    "page": sheets_page("en"),
})
"""


def test_a_sheet_is_one_file_its_place_and_its_example(house: House) -> None:
    """It is built with its example, on the map with its share, computed, checked, and on its page."""
    house.write("workbook_templates/visits.toml", VISITS)
    house.write("workbook_templates/example/visits.csv", EXAMPLE)
    house.insert("workbook_templates/workbook.toml", '"visits", ', before='"accounts", "stakeholders"')
    assert_kept("add a sheet", house.changed())

    found = house.ask(USE)
    heads = ["Client seen", "Day", "Days since"]
    at = found["visits"].index("Client seen")
    assert found["visits"][at:] == [*heads, "Atelier Morel", "2026-05-15 00:00:00", 12, "Cave Lenoir"]
    assert found["later"][at:] == [*heads, "Atelier Morel", "2026-05-15 00:00:00", 22, "Cave Lenoir"]
    listed = found["home"].index("Visits")
    assert found["home"][listed - 1 : listed + 3] == [
        "Positioning and target", "Visits", "Whom did we see, and when?", 0.75,
    ]  # fmt: skip
    assert (found["night"]["status"], found["night"]["counts"]["completeness"]) == ("changed", 0.75)
    assert [(finding["code"], f"{finding['sheet']}!{finding['cell']}") for finding in found["findings"]] == [
        ("SX203", found["place"])
    ]
    assert "\n## Visits\n\n*Whom did we see, and when?*\n\n### Visits made\n" in found["page"]
    assert found["page"].index("## Visits") < found["page"].index("## Accounts")
