"""Personas: how far a portrait is filled in, whether it rests on evidence, and repeated answers.

Source: rules.md §j.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from strategy_xl.errors import WorkbookError
from strategy_xl.rules.frame import (
    Bools,
    Frame,
    Texts,
    flag_array,
    flags,
    has_text,
    make_frame,
    numbers,
    rounded,
    text_array,
    texts,
)
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.wording import count_words, is_placeholder, jaccard, word_set

VERSION = "1"
_ROUNDING = 1e-9
QUESTIONS = ("q_problem", "q_jobs", "q_pains", "q_gains", "q_daily")
PORTRAIT = ("first_name", "age", "family", "location", "job", "passions")
EVIDENCE = tuple(f"evidence_{number}" for number in range(1, 6))
ROLES = ("decider", "signatory", "involved", "collateral", "indifferent")
CODES = (
    "READY", "DRAFT", "SKETCH", "HYPOTHESIS", "DUPLICATE", "ANSWER_SHORT", "AGE_OUT", "ROLE_UNKNOWN",
    "NONE", "TOO_MANY",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonaParams:
    """Settings of the persona rule; the four weights add up to 1, the score runs from 0 to 100.

    Arguments:
        persona_w_questions, persona_w_portrait, persona_w_purchase, persona_w_evidence: weights of the parts.
        persona_ready: score from which a persona is ready.
        persona_draft: score from which it is a draft.
        persona_min_words: words from which an answer counts.
        persona_duplicate: share of common words above which two answers are the same.
        persona_max: most personas worth keeping.

    Raises WorkbookError SX390 when the weights are negative, all 0 or more than 1 together.
    """

    persona_w_questions: float = 0.50
    persona_w_portrait: float = 0.25
    persona_w_purchase: float = 0.15
    persona_w_evidence: float = 0.10
    persona_ready: float = 80.0
    persona_draft: float = 50.0
    persona_min_words: int = 4
    persona_duplicate: float = 0.8
    persona_max: int = 5

    def __post_init__(self) -> None:
        """Refuse weights with which the score would leave its scale."""
        names = [f"persona_w_{part}" for part in ("questions", "portrait", "purchase", "evidence")]
        weights = [getattr(self, name) for name in names]
        if not (min(weights) >= 0 and 0 < sum(weights) < 1 + _ROUNDING):
            raise WorkbookError("SX390", setting=names[0])


def _duplicates(answers: Texts, limit: float) -> Bools:
    """Personas (rows) with two answers (columns) that share more than ``limit`` of their words."""
    sets = [[word_set(text) for text in row] for row in answers]
    return np.array(
        [any(jaccard(one, two) > limit for one, two in combinations(row, 2)) for row in sets], dtype=bool
    )


def assess(personas: Frame, params: PersonaParams | None = None) -> RuleResult:
    """Score and status of each persona.

    Arguments:
        personas: one row each: ``first_name``, ``age`` (years), ``family``, ``location``, ``job``,
            ``passions``, ``objections``, ``purchase_role`` (decider, signatory, involved, collateral,
            indifferent), ``q_problem``, ``q_jobs``, ``q_pains``, ``q_gains``, ``q_daily`` (texts),
            ``evidence_1``…``evidence_5`` (booleans).
        params: settings.

    Result: ``score`` 0–100, ``status`` (ready, draft, sketch), and its parts ``answered`` (of 5),
    ``portrait`` (of 6), ``purchase`` (of 2), ``has_evidence``,
    and the two limits of the status. An answer counts from four words that are no
    placeholder; an age outside 1–100 and an unknown role are reported and do not count; two answers with
    nearly the same words are reported. Source: rules.md §j.
    """
    params = params or PersonaParams()
    answers = np.column_stack([texts(personas, key) for key in QUESTIONS])
    counted = np.column_stack(
        [(count_words(text) >= params.persona_min_words) & ~is_placeholder(text) for text in answers.T]
    )
    age, role = numbers(personas, "age"), texts(personas, "purchase_role")
    filled = {key: has_text(personas, key) for key in PORTRAIT if key != "age"}
    filled["age"] = (age >= 1) & (age <= 100)
    objections = has_text(personas, "objections")
    known_role = np.isin(role, ROLES)
    evidence = np.logical_or.reduce([flags(personas, key) for key in EVIDENCE])
    answered = counted.sum(axis=1)
    portrait = np.sum([filled[key] for key in PORTRAIT], axis=0).astype(np.int64)
    purchase = objections.astype(np.int64) + known_role.astype(np.int64)
    score = 100 * (
        params.persona_w_questions * answered / len(QUESTIONS)
        + params.persona_w_portrait * portrait / len(PORTRAIT)
        + params.persona_w_purchase * purchase / 2
        + params.persona_w_evidence * evidence
    )
    ready, draft = (rounded(score) >= limit for limit in (params.persona_ready, params.persona_draft))
    status = np.select([ready, draft], ["ready", "draft"], "sketch")
    frame = make_frame(
        {
            "score": score,
            "status": text_array(status),
            "answered": answered,
            "portrait": portrait,
            "purchase": purchase,
            "has_evidence": flag_array(evidence),
            "limit_ready": np.full(len(score), params.persona_ready),
            "limit_draft": np.full(len(score), params.persona_draft),
        },
        personas.index,
    )
    given = answers != ""
    reasons = {
        "READY": ready,
        "DRAFT": draft & ~ready,
        "SKETCH": ~draft,
        "HYPOTHESIS": ~evidence,
        "DUPLICATE": _duplicates(answers, params.persona_duplicate),
        "ANSWER_SHORT": (given & ~counted).any(axis=1),
        "AGE_OUT": ~np.isnan(age) & ~filled["age"],
        "ROLE_UNKNOWN": (role != "") & ~known_role,
    }
    missing = {key: ~given[:, place] for place, key in enumerate(QUESTIONS)}
    missing |= {key: ~filled[key] for key in PORTRAIT}
    missing |= {"objections": ~objections, "purchase_role": role == "", "evidence_1": ~evidence}
    rows = len(personas)
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


def check_count(count: int, params: PersonaParams | None = None) -> tuple[str, ...]:
    """Codes for the number of personas: NONE without any, TOO_MANY above five (3 to 5 is usual in B2B)."""
    params = params or PersonaParams()
    if count <= 0:
        return ("NONE",)
    return ("TOO_MANY",) if count > params.persona_max else ()
