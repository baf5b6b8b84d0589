"""The pages of our own: what stands on them, that nothing leaves its place, and how they are joined."""

from __future__ import annotations

import random
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from strategy_xl.book.read import read_workbook
from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.errors import WorkbookError
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.spec import Tone
from strategy_xl.text.catalog import message
from strategy_xl.work.printing.essentials import (
    QUADRANTS,
    Action,
    ClientClass,
    Criterion,
    Essentials,
    Figure,
    Goal,
    Indicator,
    Quadrant,
    State,
    essentials,
)
from strategy_xl.work.printing.front import Edition, Entry, front
from strategy_xl.work.printing.joining import Properties, joined, read_printout
from strategy_xl.work.printing.one_page import one_page
from strategy_xl.work.printing.paper import A4, FORMATS, LETTER, SMALLEST, Box, Format, Paper, Style
from strategy_xl.work.printing.plan import board_page, copy_for_printer, plan_printing
from strategy_xl.work.recompute import JobReport

DAY = date(2026, 11, 30)
FIGURES = ("completeness", "plan", "place", "coverage", "personas", "alerts", "urgent")
SPEC = load_default()


def texts(page: Any) -> list[tuple[str, float, float, float]]:
    """Each piece of text of a page with its place and its size."""
    found = []

    def visit(text: str, _cm: Any, tm: Any, _font: Any, size: float) -> None:
        if text.strip():
            found.append((text, tm[4], tm[5], size))

    page.extract_text(visitor_text=visit)
    return found


def words(content: bytes) -> str:
    """The text of all pages in one line, with plain spaces."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return " ".join(" ".join(pages).replace("\N{NO-BREAK SPACE}", " ").split())


# -- the page for a board -----------------------------------------------------------------------------------


def test_the_page_tells_what_the_cells_show(example: tuple[Path, JobReport]) -> None:
    """Company, states, and of each class of clients the number and the margin that a sum gives."""
    plan = plan_printing(example[0], SPEC, (), A4)
    bound = board_page(plan, SPEC, DAY, "test")
    shown = words(bound.content)
    assert bound.pages == 1
    assert bound.findings == ()
    clients = plan.data.blocks["clients"].frame
    for key in ("ideal", "happy", "at_risk", "avoid"):
        own = clients[clients["class_live"] == key]
        margin = message("pdf.board.margin", "fr", margin=own["margin_used"].sum())
        label = plan.data.choices["client_class"].by_key[key]
        told = f"{len(own)} {label} {margin}".replace("\N{NARROW NO-BREAK SPACE}", " ")
        assert told.replace("\N{NO-BREAK SPACE}", " ") in shown
    for text in ("28/11/2026", "30/11/2026", "En bonne voie", "SWOT – ST : défendre", "Signer 24 nouveaux"):
        assert text in shown


def test_the_gravest_kpis_and_the_first_objectives_come_first(example: tuple[Path, JobReport]) -> None:
    """KPIs by gravity, objectives by rank, items of the SWOT by weight; what has no room is counted."""
    data = read_workbook(example[0], SPEC)
    found = essentials(data, SPEC, objectives=5, kpis=8)
    tones = [kpi.state.tone for kpi in found.kpis if kpi.state is not None]
    assert tones == sorted(tones, key=[Tone.BAD, Tone.WARN, Tone.GOOD].index)
    assert Tone.BAD in tones
    objectives = data.blocks["objectives"].frame
    ranked = objectives[objectives["active"] != False].sort_values("rank")["title"].tolist()  # noqa: E712
    assert [goal.title for goal in found.objectives] == ranked[:5]
    assert found.more_objectives == len(ranked) - 5
    items = data.blocks["swot_items"].frame
    heavy = items[items["box"] == "threat"].sort_values("weighted", ascending=False, kind="stable")
    assert found.swot[3].items == tuple(heavy["text"][:3])


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    """A workbook without anything: every part is to be completed, in the workbook's language."""
    book = tmp_path / "plan.xlsx"
    book.write_bytes(render(only(SPEC, ["swot"]), lang="en", company="", today=DAY, rows={}))
    bound = board_page(plan_printing(book, SPEC, (), A4), SPEC, DAY, "test")
    shown = words(bound.content)
    assert shown.count("to be completed") == 7 + 7  # parts and figures
    assert "Company to be filled in" in shown
    assert "No results noted yet" in shown


def _full(lang: str, text: str) -> Essentials:
    """A page on which every text is that long."""
    state = State(text, Tone.BAD)
    return Essentials(
        lang,
        text,
        text,
        DAY,
        tuple(Figure(key, text) for key in FIGURES),
        tuple(Quadrant(key, Tone.GOOD, (text,) * 3) for key in QUADRANTS),
        state,
        (Goal(text, state, state, DAY, text),) * 5,
        1000,
        (Indicator(text, text, text, 7.0, state),) * 8,
        1000,
        (ClientClass(state, 123456, 1e12),) * 4,
        123456,
        (Action(text, 1e12),) * 5,
        (Criterion(text, text, 1.0),) * 12,
        text,
        1e9,
    )


@pytest.mark.parametrize("paper", FORMATS.values(), ids=list(FORMATS))
@pytest.mark.parametrize("text", ["Améliorer l’accueil des prospects œnologues " * 20, "W" * 32_000, "É"])
def test_nothing_leaves_the_page_and_all_can_be_read(text: str, paper: Format) -> None:
    """Whatever the length: one page, no letter outside of it, none smaller than 8 points."""
    lang = "fr" if paper is A4 else "en"
    content = one_page(_full(lang, text), paper, SPEC.theme, DAY)
    (page,) = PdfReader(BytesIO(content)).pages
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    assert (width, height) == pytest.approx((paper.height, paper.width), abs=0.1)
    found = texts(page)
    assert min(size for *_, size in found) >= SMALLEST
    measure = Paper(1, 1, SPEC.theme)
    for shown, x, y, size in found:
        assert x > 0
        assert 4 < y < height - 4
        line = shown.splitlines()[0].strip()
        assert x + measure.width_of(line, Style(size)) < width + 1
    assert len(text) == 1 or "…" in page.extract_text()


def test_lines_keep_to_their_width() -> None:
    """A law: no line is wider than told, and nothing is lost but behind an ellipsis."""
    paper, rng = Paper(100, 100, SPEC.theme), random.Random(7)  # noqa: S311 - no secret
    letters = "abc éÀœ€—W i\N{NO-BREAK SPACE}"
    for _ in range(400):
        text = "".join(rng.choices(letters, k=rng.randint(0, 60)))
        width, most, style = rng.uniform(20, 200), rng.randint(1, 4), Style(rng.choice([8.0, 12.0]))
        lines, _font = paper.lines_of(text, style, width, most)
        assert len(lines) <= most
        assert all(paper.width_of(line, style) <= width + 1e-6 for line in lines)
        if not (lines and lines[-1].endswith("…")):
            assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_letters_of_many_languages_are_found(tmp_path: Path) -> None:
    """Accents, signs and letters of our neighbours are in the PDF as letters, not as question marks."""
    paper = Paper(600, 100, SPEC.theme)
    for top, text in enumerate(("Œuvre, çà & là – 25 €", "Łódź, Čapek, Şahin, Ångström")):
        paper.write(text, Box(10, 10 + 30 * top, 580, 20), Style(12, bold=bool(top)))
    shown = words(paper.finish())
    assert "Œuvre, çà & là – 25 €" in shown
    assert "Łódź" in shown or "?" in shown  # a machine without any font of its own has Western letters only


# -- which sheets, and the copy for the printer -------------------------------------------------------------


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A protected SWOT workbook with a sheet of people's own, and one that they hid."""
    path = tmp_path_factory.mktemp("plain") / "plan.xlsx"
    path.write_bytes(render(only(SPEC, ["swot"]), lang="fr", company="A", today=DAY, rows={}, protect=True))
    book = load_workbook(path)
    book.create_sheet("Notes & idées", 1)["A1"] = "À moi"
    book.create_sheet("Caché")["A1"] = "secret"
    book["Caché"].sheet_state = "hidden"
    book.save(path)
    return path


def test_sheets_are_called_as_people_call_them(plain: Path) -> None:
    """By key, title in either language or own title; in the order of the tabs, without hidden ones."""
    wanted = plan_printing(plain, SPEC, ("Settings", "notes & idées", "swot"), A4).sheets
    assert wanted == ("SWOT", "Notes & idées", "Paramètres")
    everything = plan_printing(plain, SPEC, (), A4).sheets
    assert everything == tuple(title for title in load_workbook(plain).sheetnames if title != "Caché")


@pytest.mark.parametrize(
    ("name", "code", "said"), [("SWOTT", "SX920", "SWOT"), ("Caché", "SX976", "Caché"), ("kpi", "SX920", "")]
)
def test_a_sheet_that_cannot_be_printed_is_told(plain: Path, name: str, code: str, said: str) -> None:
    """One that is not there, with those that are near; one that is hidden."""
    with pytest.raises(WorkbookError) as caught:
        plan_printing(plain, SPEC, (name,), A4)
    assert caught.value.finding.code == code
    assert caught.value.finding.location.workbook == str(plain)
    assert said in str(caught.value.finding.args)


def test_the_copy_has_what_is_printed_and_the_workbook_is_as_it_was(plain: Path) -> None:
    """Other sheets hidden, one paper, no protection; every other part is the same."""
    before = plain.read_bytes()
    stream = BytesIO()
    copy_for_printer(plan_printing(plain, SPEC, ("SWOT", "Notes & idées"), LETTER), SPEC, stream)
    assert plain.read_bytes() == before
    copy, book = load_workbook(stream), load_workbook(plain)
    visible = [sheet.title for sheet in copy if sheet.sheet_state == "visible"]
    assert visible == ["SWOT", "Notes & idées"]
    assert copy.active is not None
    assert copy.active.title == "SWOT"
    assert copy.sheetnames == book.sheetnames
    for title in visible:
        assert int(copy[title].page_setup.paperSize) == LETTER.number
        assert not copy[title].protection.sheet
    assert book["SWOT"].protection.sheet
    assert copy["SWOT"].page_setup.fitToWidth == book["SWOT"].page_setup.fitToWidth
    with zipfile.ZipFile(stream) as ours, zipfile.ZipFile(plain) as theirs:
        same = [name for name in theirs.namelist() if ours.read(name) == theirs.read(name)]
        assert len(theirs.namelist()) - len(same) == 3  # the workbook part and two sheets
        assert ours.namelist() == theirs.namelist()


# -- joined -------------------------------------------------------------------------------------------------


def _printout(path: Path, sheets: dict[str, int]) -> Path:
    """A PDF as LibreOffice makes it: pages, a bookmark where each sheet begins."""
    canvas = Canvas(str(path), pagesize=(595, 842))
    for title, count in sheets.items():
        for number in range(count):
            canvas.drawString(50, 50, f"{title} {number + 1}")
            if not number:
                canvas.bookmarkPage(title)
                canvas.addOutlineEntry(title, title, level=0)
            canvas.showPage()
    canvas.save()
    return path


def test_contents_bookmarks_and_numbers_agree(tmp_path: Path) -> None:
    """Each line of the contents leads to its sheet's first page, whose number it tells; its bookmark too."""
    sheets = {f"Feuille {n}": 1 + n % 3 for n in range(60)}  # more than one page of contents
    unwanted = "Feuille 7"
    printout = read_printout(_printout(tmp_path / "all.pdf", sheets), sheets.keys() - {unwanted})
    assert printout.pages["Feuille 2"] == range(3, 6)
    page, entries = 1, []
    for title, span in printout.pages.items():
        entries.append(Entry(title, "Que faire ?", title[8:9], "0F766E", page))
        page += len(span)
    edition = Edition("fr", "Énergie & fils", "Stratégie", "plan.xlsx", DAY, None, (("Seuil", "50"),) * 40)
    pages, ways = front(edition, entries, A4, SPEC.theme)
    content = joined(pages, ways, printout, entries, Properties("Titre", "Énergie", "fr", "essai"))
    reader = PdfReader(BytesIO(content))
    lead = len(PdfReader(BytesIO(pages)).pages)
    assert lead >= 3
    assert len(reader.pages) == lead + sum(sheets.values()) - sheets[unwanted]
    assert reader.page_labels[lead - 1 : lead + 1] == ["i" * lead if lead < 4 else "iv", "1"]
    leads = {}
    for number in range(lead):
        for item in reader.pages[number].get("/Annots", []):
            target = item.get_object()["/Dest"]
            leads[len(leads)] = (
                target[0] if isinstance(target[0], int) else reader.get_page_number(target[0].get_object())
            )
    for number, entry in enumerate(entries):
        at = lead + entry.page - 1
        assert reader.pages[at].extract_text().strip() == f"{entry.title} 1"
        assert leads[number] == at
    marks = [item for part in reader.outline if isinstance(part, list) for item in part]
    assert [mark.title for mark in marks] == [entry.title for entry in entries]
    assert [reader.get_destination_page_number(mark) for mark in marks] == [
        lead + e.page - 1 for e in entries
    ]
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Titre", "Énergie")
    assert reader.root_object["/Lang"] == "fr"
    assert "Énergie & fils" in words(pages)
