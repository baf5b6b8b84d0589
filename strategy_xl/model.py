"""Enumerations of the domain: the keys stored behind every choice list, in no language.

A member's value is what rules receive and return and what the catalogues and templates translate;
the labels that people see are never compared.
"""

from __future__ import annotations

from enum import StrEnum


class FactValue(StrEnum):
    """Answer to a fact about a person: known to hold, known not to, or not known."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class ClientClass(StrEnum):
    """Cell of the client matrix (value brought × value returned), or not enough to say."""

    IDEAL = "ideal"
    HAPPY = "happy"
    AT_RISK = "at_risk"
    AVOID = "avoid"
    INCOMPLETE = "incomplete"


class ClientMode(StrEnum):
    """How the value returned is scaled: against fixed targets, or against the other clients."""

    ABSOLUTE = "absolute"
    QUANTILE = "quantile"


class ScoreSource(StrEnum):
    """What an axis score rests on: detailed inputs, one quick 0–10 score, or nothing."""

    DETAILED = "detailed"
    QUICK = "quick"
    NONE = "none"


class Confidence(StrEnum):
    """How much of what a result needs was there."""

    GOOD = "good"
    LOW = "low"


class StatusMark(StrEnum):
    """One mark beside a class: why it must be read with care."""

    FORCED = "forced"
    RED_FLAG = "red_flag"
    RESERVE = "reserve"
    BORDERLINE = "borderline"
    ESTIMATED = "estimated"


class RedFlagSeverity(StrEnum):
    """Weight of a red flag: one eliminating or two major ones decide; a minor one informs."""

    ELIMINATING = "eliminating"
    MAJOR = "major"
    MINOR = "minor"


class Direction(StrEnum):
    """Way an objective's indicator must go."""

    UP = "up"
    DOWN = "down"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Agreement(StrEnum):
    """Whether the owner accepted the objective."""

    YES = "yes"
    DISCUSSING = "discussing"
    NO = "no"


class SmartVerdict(StrEnum):
    """Verdict of the SMART check."""

    SMART = "smart"
    SMT_ONLY = "smt_only"
    ALMOST = "almost"
    REWORK = "rework"


class KpiType(StrEnum):
    """What a KPI must do: rise or fall to a target, or stay on one side of it."""

    INCREASE = "increase"
    DECREASE = "decrease"
    KEEP_ABOVE = "keep_above"
    KEEP_BELOW = "keep_below"


class KpiNature(StrEnum):
    """What a reading is: the total so far, or the value that day."""

    CUMULATIVE = "cumulative"
    LEVEL = "level"


class KpiStatus(StrEnum):
    """Where a KPI stands."""

    NOT_STARTED = "not_started"
    TOO_EARLY = "too_early"
    ACHIEVED = "achieved"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    LATE = "late"
    MISSED = "missed"
    OFF_THRESHOLD = "off_threshold"
    STALE = "stale"
    INCOMPLETE = "incomplete"


class KpiRule(StrEnum):
    """Rule used while there are too few readings for a forecast: ratio of paces, or gap in points."""

    PACE = "pace"
    GAP = "gap"


class KpiElapsedAt(StrEnum):
    """Date at which the elapsed share is taken: the reference date, or the last reading."""

    TODAY = "today"
    READING = "reading"


class ContactLevel(StrEnum):
    """How well a contact is known."""

    UNKNOWN = "unknown"
    IDENTIFIED = "identified"
    MET = "met"
    REGULAR = "regular"
    SUPPORTER = "supporter"


class Role(StrEnum):
    """Role of a person in the client's decision."""

    DECIDER = "decider"
    SIGNATORY = "signatory"
    INVOLVED = "involved"
    COLLATERAL = "collateral"
    INDIFFERENT = "indifferent"
    OUT_OF_SCOPE = "out_of_scope"
    TO_QUALIFY = "to_qualify"


class Quadrant(StrEnum):
    """Power × interest quadrant of a person (Mendelow)."""

    KEY_PLAYERS = "key_players"
    KEEP_SATISFIED = "keep_satisfied"
    KEEP_INFORMED = "keep_informed"
    MINIMAL = "minimal"


class Thread(StrEnum):
    """How many people of an account are known well enough to lead to it."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"


class Move(StrEnum):
    """A change of verdict: to a better one, to a worse one, to or from one that is neither."""

    UP = "up"
    DOWN = "down"
    OTHER = "other"


class AccountAlert(StrEnum):
    """What is wrong with the coverage of an account, most serious first."""

    NO_CONTACT = "no_contact"
    NO_DECIDER = "no_decider"
    NO_SIGNATORY = "no_signatory"
    DECIDER_OPPOSED = "decider_opposed"
    SINGLE_THREAD = "single_thread"
    CONTACT_STALE = "contact_stale"


class QualQuestion(StrEnum):
    """The three questions of the qualitative analysis."""

    PAST = "past"
    COMPETITORS = "competitors"
    SEEN = "seen"


class ActionResult(StrEnum):
    """What came of a past action."""

    WORKED = "worked"
    PARTLY = "partly"
    FAILED = "failed"
    UNKNOWN = "unknown"


class SwotBox(StrEnum):
    """Box of the SWOT."""

    STRENGTH = "strength"
    WEAKNESS = "weakness"
    OPPORTUNITY = "opportunity"
    THREAT = "threat"


class CqqDimension(StrEnum):
    """The seven dimensions of CQQCOQP, in the order of the method."""

    HOW_MUCH = "how_much"
    WHO = "who"
    WHEN = "when"
    HOW = "how"
    WHERE = "where"
    WHAT = "what"
    WHY = "why"


class EvidenceKind(StrEnum):
    """The five kinds of evidence for a persona."""

    EXPERIENCE = "experience"
    COMPETITION = "competition"
    WEB = "web"
    COMMUNITIES = "communities"
    SURVEY = "survey"


class FunnelStage(StrEnum):
    """The five effects of the strategy, as stages of the funnel."""

    LEADS = "leads"
    MEETINGS = "meetings"
    SALES = "sales"
    RETAINED = "retained"
    REFERRALS = "referrals"


STALLED_DAYS = 45
"""Days without a new value of its KPI after which an objective stands still, unless a workbook's settings say
otherwise; what many workbooks are asked about at once."""
