"""What tutorial, guides and README tell people to type runs as it stands and answers as it is shown."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from typed_in_pages import read_by_a_shell, unknown_commands, unknown_options

from strategy_xl.commands import cli

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import snippets  # noqa: E402 - a tool, not in the package

DOCS = ROOT / "docs"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
GUIDES = {"staff": "fr", "consultant": "en", "trainer": "fr", "developer": "en"}
"""Guides, and the language in which each is run: its commands are the same in the other."""
TYPED = ("tutorial", *GUIDES, "administrator")
"""Pages that are run: the tutorial by test_site_pictures.py, the administrator's beside it."""
SUFFIX = {"fr": ".fr.md", "en": ".md"}
WRITTEN = [
    path
    for path in sorted(DOCS.glob("*.fr.md"))
    if not path.read_text(encoding="utf-8").startswith("<!-- Generated")
]
"""French pages by hand; the texts of the others stand in catalogues and templates, which have a test."""
SHORTER = {"administrator", "lossless", "reliability"}
"""French pages that leave the detail to the English one."""
WHOLE = [name for path in WRITTEN if (name := path.name.removesuffix(".fr.md")) not in SHORTER]
"""French pages that say all of what the English one says."""
PROSE = [ROOT / "tools" / "rule_docs_fr.toml", ROOT / "tools" / "judgement_fr.md"]
"""The French words of pages that are generated."""
FOUND_ELSEWHERE = {"--upgrade", "--then", "--nworkers", "--nthreads", "--empty"}
"""Of pip, of the commands after a schedule, of Dask's worker, of a benchmark."""


def page(name: str, lang: str) -> Path:
    """The file of a page in a language."""
    return DOCS / f"{name}{SUFFIX[lang]}"


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_runs(name: str, tmp_path: Path) -> None:
    """In a folder of its own; the staff have been given a workbook."""
    if name == "staff":
        made = CliRunner().invoke(
            cli, ["new", str(tmp_path / "plan.xlsx"), "--only", "client_matrix", "--with-example"]
        )
        assert made.exit_code == 0, made.output
    assert snippets.run(page(name, GUIDES[name]), tmp_path, GUIDES[name]) == []


def test_readme_shows_what_make_demo_answers(tmp_path: Path) -> None:
    """The lines of the target in the Makefile; those further down are run by tests/commands/test_cli.py."""
    head = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Start")[0]
    top = tmp_path / "top.md"
    top.write_text(head, encoding="utf-8")
    picture, typed, shown = snippets.snippets(top)
    assert (picture.kind, typed.kind, shown.kind) == ("picture", "console", "text")
    assert [line.partition("#")[0].strip() for line in typed.text.splitlines()] == ["make demo", "make test"]
    variables = dict(re.findall(r"^(\w+) [:?]?= *(.*)$", MAKEFILE, re.MULTILINE))
    recipe = re.search(r"^demo:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert recipe is not None
    lines = re.findall(r"^\t\$\(BIN\)/(strategy-xl .*?)(?: \|\| .*)?$", recipe[1], re.MULTILINE)
    assert len(lines) == 2
    (tmp_path / variables["OUT"]).mkdir()
    said = "\n".join(lines).replace("$(DEMO)", variables["DEMO"].replace("$(OUT)", variables["OUT"]))
    top.write_text(f"```console\n{said}\n```\n\n```text\n{shown.text}```\n", encoding="utf-8")
    assert snippets.run(top, tmp_path, "fr") == []


@pytest.mark.parametrize("name", [*TYPED, *(name for name in WHOLE if name not in TYPED)])
def test_what_is_typed_is_the_same_in_both_languages(name: str) -> None:
    """A page and its translation have the same commands, but for names of files and of the language."""

    def typed(path: Path) -> list[str]:
        lines = [
            line
            for each in snippets.snippets(path)
            if each.kind in {"console", "sh"}
            for line in each.text.splitlines()
        ]
        return [re.sub(r"#.*| --lang en|\b[\w-]+\.(?:xlsx|html|csv)\b", "", line).strip() for line in lines]

    one, other = typed(page(name, "fr")), typed(page(name, "en"))
    assert one or name not in TYPED
    assert set(one) == set(other)


def figures(text: str, lang: str) -> set[str]:
    """The numbers of a text outside of code and links, years left out, as both languages would write them."""
    text = re.sub(r"^```.*?^```$|`[^`\n]+`|\]\([^)]*\)|https?:\S+", "`", text, flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"(?<![\w.#/-])\d+(?:[.,\u202f]\d+)*", text)
    if lang == "fr":
        plain = [each.replace("\u202f", "").replace(",", ".") for each in found]
    else:
        plain = [re.sub(r",(?=\d{3}(?!\d))", "", each) for each in found]
    return {each for each in plain if not re.fullmatch(r"20\d\d", each)}


@pytest.mark.parametrize("name", WHOLE)
def test_a_translation_tells_the_same_figures_codes_and_options(name: str) -> None:
    """What is measured and what can be typed: the English page has it from those who run it."""
    french, english = (page(name, lang).read_text(encoding="utf-8") for lang in ("fr", "en"))
    assert figures(french, "fr") == figures(english, "en")
    named = re.compile(r"SX\d{3}|(?<!-)--(?!lang)[a-z][\w-]+")
    assert set(named.findall(french)) == set(named.findall(english))


@pytest.mark.parametrize("lang", SUFFIX)
@pytest.mark.parametrize("name", [*TYPED, *(name for name in WHOLE if name not in TYPED)])
def test_options_and_commands_that_are_named_exist(name: str, lang: str) -> None:
    """In the text too, outside of blocks."""
    text = page(name, lang).read_text(encoding="utf-8")
    assert unknown_options(text) - FOUND_ELSEWHERE <= {"--help"}
    assert unknown_commands(re.sub(r"```sh\n.*?```", "", text, flags=re.DOTALL)) == set()


@pytest.mark.parametrize("lang", SUFFIX)
def test_shell_lines_are_shell(lang: str) -> None:
    """A shell reads them without running them: they install programs."""
    blocks = [
        each.text for name in TYPED for each in snippets.snippets(page(name, lang)) if each.kind == "sh"
    ]
    assert len(blocks) >= 3
    read_by_a_shell(blocks)


def test_a_wrong_answer_is_told(tmp_path: Path) -> None:
    """The runner itself: another answer, a command that fails and one of another program are all told."""
    told = tmp_path / "page.md"
    told.write_text(
        "```console\nstrategy-xl --version\n```\n\n```text\nanother\n```\n\n"
        "```console\nstrategy-xl recompute\nmake demo\n```\n",
        encoding="utf-8",
    )
    wrong = snippets.run(told, tmp_path, "en")
    assert len(wrong) == 3
    assert "another" in wrong[0]


def test_lines_left_out_are_lines_left_out() -> None:
    """« … » stands for any lines, nothing else does; what is different each time is not compared."""
    answer = "one\n two   three\n\nfour\n plan.xlsx  390   3.76\n"
    assert snippets.differs("one\ntwo three\nfour\nplan.xlsx 12 9.99", answer) == ""
    assert snippets.differs("one\n…\nplan.xlsx 390 1.00", answer) == ""
    assert snippets.differs("one\nfour", answer) == "four"
    assert snippets.differs("one\n…\nthree", answer) == "three"


@pytest.mark.parametrize("path", [*WRITTEN, *PROSE], ids=lambda path: path.name)
def test_french_pages_have_french_spaces(path: Path) -> None:
    """A space that does not break stands before : ; ! ? and inside « »; code is left alone."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^```.*?^```$|`[^`\n]+`", "`", text, flags=re.MULTILINE | re.DOTALL)
    assert re.findall(r".{0,20} [:;!?»].{0,20}|.{0,20}« .{0,20}", text) == []


def test_french_pages_tell_the_counts_of_the_english_ones() -> None:
    """Figures of the lossless promise that stand in both languages are the same."""
    english = (DOCS / "lossless.md").read_text(encoding="utf-8")
    found = re.search(r"^(\d+) files: (\d+) handled, (\d+) refused", english, re.MULTILINE)
    assert found is not None
    french = (DOCS / "lossless.fr.md").read_text(encoding="utf-8")
    for what, count in zip(("du corpus", "traités", "refusés[^|]*"), found.groups(), strict=True):
        assert re.search(rf"^\| {what} \| {count} \|$", french, re.MULTILINE), what
    english = (DOCS / "reliability.md").read_text(encoding="utf-8")
    french = (DOCS / "reliability.fr.md").read_text(encoding="utf-8")
    killed = re.search(
        r"^\| killed at every call .*?\| kills (\d+),.* harmed (\d+) \|$", english, re.MULTILINE
    )
    mutated = re.search(r"^\| all \| (\d+) \| \d+ \| \d+ \| \d+ \| (\d+) \|", english, re.MULTILINE)
    random = re.search(r"^\| killed at random moments \| (.*) \|$", english, re.MULTILINE)
    assert killed is not None
    assert mutated is not None
    assert random is not None
    ended = [int(each) for each in re.findall(r"(?:new|kept|old) (\d+)(?=,)", random[1])]
    for cases, harmed in (killed.groups(), mutated.groups(), (str(sum(ended)), "0")):
        assert f"| {cases} | {harmed} |" in french, cases
