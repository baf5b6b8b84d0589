"""Whom to ask for what in each account: the next person, and who can introduce you.

Coverage says what is missing in an account, this which of the people known there helps: those met are asked
about those who are not, the most influential first, along the links that were noted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from strategy_xl.rules.frame import Frame, dates, flags, make_frame, texts
from strategy_xl.rules.influence import Graph, folded, influence, strengths, widest_path
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.stakeholders import (
    COVERED,
    FACTS,
    KNOWN_PERSON,
    LEVELS,
    StakeholderParams,
    active,
    facts,
    levels,
)

__all__ = ["VERSION", "advise"]

VERSION = "account_advice 1"

STEPS = sorted(LEVELS.values())
"""Contact levels from unknown to supporter."""
BASES = {"DECIDER": "decides", "SIGNATORY": "signs"}
CODES = (
    "NO_CONTACT",
    *(f"{base}_{what}" for base in BASES for what in ("MEET", "CHECK", "SELF", "ASK", "NOBODY")),
    "OPPOSED_VIA", "OPPOSED", "PATH", "PATH_LONG", "SECOND", "SECOND_ALONE", "SECOND_NONE", "STALE",
    "GROW_IDENTIFIED", "GROW_MET", "GROW_REGULAR", "GROW_SUPPORTER",
)  # fmt: skip


@dataclass(frozen=True)
class _Person:
    """One contact who is still there."""

    name: str
    key: str
    level: float
    influence: float
    opponent: bool
    holds: Mapping[str, bool]
    open: Mapping[str, bool]
    days: float

    @property
    def is_known(self) -> bool:
        """Met, or better."""
        return self.level >= KNOWN_PERSON


@dataclass(frozen=True)
class _Advice:
    """What to do in an account: a code and what its sentence names."""

    code: str
    ask: str | None = None
    target: str | None = None
    step: str | None = None
    figure: float = np.nan


def advise(
    accounts: Frame, contacts: Frame, links: Frame, today: date, params: StakeholderParams | None = None
) -> RuleResult:
    """One thing to do in each account, with the people by name.

    Arguments:
        accounts: one row an account, column ``name``.
        contacts, links: the blocks; people are matched to accounts whatever the capitals.
        today: the reference date; who left before it is asked nothing.
        params: weights of the coverage, and from when on a contact is stale.

    Result frame: ask: who is to be asked. target: whom it is about. step: the first person on a longer way to
    the target. figure: what the sentence tells of it (strength of the link, influence, days since the last
    contact, or points of coverage to win), NaN for none.
    Reasons: one code an account at most. Missing: none. Source: rule d, amendment 9.
    """
    params = params or StakeholderParams()
    people = _people(contacts, links, today)
    graph = strengths(links)
    told = [
        _advice(people.get(key, ()), graph.get(key, {}), params) if key else None
        for key in folded(accounts, "name")
    ]
    rows = len(accounts)
    columns = {
        key: np.array([getattr(one, key) if one else None for one in told], dtype=object)
        for key in ("ask", "target", "step")
    }
    figures = np.array([one.figure if one else np.nan for one in told], dtype=np.float64)
    codes = [one.code if one else "" for one in told]
    masks = {code: np.array([own == code for own in codes], dtype=bool) for code in CODES}
    frame = make_frame({**columns, "figure": figures}, accounts.index)
    return RuleResult(frame, Codes.from_masks(masks, rows), Codes.from_masks({}, rows), VERSION)


def _people(contacts: Frame, links: Frame, today: date) -> dict[str, list[_Person]]:
    """The people of each account, by folded account name; the most influential first."""
    holds, unknown = facts(contacts)
    here, level = active(contacts, today), levels(contacts)
    weight = np.nan_to_num(influence(contacts, links, today).to_numpy())
    last = dates(contacts, "last_contact").astype("datetime64[D]")
    since = np.where(np.isnat(last), np.nan, (np.datetime64(today, "D") - last).astype(np.float64))
    opponent = flags(contacts, "opponent")
    named = texts(contacts, "name")
    accounts, keys = (np.array(folded(contacts, key), dtype=object) for key in ("account", "name"))
    found: dict[str, list[_Person]] = {}
    for row in np.flatnonzero(here & (named != "") & (accounts != "")):
        person = _Person(
            named[row],
            keys[row],
            float(level[row]),
            float(weight[row]),
            bool(opponent[row]),
            {fact: bool(holds[fact][row]) for fact in FACTS},
            {fact: bool(unknown[fact][row]) for fact in BASES.values()},
            float(since[row]),
        )
        found.setdefault(accounts[row], []).append(person)
    for own in found.values():
        own.sort(key=lambda person: (-person.influence, person.key))
    return found


def _advice(people: Sequence[_Person], graph: Graph, params: StakeholderParams) -> _Advice | None:
    """The first step that is open in an account: a base that is missing before a link that would be nice."""
    if not people:
        return _Advice("NO_CONTACT")
    friends = sorted((one for one in people if one.is_known and not one.opponent), key=lambda one: -one.level)
    for base, fact in BASES.items():
        if max((one.level for one in people if one.holds[fact]), default=0.0) == 0:
            return _base(base, fact, people, friends)
    deciders = [one for one in people if one.holds["decides"]]
    opposed = next((one for one in deciders if one.opponent), None)
    if opposed is not None:
        return _opposed(opposed, friends, graph)
    return (
        _way_in(deciders, people, friends, graph)
        or _second(people, friends)
        or _stale(people, params)
        or _grow(people, params)
    )


def _base(base: str, fact: str, people: Sequence[_Person], friends: Sequence[_Person]) -> _Advice:
    """Nobody is known who decides (or signs)."""
    ask = friends[0] if friends else None
    holder = next((one for one in people if one.holds[fact]), None)
    if holder is not None and ask is not None and ask is not holder:
        return _Advice(f"{base}_MEET", ask.name, holder.name)
    candidate = next((one for one in people if one.open[fact]), None)
    if candidate is not None and ask is not None:
        if ask is candidate:
            return _Advice(f"{base}_SELF", ask.name)
        return _Advice(f"{base}_CHECK", ask.name, candidate.name)
    if ask is not None:
        return _Advice(f"{base}_ASK", ask.name)
    return _Advice(f"{base}_NOBODY", target=(holder or candidate or people[0]).name)


def _opposed(decider: _Person, friends: Sequence[_Person], graph: Graph) -> _Advice:
    """Who of those that are known has the decision-maker's ear."""
    by_link = {one.name: graph.get(one.key, {}).get(decider.key, 0.0) for one in friends}
    ask = max(by_link, key=lambda name: by_link[name], default=None)
    if ask is not None and by_link[ask] > 0:
        return _Advice("OPPOSED_VIA", ask, decider.name, figure=by_link[ask])
    return _Advice("OPPOSED", target=decider.name)


def _way_in(
    deciders: Sequence[_Person],
    people: Sequence[_Person],
    friends: Sequence[_Person],
    graph: Graph,
) -> _Advice | None:
    """Who introduces you to a decision-maker whom you have not met."""
    if any(one.is_known for one in deciders):
        return None
    shown = {one.key: one.name for one in people}
    inner = {
        source: {target: strength for target, strength in targets.items() if target in shown}
        for source, targets in graph.items()
        if source in shown
    }
    path, width = widest_path(inner, [one.key for one in friends], [one.key for one in deciders])
    if not path:
        return _Advice("PATH", friends[0].name, deciders[0].name) if friends else None
    names = [shown[key] for key in path]
    if len(names) == 2:
        return _Advice("PATH", names[0], names[-1], figure=width)
    return _Advice("PATH_LONG", names[0], names[-1], names[1], width)


def _second(people: Sequence[_Person], friends: Sequence[_Person]) -> _Advice | None:
    """Another person to meet, where at most one is known."""
    known = {one.key for one in people if one.is_known}
    if len(known) > 1:
        return None
    new = next((one for one in people if one.key not in known and not one.opponent), None)
    if new is None:
        return _Advice("SECOND_NONE", people[0].name)
    if not friends:
        return _Advice("SECOND_ALONE", target=new.name, figure=new.influence)
    return _Advice("SECOND", friends[0].name, new.name, figure=new.influence)


def _stale(people: Sequence[_Person], params: StakeholderParams) -> _Advice | None:
    """The most influential of those who were not spoken to for long."""
    late = next((one for one in people if one.days > params.contact_stale_days), None)
    return None if late is None else _Advice("STALE", target=late.name, figure=late.days)


def _grow(people: Sequence[_Person], params: StakeholderParams) -> _Advice | None:
    """The person whose next step adds most to the coverage."""
    weights = dict(zip(COVERED, params.weights, strict=True))
    roles = dict(zip(COVERED, FACTS, strict=False))
    best = {
        role: max((one.level for one in people if one.holds[fact]), default=0.0)
        for role, fact in roles.items()
    }
    found: tuple[float, _Person, int] | None = None
    for one in people:
        step = next((place for place, level in enumerate(STEPS) if level > one.level), None)
        if step is None or one.opponent:
            continue
        gain = sum(
            weights[role] * max(STEPS[step] - best[role], 0.0)
            for role, fact in roles.items()
            if one.holds[fact]
        )
        if gain > 0 and (found is None or gain > found[0]):
            found = (gain, one, step)
    if found is None:
        return None
    gain, one, step = found
    code = f"GROW_{tuple(LEVELS)[step].name}"
    return _Advice(code, target=one.name, figure=100 * gain / sum(params.weights))
