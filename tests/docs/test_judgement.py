"""The page on judgement says what is measured now."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tools"))

import judgement  # noqa: E402 - a script, found on the path put before
import judgement_fr  # noqa: E402 - idem
import judgement_smart  # noqa: E402 - idem


def test_the_page_has_the_figures_of_today() -> None:
    """Accuracy of objectives and the number of worked examples, as their scripts give them."""
    page = judgement.PAGE.read_text(encoding="utf-8")
    assert judgement.smart_section() in page
    assert judgement.examples_section() in page
    assert "| 0 |" in page


def test_letters_are_as_right_as_they_were() -> None:
    """On statements kept aside no letter falls below what it has reached."""
    aside = judgement_smart.accuracy().loc["kept aside"]
    assert aside["S"] >= 0.94
    assert aside["M"] >= 0.93
    assert aside["T"] >= 0.97
    assert aside["all"] >= 0.885


def test_without_a_churn_file_the_page_says_so() -> None:
    """Nothing is made up where nothing was given."""
    assert "Skipped" in judgement.churn_section(None)


def test_the_french_page_has_what_the_english_one_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measured anew, both change; what was not measured is said there too; a page that has less is told."""
    page = judgement.PAGE.read_text(encoding="utf-8")
    changed = tmp_path / "judgement.md"
    monkeypatch.setattr(judgement_fr, "ENGLISH", changed)
    changed.write_text(page.replace("| kept aside | 0.", "| kept aside | 1."), encoding="utf-8")
    told = judgement_fr.page()
    assert re.search(r"^\| mises de côté \| 1,\d{3} \|", told, re.MULTILINE)
    assert "$" not in told
    assert told.count("\n|---") == page.count("\n|---")
    churn = re.compile(r"(?<=## Clients: which classes leave\n).*?(?=^## )", re.DOTALL | re.MULTILINE)
    skipped = judgement.churn_section(None).partition("\n")[2] + "\n\n"
    changed.write_text(churn.sub(lambda _found: skipped, page), encoding="utf-8")
    assert "Pas mesuré" in judgement_fr.page()
    changed.write_text("# Judgement\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"judgement\.md has no"):
        judgement_fr.page()


def test_churn_is_counted(tmp_path: Path) -> None:
    """Who takes little support leaves: such clients are those at risk or to avoid."""
    names = ("OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport")
    rows = ["customerID,tenure,Contract,MonthlyCharges,Churn," + ",".join(names)]
    for at in range(40):
        stays = at % 2 == 0
        contract, left = ("Two year", "No") if stays else ("Month-to-month", "Yes")
        rows.append(
            f"c{at},{72 if stays else 1},{contract},{20 + at},{left},"
            + ",".join(["Yes" if stays else "No"] * 4)
        )
    file = tmp_path / "telco.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    table = judgement.churn_table(file)
    left = {(row.mapping, row.client_class): row.left for row in table.rows}
    for mapping in ("results", "results and years"):
        assert left[mapping, "at_risk"] == left[mapping, "avoid"] == 1
        assert left[mapping, "ideal"] == left[mapping, "happy"] == 0
        assert table.areas[mapping][0] == pytest.approx(1)
