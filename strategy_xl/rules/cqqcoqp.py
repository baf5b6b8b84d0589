"""The seven questions (CQQCOQP, 5W2H): which are answered, which dimensions are complete, and the score.

Source: rules.md §h. What a number, a date, a person or a place is can be replaced by better detectors.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np

from strategy_xl.rules.frame import Frame, flag_array, flags, labels, make_frame, texts
from strategy_xl.rules.result import Codes, RuleResult, whole_sheet
from strategy_xl.rules.wording import any_word, count_words, fold, is_placeholder
from strategy_xl.text.words.rule_words import QuestionWords
from strategy_xl.text.words.wordlists import every

VERSION = "1"
DIMENSIONS = ("how_much", "who", "when", "how", "where", "what", "why")
"""In the order of the sheet."""

CODES = (
    "NO_ANSWER", "PLACEHOLDER", "TOO_SHORT", "DIMENSION_UNKNOWN",
    "NO_NUMBER", "NO_DATE", "NO_PERSON", "NO_PLACE", "DIMENSION_EMPTY", "DIMENSION_COMPLETE",
    "COMPLETE", "PARTIAL", "EMPTY",
)  # fmt: skip

_DIGIT = re.compile(r"\d")
_NAME = re.compile(r"(?<=[\w,;:)»”\"’'] )(?:[A-ZÀ-Þ][\w’'-]+|[A-Z]{2,})")
_POSTCODE = re.compile(r"(?<!\d)\d{5}(?!\d)|(?<!\d)\(?(?:0[1-9]|[1-8]\d|9[0-5]|2[AB])\)?(?=\s*$|,)")


class _Patterns(NamedTuple):
    """What the words of all languages find in a text; folded but for the last two."""

    number: re.Pattern[str]
    date: re.Pattern[str]
    moment: re.Pattern[str]
    person: re.Pattern[str]
    place: re.Pattern[str]
    lone_name: re.Pattern[str]
    place_name: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    words = every(QuestionWords)
    letters, fiscal = "|".join(words.period_letters), "|".join(words.fiscal_prefixes)
    preps, articles = "|".join(sorted(words.place_preps)), "|".join(words.place_articles)
    return _Patterns(
        any_word(words.numbers),
        re.compile(
            r"(?<!\d)\d{1,2}\s?[/.-]\s?\d{1,2}(?:\s?[/.-]\s?\d{2,4})?(?!\d)"  # 30/06, 30/06/2027
            r"|(?<!\d)20\d{2}(?!\d)"  # 2027
            rf"|(?<![a-z0-9])(?:{letters})[1-4](?![a-z0-9])"  # T3, Q2, S1
            rf"|(?<![a-z0-9])(?:{fiscal}) ?\d{{2}}(?!\d)"  # FY27
            rf"|(?:{'|'.join(words.delay_preps)}) (?:\d+|{'|'.join(words.delay_counts)}) "
            rf"(?:{'|'.join(words.delay_units)})"
        ),
        any_word(words.months | words.moments),
        any_word(words.persons),
        any_word(words.places),
        re.compile(
            rf"^[A-ZÀ-Þ][\w’'-]+(?: (?:(?:{'|'.join(words.name_links)}) )?[A-ZÀ-Þ][\w’'-]+)+",
        ),
        re.compile(
            rf"(?:^|(?<=\W))(?:{preps}) (?:(?:{articles}) ?)?".replace("'", "['’]") + r"[A-ZÀ-Þ][\w’'-]+",
            re.IGNORECASE,
        ),
    )


def has_number(text: str) -> bool:
    """Whether a text holds a figure or a number word (French or English)."""
    return bool(_DIGIT.search(text) or _patterns().number.search(fold(text)))


def has_date(text: str) -> bool:
    """Whether a text names a date, month, quarter, year or delay that can be resolved."""
    folded = fold(text)
    return bool(_patterns().date.search(folded) or _patterns().moment.search(folded))


def has_person(text: str) -> bool:
    """Whether a text names a person, a job or a kind of client (a word of the list, or a name)."""
    known = _patterns()
    return bool(known.person.search(fold(text)) or _NAME.search(text) or known.lone_name.search(text))


def has_place(text: str) -> bool:
    """Whether a text names a place, an area or a channel that is a place (a word of the list, or a name)."""
    if _patterns().place.search(fold(text)) or _POSTCODE.search(text):
        return True
    found = _patterns().place_name.finditer(text)
    # The preposition may have any case, the name must start with a capital.
    return any(match[0].rsplit(" ", 1)[-1].split("’")[-1].split("'")[-1][:1].isupper() for match in found)


@dataclass(frozen=True, slots=True)
class Detectors:
    """What counts as a number, a date, a person and a place in an answer; each text → bool."""

    number: Callable[[str], bool] = has_number
    date: Callable[[str], bool] = has_date
    person: Callable[[str], bool] = has_person
    place: Callable[[str], bool] = has_place


@dataclass(frozen=True, slots=True)
class CqqcoqpParams:
    """Settings of the rule.

    Arguments:
        cqq_min_words: words from which a text is an answer.
        cqq_questions: questions of the method, the least denominator of the detail.
    """

    cqq_min_words: int = 3
    cqq_questions: int = 20


@dataclass(frozen=True, slots=True)
class CqqcoqpResult:
    """The answer for the whole sheet.

    Arguments:
        answers: per answer ``words``, ``answered``.
        dimensions: per dimension (index how_much…why) ``questions``, ``answered``, ``complete``.
        score: complete dimensions / 7, 0–1.
        complete: number of complete dimensions.
        detail: answered questions / questions, 0–1.
        answered, questions: the two numbers of the detail.
        codes: reason codes, most telling first.
        version: version of the rule.
    """

    answers: RuleResult
    dimensions: RuleResult
    score: float
    complete: int
    detail: float
    answered: int
    questions: int
    codes: tuple[str, ...]
    version: str = field(default=VERSION)

    @property
    def args(self) -> dict[str, object]:
        """Values for the placeholders of the messages of ``codes``."""
        return {"n": self.complete, "answered": self.answered, "questions": self.questions}


def assess_answers(answers: Frame, params: CqqcoqpParams | None = None) -> RuleResult:
    """Words of each answer and whether it counts.

    Arguments: ``answers`` with ``dimension``, ``question``, ``answer``; a row per question.

    Result: ``words``, ``answered`` (three words or more, and not "idem", "?", "à voir", "to be defined"…).
    Source: rules.md §h.
    """
    params = params or CqqcoqpParams()
    answer, dimension = texts(answers, "answer"), texts(answers, "dimension")
    words, hollow = count_words(answer), is_placeholder(answer)
    counted = (words >= params.cqq_min_words) & ~hollow
    frame = make_frame({"words": words, "answered": flag_array(counted)}, answers.index)
    empty = answer == ""
    reasons = {
        "NO_ANSWER": empty,
        "PLACEHOLDER": hollow,
        "TOO_SHORT": ~counted & ~hollow & ~empty,
        "DIMENSION_UNKNOWN": ~np.isin(dimension, DIMENSIONS),
    }
    missing = {"answer": empty, "dimension": dimension == ""}
    rows = len(answers)
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


def assess(
    answers: Frame, params: CqqcoqpParams | None = None, detectors: Detectors | None = None
) -> CqqcoqpResult:
    """Completeness of the seven dimensions.

    Arguments:
        answers: as for ``assess_answers``.
        params: settings.
        detectors: what a number, a date, a person and a place are.

    Result: a dimension is complete with at least one answered question and, in the same or another answer of
    the dimension that is not a placeholder ("30 clients" will do): how_much a number, when a date, who a
    person or segment, where a place. Score = complete / 7; detail = answered / 20 (or the number of questions
    when people added some). Source: rules.md §h.
    """
    params = params or CqqcoqpParams()
    detectors = detectors or Detectors()
    by_answer = assess_answers(answers, params)
    needs = {
        "how_much": ("NO_NUMBER", detectors.number),
        "when": ("NO_DATE", detectors.date),
        "who": ("NO_PERSON", detectors.person),
        "where": ("NO_PLACE", detectors.place),
    }
    dimension, answer = texts(answers, "dimension"), texts(answers, "answer")
    counted = flags(by_answer.table, "answered")
    usable = (answer != "") & ~by_answer.reasons.has("PLACEHOLDER")
    rows = len(DIMENSIONS)
    reasons = {code: np.zeros(rows, dtype=bool) for code, _ in needs.values()}
    questions, answered = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    complete = np.zeros(rows, dtype=bool)
    for position, key in enumerate(DIMENSIONS):
        own = dimension == key
        questions[position], answered[position] = own.sum(), (own & counted).sum()
        complete[position] = answered[position] > 0
        if key in needs and complete[position]:
            code, detect = needs[key]
            complete[position] = any(detect(text) for text in answer[own & usable])
            reasons[code][position] = not complete[position]
    reasons["DIMENSION_EMPTY"] = answered == 0
    reasons["DIMENSION_COMPLETE"] = complete
    columns = {"questions": questions, "answered": answered, "complete": flag_array(complete)}
    dimensions = RuleResult(
        make_frame(columns, labels(DIMENSIONS, "dimension")),
        Codes.from_masks(reasons, rows),
        Codes.from_masks({"answer": answered == 0}, rows),
        VERSION,
    )
    done, total = int(complete.sum()), max(params.cqq_questions, len(answers))
    code = "COMPLETE" if done == rows else "PARTIAL" if answered.any() else "EMPTY"
    said = int(counted.sum())
    return CqqcoqpResult(by_answer, dimensions, done / rows, done, said / total, said, total, (code,))


def overview(answers: Frame, params: CqqcoqpParams | None = None) -> RuleResult:
    """The score as one row, for the sheet: ``score``, ``n`` complete dimensions, ``answered``, ``questions``.

    Arguments and source: as for ``assess``, with the detectors of this module.
    """
    found = assess(answers, params)
    values = {"score": found.score, "detail": found.detail, **found.args}
    return whole_sheet(values, found.codes, {"cqq_answers": found.answered == 0}, VERSION)
