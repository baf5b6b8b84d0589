"""Influence inside a client, and the way to the decision-maker.

Rule d of the specification. Links are directed (the source influences the target) with a strength of 1
to 3. Influence = own power + the power of those influenced, in proportion to the strength. The way in is
the widest path: the one whose weakest link is strongest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from strategy_xl.rules.frame import Column, Frame, flags, make_column, make_frame, numbers, texts
from strategy_xl.rules.result import Codes, RuleResult
from strategy_xl.rules.stakeholders import KNOWN_PERSON, active, facts, levels, power
from strategy_xl.rules.wording import name_keys

__all__ = ["VERSION", "folded", "influence", "introduction_path", "strengths", "weigh", "widest_path"]

VERSION = "influence 1"
STRONGEST = 3.0
ARROW = " → "

Person = tuple[str, str]
Graph = Mapping[str, Mapping[str, float]]


def folded(frame: Frame, key: str) -> list[str]:
    """A column of names as they are compared."""
    return list(name_keys(texts(frame, key)))


def _links(links: Frame) -> list[tuple[str, str, str, float]]:
    """Usable links: account, source, target (folded), strength; the strongest of repeated ones."""
    strengths = numbers(links, "strength")
    best: dict[tuple[str, str, str], float] = {}
    for account, source, target, strength in zip(
        folded(links, "account"), folded(links, "source"), folded(links, "target"), strengths, strict=True
    ):
        if source and target and source != target and strength > 0:
            key = (account, source, target)
            best[key] = max(best.get(key, 0.0), min(float(strength), STRONGEST))
    return [(*key, strength) for key, strength in best.items()]


def influence(contacts: Frame, links: Frame, today: date) -> Column:
    """Influence of each person: power + Σ strength·power of those influenced / 3.

    Arguments:
        contacts: columns of block ``contacts``. links: ``account``, ``source``, ``target`` (names),
            ``strength`` 1–3; a link given twice counts once, at its strongest.
        today: people who left before it have no influence and receive none (NaN).

    Result: float64 Series, index of contacts. Power is that of the facts known to hold (0 when none).
    """
    here = active(contacts, today)
    own = np.where(here, power(contacts), 0.0)
    strongest: dict[Person, float] = {}
    people = list(zip(folded(contacts, "account"), folded(contacts, "name"), strict=True))
    for person, value in zip(people, own, strict=True):
        strongest[person] = max(strongest.get(person, 0.0), float(value))
    received: dict[Person, float] = {}
    for account, source, target, strength in _links(links):
        gain = strength * strongest.get((account, target), 0.0) / STRONGEST
        received[account, source] = received.get((account, source), 0.0) + gain
    total = own + np.array([received.get(person, 0.0) for person in people])
    return make_column(np.where(here, total, np.nan), contacts.index)


def weigh(contacts: Frame, links: Frame, today: date) -> RuleResult:
    """``influence`` as a rule result: column ``influence``; same arguments.

    Reasons: LINKED_TO_NOBODY (no link starts from the person). Missing: ``decides`` when no known fact
    gives any power.
    """
    value = influence(contacts, links, today)
    here = active(contacts, today)
    sources = {(account, source) for account, source, _, _ in _links(links)}
    people = zip(folded(contacts, "account"), folded(contacts, "name"), strict=True)
    alone = np.array([person not in sources for person in people], dtype=bool)
    rows = len(contacts)
    reasons = Codes.from_masks({"LINKED_TO_NOBODY": here & alone}, rows)
    missing = Codes.from_masks({"decides": here & (power(contacts) == 0)}, rows)
    return RuleResult(make_frame({"influence": value}, contacts.index), reasons, missing, VERSION)


def widest_path(graph: Graph, starts: Iterable[str], goals: Iterable[str]) -> tuple[tuple[str, ...], float]:
    """The path from a start to a goal whose weakest link is strongest.

    Arguments: graph: strength by source and target. starts, goals: names.
    Result: the names and the strength of the weakest link; ties go to the fewest steps, then to the
    names in order. A start that is a goal is a path of itself, infinitely wide. Empty and 0 for no path.
    """
    wanted, sources = set(goals), sorted(set(starts))
    direct = [name for name in sources if name in wanted]
    if direct:
        return (direct[0],), float("inf")
    widths = sorted({strength for targets in graph.values() for strength in targets.values()}, reverse=True)
    for width in widths:
        paths: dict[str, tuple[str, ...]] = {name: (name,) for name in sources}
        layer = list(paths.values())
        while layer:
            # Layers in the order of their names: the first path to reach a person is the smallest.
            step: dict[str, tuple[str, ...]] = {}
            for path in sorted(layer):
                for target, strength in sorted(graph.get(path[-1], {}).items()):
                    if strength >= width and target not in paths and target not in step:
                        step[target] = (*path, target)
            arrived = sorted(path for name, path in step.items() if name in wanted)
            if arrived:
                return arrived[0], width
            paths |= step
            layer = list(step.values())
    return (), 0.0


@dataclass(frozen=True, slots=True)
class _People:
    """By folded account name: who can introduce, who decides; and how each person's name is written."""

    starts: Mapping[str, set[str]]
    goals: Mapping[str, set[str]]
    labels: Mapping[Person, str]


def _people(contacts: Frame, today: date) -> _People:
    here = active(contacts, today)
    decides = facts(contacts)[0]["decides"]
    known = here & (levels(contacts) >= KNOWN_PERSON) & ~flags(contacts, "opponent")
    accounts, names = folded(contacts, "account"), folded(contacts, "name")
    shown = texts(contacts, "name").tolist()
    starts, goals, labels = dict[str, set[str]](), dict[str, set[str]](), dict[Person, str]()
    for row in np.flatnonzero(here):
        account, name = accounts[row], names[row]
        if not name:
            continue
        labels.setdefault((account, name), shown[row])
        if known[row]:
            starts.setdefault(account, set()).add(name)
        if decides[row]:
            goals.setdefault(account, set()).add(name)
    return _People(starts, goals, labels)


def strengths(links: Frame) -> dict[str, dict[str, dict[str, float]]]:
    """Strength of the links by folded account, source and target."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for account, source, target, strength in _links(links):
        found.setdefault(account, {}).setdefault(source, {})[target] = strength
    return found


def _graphs(links: Frame, present: Mapping[Person, str]) -> dict[str, dict[str, dict[str, float]]]:
    """Links between people who are there, by account, source and target."""
    graphs: dict[str, dict[str, dict[str, float]]] = {}
    for account, source, target, strength in _links(links):
        if (account, source) in present and (account, target) in present:
            graphs.setdefault(account, {}).setdefault(source, {})[target] = strength
    return graphs


def introduction_path(accounts: Frame, contacts: Frame, links: Frame, today: date) -> RuleResult:
    """Who can introduce you to the decision-maker of each account.

    Arguments: accounts (``name``), contacts, links: the blocks; today: who left before it is no step.
    A path starts from a person met or better known who is no opponent, and ends at a decider.

    Result frame: path (names joined by arrows, NA for none), path_width (strength of its weakest link,
    NaN when direct), path_steps (links on it).
    Reasons: DIRECT (a decider is known already), INTRODUCE, NO_PATH (deciders, but no way), NO_TARGET
    (no decider identified), NO_START (nobody known there). Missing: none.
    """
    who = _people(contacts, today)
    graphs = _graphs(links, who.labels)
    rows = len(accounts)
    path_text = np.full(rows, None, dtype=object)
    path_width, path_steps = np.full(rows, np.nan), np.full(rows, np.nan)
    masks = {
        name: np.zeros(rows, dtype=bool)
        for name in ("DIRECT", "INTRODUCE", "NO_PATH", "NO_TARGET", "NO_START")
    }
    for row, account in enumerate(folded(accounts, "name")):
        if not who.goals.get(account):
            masks["NO_TARGET"][row] = True
        elif not who.starts.get(account):
            masks["NO_START"][row] = True
        else:
            path, width = widest_path(graphs.get(account, {}), who.starts[account], who.goals[account])
            masks["NO_PATH" if not path else "DIRECT" if len(path) == 1 else "INTRODUCE"][row] = True
            if path:
                path_text[row] = ARROW.join(who.labels[account, name] for name in path)
                path_steps[row] = len(path) - 1
                path_width[row] = width if len(path) > 1 else np.nan
    columns = {"path": path_text, "path_width": path_width, "path_steps": path_steps}
    frame = make_frame(columns, accounts.index)
    return RuleResult(frame, Codes.from_masks(masks, rows), Codes.from_masks({}, rows), VERSION)
