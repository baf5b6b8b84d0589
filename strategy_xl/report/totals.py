"""Sums over the things of a report: by class, from class to class, by letter, better and worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from strategy_xl.report.data import LETTERS, NEW, Accounts, Clients, Labels, Objectives, Texts

_Key = TypeVar("_Key")
_RANKS = {"good": 3, "info": 2, "warn": 1, "bad": 0}
"""How good a tone is; one without a place is neither good nor bad."""


@dataclass(frozen=True, slots=True)
class Sum:
    """How many, and the revenue that they stand for."""

    count: int = 0
    revenue: float = 0.0


def ranked(labels: Labels) -> list[str]:
    """The keys of a list that say how good something is, best first."""
    keys = [key for key, label in labels.items() if label.tone in _RANKS]
    return sorted(keys, key=lambda key: -_RANKS[labels[key].tone])


def way(labels: Labels, before: str, now: str) -> int:
    """Whether a verdict got better (1), worse (-1), or neither (0)."""
    if before not in labels or now not in labels:
        return 0
    ranks = [_RANKS.get(labels[key].tone) for key in (before, now)]
    if ranks[0] is None or ranks[1] is None:
        return 0
    return (ranks[1] > ranks[0]) - (ranks[1] < ranks[0])


@dataclass(frozen=True, slots=True)
class Moves:
    """What of one kind got better and what got worse: indexes, those with the greatest weight first."""

    better: Sequence[int]
    worse: Sequence[int]


def moves(labels: Labels, before: Texts, now: Texts, weights: Sequence[float | None] | None = None) -> Moves:
    """Better and worse things by verdict.

    Arguments:
        labels: the list of the verdicts.
        before, now: verdicts.
        weights: what the things are ordered by; as they come without.
    """
    known = {
        (old, new): way(labels, old, new) for old, new in set(zip(before, now, strict=True)) if old != new
    }
    ways = [known.get(pair, 0) for pair in zip(before, now, strict=True)]
    found = []
    for wanted in (1, -1):
        rows = [at for at, found_way in enumerate(ways) if found_way == wanted]
        if weights is not None:
            rows.sort(key=lambda at: -(weights[at] or 0.0))
        found.append(rows)
    return Moves(*found)


def class_sums(clients: Clients) -> Mapping[str, Sum]:
    """Clients and revenue by class."""
    return _sums(clients.classes, clients)


def migrations(clients: Clients) -> Mapping[tuple[str, str], Sum]:
    """Clients and revenue by class before and class now; those that were not there before have ``NEW``."""
    return _sums(list(zip(clients.previous, clients.classes, strict=True)), clients)


def _sums(keys: Sequence[_Key], clients: Clients) -> Mapping[_Key, Sum]:
    counts = Counter(keys)
    revenues = dict.fromkeys(counts, 0.0)
    for key, revenue in zip(keys, clients.revenues, strict=True):
        if revenue is not None:
            revenues[key] += revenue
    return {key: Sum(count, revenues[key]) for key, count in counts.items()}


def before_counts(clients: Clients) -> Mapping[str, int]:
    """Clients by class in the run compared with, of those that are still there."""
    found = Counter(clients.previous)
    return {key: count for key, count in found.items() if key and key != NEW}


def letter_counts(objectives: Objectives) -> Mapping[str, Mapping[str, int]]:
    """Per letter, how many objectives have which mark."""
    return {letter: Counter(objectives.letters.get(letter, ())) for letter in LETTERS}


def account_counts(accounts: Accounts) -> Mapping[str, int]:
    """Accounts by their gravest alert; "" for those without."""
    return Counter(accounts.alerts)


def account_moves(accounts: Accounts, labels: Labels) -> Moves:
    """Accounts that lost an alert or have a lighter one, and those that got one or a graver one."""
    order = {key: place for place, key in enumerate(labels)}
    none = len(order)
    better: list[int] = []
    worse: list[int] = []
    pairs = zip(accounts.alerts_before, accounts.alerts, strict=True)
    for at, (before, now) in enumerate(pairs):
        if before == NEW:
            continue
        change = order.get(now, none) - order.get(before, none)
        if change:
            (better if change > 0 else worse).append(at)
    return Moves(better, worse)
