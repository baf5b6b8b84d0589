"""Choices of a list: whatever people renamed or added, each label that stands leads to one key."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.schema.spec import ListSpec
from strategy_xl.text.choices import Choices
from strategy_xl.text.parsing import fold

TREND = ListSpec.model_validate(
    {
        "key": "trend",
        "label": {"fr": "Tendance", "en": "Trend"},
        "choices": [
            {"key": "increase", "fr": "Hausse", "en": "Increase"},
            {"key": "decrease", "fr": "Baisse", "en": "Decrease"},
            {"key": "steady", "fr": "Stable", "en": "Steady"},
        ],
    }
)
OWN = {"increase": "Hausse", "decrease": "Baisse", "steady": "Stable"}


def read(choices: Choices, text: str) -> str | None:
    """The key of a typed text."""
    return choices.folded.get(fold(text))


def test_the_choices_of_the_templates() -> None:
    """Keys and labels of both languages are understood, those of the workbook's own are proposed."""
    choices = Choices.of(TREND, "fr")
    assert choices.by_key == OWN
    assert choices.exact == {label: key for key, label in OWN.items()}
    assert choices.labels == ("Hausse", "Baisse", "Stable")
    for text in ("Baisse", " BAISSÉ ", "decrease", "Decrease", "baisse :"):
        assert read(choices, text) == "decrease"
    assert Choices.of(TREND, "en").by_key["decrease"] == "Decrease"
    assert read(Choices.of(TREND, "en"), "baisse") == "decrease"


def test_a_choice_renamed_in_its_cell() -> None:
    """The new label is written and understood; the old one is no choice any more, but leads to the new."""
    choices = Choices.of(TREND, "fr", ["Hausse", "Recul", "Stable"], {**OWN, "decrease": "Recul"})
    assert choices.by_key == {**OWN, "decrease": "Recul"}
    assert choices.labels == ("Hausse", "Recul", "Stable")
    assert read(choices, "recul") == "decrease"
    assert read(choices, "Decrease") == "decrease"
    assert read(choices, "Baisse") is None
    assert choices.suggest("BAISSE") == "Recul"


def test_an_emptied_cell_is_the_label_of_the_templates() -> None:
    """As in the formulas that read it, and as for a choice whose cell is gone."""
    for placed in ({**OWN, "decrease": ""}, {"increase": "Hausse", "steady": "Stable"}):
        choices = Choices.of(TREND, "fr", ["Hausse", "", "Stable"], placed)
        assert choices.by_key == OWN
        assert read(choices, "Baisse") == "decrease"
        assert choices.labels == ("Hausse", "Stable")


def test_labels_that_changed_places() -> None:
    """The cell decides, whatever the templates say; what still stands somewhere was not replaced."""
    swapped = {**OWN, "increase": "Baisse", "decrease": "Hausse"}
    choices = Choices.of(TREND, "fr", ["Baisse", "Hausse", "Stable"], swapped)
    assert (read(choices, "Baisse"), read(choices, "Hausse")) == ("increase", "decrease")
    assert choices.exact == {"Baisse": "increase", "Hausse": "decrease", "Stable": "steady"}


def test_another_writing_of_a_label_is_no_new_one() -> None:
    """Case and accents changed in the list: that is how it is written now, and nothing was replaced."""
    choices = Choices.of(TREND, "fr", ["Hausse", "BAISSE", "Stable"], {**OWN, "decrease": "BAISSE"})
    assert choices.by_key["decrease"] == "BAISSE"
    assert not choices.renamed
    assert read(choices, "Baisse") == "decrease"


def test_a_label_that_people_added_is_its_own_key() -> None:
    """Added below the choices, with or without places known; a blank cell adds nothing."""
    for placed in (None, OWN):
        choices = Choices.of(TREND, "fr", ["Hausse", "Baisse", "Stable", "", "Variable"], placed)
        assert read(choices, "VARIABLE") == "Variable"
        assert choices.exact["Variable"] == "Variable"
        assert choices.labels == ("Hausse", "Baisse", "Stable", "Variable")
        assert choices.by_key == OWN
        assert "" not in choices.folded


def test_a_book_whose_formulas_hold_the_labels() -> None:
    """There a renamed choice is understood by its place, and written as the formulas know it."""
    choices = Choices.of(TREND, "fr", ["Hausse", "Recul", "Stable"])
    assert read(choices, "Recul") == read(choices, "Baisse") == "decrease"
    assert choices.exact["Recul"] == "decrease"
    assert choices.by_key == OWN
    assert choices.labels == ("Hausse", "Recul", "Stable")


def test_in_such_a_book_a_label_in_the_place_of_one_that_moved_is_added() -> None:
    """A choice that still stands somewhere was not renamed: the new label in its place is one more."""
    choices = Choices.of(TREND, "fr", ["Hausse", "Variable", "Baisse", "Stable"])
    assert read(choices, "Variable") == "Variable"
    assert read(choices, "Baisse") == "decrease"


def test_suggestions() -> None:
    """A slip of the finger has its label, nonsense has none."""
    choices = Choices.of(TREND, "fr")
    assert choices.suggest("Bausse") in {"Hausse", "Baisse"}
    assert choices.suggest("stabel") == "Stable"
    assert choices.suggest("xyz") is None
    assert Choices({}, {}, (), {}).suggest("x") is None


def test_an_open_list_stays_open() -> None:
    """Whether other texts are taken is the template's word."""
    assert not Choices.of(TREND, "fr").open
    assert Choices.of(TREND.model_copy(update={"open": True}), "fr").open


# -- laws --------------------------------------------------------------------------------------------------

WORDS = st.text("abcÉéÀ' œ", min_size=1, max_size=4).map(str.strip).filter(fold)


@st.composite
def books(draw: st.DrawFn) -> tuple[ListSpec, list[str], dict[str, str] | None]:
    """A list of choices, what stands in its cells, and the labels in the choices' own cells if known."""
    count = draw(st.integers(1, 4))
    french, english = (
        draw(st.lists(WORDS, min_size=count, max_size=count, unique_by=fold)) for _ in ("fr", "en")
    )
    spec = ListSpec.model_validate(
        {
            "key": "list",
            "label": {"fr": "x", "en": "x"},
            "choices": [
                {"key": f"k{n}", "fr": fr, "en": en}
                for n, (fr, en) in enumerate(zip(french, english, strict=True))
            ],
        }
    )
    cells = draw(st.lists(WORDS | st.sampled_from(french) | st.just(""), min_size=count, max_size=count + 3))
    placed = {choice.key: cells[n] for n, choice in enumerate(spec.choices) if draw(st.booleans())}
    return spec, cells, draw(st.sampled_from([placed, None]))


@given(books(), st.sampled_from(["fr", "en"]))
def test_every_label_that_stands_leads_to_its_key(
    book: tuple[ListSpec, list[str], dict[str, str] | None], lang: str
) -> None:
    """Labels that are written are read back, those in the list are understood, and all ways agree."""
    spec, cells, placed = book
    choices = Choices.of(spec, lang, cells, placed)
    keys = [choice.key for choice in spec.choices]
    own = {choice.key: choice.get(lang) for choice in spec.choices}
    assert list(choices.by_key) == keys
    assert choices.by_key == (own if placed is None else {key: placed.get(key) or own[key] for key in keys})
    for key, label in choices.by_key.items():
        same = [other for other, text in choices.by_key.items() if fold(text) == fold(label)]
        assert read(choices, label) in same
        assert choices.exact[label] in same
        assert same != [key] or choices.exact[label] == read(choices, label) == key
    added = {fold(text) for text in choices.labels} - {fold(text) for text in choices.by_key.values()}
    assert choices.labels == (tuple(text for text in cells if text) or tuple(choices.exact))
    assert all(read(choices, text) in [*keys, *choices.labels] for text in choices.labels)
    for label, key in choices.exact.items():
        assert key in keys or (key == label and fold(label) in added)


@given(books(), st.sampled_from(["fr", "en"]))
def test_what_was_replaced_is_told_and_nothing_else(
    book: tuple[ListSpec, list[str], dict[str, str] | None], lang: str
) -> None:
    """Renamed: labels of the templates that stand in no choice's cell; a key always names its choice."""
    spec, cells, placed = book
    choices = Choices.of(spec, lang, cells, placed)
    own = {choice.key: choice.get(lang) for choice in spec.choices}
    for old, new in choices.renamed.items():
        (key,) = [key for key, label in own.items() if fold(label) == old]
        assert choices.by_key[key] == new
        assert fold(new) != old
        assert choices.suggest(own[key]) == new
    assert placed is not None or not choices.renamed
    assert {read(choices, key) for key in own} == set(own)
