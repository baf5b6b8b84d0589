"""Word lists from data files, ``data/<language>/<name>.toml``, read once and checked against their class.

A class of word lists names its file and, by its fields, the keys that every language must have. ``own`` gives
the words of one language, ``every`` the words of all languages together, for texts that mix them.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache, reduce
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform

from strategy_xl.languages import LANGUAGES

DATA = Path(__file__).parent / "data"

WORD_LANGUAGES = tuple(lang for lang in LANGUAGES if (DATA / lang).is_dir())
"""The languages whose words are known; texts in another one are read as one of these."""

Words = frozenset[str]
"""Words between spaces, without accents."""
Ordered = tuple[str, ...]
"""The same, in their order: endings, letters, names of months."""
Entries = frozenset[str]
"""Words and phrases as people write them, between semicolons."""
Phrases = frozenset[tuple[str, ...]]
"""Phrases between semicolons, their tokens between spaces."""
Numbers = Mapping[str, float]
"""A table of numbers by word."""
Labels = Mapping[str, str]
"""A table of texts by key, as it stands."""


class WordListError(ValueError):
    """A broken word list: its file, the key and what is wrong with it."""

    def __init__(self, place: str, key: str, reason: str) -> None:
        """Locate the fault."""
        self.file, self.key = f"{place}.toml", key
        super().__init__(f"{self.file}: {key}: {reason}")


class WordList:
    """A concept of the grammar with its words, one field a key of the file."""

    __slots__ = ()
    file: ClassVar[str]


T = TypeVar("T", bound=WordList)
F = TypeVar("F", bound=Callable[..., object])


@dataclass_transform(frozen_default=True)
def word_list(kind: type[T]) -> type[T]:
    """Make a class of word lists: a frozen dataclass without the methods that cost time with many fields."""
    return dataclass(frozen=True, slots=True, init=False, repr=False, eq=False)(kind)


def _made(kind: type[T], values: Mapping[str, object]) -> T:
    words = kind()
    for name, value in values.items():
        object.__setattr__(words, name, value)
    return words


def read(place: str) -> dict[str, Any]:
    """A data file as it stands.

    Arguments:
        place: language and name (``fr/dates``), or the name alone of what all languages share.

    Raises ``WordListError`` when the file is missing or no TOML.
    """
    try:
        return tomllib.loads((DATA / f"{place}.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WordListError(place, "*", "no such file") from None
    except tomllib.TOMLDecodeError as error:
        raise WordListError(place, "*", str(error)) from None


def check_keys(place: str, table: Mapping[str, object], keys: Iterable[str]) -> None:
    """Refuse a table that lacks a key or has one more."""
    wanted = set(keys)
    for key in sorted(wanted ^ table.keys()):
        raise WordListError(place, key, "missing" if key in wanted else "unknown")


def items(place: str, key: str, value: object, separator: str | None = None) -> list[str]:
    """The entries of a list, none of them twice.

    Arguments:
        place, key: where it stands, for the error.
        value: the text of the list.
        separator: what stands between two entries; white space by default.
    """
    if not isinstance(value, str):
        raise WordListError(place, key, "not a text")
    found = [entry for part in value.split(separator) if (entry := " ".join(part.split()))]
    if len(set(found)) < len(found):
        raise WordListError(place, key, f"twice: {Counter(found).most_common(1)[0][0]}")
    return found


def _table(place: str, key: str, value: object, *kinds: type) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(item, kinds) for item in value.values()):
        raise WordListError(place, key, "not a table, or with other values than it should have")
    return value


def _plain(kind: type) -> Callable[[str, str, object], Any]:
    def check(place: str, key: str, value: object) -> object:
        if not isinstance(value, kind):
            raise WordListError(place, key, f"not of type {kind.__name__}")
        return value

    return check


# What a field holds, by its annotation: the reader gets the place, the key and the value of the file.
_READERS: Mapping[str, Callable[[str, str, object], Any]] = {
    "Words": lambda place, key, value: frozenset(items(place, key, value)),
    "Entries": lambda place, key, value: frozenset(items(place, key, value, ";")),
    "Ordered": lambda place, key, value: tuple(items(place, key, value)),
    "Phrases": lambda place, key, value: frozenset(
        tuple(item.split()) for item in items(place, key, value, ";")
    ),
    "Numbers": lambda place, key, value: {
        word: float(number) for word, number in _table(place, key, value, int, float).items()
    },
    "Labels": lambda place, key, value: _table(place, key, value, str),
    "str": _plain(str),
    "int": _plain(int),
    "bool": _plain(bool),
}


def _once(function: F) -> F:
    """``cache`` for a generic function, whose types it would lose."""
    return cast("F", cache(function))


@_once
def own(kind: type[T], lang: str) -> T:
    """The words of one language.

    Arguments:
        kind: class of word lists.
        lang: one of ``WORD_LANGUAGES``.

    Raises ``WordListError`` when the file does not have the keys of the class, each with its kind of value.
    """
    place = f"{lang}/{kind.file}"
    table = read(place)
    types = _fields(kind)
    check_keys(place, table, types)
    return _made(kind, {key: _READERS[types[key]](place, key, value) for key, value in table.items()})


@_once
def every(kind: type[T]) -> T:
    """The words of all languages together, for a class that has lists and tables only."""
    parts = [own(kind, lang) for lang in WORD_LANGUAGES]
    names = _fields(kind)
    return _made(kind, {name: reduce(_joined, [getattr(part, name) for part in parts]) for name in names})


def _fields(kind: type[Any]) -> Mapping[str, str]:
    """The keys of a class and the annotation of each."""
    return {item.name: str(item.type) for item in fields(kind)}


def _joined(left: Any, right: Any) -> Any:
    return tuple(dict.fromkeys(left + right)) if isinstance(left, tuple) else left | right
