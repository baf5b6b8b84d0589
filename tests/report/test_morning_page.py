"""The morning page in Chromium: what people see, in both languages, with and without scripts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from nasty_report import NASTY, WRITTEN, Opened, nasty
from report_data import Portfolio

from strategy_xl.report.data import Alerts, Clients, ReportData
from strategy_xl.report.morning_page import page


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_nothing_breaks_out(opened: Opened, lang: str) -> None:
    """Markup, scripts, formulas and right-to-left text are shown as they were typed, and do nothing."""
    seen = opened(nasty(), lang)
    names = seen.locator("#t-clients td.c-client bdi").all_text_contents()
    assert sorted(names) == sorted(name.replace("\x00", "\ufffd") for name in NASTY)
    assert seen.locator("img, iframe, object, main b").count() == 0
    assert seen.locator("script:not([type])").count() == 1
    assert all(
        link.startswith("%3Cimg%3E.xlsx")
        for link in seen.eval_on_selector_all("td a", "all => all.map(a => a.getAttribute('href'))")
    )
    assert seen.title().startswith({"fr": "Rapport du matin", "en": "Morning report"}[lang])


def test_nothing_breaks_out_without_scripts(opened: Opened) -> None:
    """Nor do they in the part that is written out."""
    seen = opened(nasty(), java_script_enabled=False)
    names = seen.locator("#t-clients td.c-client bdi").all_text_contents()
    assert NASTY[0] in names
    assert seen.locator("img, iframe, object, main b").count() == 0


def test_summary_is_there_without_scripts(opened: Opened, small: ReportData) -> None:
    """Sentences, classes, moves and first lines of every list are read where scripts are not allowed."""
    seen = opened(small, java_script_enabled=False)
    for part in ("better", "worse", "today"):
        assert len(seen.locator(f"#top .{part} p").inner_text()) > 20
    assert seen.locator(".tile").count() == 5
    assert seen.locator(".migrations tbody td").count() == 16
    for key in ("alerts", "clients", "kpis", "objectives", "accounts"):
        assert seen.locator(f"#t-{key} tbody tr").count() == 25
    assert seen.locator("#t-books tbody tr").count() == 6
    assert seen.locator(".tools:visible").count() == 0


def test_lists_hold_everything(opened: Opened, small: ReportData) -> None:
    """Once scripts run, each list scrolls over all its lines, though only those in sight are there."""
    seen = opened(small)
    for key, count in (("clients", 240), ("kpis", 72), ("objectives", 48), ("accounts", 36), ("books", 6)):
        assert seen.get_attribute(f"#t-{key}", "aria-rowcount") == str(count + 1)
        assert seen.locator(f"#t-{key} tbody tr:not(.spacer)").count() <= 40
    name = seen.locator("#t-clients th.c-client").bounding_box()
    assert name is not None
    assert name["width"] > 150  # a name can be read
    frame = seen.locator("#clients .frame:has(> #t-clients)")
    frame.evaluate("box => { box.scrollTop = box.scrollHeight; }")
    seen.wait_for_selector('#t-clients tr[aria-rowindex="241"]')


def test_search_finds_letters_without_accents(opened: Opened, small: ReportData) -> None:
    """Every word typed is in the line, whatever its accents and capitals, or in the workbook's name."""
    seen = opened(small)
    name = max(small.clients.names, key=lambda text: sum(letter in "éèêç" for letter in text))
    field = seen.locator("#clients .tools input[data-list]")
    field.fill(re.sub("[éèê]", "E", name).upper())
    assert name in seen.locator("#t-clients td.c-client").all_inner_texts()
    wanted = small.books[2].path
    field.fill(wanted)
    rows = int(str(seen.get_attribute("#t-clients", "aria-rowcount"))) - 1
    assert rows == small.clients.places.books.count(2)
    field.fill("zzzz")
    assert seen.locator("#clients .status").inner_text() == "rien de tel"


def test_sorting_turns_and_keeps_what_is_missing_last(opened: Opened, small: ReportData) -> None:
    """A head sorts by its column, once more the other way; lines without a value stay at the end."""
    seen = opened(small)

    def first() -> str:
        return str(seen.locator("#t-clients tbody tr:not(.spacer)").first.locator("td").first.inner_text())

    known = [
        (revenue, -at, name)
        for at, (revenue, name) in enumerate(zip(small.clients.revenues, small.clients.names, strict=True))
        if revenue is not None
    ]
    assert first() == max(known)[2]
    seen.click('#t-clients th[data-key="revenue"] button')
    assert first() == min((revenue, -at, name) for revenue, at, name in known)[2]
    assert seen.get_attribute('#t-clients th[data-key="revenue"]', "aria-sort") == "ascending"


def test_moves_lead_to_the_clients(opened: Opened, small: ReportData) -> None:
    """A click on a field of the four by four shows those clients, and only those."""
    seen = opened(small)
    pairs = list(zip(small.clients.previous, small.clients.classes, strict=True))
    before, now = next(
        pair
        for pair in pairs
        if pair[0] != pair[1] and pair[0] not in {"new", ""} and pair[1] != "incomplete"
    )
    seen.click(f'.migrations td[data-before="{before}"][data-now="{now}"] button')
    rows = int(str(seen.get_attribute("#t-clients", "aria-rowcount"))) - 1
    assert rows == pairs.count((before, now))
    seen.click(".clear")
    assert seen.get_attribute("#t-clients", "aria-rowcount") == "241"


def test_point_has_its_name_and_leads_to_its_line(opened: Opened) -> None:
    """The pointer over a point shows whose it is; a click marks the line."""
    data = nasty()
    seen = opened(data)
    seen.locator("canvas").scroll_into_view_if_needed()
    at = seen.evaluate(
        "() => { const m = LISTS.clients.matrix; const b = m.canvas.getBoundingClientRect();"
        " return [b.left + m.px(m.x[3]), b.top + m.py(m.y[3])]; }"
    )
    seen.mouse.move(*at)
    assert NASTY[3] in seen.locator(".tip").inner_text()
    seen.mouse.down()
    seen.mouse.up()
    assert NASTY[3] in seen.locator("#t-clients tr.chosen").inner_text()


def test_thresholds_are_those_of_the_workbooks_shown(opened: Opened) -> None:
    """Where they differ there is a band, and a note; filtered on one workbook, its own, if it is known."""
    data = Portfolio(3, 60).data()
    limits = {data.books[0].path: 45.0, data.books[1].path: 62.5, data.books[2].path: None}
    data = replace(data, books=[replace(book, threshold=limits[book.path]) for book in data.books])
    seen = opened(data)
    note = seen.locator("#matrix-limits")
    drawn = "(({ low, high, isKnown }) => isKnown && [low, high])(LISTS.clients.matrix.limits())"
    assert seen.evaluate(drawn) == [45, 62.5]
    assert "de 45 à 62,5" in note.inner_text()
    assert "n’est pas connu" in note.inner_text()
    field = seen.locator("#clients .tools input[list]")
    for path, limit in limits.items():
        field.fill(path)
        seen.wait_for_timeout(300)  # the picture follows the list when somebody pauses
        assert seen.evaluate(drawn) == (limit is not None and [limit, limit])
        assert note.is_hidden() == (limit is not None)


def test_place_can_be_copied(opened: Opened, small: ReportData) -> None:
    """The button beside a place copies workbook, sheet and cell; the link leads there."""
    seen = opened(small, permissions=["clipboard-read", "clipboard-write"])
    row = seen.locator("#t-kpis tbody tr:not(.spacer)").first
    row.locator(".copy").click()
    at = int(str(row.get_attribute("data-row")))
    told = seen.evaluate("at => placeOf(LISTS.kpis.block, at).told", at)
    assert re.fullmatch(r"[^!]+\.xlsx!KPI!A\d+", told)
    assert seen.evaluate("navigator.clipboard.readText()") == told
    assert str(row.locator("a").get_attribute("href")).endswith("#'KPI'!A" + told.rpartition("A")[2])


def test_page_is_accessible(opened: Opened) -> None:
    """axe-core finds nothing, neither on light ground nor, of contrasts, on dark.

    Only violations are written out: naming every element that is as it should be takes most of axe's time.
    """
    told = {"resultTypes": ["violations"]}
    seen = opened(Portfolio(1, 12).data(), bypass_csp=True)
    found = Axe().run(seen, options=told)
    assert found.violations_count == 0, found.generate_report()
    seen.emulate_media(color_scheme="dark")
    contrasts = Axe().run(seen, options=told | {"runOnly": ["color-contrast"]})
    assert contrasts.violations_count == 0, contrasts.generate_report()


def test_keys_reach_search_and_chart(opened: Opened, small: ReportData) -> None:
    """A stroke goes to the search of the list in sight; the chart is zoomed and moved by keys."""
    seen = opened(small)
    seen.locator("#kpis").scroll_into_view_if_needed()
    seen.evaluate("document.getElementById('kpis').scrollIntoView()")
    seen.keyboard.press("/")
    assert seen.evaluate("document.activeElement.dataset.list") == "kpis"
    seen.locator("canvas").focus()
    wide = "LISTS.clients.matrix.seen.right - LISTS.clients.matrix.seen.left"
    before = seen.evaluate(wide)
    seen.keyboard.press("+")
    assert seen.evaluate(wide) < before
    seen.keyboard.press("0")
    assert seen.evaluate(wide) == before


def test_theme_turns(opened: Opened, small: ReportData) -> None:
    """A button turns the page light and dark whatever the system says."""
    seen = opened(small, color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = seen.evaluate(ground)
    for _ in range(2):
        seen.locator("#toolbar button").first.click()
    assert seen.evaluate(ground) != light


def test_prints_on_few_pages(opened: Opened, small: ReportData) -> None:
    """On paper it takes few pages, light even when the screen is dark, each list with its first lines."""
    seen = opened(small, color_scheme="dark")
    pages = len(re.findall(rb"/Type\s*/Page\b", seen.pdf(prefer_css_page_size=True)))
    assert 3 <= pages <= 9
    seen.emulate_media(media="print")
    assert (
        seen.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--card').trim()")
        == "#ffffff"
    )


def test_page_of_nothing(opened: Opened) -> None:
    """A report of a first night without any client says so and works."""
    data = replace(Portfolio(1, 0, compared=False).data(), alerts=Alerts(), clients=Clients())
    seen = opened(data)
    assert seen.get_attribute("html", "data-whole") is not None
    assert "Aucun client." in seen.locator("#clients").inner_text()
    assert "première nuit" in seen.locator(".band").inner_text()


def test_page_of_few_clients(opened: Opened) -> None:
    """Of a firm that has just begun: each class once, and still lists, chart and chips."""
    page = opened(Portfolio(1, 3).data())
    assert page.locator("p.failed").is_hidden()
    assert page.locator("canvas").first.is_visible()
    assert page.locator("#clients tbody tr").count() >= 3


def test_same_report_gives_the_same_page(small: ReportData) -> None:
    """Nothing in the page depends on chance or on the clock."""
    assert page(small, "fr", WRITTEN) == page(small, "fr", WRITTEN)


def test_each_letter_draws_only_what_is_in_sight(opened: Opened) -> None:
    """However many clients a search finds, those in sight are drawn (how fast: ``benchmarks/report.py``)."""
    seen = opened(Portfolio(30, 3_000).data())
    answered = seen.evaluate(
        """async (text) => {
          const field = document.querySelector('#clients .tools input[data-list]'), found = [];
          const table = document.querySelector('#t-clients');
          for (const letter of text) {
            field.value += letter;
            field.dispatchEvent(new Event('input', { bubbles: true }));
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
            const lines = table.querySelectorAll('tbody tr:not(.spacer)').length;
            found.push([table.getAttribute('aria-rowcount') - 1, lines]);
          }
          return found;
        }""",
        "biscuiterie tre",
    )
    counts = [count for count, _ in answered]
    assert counts == sorted(counts, reverse=True)
    assert 0 < counts[-1] < counts[0]
    assert all(0 < lines <= 40 for _, lines in answered), answered
