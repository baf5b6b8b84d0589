"""Reports of versions before the mark are still known as ours, and nothing of other people is."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path

import pytest
from openpyxl import Workbook

from strategy_xl.privacy.files import is_report

LISTS = ("accounts", "alerts", "books", "clients", "kpis", "objectives")
POLICY = "default-src &#x27;none&#x27;; style-src &#x27;sha256-x=&#x27;"
PAGE = f'<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="{POLICY}"><p>Léa'
REPORT = {"night": {"run": "1", "day": "2027-03-01"}, "highlights": {"better": "Léa"}}


def mail(content: str) -> bytes:
    """A mail with a page, as it was written then."""
    made = EmailMessage()
    made["Subject"], made["X-Unsent"] = "Nuit", "1"
    made.set_content("Bonjour", cte="base64")
    made.add_attachment(content, subtype="html", cte="base64", filename="page.html")
    return made.as_bytes()


@pytest.mark.parametrize(
    ("name", "content", "is_ours"),
    [
        ("a.html", PAGE.encode(), True),
        ("a.html", b"<!DOCTYPE html><p>L\xc3\xa9a", False),
        ("a.json", json.dumps(REPORT, indent=1).encode(), True),
        ("a.json", json.dumps({"night": "Léa"}).encode(), False),
        ("a.xml", b'<testsuites name="x">\n<testsuite name="plan.xlsx"><a/>', True),
        ("a.xml", b'<testsuites name="x"><testsuite name="unit"><a/>', False),
        ("a.eml", mail(PAGE), True),
        ("a.eml", mail("<p>Léa"), False),
    ],
)
def test_files_by_how_they_begin(tmp_path: Path, name: str, content: bytes, is_ours: object) -> None:
    """Page, JSON, JUnit and mail."""
    (tmp_path / name).write_bytes(content)
    assert is_report(tmp_path / name) is is_ours


def test_lists_where_all_of_them_are(tmp_path: Path) -> None:
    """One list alone may be anybody's."""
    for name in LISTS:
        assert not any(map(is_report, tmp_path.glob("*.csv")))
        (tmp_path / f"{name}.csv").write_text("Léa", encoding="utf-8")
    assert all(map(is_report, tmp_path.glob("*.csv")))


@pytest.mark.parametrize(("title", "is_ours"), [("Rapport du matin, 01/04/2027", True), ("Stratégie", False)])
def test_a_portfolio_by_maker_and_title(tmp_path: Path, title: str, is_ours: object) -> None:
    """A workbook of the staff has the same maker, but not such a title."""
    book = Workbook()
    book.properties.creator, book.properties.title = "strategy_xl", title
    book.save(tmp_path / "portfolio.xlsx")
    assert is_report(tmp_path / "portfolio.xlsx") is is_ours
