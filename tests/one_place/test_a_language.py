"""A new language is its forms, its catalogues and its word lists: nothing in code."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from zipfile import ZipFile

from commands_run import run
from house import ROOT, House, assert_kept

FORMS = """\
name = "Deutsch"
called = ["deutsch", "german", "allemand"]
tag = "de-DE"
menus = "de-DE"
decimal = ","
thousands = "."
space = "\\u00A0"
currency_first = false
separator = ";"
date = "{day:02d}.{month:02d}.{year}"
date_cell = "dd.mm.yyyy"
month_cell = "mm.yyyy"
date_text = "%d.%m.%Y"
day_first = true
yes = ["ja", "j"]
no = ["nein", "n"]
"""
TEXTS = {
    "Sources": "Quellen",
    "Title": "Titel",
    "Kind": "Art",
    "Date": "Datum",
    "Survey": "Umfrage",
    "Settings": "Einstellungen",
    "Yes": "Ja",
}
IN_PLACE = """
msgctxt "sources.blocks.evidence.fields.module.label"
msgid "Used for"
msgstr "Dient zu"
"""
YES = {"core.yes": "Ja"}
"""A handful of texts; all others are told in English."""
WORDS = "strategy_xl/text/words/data"

USE = """
from openpyxl import load_workbook
from plain_cells import values
from strategy_xl.errors import UsageError
from strategy_xl.functions.registry import functions
from strategy_xl.hosts.calc import extension
from strategy_xl.hosts.excel.vba import modules
from strategy_xl.languages import LANGUAGES
from strategy_xl.text.catalog import format_value, message, own_messages
from strategy_xl.text.words.language import detect_language
book, day = Path("plan.xlsx"), ("--today", "2026-05-27")
run("new", book, "--lang", "de", "--only", "sources", *day)
made = values(book)
typed = load_workbook(book)
head = next(cell for row in typed["Quellen"].iter_rows() for cell in row if cell.value == "Titel")
for step, text in enumerate(("Kundenumfrage", "Umfrage", None, "31.12.2025")):
    head.offset(1, step).value = text
typed.save(book)
checked = run("check", book, "--json", *day)
night = run("recompute", book, "--json", "--no-history", *day)
before, places = values(book), []
for lang in ("fr", "de"):
    run("translate", book, "--to", lang, *day)
    places.append(values(book))
try:
    refused = command("translate", book, "--to", "it").output
except UsageError as error:
    refused = [error.finding.code, dict(error.finding.args)]
tell({
    "languages": LANGUAGES,
    "sheets": list(made),
    "cells": list(made["Quellen"].values()),
    "format": head.offset(1, 3).number_format,
    "checked": [[one["code"], one["cell"]] for one in checked],
    "night": [night[0]["failure"], night[0]["counts"]["completeness"]],
    "french": [list(places[0]), list(places[0]["Sources"].values())],
    "back": places[1] == before,
    "refused": refused,
    "figures": [
        format_value(value, form, "de")
        for value, form in ((-1234567.5, "dec1"), (0.25, "percent"), (9.5, "money"))
    ],
    "messages": [message("core.yes", "de"), message("kpi.FORCED", "de", forced_reason="x")],
    "own": [key for key in own_messages("de")[0] if key],
    "vba": modules.addin_module(functions().values()),
    "calc": extension.add_ins(),
    "spoken": detect_language(["der", "umsatz", "soll", "steigen"], "Der Umsatz soll steigen"),
})
"""


def fill(path: Path, texts: dict[str, str]) -> None:
    """Put translations into a catalogue that was begun."""
    held = path.read_text(encoding="utf-8")
    for key, text in texts.items():
        held, count = re.subn(
            rf'^msgid "{re.escape(key)}"\nmsgstr ""$',
            f'msgid "{key}"\nmsgstr "{text}"',
            held,
            flags=re.MULTILINE,
        )
        assert count == 1, key
    path.write_text(held, encoding="utf-8")


def test_a_language_is_its_forms_its_catalogues_and_its_words(house: House) -> None:
    """German with a handful of texts: the rest is English; the night, ``translate`` and every host follow."""
    house.write("strategy_xl/text/locales/de/language.toml", FORMS)
    told = house.tool("languages.py", "de", "--begin")
    assert re.search(r"^workbook_templates: (\d{4}) of \1 missing$", told, re.MULTILINE)
    fill(house.root / "workbook_templates/locales/de/LC_MESSAGES/templates.po", TEXTS)
    house.insert("workbook_templates/locales/de/LC_MESSAGES/templates.po", IN_PLACE)
    fill(house.root / "strategy_xl/text/locales/de/LC_MESSAGES/core.po", YES)
    shutil.copytree(ROOT / WORDS / "en", house.root / WORDS / "de")
    words = house.root / WORDS / "de" / "language.toml"
    text = re.sub(
        r"function_words = '''.*?'''",
        "function_words = 'der die das soll und auf bis zum von'",
        words.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    words.write_text(text, encoding="utf-8")
    assert_kept("add a language", house.changed())

    house.tool("messages.py")
    found = house.ask(USE)
    assert found["languages"] == ["fr", "en", "de"]
    assert found["sheets"] == ["Quellen", "Einstellungen"]
    heads = ["Titel", "Art", "Reference", "Datum", "What it tells", "Dient zu"]
    assert [cell for cell in found["cells"] if cell in heads] == heads
    assert found["format"] == "dd.mm.yyyy"
    assert found["checked"] == [["SX221", "E7"]]  # a day as a text, understood, which no formula counts
    assert found["night"] == [None, 0.25]
    titles, french = found["french"]
    assert titles == ["Sources", "Paramètres"]
    assert french[-3:] == ["Kundenumfrage", "Sondage ou enquête", "31.12.2025"]
    assert found["figures"] == ["-1.234.567,5", "25\u00a0%", "10\u00a0€"]
    assert found["messages"] == ["Ja", "Status chosen by hand: x."]
    assert found["own"] == ["core.yes"]
    assert found["back"]
    assert found["refused"] == ["SX146", {"lang": "it", "known": "fr, en, de"}]
    assert 'Case 7: MenuLanguage = "de"' in found["vba"]
    assert '<value xml:lang="de">' in found["calc"]
    assert found["spoken"] == "de"


def test_a_workbook_in_a_language_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A German one is not read as French: the message names the file, its language and those there are."""
    book = tmp_path / "plan.xlsx"
    today = ("--today", "2026-05-27")
    run("new", book, "--only", "sources", *today)
    with ZipFile(book) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    stamped = parts["xl/workbook.xml"]
    assert stamped.count(b";fr;") == 1
    parts["xl/workbook.xml"] = stamped.replace(b";fr;", b";de;")
    with ZipFile(book, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    held = book.read_bytes()
    checked = json.loads(run("check", book, "--json", *today).stdout)[0]
    failed = json.loads(run("recompute", book, "--json", "--no-history", *today).stdout)[0]["failure"]
    assert checked == failed
    assert (failed["code"], failed["workbook"]) == ("SX665", str(book))
    assert "«\u00a0de\u00a0»" in failed["message"]
    assert "fr, en" in failed["hint"]
    assert book.read_bytes() == held
