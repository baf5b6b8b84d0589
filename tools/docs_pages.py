"""The pages of the site in one language, laid out for the site's builder.

A page is a file of ``docs/``: ``x.md`` is English, ``x.fr.md`` and ``x.en.md`` are what their names say.
Where a language has none of its own, it shows the other one under a note that says so. Links are turned
towards the site; those that lead to a file outside of it (code, tests) become its name.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
OUTSIDE = {"contributing": ROOT / "CONTRIBUTING.md", "changelog": ROOT / "CHANGELOG.md"}
"""Pages that stand beside ``docs/``, where people look for them."""
NAVIGATION = Path(__file__).with_name("docs_site.toml")
LANGUAGES = ("fr", "en")
NAME = re.compile(r"(?P<stem>.+?)(?:\.(?P<lang>fr|en))?\.md")
LINK = re.compile(r"(?P<open>!?\[(?:[^\[\]]|\[[^\]]*\])*\]\()(?P<to>[^)#\s]*)(?P<anchor>#[^)\s]*)?\)")
FENCE = re.compile(r"^```.*?^```\s*$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
NOTES = {
    "fr": '!!! note "En anglais"\n    Cette page n’existe qu’en anglais.\n\n',
    "en": '!!! note "In French"\n    This page exists in French only.\n\n',
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the site in one language: its key (``rules/kpi``), its file and the language of that."""

    key: str
    source: Path
    lang: str


@cache
def settings() -> dict[str, Any]:
    """What ``docs_site.toml`` holds: the name of the site and the sections of its navigation."""
    return tomllib.loads(NAVIGATION.read_text(encoding="utf-8"))


def key_of(source: Path) -> tuple[str, str | None]:
    """The key of a page and the language that its name tells.

    Arguments: source: a file of ``docs/``, or one of those beside it.
    """
    for key, path in OUTSIDE.items():
        if path == source:
            return key, None
    found = NAME.fullmatch(source.relative_to(DOCS).as_posix())
    assert found is not None
    return re.sub(r"(^|/)README$", r"\1index", found["stem"]), found["lang"]


@cache
def pages(lang: str) -> Mapping[str, Page]:
    """Every page by key, in a language where it has one, else in the other."""
    found: dict[str, dict[str, Path]] = {}
    for source in (*sorted(DOCS.rglob("*.md")), *OUTSIDE.values()):
        key, named = key_of(source)
        found.setdefault(key, {})[named or "en"] = source
    return {
        key: Page(
            key,
            *((files[lang], lang) if lang in files else next((file, other) for other, file in files.items())),
        )
        for key, files in sorted(found.items())
    }


def navigation(lang: str) -> list[object]:
    """Sections with the pages of each; a page that none names stands in the last one, whose pattern is ``*``.

    The pages of a folder, beside its first one, make a group of their own.
    """
    left = [key for key in pages(lang) if key != "index"]
    found: list[object] = []
    for section in settings()["section"]:
        items: list[object] = []
        for pattern in section["pages"]:
            taken = [key for key in left if fnmatch(key, pattern)]
            left = [key for key in left if key not in taken]
            files = [f"{key}.md" for key in taken]
            if pattern.endswith("/*"):
                folder = title(f"{pattern[:-2]}/index", lang)
                items.append({folder: sorted(files, key=lambda file: not file.endswith("/index.md"))})
            else:
                items += files
        if items:
            found.append({section[lang]: items})
    return found


def _turned(page: Page, lang: str) -> Iterator[str]:
    """The text of a page, piece by piece; links in code stay."""
    text = page.source.read_text(encoding="utf-8")
    at = 0
    for code in FENCE.finditer(text):
        yield LINK.sub(lambda link: _link(link, page, lang), text[at : code.start()])
        yield code[0]
        at = code.end()
    yield LINK.sub(lambda link: _link(link, page, lang), text[at:])


def _link(link: re.Match[str], page: Page, lang: str) -> str:
    to, anchor = link["to"], link["anchor"] or ""
    if not to or "://" in to or to.startswith("mailto:"):
        return link[0]
    target = (page.source.parent / to).resolve()
    here = f"{page.key}.md"
    if target.suffix == ".md" and (target.is_relative_to(DOCS) or target in OUTSIDE.values()):
        key, named = key_of(target)
        if key == page.key and target != page.source:
            named = named or "en"  # the same page in the other language
        path = f"{key}.md" if named in {None, lang} else f"../{named}/{key}.html"
        if named is None and pages(lang)[key].source != target:
            anchor = ""  # the page of this language has other headings
        if link["open"].removeprefix("[") == f"{target.name}](":
            return f"[{title(key, named or lang)}]({_relative(path, here)}{anchor})"
    elif target.is_relative_to(DOCS) and target.is_file() and link["open"].startswith("!"):
        path = target.relative_to(DOCS).as_posix()
    elif target.is_relative_to(DOCS) and target.is_dir():
        path = f"{target.relative_to(DOCS).as_posix()}/index.md"
    elif target.exists():
        words = link["open"].removesuffix("](").removeprefix("[")
        name = target.relative_to(ROOT).as_posix()
        return words if name in words else f"{words} (`{name}`)"
    else:
        sys.exit(f"{page.source.relative_to(ROOT)}: no {to}")
    return f"{link['open']}{_relative(path, here)}{anchor})"


def _relative(path: str, here: str) -> str:
    return os.path.relpath(path, os.path.dirname(here) or ".")  # noqa: PTH120 - paths of a site, upwards too


def title(key: str, lang: str) -> str:
    """The first heading of a page, as a language shows it; of one in English only, that of the settings."""
    if pages(lang)[key].lang != lang and key in settings()["french"]:
        return str(settings()["french"][key])
    found = re.search(r"^# (.*)$", pages(lang)[key].source.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        sys.exit(f"{key}: no title")
    return found[1]


def lay_out(lang: str, folder: Path) -> None:
    """Write the pages of a language and the pictures into a folder, made anew.

    Errors: SystemExit for a link that leads nowhere.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for page in pages(lang).values():
        target = folder / f"{page.key}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(_turned(page, lang))
        if page.lang != lang:
            before, rest = re.split(r"^# .*\n+", text, maxsplit=1, flags=re.MULTILINE)
            text = f"{before}# {title(page.key, lang)}\n\n{NOTES[lang]}{rest}"
        target.write_text(text, encoding="utf-8")
    shutil.copytree(DOCS / "pictures", folder / "pictures")
