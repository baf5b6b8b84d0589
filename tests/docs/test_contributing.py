"""What pages name exists, above all those for contributors; every record is whole, every fragment is one."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
PAGES = [ROOT / "CONTRIBUTING.md", ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
ROOMS = "strategy_xl|tests|tools|workbook_templates|docs|benchmarks|changes"
NAMED = re.compile(rf"(?<![\w./-])(?:{ROOMS})/[\w.*/<>-]*")
MODULE = re.compile(r"(?<![\w./-])(strategy_xl\.[a-z]\w*)(?=\.\w)")
"""The first two parts of a dotted name: ``strategy_xl.rules`` of ``strategy_xl.rules.kpi``."""
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def absent(text: str, folder: Path) -> list[str]:
    """Paths of a text that lead nowhere: named from the root (``<x>`` is anything), links, modules."""
    named = {path.rstrip(".") for path in NAMED.findall(LINK.sub("", text))}
    links = {link for link in LINK.findall(text) if "://" not in link}
    lost = {path for path in named if not any(ROOT.glob(re.sub(r"<[^>]*>", "*", path)))}
    lost |= {name for name in MODULE.findall(text) if not any(ROOT.glob(name.replace(".", "/") + "*"))}
    return sorted(lost | {link for link in links if not (folder / link).exists()})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_exists(page: Path) -> None:
    """A page names no file, folder or pattern that is not there."""
    assert absent(page.read_text(encoding="utf-8"), page.parent) == []


def test_what_is_gone_is_told() -> None:
    """The check itself: names in code, with a wildcard, dotted or as a link are found; other words not."""
    text = (
        "`strategy_xl/none/`, tests/none/test_<x>.py. `tools/docs.py` [a](gone.md) [b](README.md#use) out/x "
        "strategy_xl.none.kpi strategy_xl.rules.kpi strategy_xl.oxt"
    )
    assert absent(text, ROOT) == [
        "gone.md", "strategy_xl.none", "strategy_xl/none/", "tests/none/test_<x>.py",
    ]  # fmt: skip
    assert len(NAMED.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))) > 60


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_a_record_is_whole_and_listed(record: Path) -> None:
    """Number, status with its day, context, decision, consequences; and a line in the index."""
    text = record.read_text(encoding="utf-8")
    assert text.startswith(f"# {record.name[:4]} ")
    assert re.search(r"^Status: (accepted|replaced by \d{4}) · \d{4}-\d\d-\d\d", text, re.MULTILINE)
    heads = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert heads == ["Context", "Decision", "Consequences"]
    assert f"]({record.name})" in (record.parent / "README.md").read_text(encoding="utf-8")


def test_records_are_numbered_without_gap() -> None:
    """0001, 0002, …: a number is never used twice."""
    assert [record.name[:4] for record in RECORDS] == [f"{n:04d}" for n in range(1, len(RECORDS) + 1)]
    assert len(RECORDS) >= 6


def test_every_fragment_has_a_type_of_the_changelog() -> None:
    """A file in changes/ would not be lost when the changelog is made, and its README names the types."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]
    types = [kind["directory"] for kind in settings["type"]]
    readme = (ROOT / "changes" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE) == types
    for path in (ROOT / "changes").iterdir():
        if path.name != "README.md":
            assert re.fullmatch(rf"(\+[a-z0-9-]+|\d+)\.({'|'.join(types)})\.md", path.name), path.name
            assert path.read_text(encoding="utf-8").strip()
    assert settings["start_string"] in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_make_help_tells_every_target() -> None:
    """A target that people may call has a line of its own in ``make help``."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = makefile.split(".PHONY:")[1].split("\n")[0].split()
    told = re.findall(r"^([a-z-]+):.*  ## \S", makefile, re.MULTILINE)
    assert sorted(told) == sorted(phony)


@pytest.mark.parametrize(
    "form", sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml")), ids=lambda f: f.stem
)
def test_an_issue_form_is_one(form: Path) -> None:
    """Name, description, fields of the kinds that there are, each with a label and an id of its own."""
    read = yaml.safe_load(form.read_text(encoding="utf-8"))
    assert {"name", "description", "labels", "body"} == set(read)
    kinds = {"markdown", "textarea", "input", "dropdown", "checkboxes"}
    assert {field["type"] for field in read["body"]} <= kinds
    fields = [field for field in read["body"] if field["type"] != "markdown"]
    assert len({field["id"] for field in fields}) == len(fields) >= 3
    assert all(field["attributes"]["label"] for field in fields)
