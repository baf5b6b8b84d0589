"""The site: built without a warning, links lead somewhere, nothing is fetched, the search works."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fewer import few_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import docs_pages  # noqa: E402 - a tool, not in the package
import docs_site  # noqa: E402 - idem

pytestmark = pytest.mark.xdist_group("site")
LARGEST, ALL = 120_000, 2_000_000
"""Bytes of a picture, and of all."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both languages, as ``make docs`` builds them."""
    return docs_site.build(tmp_path_factory.mktemp("site") / "site")


@pytest.fixture(scope="module")
def reading(browser: Browser) -> Iterator[Page]:
    """A page of a browser that is cut off from every network; it may take the time of a busy machine."""
    context = browser.new_context(offline=True)
    context.set_default_timeout(180_000)
    yield context.new_page()
    context.close()


def test_every_link_leads_somewhere_and_nothing_is_fetched(site: Path) -> None:
    """Pages, anchors, pictures, scripts; no address of another server is loaded, in styles neither."""
    assert list(docs_site.faults(site)) == []
    for style in site.rglob("*.css"):
        assert (
            re.findall(r"(?:url\(|@import )\s*['\"]?(?:https?:)?//", style.read_text(encoding="utf-8")) == []
        )


def test_faults_are_told(tmp_path: Path) -> None:
    """The check itself: a page that is not there, an anchor that is not, a script of elsewhere."""
    (tmp_path / "a.html").write_text(
        '<a href="none.html">x</a><a href="#none">y</a><a href="a.html#here" id="here">z</a>'
        '<script src="https://example.org/a.js"></script><a href="https://example.org">only a link</a>',
        encoding="utf-8",
    )
    assert len(list(docs_site.faults(tmp_path))) == 3


def test_a_folder_of_somebodys_is_left_alone(tmp_path: Path) -> None:
    """Only a site is replaced."""
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit, match="something else"):
        docs_site.build(tmp_path)
    assert (tmp_path / "letter.txt").is_file()


def test_both_languages_have_every_page(site: Path) -> None:
    """Under the same address; one that is in the other language says so."""
    pages = {
        lang: {path.relative_to(site / lang).as_posix() for path in (site / lang).rglob("*.html")}
        for lang in docs_pages.LANGUAGES
    }
    assert pages["fr"] == pages["en"] == {f"{key}.html" for key in docs_pages.pages("fr")}
    told = (site / "fr" / "templates.html").read_text(encoding="utf-8")
    assert "Cette page n’existe qu’en anglais" in told
    own = (site / "fr" / "findings.html").read_text(encoding="utf-8")
    assert "Cette page n’existe qu’en anglais" not in own


def test_titles_in_the_settings_are_those_of_pages_in_english_only() -> None:
    """A French page has its own title: one kept beside it would say something else one day."""
    pages = docs_pages.pages("fr")
    own = {key for key in docs_pages.settings()["french"] if pages[key].lang == "fr"}
    assert own == set()
    english = {key for key, page in pages.items() if page.lang == "en" and not key.startswith("decisions/0")}
    assert english == set(docs_pages.settings()["french"])


@pytest.mark.parametrize(
    ("lang", "words", "found"),
    few_of(2, [("en", "SX204", "findings.html"), ("fr", "formateur", "trainer.html")], spread=True),
)
def test_search_from_the_disk(reading: Page, site: Path, lang: str, words: str, found: str) -> None:
    """Opened as a file, without a server: what is typed leads to the page."""
    reading.goto((site / lang / "index.html").as_uri())  # with all that listens to keys
    reading.keyboard.press("Control+k")
    reading.keyboard.type(words)
    reading.wait_for_selector("mark")
    reading.keyboard.press("Enter")
    reading.wait_for_url(f"**/{lang}/{found}*", wait_until="commit")


def test_the_other_language_is_one_click_away(reading: Page, site: Path) -> None:
    """From a page to the same page."""
    reading.goto((site / "fr" / "rules" / "kpi.html").as_uri(), wait_until="domcontentloaded")
    reading.click("a.sx-language")
    reading.wait_for_url("**/en/rules/kpi.html", wait_until="commit")


def test_pictures_are_small_and_used() -> None:
    """Each and all together; none is left over."""
    pictures = [path for path in (ROOT / "docs" / "pictures").rglob("*") if path.is_file()]
    sizes = {path.name: path.stat().st_size for path in pictures}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
    assert sum(sizes.values()) <= ALL
    texts = [
        path.read_text(encoding="utf-8") for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    ]
    shown = set(re.findall(r"pictures/(?:functions/)?([\w-]+\.\w+)", "".join(texts)))
    assert set(sizes) - shown == {"icon.svg"}
