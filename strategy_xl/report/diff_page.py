"""The differences between two versions of a workbook as one page that reaches for nothing outside itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from strategy_xl.report.markup import Html, named, tag
from strategy_xl.report.page_head import asset, page_head
from strategy_xl.text.catalog import message
from strategy_xl.work.diff_sentences import Line, Section

_STYLES = ("page.css", "diff.css")
_WORDS = {
    "+": ("came", "good"),
    "-": ("went", "bad"),
    "~": ("changed", "info"),
    "»": ("follows", "neutral"),
    "!": ("conflicts", "warn"),
}
"""Mark of a line → the word for it, and its tone."""


@dataclass(frozen=True, slots=True)
class DiffPage:
    """What stands on a page of differences.

    Arguments:
        title: its title.
        versions: what each version is called here, and its path.
        summary: what stands out.
        sections: the differences.
        notes: what must be known to read them.
    """

    title: str
    versions: Sequence[tuple[str, str]]
    summary: Sequence[str]
    sections: Sequence[Section]
    notes: Sequence[str] = ()


def diff_page(page: DiffPage, lang: str, written: date) -> str:
    """The page as a text.

    Arguments:
        page: what stands on it. lang: ``fr`` or ``en``. written: the day, for its last line.
    """
    title, sections = page.title, page.sections
    paths = [tag("p", tag("strong", name), " ", named(path)) for name, path in page.versions]
    links = [tag("li", tag("a", section.title, href=f"#{section.key}")) for section in sections]
    said = [tag("li", text) for text in page.summary] or [tag("li", message("diff.same", lang))]
    band = tag("div", tag("div", tag("h1", title), *paths), class_="band")
    body = tag(
        "body",
        tag("header", band, tag("nav", tag("ul", links), aria_label=title) if links else ""),
        tag(
            "main",
            tag("ul", said, class_="summary"),
            _notes(page.notes, lang),
            (_section(section, lang) for section in sections),
        ),
        tag("footer", tag("p", message("diff.page.written", lang, day=written))),
    )
    head = page_head(title, asset(*_STYLES))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang=lang)}\n"


def _notes(notes: Sequence[str], lang: str) -> Html:
    if not notes:
        return Html("")
    heading = tag("h2", message("diff.page.notes", lang), id="h-notes")
    return tag("section", heading, tag("ul", [tag("li", note) for note in notes]), aria_labelledby="h-notes")


def _section(section: Section, lang: str) -> Html:
    has_why = any(line.why for line in section.lines)
    heads = ["mark", "what", *(["why"] if has_why else []), "place"]
    head = tag(
        "tr", [tag("th", message(f"diff.page.{key}", lang), scope="col", class_=f"d-{key}") for key in heads]
    )
    rows = [tag("tr", _cells(line, has_why=has_why, lang=lang)) for line in section.lines]
    table = tag("table", tag("thead", head), tag("tbody", rows), class_="list diff")
    return tag(
        "section",
        tag("h2", section.title, id=f"h-{section.key}"),
        tag("div", table, class_="frame"),
        id=section.key,
        aria_labelledby=f"h-{section.key}",
    )


def _cells(line: Line, *, has_why: bool, lang: str) -> Iterator[Html]:
    word, tone = _WORDS[line.mark]
    yield tag("td", tag("span", message(f"diff.page.{word}", lang), class_=f"tag {tone}"))
    yield tag("td", named(line.text))
    if has_why:
        yield tag("td", named(line.why))
    yield tag("td", named(line.place), class_="place")
