"""The index of the lexicons: word or phrase → classes, with plural and verb forms and light typos.

One ``Entry`` per word and language is built once and cached, so that a text costs one look-up a word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, cached_property, lru_cache

from strategy_xl.text.words.time_words import time_words
from strategy_xl.text.words.vocabulary import Grammar, QuantityWords, StatementWords
from strategy_xl.text.words.wordlists import check_keys, items, own, read

CLASSES = (
    "IND", "OBJ", "SEG", "DEL", "DELG", "CON", "GEN", "STOP", "PREP", "POSS", "DEFDET", "SING", "UNIV",
    "ZERO", "VUP", "VFUZ", "VDOWN", "VREACH", "VKEEP", "VDO", "VAMB", "VGET", "VSELF", "NUP", "NDO", "DONE",
    "VPROC", "TIMEIND", "IDN", "SIZE", "PARTYPREP", "OWNERCUE",
)  # fmt: skip
_BIT = {name: 1 << position for position, name in enumerate(CLASSES)}
_VERBS = ("VUP", "VFUZ", "VDOWN", "VREACH", "VKEEP", "VDO", "VAMB", "VPROC", "VGET", "VSELF")
_NOUNS = ("IND", "OBJ", "SEG", "DEL", "DELG", "CON", "GEN", "NUP", "NDO", "IDN", "SIZE", "TIMEIND")

IND = _BIT["IND"]
OBJ = _BIT["OBJ"]
SEG = _BIT["SEG"]
DEL = _BIT["DEL"]
DELG = _BIT["DELG"]
CON = _BIT["CON"]
GEN = _BIT["GEN"]
STOP = _BIT["STOP"]
PREP = _BIT["PREP"]
POSS = _BIT["POSS"]
DEFDET = _BIT["DEFDET"]
SING = _BIT["SING"]
UNIV = _BIT["UNIV"]
ZERO = _BIT["ZERO"]
VUP = _BIT["VUP"]
VFUZ = _BIT["VFUZ"]
VDOWN = _BIT["VDOWN"]
VREACH = _BIT["VREACH"]
VKEEP = _BIT["VKEEP"]
VDO = _BIT["VDO"]
VAMB = _BIT["VAMB"]
VPROC = _BIT["VPROC"]
NUP = _BIT["NUP"]
NDO = _BIT["NDO"]
IDN = _BIT["IDN"]
SIZE = _BIT["SIZE"]
TIMEIND = _BIT["TIMEIND"]
PARTYPREP = _BIT["PARTYPREP"]
OWNERCUE = _BIT["OWNERCUE"]
VGET = _BIT["VGET"]
DONE = _BIT["DONE"]
VSELF = _BIT["VSELF"]
VERB = VUP | VFUZ | VDOWN | VREACH | VKEEP | VDO | VAMB | VSELF
NOUN = IND | OBJ | SEG | DEL | DELG | CON

Rules = Sequence[tuple[re.Pattern[str], Sequence[str]]]


def _rules(place: str, key: str, rules: Sequence[Mapping[str, str]]) -> Rules:
    """The rules that build the forms of a kind of word: its ending, and what stands in its stead."""
    for rule in rules:
        check_keys(place, rule, ("ending", "forms"))
    return [
        (re.compile(f"(?:{rule['ending']})$"), items(place, f"{key}: {rule['ending']}", rule["forms"]))
        for rule in rules
    ]


def _inflected(word: str, rules: Rules) -> set[str]:
    """The forms of a word by every rule whose ending fits; ``&`` stands for the ending itself."""
    return {
        word[: match.start()] + form.replace("&", match[0])
        for ending, forms in rules
        if (match := ending.search(word))
        for form in forms
    }


class Lexicon:
    """The lexicon of one language.

    Arguments:
        lang: one of the languages of the catalogue.

    ``words`` maps a form to its class bits; ``phrases`` maps the first word of a phrase to the rest of
    it (a tuple of words) and its bits, longest first.
    """

    def __init__(self, lang: str) -> None:
        """Build the index."""
        place = f"{lang}/lexicon"
        data, jargon = read(place), read("jargon")
        check_keys(place, data, (*CLASSES, "verbs", "nouns"))
        check_keys("jargon", dict.fromkeys(CLASSES) | jargon, CLASSES)
        self.lang = lang
        self._head_first = own(Grammar, lang).head_first
        self._verbs = _rules(place, "verbs", data["verbs"])
        self._nouns = _rules(place, "nouns", data["nouns"])
        self.words: dict[str, int] = defaultdict(int)
        phrases: dict[tuple[str, ...], int] = defaultdict(int)
        for name, bit in _BIT.items():
            entries = items(place, name, data[name], ";") + items("jargon", name, jargon.get(name, ""), ";")
            for form in (form for entry in entries for form in self._forms(name, entry)):
                parts = () if form.isalnum() else split_words(form)
                if len(parts) < 2:
                    self.words[form] |= bit
                else:
                    phrases[parts] |= bit
        self.words = dict(self.words)
        self.phrases: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
        for parts, bits in phrases.items():
            self.phrases[parts[0]].append((parts[1:], bits))
        for options in self.phrases.values():
            options.sort(key=lambda option: -len(option[0]))
        self.phrases = dict(self.phrases)
        # Words inside phrases and words of time are real words too: no typo may be seen in them.
        counted = own(QuantityWords, lang).numbers.keys()
        self.known = {*self.words, *(part for parts in phrases for part in parts), *counted}
        self.known |= time_words(lang).known
        told = own(StatementWords, lang)
        self.known |= told.told | told.presents | told.noun_like | told.plural_verbs

    @cached_property
    def _deletes(self) -> Mapping[str, Sequence[str]]:
        """Every long word without one of its letters → such words; telling languages apart needs none."""
        deletes: dict[str, list[str]] = defaultdict(list)
        for word in self.known:
            if len(word) >= 6 and word.isalpha():
                for shorter in _one_less(word):
                    deletes[shorter].append(word)
        return dict(deletes)

    @cached_property
    def _longest(self) -> int:
        """Letters of the longest word."""
        return max(map(len, self.known))

    def _forms(self, name: str, entry: str) -> set[str]:
        """All forms of a lexicon entry; in a phrase only the first (verb) or outer words vary."""
        if "/" in entry:
            return set(entry.split("/"))
        first, _, rest = entry.partition(" ")
        if name in _VERBS:
            return {f"{head} {rest}".strip() for head in _inflected(first, self._verbs)}
        if name not in _NOUNS:
            return {entry}
        if not rest:
            return _inflected(first, self._nouns)
        if self._head_first:
            return {
                f"{head} {tail}" for head in _inflected(first, self._nouns) for tail in (rest, rest + "s")
            }
        before, _, last = entry.rpartition(" ")
        return {f"{before} {tail}" for tail in _inflected(last, self._nouns)}

    def correct(self, word: str) -> str:
        """The lexicon word one slip away (letter lost, added, swapped or changed), or the word itself.

        Only for six letters and more, with the same first letter, never across the number of a noun.
        """
        if word in self.known or not 6 <= len(word) <= self._longest + 1 or not word.isalpha():
            return word  # nothing known is one slip away from a longer one, and looking takes its square
        candidates = set(self._deletes.get(word, ()))
        for shorter in _one_less(word):
            if shorter in self.known and len(shorter) >= 6:
                candidates.add(shorter)
            candidates.update(self._deletes.get(shorter, ()))
        close = [
            other
            for other in candidates
            if other[0] == word[0] and _is_one_slip(word, other) and not _is_inflection(word, other)
        ]
        return min(close, key=lambda other: (-self.words.get(other, 0).bit_count(), other)) if close else word

    def bits(self, word: str) -> int:
        """Class bits of a word, 0 when unknown."""
        return self.words.get(word, 0)


def split_words(phrase: str) -> tuple[str, ...]:
    """The tokens of a folded phrase, elisions apart, as the tokeniser splits them."""
    return tuple(phrase.replace("'", "' ").split())


def _one_less(word: str) -> set[str]:
    """The word without one of its letters; its first one stays, since no slip is seen in it."""
    return {word[:position] + word[position + 1 :] for position in range(1, len(word))}


def _is_one_slip(left: str, right: str) -> bool:
    """Whether the Damerau distance is one."""
    if abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    a, b = left[start:], right[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
    return a[1:] == b if len(a) > len(b) else a == b[1:]


def _is_inflection(left: str, right: str) -> bool:
    """Whether the typed word is the other with a final letter more or changed: another form, not a slip."""
    return left[:-1] == right or left[:-1] == right[:-1]


@cache
def lexicon(lang: str) -> Lexicon:
    """The lexicon of a language, built once."""
    return Lexicon(lang)


@lru_cache(maxsize=65536)
def look_up(lang: str, word: str) -> tuple[str, int]:
    """The word, corrected if it is one slip away from a known one, and its class bits."""
    index = lexicon(lang)
    bits = index.words.get(word)
    if bits is not None:
        return word, bits
    fixed = index.correct(word)
    return fixed, index.bits(fixed)
