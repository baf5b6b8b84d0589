"""The page on judgement in French: words around the tables and figures of the English one, which is measured.

What stands there is taken from ``docs/judgement.md`` line by line, so that measuring anew changes both pages;
the words are in ``judgement_fr.md``, with ``$table_…`` and ``$figure`` where something is taken over.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from string import Template

ROOT = Path(__file__).parents[1]
ENGLISH = ROOT / "docs" / "judgement.md"
WORDS = Path(__file__).with_suffix(".md")
CELLS = {
    "statements": "phrases", "all": "toutes", "kind": "sorte", "mapping": "lecture", "class": "classe",
    "clients": "clients", "left": "partis", "books": "classeurs", "compared": "comparé", "cells": "cellules",
    "differ": "différences",
    "kept aside, rules alone": "mises de côté, règles seules",
    "kept aside": "mises de côté",
    "kept aside and never looked at, rules alone": "mises de côté et jamais regardées, règles seules",
    "kept aside and never looked at": "mises de côté et jamais regardées",
    "results": "résultats", "results and years": "résultats et années",
    "ideal": "idéal", "happy": "heureux", "at_risk": "à risque", "avoid": "à éviter",
    "ordinary: random rows, many blanks and bounds; against betteroffice-xlsx":
        "ordinaires : lignes au hasard, beaucoup de vides et de bornes ; face à betteroffice-xlsx",
    "odd: every fifth input a text, an error, out of scale, a space too many…; against LibreOffice":
        "bizarres : une saisie sur cinq est un texte, une erreur, hors échelle, avec une espace de trop… ; "
        "face à LibreOffice",
    "every formula": "chaque formule",
    "every answer of a rule": "chaque réponse d’une règle",
}  # fmt: skip
"""What heads and first cells of tables are called; names of kinds are the code's own."""
FIGURES = {
    "weak": r"^Kinds of which less than (\d+)% are right",
    "everyone": r"^([\d,]+) clients, of whom \d+% left",
    "left": r"^[\d,]+ clients, of whom (\d+)% left",
    "x_results": r"^- \*results\*:.* A low X tells leavers with an area of ([\d.]+)",
    "y_results": r"^- \*results\*:.* a low Y with ([\d.]+)",
    "x_years": r"^- \*results and years\*:.* A low X tells leavers with an area of ([\d.]+)",
    "y_years": r"^- \*results and years\*:.* a low Y with ([\d.]+)",
    "books": r"^(\d+) books of some 900 random rows each",
    "examples": r"^(\d+) worked examples",
}
"""Where a figure of the text stands in the English page."""


def number(text: str) -> str:
    """A number as French writes it; any other text as it is."""
    if not re.fullmatch(r"[\d,]*\.?\d+%?", text):
        return text
    return text.translate({ord(","): "\u202f", ord("."): ","}).replace("%", "\u00a0%")


def table(lines: list[str]) -> str:
    """A table with our words."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    told = [[number(CELLS.get(cell, cell)) for cell in row] for row in rows]
    return "\n".join(
        "|" + "|".join(row) + "|" if row[0].startswith("---") else f"| {' | '.join(row)} |" for row in told
    )


def taken(page: str) -> dict[str, str]:
    """Tables by the head of their first column, figures by name, as French has them."""
    found = {}
    for block in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        lines = block.splitlines()
        found["table_" + lines[0].split("|")[1].strip()] = table(lines)
    for name, pattern in FIGURES.items():
        if match := re.search(pattern, page, re.MULTILINE):
            found[name] = number(match[1])
    return found


def page() -> str:
    """The page; what comes after ``<!-- churn -->`` up to the next head is left out when it was not measured.

    Errors: SystemExit when the English page has not what the words ask for.
    """
    english = ENGLISH.read_text(encoding="utf-8")
    words = WORDS.read_text(encoding="utf-8")
    if "Skipped: no file" in english:
        words = re.sub(
            r"<!-- churn -->\n.*?(?=^## )",
            "Pas mesuré : aucun fichier n’a été donné.\n\n",
            words,
            flags=re.DOTALL | re.MULTILINE,
        )
    try:
        return Template(words.replace("<!-- churn -->\n", "")).substitute(taken(english))
    except KeyError as error:
        sys.exit(f"{ENGLISH.name} has no {error.args[0]} for {WORDS.name}")
