"""The seven questions: what counts as answered, what completes a dimension, and the score."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.rules import cqqcoqp as cqq

FULL = {
    "how_much": "Réaliser 150 000 € de CA",
    "who": "Les dirigeants de PME industrielles",
    "when": "Avant la fin juin 2027",
    "how": "Par téléphone puis rendez-vous",
    "where": "Dans la région Nouvelle-Aquitaine",
    "what": "La gamme de maintenance annuelle",
    "why": "Parce que la marge est meilleure",
}


def sheet(**changes: str) -> pd.DataFrame:
    """One answer per dimension, some replaced."""
    answers = FULL | changes
    return pd.DataFrame({"dimension": list(answers), "question": "…", "answer": list(answers.values())})


def test_all_seven_dimensions() -> None:
    """Seven good answers are complete: score 1, detail 7 of 20."""
    result = cqq.assess(sheet())
    assert (result.score, result.complete, result.detail) == (1.0, 7, 7 / 20)
    assert result.codes == ("COMPLETE",)
    assert result.args == {"n": 7, "answered": 7, "questions": 20}


@pytest.mark.parametrize(
    ("key", "answer", "code"),
    [
        ("how_much", "Beaucoup plus de ventes", "NO_NUMBER"),
        ("when", "Dès que possible, vraiment", "NO_DATE"),
        ("who", "ceux qui achètent souvent", "NO_PERSON"),
        ("where", "là où il faut", "NO_PLACE"),
    ],
)
def test_a_dimension_needs_its_own_piece(key: str, answer: str, code: str) -> None:
    """Without number, date, person or place the dimension is answered but not complete."""
    result = cqq.assess(sheet(**{key: answer}))
    assert result.complete == 6
    row = list(cqq.DIMENSIONS).index(key)
    assert result.dimensions.reasons.at(row) == (code,)
    assert result.dimensions.frame.loc[key, "answered"] == 1


@pytest.mark.parametrize("answer", ["Idem", "?", "à voir", "n/a", "trop court", "", "to be defined"])
def test_hollow_answers_do_not_count(answer: str) -> None:
    """Placeholders and fewer than three words are no answers."""
    result = cqq.assess(sheet(why=answer))
    assert not result.dimensions.frame.loc["why", "complete"]
    assert result.codes == ("PARTIAL",)


def test_the_piece_may_stand_in_a_short_answer() -> None:
    """An answer of two words ("30 clients") is too short to count, but it gives the number."""
    extra = pd.DataFrame([{"dimension": "how_much", "question": "…", "answer": "30 clients"}])
    frame = pd.concat([sheet(how_much="Plus de nouveaux clients"), extra], ignore_index=True)
    assert cqq.assess(frame).complete == 7


def test_added_questions_lengthen_the_detail() -> None:
    """With more than twenty questions the detail counts them all."""
    frame = pd.concat([sheet()] * 4, ignore_index=True)
    result = cqq.assess(frame)
    assert (result.answered, result.questions) == (28, 28)


def test_overview_is_the_score_as_one_row() -> None:
    """The sheet's row holds the score and the numbers of the sentence."""
    row = cqq.overview(sheet(why="?")).explained().loc[1]
    assert row["score"] == pytest.approx(6 / 7)
    assert (row["n"], row["answered"], row["questions"], row["reasons"]) == (6, 6, 20, ("PARTIAL",))


def test_empty_sheet() -> None:
    """Without answers everything is missing."""
    result = cqq.assess(sheet().assign(answer=None))
    assert (result.score, result.codes) == (0.0, ("EMPTY",))
    assert result.dimensions.missing.at(0) == ("answer",)


@pytest.mark.parametrize("text", ["12", "doubler le CA", "une vingtaine", "twice as many", "zéro défaut"])
def test_numbers(text: str) -> None:
    """Figures and number words are numbers."""
    assert cqq.has_number(text)


@pytest.mark.parametrize(
    "text", ["30/06", "fin juin", "T3 2027", "S1", "en 2027", "sous 6 mois", "ce trimestre", "by end of Q2",
             "FY27", "within 90 days", "in March", "d’ici la fin de l’année"]
)  # fmt: skip
def test_dates(text: str) -> None:
    """The usual French and English forms of a date are dates."""
    assert cqq.has_date(text)


@pytest.mark.parametrize("text", ["bientôt", "asap", "à terme", "150 000 €", "B2B", "une fois par moisson"])
def test_not_dates(text: str) -> None:
    """Vague words, amounts and identifiers are no dates."""
    assert not cqq.has_date(text)


@pytest.mark.parametrize(
    "text", ["les PME du bâtiment", "Paul et Marie", "pour Sophie Martin", "our sales team"]
)
def test_persons(text: str) -> None:
    """Jobs, kinds of clients and names are persons."""
    assert cqq.has_person(text)


@pytest.mark.parametrize(
    "text", ["à Lyon et autour", "33000", "sur LinkedIn", "in Manchester", "le quartier nord"]
)
def test_places(text: str) -> None:
    """Names after a preposition, postcodes, areas and channels are places."""
    assert cqq.has_place(text)


def test_other_detectors_can_be_used() -> None:
    """Any better detector can be passed in."""
    detectors = cqq.Detectors(number=lambda _text: False)
    assert cqq.assess(sheet(), detectors=detectors).complete == 6


ANSWERS = st.lists(
    st.tuples(
        st.sampled_from(cqq.DIMENSIONS),
        st.sampled_from(["", "Idem", "trois mots ici", "PME à Lyon avant juin 2027"]),
    ),
    max_size=25,
).map(lambda rows: pd.DataFrame(rows, columns=["dimension", "answer"]).astype("str"))


@given(frame=ANSWERS, seed=st.integers(0, 2**16))
def test_score_is_order_free_and_within_bounds(frame: pd.DataFrame, seed: int) -> None:
    """Shuffled rows give the same score; the score is a multiple of 1/7."""
    one, two = cqq.assess(frame), cqq.assess(frame.sample(frac=1, random_state=seed))
    assert (one.score, one.detail, one.codes) == (two.score, two.detail, two.codes)
    assert one.score * 7 == pytest.approx(one.complete)


@given(frame=ANSWERS, dimension=st.sampled_from(cqq.DIMENSIONS))
def test_one_more_good_answer_never_lowers_the_score(frame: pd.DataFrame, dimension: str) -> None:
    """Adding a complete answer can only help."""
    more = pd.concat(
        [frame, pd.DataFrame({"dimension": [dimension], "answer": ["12 PME à Lyon avant juin"]})]
    )
    more = more.reset_index(drop=True)
    assert cqq.assess(more).score >= cqq.assess(frame).score
    assert cqq.assess(more).dimensions.frame.loc[dimension, "complete"]
