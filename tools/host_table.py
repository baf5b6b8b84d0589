"""What each host was seen to compute, as the tests saw it: the table of ``docs/hosts.md``.

A test that runs a host hands in what it compared (``record``). ``make hosts`` runs these tests with a file to
write to, then this program, which keeps the figures in ``docs/hosts.json`` and writes the table of both pages
anew. ``--check`` says whether pages, figures and functions still belong together.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "hosts.json"
PAGES = {"en": ROOT / "docs" / "hosts.md", "fr": ROOT / "docs" / "hosts.fr.md"}
BEGIN, END = "<!-- what was run: written by `make hosts` -->", "<!-- until here -->"
RUNS = "STRATEGY_XL_HOST_RUNS"
"""Environment variable that names the file to which tests write what they ran."""

HOSTS = ("lambda", "xlam", "calc", "server", "python")
HEADS = {
    "en": ("Function", "LAMBDA", "Excel add-in (.xlam)", "LibreOffice", "Server", "Python"),
    "fr": ("Fonction", "LAMBDA", "Complément Excel (.xlam)", "LibreOffice", "Serveur", "Python"),
}
WITH = {"en": "run with", "fr": "exécuté avec"}


def record(host: str, programs: str, compared: Mapping[str, int]) -> None:
    """Hand in what a test saw equal; nothing happens unless ``RUNS`` names a file.

    Arguments:
        host: one of ``HOSTS``.
        programs: what ran it, with versions (``LibreOffice 7.4.7``).
        compared: by function, the cells that were computed there and found equal to Python's.
    """
    path = os.environ.get(RUNS)
    if path:
        line = {"host": host, "programs": programs, "compared": dict(compared)}
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")


def gathered(lines: list[str]) -> dict[str, dict[str, object]]:
    """What tests handed in, by host: programs, and cells by function."""
    found: dict[str, dict[str, object]] = {}
    for line in lines:
        said = json.loads(line)
        held = found.setdefault(said["host"], {"programs": [], "compared": {}})
        programs, compared = held["programs"], held["compared"]
        if said["programs"] not in programs:  # type: ignore[operator]
            programs.append(said["programs"])  # type: ignore[attr-defined]
        for function, cells in said["compared"].items():
            compared[function] = compared.get(function, 0) + cells  # type: ignore[attr-defined,index]
    return found


def table(figures: Mapping[str, dict[str, dict[str, int]]], lang: str) -> str:
    """The table of one page."""
    from strategy_xl.functions.registry import functions

    heads = list(HEADS[lang])
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    programs = [", ".join(figures[host]["programs"]) if host in figures else "–" for host in HOSTS]
    lines.append(f"| *{WITH[lang]}* | {' | '.join(programs)} |")
    for name in functions():
        cells = [figures.get(host, {}).get("compared", {}).get(name) for host in HOSTS]
        shown = ["–" if cell is None else f"{cell} =" for cell in cells]
        lines.append(f"| `{name}` | {' | '.join(shown)} |")
    return "\n".join(lines)


def page_with(page: str, written: str) -> str:
    """A page with its table; ValueError when it has no place for one."""
    head, begin, rest = page.partition(BEGIN)
    _old, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(BEGIN)
    return f"{head}{BEGIN}\n\n{written}\n\n{END}{tail}"


def main() -> None:
    """Write the pages, or say what is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="?", type=Path, help="what the tests wrote")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    figures = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    if options.runs:
        figures |= gathered(options.runs.read_text(encoding="utf-8").splitlines())
        FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    stale = []
    for lang, path in PAGES.items():
        page = path.read_text(encoding="utf-8")
        fresh = page_with(page, table(figures, lang))
        if page != fresh and options.check:
            stale.append(path.name)
        elif page != fresh:
            path.write_text(fresh, encoding="utf-8")
    if stale:
        sys.exit(f"stale: {', '.join(stale)}; `make hosts` writes them anew")


if __name__ == "__main__":
    main()
