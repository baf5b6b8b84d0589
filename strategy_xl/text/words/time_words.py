"""Words of time: months, units, seasons, calendar events, cadences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from strategy_xl.text.words.calendars import EVENTS
from strategy_xl.text.words.wordlists import WordListError, check_keys, items, read

TimeClass = tuple[str, int | str]
"""The letter of a class and what the word means in it."""

# Classes whose words mean nothing more, by key of the data file.
_PLAIN = {
    "end": "e",
    "begin": "b",
    "middle": "i",
    "course": "c",
    "next": "x",
    "this": "t",
    "last": "l",
    "each": "k",
    "vague": "v",
    "cadence": "K",  # adverbs
    "cue": "A",  # of an event that cannot be put on the calendar
}
PERIOD_ENDS = {"year_end": "year", "month_end": "month", "quarter_end": "quarter", "week_end": "week"}
_UNITS = ("minute", "hour", "day", "week", "fortnight", "month", "quarter", "third", "half", "year", "decade")
# Classes whose words mean a number or a name: their letter and what there is to mean.
_MEANING: Mapping[str, tuple[str, frozenset[int | str]]] = {
    "month": ("m", frozenset(range(1, 13))),
    "unit": ("u", frozenset({*_UNITS, "fiscal", "season"})),
    "rank": ("o", frozenset(range(1, 5))),
    "weekday": ("W", frozenset(range(7))),
    "season": ("S", frozenset(range(1, 5))),
    "event": ("E", frozenset(EVENTS)),
}
_EVENTS: frozenset[int | str] = frozenset({*EVENTS, *PERIOD_ENDS, "none"})
_LISTS = ("known", "common_starts")


@dataclass(frozen=True, slots=True)
class TimeWords:
    """The words of time of a language.

    Arguments:
        table: class by word.
        known: all of them and some more, in which no slip is seen.
        events: name of a calendar event by its words, empty for one without a day.
        starts: first words of events, in texts of all languages.
    """

    table: Mapping[str, TimeClass]
    known: frozenset[str]
    events: Mapping[tuple[str, ...], str]
    starts: frozenset[str]


@cache
def time_words(lang: str) -> TimeWords:
    """The words of time of a language; a word has one class.

    Raises ``WordListError`` when its file names an unknown key or event, or a word twice.
    """
    place = f"{lang}/times"
    data = read(place)
    check_keys(place, data, (*_PLAIN, *_MEANING, *_LISTS, "phrases"))
    entries: list[tuple[str, object, TimeClass]] = [
        (key, data[key], (letter, 1)) for key, letter in _PLAIN.items()
    ]
    for key, (letter, meanings) in _MEANING.items():
        entries += [
            (f"{key}.{name}", text, (letter, _meaning(place, f"{key}.{name}", meanings)))
            for name, text in data[key].items()
        ]
    table: dict[str, TimeClass] = {}
    for key, text, entry in entries:
        for word in items(place, key, text):
            if table.setdefault(word, entry) is not entry:
                raise WordListError(place, key, f"{word} has another class already")
    events = {
        tuple(phrase.split()): str(_meaning(place, f"phrases.{name}", _EVENTS)).removeprefix("none")
        for name, text in data["phrases"].items()
        for phrase in items(place, f"phrases.{name}", text, ";")
    }
    known, common = (items(place, key, data[key]) for key in _LISTS)
    starts = frozenset(phrase[0] for phrase in events).difference(common)
    return TimeWords(table, frozenset((*table, *known)), events, starts)


def _meaning(place: str, key: str, meanings: frozenset[int | str]) -> int | str:
    """What the last part of a key means, when it is one of the meanings."""
    name = key.rpartition(".")[2]
    meaning = int(name) if name.isdigit() else name
    if meaning not in meanings:
        raise WordListError(place, key, "unknown")
    return meaning
