"""The seven questions (CQQCOQP, 5W2H): which are answered, which dimensions are complete, and the score.

Source: rules.md §h. What a number, a date, a person or a place is can be replaced by better detectors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from strategy_xl.rules.frame import Frame, flag_array, flags, labels, make_frame, texts
from strategy_xl.rules.result import Codes, RuleResult, whole_sheet
from strategy_xl.rules.wording import any_word, count_words, fold, is_placeholder

VERSION = "1"
DIMENSIONS = ("how_much", "who", "when", "how", "where", "what", "why")
"""In the order of the sheet."""

CODES = (
    "NO_ANSWER", "PLACEHOLDER", "TOO_SHORT", "DIMENSION_UNKNOWN",
    "NO_NUMBER", "NO_DATE", "NO_PERSON", "NO_PLACE", "DIMENSION_EMPTY", "DIMENSION_COMPLETE",
    "COMPLETE", "PARTIAL", "EMPTY",
)  # fmt: skip

NUMBER_WORDS = (
    "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "quinze",
    "vingt", "trente", "quarante", "cinquante", "soixante", "cent", "cents", "mille", "million", "millions",
    "dizaine", "douzaine", "quinzaine", "vingtaine", "trentaine", "centaine", "millier", "moitié", "tiers",
    "double", "doubler", "triple", "tripler", "aucun", "aucune", "zéro",
    "one", "two", "three", "four", "five", "seven", "eight", "nine", "ten", "eleven", "twelve", "fifteen",
    "twenty", "thirty", "forty", "fifty", "hundred", "hundreds", "thousand", "thousands", "dozen", "half",
    "twice", "zero", "no new", "million euros",
)  # fmt: skip
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre", "january", "february", "march", "april", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
DATE_PHRASES = (
    "ce trimestre", "ce semestre", "ce mois", "cette semaine", "cette année", "fin de mois", "fin d'année",
    "fin du mois", "fin de l'année", "mois prochain", "trimestre prochain", "semestre prochain",
    "semaine prochaine", "année prochaine", "l'an prochain", "prochain trimestre", "demain",
    "this quarter", "this month", "this week", "this year", "next week", "next month", "next quarter",
    "next year", "end of the year", "year end", "end of the month", "tomorrow",
)  # fmt: skip
PERSON_WORDS = (
    "dirigeant", "dirigeants", "dirigeante", "dirigeantes", "directeur", "directeurs", "directrice",
    "directrices", "direction", "responsable", "responsables", "gérant", "gérants", "gérante", "patron",
    "patrons", "commercial", "commerciale", "commerciaux", "vendeur", "vendeurs", "assistant", "assistante",
    "équipe", "équipes", "associé", "associés", "associée", "chef", "chefs", "acheteur", "acheteurs",
    "artisan", "artisans", "commerçant", "commerçants", "particulier", "particuliers", "entreprise",
    "entreprises", "société", "sociétés", "pme", "tpe", "eti", "cabinet", "cabinets", "agence", "agences",
    "collectivité", "collectivités", "association", "associations", "administration", "étudiant", "étudiants",
    "famille", "familles", "femme", "femmes", "homme", "hommes", "senior", "seniors", "restaurateurs",
    "moi", "moi-même", "nous", "stagiaire", "alternant", "alternante", "apporteur", "apporteurs",
    "freelance", "indépendant", "indépendants", "consultant", "consultants", "segment", "drh", "daf",
    "manager", "managers", "owner", "owners", "director", "directors", "ceo", "cfo", "cmo", "head", "founder",
    "founders", "buyer", "buyers", "salesperson", "salespeople", "rep", "reps", "team", "teams", "assistant",
    "assistants", "partner", "partners", "company", "companies", "sme", "smes", "firm", "firms", "agency",
    "agencies", "shop", "shops", "retailer", "retailers", "student", "students", "family", "women", "men",
    "myself", "me", "we", "contractor", "craftsmen", "association", "charities", "council", "councils",
)  # fmt: skip
PLACE_WORDS = (
    "région", "régions", "département", "départements", "ville", "villes", "quartier", "quartiers",
    "centre-ville", "agglomération", "métropole", "commune", "communes", "rue", "zone", "zones", "secteur",
    "rayon", "km", "kilomètres", "pays", "national", "nationale", "local", "locale", "france", "europe",
    "international", "étranger", "bureau", "bureaux", "magasin", "magasins", "boutique", "salon", "salons",
    "foire", "foires", "marché couvert", "internet", "en ligne", "site web", "site internet",
    "réseaux sociaux",
    "linkedin", "facebook", "instagram", "google", "youtube", "sur place", "à distance", "domicile",
    "region", "regions", "county", "counties", "city", "cities", "town", "towns", "district", "districts",
    "area", "areas", "street", "radius", "miles", "country", "countries", "nationwide", "abroad", "office",
    "offices", "store", "stores", "trade show", "trade shows", "fair", "fairs", "online", "website",
    "social media", "on site", "remote", "uk", "usa",
)  # fmt: skip

_DIGIT = re.compile(r"\d")
_NUMBER_WORD = any_word(NUMBER_WORDS)
_DATE = re.compile(
    r"(?<!\d)\d{1,2}\s?[/.-]\s?\d{1,2}(?:\s?[/.-]\s?\d{2,4})?(?!\d)"  # 30/06, 30/06/2027
    r"|(?<!\d)20\d{2}(?!\d)"  # 2027
    r"|(?<![a-z0-9])[tqs][1-4](?![a-z0-9])|(?<![a-z0-9])fy ?\d{2}(?!\d)"  # T3, Q2, S1, FY27
    r"|(?:sous|dans|within|in) (?:\d+|un|une|deux|trois|six|one|two|three) "
    r"(?:jour|semaine|mois|an|day|week|month|quarter|year)"
)
_MONTH = any_word(MONTHS)
_DATE_PHRASE = any_word(DATE_PHRASES)
_PERSON = any_word(PERSON_WORDS)
_PLACE = any_word(PLACE_WORDS)
_NAME = re.compile(r"(?<=[\w,;:)»”\"’'] )(?:[A-ZÀ-Þ][\w’'-]+|[A-Z]{2,})")
_LONE_NAME = re.compile(r"^[A-ZÀ-Þ][\w’'-]+(?: (?:(?:de|du|la|le|et|and|of) )?[A-ZÀ-Þ][\w’'-]+)+")
_PLACE_NAME = re.compile(
    r"(?:^|(?<=\W))(?:à|a|en|au|aux|dans|sur|vers|autour de|près de|in|at|near|around|across) "
    r"(?:(?:le|la|les|l['’]|the) ?)?[A-ZÀ-Þ][\w’'-]+",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"(?<!\d)\d{5}(?!\d)|(?<!\d)\(?(?:0[1-9]|[1-8]\d|9[0-5]|2[AB])\)?(?=\s*$|,)")


def has_number(text: str) -> bool:
    """Whether a text holds a figure or a number word (French or English)."""
    return bool(_DIGIT.search(text) or _NUMBER_WORD.search(fold(text)))


def has_date(text: str) -> bool:
    """Whether a text names a date, month, quarter, year or delay that can be resolved."""
    folded = fold(text)
    return bool(_DATE.search(folded) or _MONTH.search(folded) or _DATE_PHRASE.search(folded))


def has_person(text: str) -> bool:
    """Whether a text names a person, a job or a kind of client (a word of the list, or a name)."""
    return bool(_PERSON.search(fold(text)) or _NAME.search(text) or _LONE_NAME.search(text))


def has_place(text: str) -> bool:
    """Whether a text names a place, an area or a channel that is a place (a word of the list, or a name)."""
    if _PLACE.search(fold(text)) or _POSTCODE.search(text):
        return True
    found = _PLACE_NAME.finditer(text)
    # The preposition may have any case, the name must start with a capital.
    return any(match[0].rsplit(" ", 1)[-1].split("’")[-1].split("'")[-1][:1].isupper() for match in found)


def known_names(names: Iterable[str], otherwise: Callable[[str], bool]) -> Callable[[str], bool]:
    """A detector that also knows names of the workbook (team, segments, contacts; towns and regions)."""
    words = [name for name in names if name.strip()]
    if not words:
        return otherwise
    pattern = any_word(words)
    return lambda text: bool(pattern.search(fold(text))) or otherwise(text)


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
    counted = flags(by_answer.frame, "answered")
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
