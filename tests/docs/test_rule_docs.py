"""The pages of the rules: fresh, one for every rule a template runs, their examples as stated."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from strategy_xl.schema.loader import load_default

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import rule_docs  # noqa: E402 - a tool, not in the package

CONCEPTS = (
    "client-matrix", "smart", "kpi", "stakeholders", "influence", "completeness", "swot", "positioning",
    "revenue", "growth", "cqqcoqp", "combien", "funnel", "persona", "icp",
    "advice", "memory",
)  # fmt: skip


PAGES = {page["key"]: page for page in rule_docs.data()["pages"]}
EXAMPLES = [
    pytest.param(spec, id=f"{key}-{place}")
    for key, page in PAGES.items()
    for place, spec in enumerate(page["examples"])
]


def test_pages_are_fresh() -> None:
    """What stands in docs/rules is what the generator writes now."""
    found = subprocess.run(
        [sys.executable, rule_docs.__file__, "--check"], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (0, ""), found.stdout + found.stderr


def test_every_concept_and_every_rule_of_the_templates_has_a_page() -> None:
    """No concept is left out, and no template runs a rule that no page describes."""
    assert set(PAGES) >= set(CONCEPTS)
    described = {module for page in PAGES.values() for module in page["modules"]}
    run = {call.run.partition(".")[0] for module in load_default().modules for call in module.rules}
    assert len(run) > 10
    assert run <= described


def figures(text: str, lang: str) -> set[str]:
    """The numbers of a text, as one language or the other writes them."""
    text = re.sub(r"<?https?:\S+", "", text)
    if lang == "fr":
        text = re.sub(r"(?<=\d),(?=\d)", ".", re.sub(r"(?<=\d)[\u202f\u00a0 ](?=\d{3}(?!\d))", "", text))
    else:
        text = re.sub(r"(?<=\d)[, ](?=\d{3}(?!\d))", "", text)
    return {str(float(found)) for found in re.findall(r"\d*\.?\d+", text)}


@pytest.mark.parametrize("key", PAGES)
def test_the_french_words_tell_no_other_figures(key: str) -> None:
    """What they say of a rule in numbers stands in the English page, which has it from the code."""
    own = rule_docs.french()[key]
    assert set(own) <= {"title", "what", "why", "inputs_text", "definition", "source", "examples"}
    examples = [text for spec in own["examples"] for text in spec.values()]
    told = "\n".join([*(text for text in own.values() if isinstance(text, str)), *examples])
    page = (rule_docs.DOCS / f"{key}.md").read_text(encoding="utf-8")
    assert figures(told, "fr") - figures(page, "en") == set()


def test_no_page_is_left_over() -> None:
    """Every file of the folder is written by the generator."""
    assert {path.name for path in rule_docs.DOCS.iterdir()} == {name for name, _text in rule_docs.contents()}


@pytest.mark.parametrize("spec", EXAMPLES)
def test_the_example_comes_out_as_stated(spec: dict[str, object]) -> None:
    """Every stated value is the computed one, and every call states at least one."""
    assert list(rule_docs.mismatches(spec)) == []
    assert all(any(row) for call in spec["calls"] for row in call["expect"])  # type: ignore[attr-defined]


def test_a_wrong_statement_is_told() -> None:
    """A value off in its last digit and a missing row are reported."""
    spec = PAGES["combien"]["examples"][0]
    call = spec["calls"][0]
    for expect in ([{"leads_per_week": Decimal("8.8")}], [{"leads": 401}], [{"need": ""}], []):
        assert len(list(rule_docs.mismatches({**spec, "calls": [{**call, "expect": expect}]}))) == 1


@pytest.mark.parametrize(
    ("found", "stated", "expected"),
    [
        (33.754, Decimal("33.75"), True),
        (33.756, Decimal("33.75"), False),
        (float("nan"), "", True),
        (0.0, "", False),
        (float("nan"), 0, False),
        (30.0, 30, True),
        (True, False, False),
        ("st", "st", True),
    ],
)
def test_agreement_is_to_the_decimals_stated(found: object, stated: object, expected: bool) -> None:
    """Decimals are compared as stated, the rest exactly, and missing is never 0."""
    assert rule_docs.agrees(found, stated) is expected
