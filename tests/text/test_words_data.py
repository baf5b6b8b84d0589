"""The word lists: every language has every key, and a broken file says where it is broken."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from strategy_xl.languages import LANGUAGES
from strategy_xl.rules.smart_text import read_text
from strategy_xl.text.words import rule_words, vocabulary, wordlists
from strategy_xl.text.words.lexicon import Lexicon
from strategy_xl.text.words.rewrite import Pieces, RewriteForms
from strategy_xl.text.words.time_words import time_words
from strategy_xl.text.words.wordlists import DATA, WordList, WordListError, own, read

STATEMENTS = Path(__file__).parent.parent / "data" / "smart_statements.csv"
KINDS = {
    kind.file: kind
    for kind in (*vars(vocabulary).values(), *vars(rule_words).values(), RewriteForms)
    if isinstance(kind, type) and issubclass(kind, WordList) and kind is not WordList
}
FILES = sorted(path.stem for path in (DATA / LANGUAGES[0]).glob("*.toml"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the word lists that a test may break."""
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(wordlists, "DATA", tmp_path)
    own.cache_clear()
    time_words.cache_clear()
    yield tmp_path
    own.cache_clear()
    time_words.cache_clear()


def load(name: str, lang: str) -> object:
    """Load a file as the program does."""
    if name in KINDS:
        return own(KINDS[name], lang)
    return time_words(lang) if name == "times" else Lexicon(lang)


def test_each_file_has_a_reader() -> None:
    """The classes, the words of time and the lexicon are all there is."""
    assert sorted([*KINDS, "lexicon", "times"]) == FILES


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_language_has_the_same_keys(lang: str, name: str) -> None:
    """A key of one language exists in the others, and each file is accepted."""
    missing = {
        f"{lang}/{name}.toml: {key}"
        for other in LANGUAGES
        for key in read(f"{other}/{name}").keys() - read(f"{lang}/{name}").keys()
    }
    assert not missing
    load(name, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rewrites_name_their_pieces(lang: str) -> None:
    """Every blank and unit that a rewrite asks for is there, in all languages the same."""
    forms, first = own(RewriteForms, lang), own(RewriteForms, LANGUAGES[0])
    assert forms.blanks.keys() == set(Pieces._fields)
    assert forms.units.keys() == first.units.keys()
    assert len(forms.months) == 12


@pytest.mark.parametrize("kind", KINDS.values())
def test_each_list_is_used(kind: type[WordList]) -> None:
    """No list is empty in all languages: it would decide nothing."""
    if kind is not RewriteForms:
        empty = [
            item.name
            for item in fields(kind)
            if all(getattr(own(kind, lang), item.name) in (frozenset(), ()) for lang in LANGUAGES)
        ]
        assert not empty


@pytest.mark.parametrize(
    ("place", "old", "new", "told"),
    [
        ("fr/dates", "\nstart_fill =", "\nstart_fil =", r"fr/dates\.toml: start_fil: unknown"),
        ("en/dates", '\nthat = ""', "", r"en/dates\.toml: that: missing"),
        (
            "fr/grammar",
            "head_first = true",
            'head_first = "yes"',
            r"fr/grammar\.toml: head_first: not of type bool",
        ),
        ("en/clauses", '"up down"', '"up down up"', r"en/clauses\.toml: directions: twice: up"),
        ("en/clauses", '"up down"', "2", r"en/clauses\.toml: directions: not a text"),
        ("en/quantities", "two = 2", 'two = "2"', r"en/quantities\.toml: numbers: not a table"),
        ("fr/swot", "external =", "external", r"fr/swot\.toml: \*: .*line"),
        ("fr/times", 'middle = "mi', 'middle = "fin mi', r"fr/times\.toml: middle: fin has another class"),
        ("fr/times", 'easter = "p', 'easters = "p', r"fr/times\.toml: event\.easters: unknown"),
        ("en/times", "labor_day =", "labour_day =", r"en/times\.toml: phrases\.labour_day: unknown"),
        ("en/times", "12 =", "13 =", r"en/times\.toml: month\.13: unknown"),
        ("fr/lexicon", "\nUNIV =", "\nUNI =", r"fr/lexicon\.toml: UNI: unknown"),
        ("fr/lexicon", 'forms = "aux"', 'form = "aux"', r"fr/lexicon\.toml: form: unknown"),
        ("jargon", "IND =", "INDI =", r"jargon\.toml: INDI: unknown"),
    ],
)
def test_a_broken_file_is_located(folder: Path, place: str, old: str, new: str, told: str) -> None:
    """The error names the file and the key."""
    path = folder / f"{place}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    lang, _, name = place.rpartition("/")
    with pytest.raises(WordListError, match=told):
        load(name or "lexicon", lang or "fr")


def test_a_missing_file_is_located(folder: Path) -> None:
    """A language without one of the files is told from a file without keys."""
    (folder / "en" / "dates.toml").unlink()
    with pytest.raises(WordListError, match=r"en/dates\.toml: \*: no such file"):
        own(vocabulary.DateWords, "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_new_language_is_a_folder(folder: Path, lang: str) -> None:
    """A language that no module names reads its texts like the one whose folder it has."""
    added = f"new-{lang}"
    shutil.copytree(folder / lang, folder / added)
    with STATEMENTS.open(encoding="utf-8") as stream:
        texts = [row["text"] for row in csv.DictReader(stream) if row["lang"] == lang]
    today = date(2026, 11, 24)
    for text in texts[::10]:
        new, known = read_text(text, added, today), read_text(text, lang, today)
        assert (new.codes, new.what, new.target, new.deadline) == (
            known.codes,
            known.what,
            known.target,
            known.deadline,
        )
