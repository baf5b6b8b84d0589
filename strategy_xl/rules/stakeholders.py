"""Who is who at a client, and how well each account is covered.

Rule d of the specification. Facts about a person (decides, signs, directly or indirectly affected,
linked) give all the roles that hold; the first by precedence is the role, unless a fact not known could
raise it: then there is a question to ask. An account's coverage weighs the best contact level in each
role; an uncovered base is always an alert.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from strategy_xl.errors import WorkbookError
from strategy_xl.model import AccountAlert, ContactLevel, FactValue, Quadrant, Role, Thread
from strategy_xl.rules.frame import (
    Bools,
    Column,
    Floats,
    Frame,
    Index,
    Ints,
    choice_array,
    choice_codes,
    dates,
    distinct,
    encoded,
    flags,
    has_text,
    is_choice,
    make_frame,
    object_column,
    pick,
    rounded,
    texts,
)
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.wording import name_keys, same_name

__all__ = ["VERSION", "StakeholderParams", "active", "coverage", "power", "roles"]

VERSION = "stakeholders 1"

FACTS = {
    "decides": Role.DECIDER,
    "signs": Role.SIGNATORY,
    "direct": Role.INVOLVED,
    "indirect": Role.COLLATERAL,
    "linked": Role.INDIFFERENT,
}
"""Facts by precedence and the role each one gives; the last only when no other holds."""

LEVELS = {
    ContactLevel.UNKNOWN: 0.0,
    ContactLevel.IDENTIFIED: 0.25,
    ContactLevel.MET: 0.5,
    ContactLevel.REGULAR: 0.75,
    ContactLevel.SUPPORTER: 1.0,
}

POWER = {
    Role.DECIDER: 5.0,
    Role.SIGNATORY: 4.0,
    Role.INVOLVED: 3.0,
    Role.COLLATERAL: 2.0,
    Role.INDIFFERENT: 1.0,
}

KNOWN_PERSON = LEVELS[ContactLevel.MET]
"""Contact level from which a person is a thread to the account."""

HIGH_POWER = POWER[Role.SIGNATORY]
COVERED = ("decider", "signatory", "involved", "collateral")
NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class StakeholderParams:
    """Weights and limits of the coverage; every field is a setting of the same key.

    Arguments:
        w_decider, w_signatory, w_involved, w_collateral: weight of each role in the coverage.
        contact_stale_days: days since the last contact after which it is stale.

    Raises WorkbookError SX390 when the weights are negative or all 0.
    """

    w_decider: float = 0.40
    w_signatory: float = 0.25
    w_involved: float = 0.25
    w_collateral: float = 0.10
    contact_stale_days: float = 90

    def __post_init__(self) -> None:
        """Refuse weights that cannot make a share."""
        for name in COVERED:
            if not getattr(self, f"w_{name}") >= 0:
                raise WorkbookError("SX390", setting=f"w_{name}")
        if not sum(self.weights) > 0:
            raise WorkbookError("SX390", setting="w_decider")

    @property
    def weights(self) -> tuple[float, float, float, float]:
        """Weights of decider, signatory, involved, collateral."""
        return self.w_decider, self.w_signatory, self.w_involved, self.w_collateral


def active(contacts: Frame, today: date) -> Bools:
    """People still there: no ``left`` date, or one that is not past (leaving today still counts)."""
    left = dates(contacts, "left").astype("datetime64[D]")
    return np.asarray(np.isnat(left) | (left >= np.datetime64(today, "D")), dtype=bool)


def facts(contacts: Frame) -> tuple[dict[str, Bools], dict[str, Bools]]:
    """For each fact, the rows where it is known to hold and the rows where it is not known."""
    holds, unknown = {}, {}
    for name in FACTS:
        holds[name] = is_choice(contacts, name, FactValue.YES)
        unknown[name] = ~is_choice(contacts, name, FactValue.YES, FactValue.NO)
    return holds, unknown


def levels(contacts: Frame) -> Floats:
    """Contact level as a number, 0 to 1; a level not filled is nobody known, 0."""
    codes = choice_codes(contacts.get("contact_level"), tuple(LEVELS), contacts.index)
    return np.array([*LEVELS.values(), 0.0])[codes]


def power(contacts: Frame) -> Floats:
    """Power of each person from the facts known to hold: decider 5 … indifferent 1, none 0."""
    holds, _ = facts(contacts)
    return np.select([holds[name] for name in FACTS], [POWER[role] for role in FACTS.values()], 0.0)


def roles(contacts: Frame, today: date, params: StakeholderParams | None = None) -> RuleResult:
    """Role of each person, all roles, quadrant and the question to ask.

    Arguments:
        contacts: one row a person, columns of block ``contacts``; facts are yes, no, unknown or NA.
        today: the reference date; who left before it keeps a role but counts nowhere.
        params: ``contact_stale_days``.

    Result frame:
        level_value: 0, .25, .5, .75, 1. is_decider, is_signatory, is_involved, is_collateral: 1 when the
        fact holds and the person is still there, else 0.
        role: first role by precedence; to_qualify when an unknown fact before it could raise it;
        out_of_scope when every fact is no. all_roles: role keys that hold, joined by ``+``, NA for none.
        quadrant: power (4 and more is high) × interest (directly affected); NA while either could change.
        question: key of the fact to ask about (``decides`` …), NA for none.
        active: still there. stale_days: days since the last contact.
    Reasons: LEFT, ASK_<FACT>, ROLE_<ROLE>, BOTH_BASES (decides and signs), OPPONENT, STALE,
    NO_LAST_CONTACT (met, but no date). Missing: facts without an answer that matter, contact_level, account.
    """
    params = params or StakeholderParams()
    rows, index = len(contacts), contacts.index
    holds, unknown = facts(contacts)
    here = active(contacts, today)
    value = levels(contacts)

    steps: list[Bools] = []
    outcomes: list[int] = []
    names = tuple(Role)
    for fact, role in FACTS.items():
        steps += [holds[fact], unknown[fact]]
        outcomes += [names.index(role), names.index(Role.TO_QUALIFY)]
    code = np.select(steps, outcomes, names.index(Role.OUT_OF_SCOPE)).astype(np.int8)
    asked = np.select(
        [step for pair in zip(holds.values(), unknown.values(), strict=True) for step in pair],
        [number for place in range(len(FACTS)) for number in (-1, place)],
        -1,
    ).astype(np.int8)

    strong = np.select([holds[name] for name in FACTS], [POWER[role] for role in FACTS.values()], 0.0)
    high = strong >= HIGH_POWER
    sure = (high | ~(unknown["decides"] | unknown["signs"])) & ~unknown["direct"]
    interested = holds["direct"]
    quadrant = np.where(
        high, np.where(interested, 0, 1), np.where(interested, 2, 3)
    )  # in the order of Quadrant
    quadrant = np.where(sure, quadrant, -1).astype(np.int8)

    since = _days_since(contacts, today)
    frame = make_frame(
        {
            "level_value": value,
            **{
                f"is_{name}": (holds[fact] & here).astype(np.int8)
                for name, fact in zip(COVERED, FACTS, strict=False)
            },
            "role": choice_array(code, tuple(Role)),
            "all_roles": _all_roles(holds, index),
            "quadrant": choice_array(quadrant, tuple(Quadrant)),
            "question": choice_array(asked, tuple(FACTS)),
            "active": here,
            "stale_days": since,
        },
        index,
    )
    stale = here & (since > params.contact_stale_days)
    reasons = {
        "LEFT": ~here,
        **{f"ASK_{fact.upper()}": here & (asked == place) for place, fact in enumerate(FACTS)},
        **{
            f"ROLE_{role.name}": here & (code == place)
            for place, role in enumerate(names)
            if role is not Role.TO_QUALIFY
        },
        "BOTH_BASES": here & holds["decides"] & holds["signs"],
        "OPPONENT": here & flags(contacts, "opponent"),
        "STALE": stale,
        "NO_LAST_CONTACT": here & (value >= KNOWN_PERSON) & np.isnan(since),
    }
    missing = {fact: here & (asked == place) for place, fact in enumerate(FACTS)}
    missing["contact_level"] = ~is_choice(contacts, "contact_level", *LEVELS)
    missing["account"] = ~has_text(contacts, "account")
    return RuleResult(frame, Codes.from_masks(reasons, rows), Codes.from_masks(missing, rows), VERSION)


def _days_since(contacts: Frame, today: date) -> Floats:
    last = dates(contacts, "last_contact").astype("datetime64[D]")
    since = (np.datetime64(today, "D") - last).astype(np.float64)
    return np.where(np.isnat(last), np.nan, since)


def _all_roles(holds: dict[str, Bools], index: Index) -> Column:
    """Every role that holds, as text; each of the 32 combinations is written once."""
    combination = np.zeros(len(index), dtype=np.int64)
    for place, fact in enumerate(FACTS):
        combination |= holds[fact].astype(np.int64) << place
    written: list[str | None] = []
    for mask in range(1 << len(FACTS)):
        held = [str(role) for place, role in enumerate(FACTS.values()) if mask >> place & 1]
        # Only linked to others: indifferent. Linked and something else: the something else.
        written.append(
            "+".join(held[:-1] if len(held) > 1 and held[-1] == Role.INDIFFERENT else held) or None
        )
    return object_column(np.array(written, dtype=object)[combination], index)


def coverage(
    accounts: Frame, contacts: Frame, today: date, params: StakeholderParams | None = None
) -> RuleResult:
    """Coverage of each account, its alerts and the people they are about.

    Arguments:
        accounts: one row an account, column ``name``.
        contacts: columns of block ``contacts``; matched to accounts by name, whatever the capitals.
        today: the reference date; people who left do not count.
        params: weights and limits.

    Result frame:
        contacts_count: people there. c_decider, c_signatory, c_involved, c_collateral: best contact
        level in each role (0 when uncovered), a person counting in every role held.
        coverage: 100·Σ weight·c / Σ weights. live_alert: most serious alert, NA for none.
        threads: distinct people known (level met or better). thread: none, one or several of them.
        stale_days: days since the last contact with the person longest unseen, NaN without a date.
        opposed_names, stale_names: people the alerts are about (three, then how many more), NA for none.
    Reasons (alerts, most serious first): NO_CONTACT (alone), NO_DECIDER, NO_SIGNATORY (nobody known in the
    role, or only by name unknown to us), DECIDER_OPPOSED, SINGLE_THREAD (at most one person known),
    CONTACT_STALE; then COVERED when there is none. Missing: ``decides``, ``signs`` when a person there
    still has that fact unknown and the base is uncovered.
    """
    params = params or StakeholderParams()
    rows = len(accounts)
    own = name_keys(texts(accounts, "name"))
    place_of: dict[str, int] = {}
    first_row = np.array([place_of.setdefault(name, row) for row, name in enumerate(own)], dtype=np.int64)
    here = active(contacts, today)
    at = _place(contacts, place_of)
    used = np.flatnonzero(here & (at >= 0))
    at = at[used]
    people = pick(contacts, used)
    holds, unknown = facts(people)
    value = levels(people)

    def best(mask: Bools) -> Floats:
        top = np.zeros(rows)
        np.maximum.at(top, at[mask], value[mask])
        return top[first_row]

    def any_(mask: Bools) -> Bools:
        return np.bincount(at[mask], minlength=rows)[first_row] > 0

    count = np.bincount(at, minlength=rows)[first_row]
    levels_by_role = {name: best(holds[fact]) for name, fact in zip(COVERED, FACTS, strict=False)}
    total = sum(weight * level for weight, level in zip(params.weights, levels_by_role.values(), strict=True))
    threads = _distinct(at, people, value >= KNOWN_PERSON, rows)[first_row]
    opposed = holds["decides"] & flags(people, "opponent")
    since = _days_since(people, today)
    stale = since > params.contact_stale_days
    longest = np.full(rows, np.nan)
    np.fmax.at(longest, at, since)
    masks = {
        "NO_CONTACT": count == 0,
        "NO_DECIDER": levels_by_role["decider"] == 0,
        "NO_SIGNATORY": levels_by_role["signatory"] == 0,
        "DECIDER_OPPOSED": any_(opposed),
        "SINGLE_THREAD": threads <= 1,
        "CONTACT_STALE": any_(stale),
    }
    alert = np.select(list(masks.values()), list(range(len(masks))), -1).astype(np.int8)
    frame = make_frame(
        {
            "contacts_count": count,
            **{f"c_{name}": level for name, level in levels_by_role.items()},
            "coverage": rounded(100.0 * np.asarray(total) / sum(params.weights)),
            "live_alert": choice_array(alert, tuple(AccountAlert)),
            "threads": threads,
            "thread": choice_array(np.minimum(threads, 2).astype(np.int8), tuple(Thread)),
            "stale_days": longest[first_row],
            "opposed_names": _names(at, people, opposed, first_row, accounts.index),
            "stale_names": _names(at, people, stale, first_row, accounts.index),
        },
        accounts.index,
    )
    # Where nobody is known, everything else is missing too: once is enough.
    masks |= {name: mask & (count > 0) for name, mask in masks.items() if name != "NO_CONTACT"}
    masks["COVERED"] = alert < 0
    missing = {
        "decides": masks["NO_DECIDER"] & any_(unknown["decides"]),
        "signs": masks["NO_SIGNATORY"] & any_(unknown["signs"]),
    }
    return RuleResult(frame, Codes.from_masks(masks, rows), Codes.from_masks(missing, rows), VERSION)


def _place(contacts: Frame, place_of: dict[str, int]) -> Ints:
    """Position of each person's account, -1 when there is none; each distinct text is cleaned once."""
    codes, labels = encoded(contacts, "account")
    cleaned = [same_name(label) for label in labels]
    places = [place_of.get(name, -1) if name else -1 for name in cleaned]
    return np.array([*places, -1], dtype=np.int64)[codes]


def _distinct(at: Ints, people: Frame, mask: Bools, rows: int) -> Ints:
    """Number of different people of the mask per account; a person without a name is one of its own."""
    chosen = np.flatnonzero(mask)
    names = name_keys(texts(pick(people, chosen), "name"))
    code, _ = distinct(names)
    nameless = names == ""
    code = np.where(nameless, code.size + np.arange(code.size), code)
    pairs = np.unique(np.stack([at[chosen], code]), axis=1) if code.size else np.empty((2, 0), dtype=np.int64)
    return np.bincount(pairs[0], minlength=rows)


def _names(
    at: Ints,
    people: Frame,
    mask: Bools,
    first_row: Ints,
    index: Index,
) -> Column:
    """Names of the people of the mask per account, sorted: three, then how many more; NA without any."""
    chosen = np.flatnonzero(mask)
    found = np.full(len(index), None, dtype=object)
    if chosen.size:
        names = texts(pick(people, chosen), "name")
        listed: dict[int, list[str]] = {}
        for account, name in sorted(zip(at[chosen].tolist(), names.tolist(), strict=True)):
            if name and name not in listed.setdefault(account, []):
                listed[account].append(name)
        for account, several in listed.items():
            if several:
                left = len(several) - NAMES_SHOWN
                more = f", +{left}" if left > 0 else ""
                found[account] = ", ".join(several[:NAMES_SHOWN]) + more
    return object_column(found[first_row], index)
