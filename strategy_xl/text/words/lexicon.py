"""The index of the lexicons: word or phrase → classes, with plural and verb forms and light typos.

One ``Entry`` per word and language is built once and cached, so that a text costs one look-up a word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from strategy_xl.text.words import lexicon_en, lexicon_fr
from strategy_xl.text.words.time_words import TIME_WORDS

_TABLES: Mapping[str, Mapping[str, str]] = {"fr": lexicon_fr.WORDS, "en": lexicon_en.WORDS}

CLASSES = tuple(lexicon_fr.WORDS)
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

# Shared jargon: the same in both languages, so that a French text may say churn or upsell.
_SHARED = {
    "IND": "mrr; arr; churn; nps; roi; roas; cac; ltv; csat; pipeline; dso; ebitda; kpi",
    "OBJ": "lead; demo; post; webinar; newsletter; ticket; trial; sql; mql; call; deal; reel; story",
    "SEG": "linkedin; google; google ads; facebook; instagram; saas; b2b; b2c; e commerce; shopify; crm; seo",
}


def _parts(table: str) -> Iterator[str]:
    for item in table.replace("\n", " ").split(";"):
        entry = " ".join(item.replace("-", " ").split())
        if entry:
            yield entry


def _french_verb(verb: str) -> set[str]:
    forms = {verb}
    if verb.endswith("er"):
        stem = verb[:-2]
        endings = [
            "er",
            "e",
            "es",
            "ons",
            "ez",
            "ent",
            "era",
            "erons",
            "eront",
            "erai",
            "erez",
            "ant",
            "ee",
            "ees",
            "ait",
            "aient",
            "eons",
            "eant",
        ]
        forms |= {stem + ending for ending in endings}
        if stem.endswith("el"):  # renouveler, appeler: double l before a silent e
            forms |= {stem + "le", stem + "lent", stem + "lera"}
        if stem.endswith("y"):  # envoyer: i before a silent e
            forms |= {stem[:-1] + "ie", stem[:-1] + "ient", stem[:-1] + "iera", stem[:-1] + "ierons"}
    elif verb.endswith("ir"):
        stem = verb[:-2]
        forms |= {
            stem + ending
            for ending in [
                "ir",
                "it",
                "is",
                "issons",
                "issent",
                "issant",
                "ira",
                "irons",
                "iront",
                "i",
                "ie",
                "ies",
            ]
        }
    elif verb.endswith("re"):
        stem = verb[:-2]
        forms |= {
            stem + ending
            for ending in ["re", "s", "ons", "ent", "ant", "ra", "rons", "ront", "u", "ue", "us", "ues"]
        }
    return forms


def _english_verb(verb: str) -> set[str]:
    forms = {verb, verb + "s"}
    if verb.endswith("e"):
        return forms | {verb + "d", verb[:-1] + "ing"}
    if verb.endswith("y") and verb[-2:-1] not in "aeou":
        return forms | {verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"}
    if verb.endswith(("sh", "ch", "x", "ss")):
        forms.add(verb + "es")
    forms |= {verb + "ed", verb + "ing"}
    if len(verb) > 2 and verb[-1] in "bdgmnprt" and verb[-2] in "aeiou":
        forms |= {verb + verb[-1] + "ed", verb + verb[-1] + "ing"}
    return forms


def _plural(word: str, lang: str) -> set[str]:
    forms = {word}
    if word.endswith("s"):
        return forms
    forms.add(word + "s")
    if lang == "fr":
        forms.add(word + "e")
        forms.add(word + "es")
        if word.endswith("al"):
            forms |= {word[:-2] + "aux", word + "e"}
        if word.endswith(("eau", "eu")):
            forms.add(word + "x")
        if word.endswith("er"):
            forms |= {word[:-2] + "ere", word[:-2] + "eres"}
    else:
        if word.endswith("y"):
            forms.add(word[:-1] + "ies")
        if word.endswith(("sh", "ch", "x", "ss")):
            forms.add(word + "es")
    return forms


def _forms(name: str, entry: str, lang: str) -> set[str]:
    """All forms of a lexicon entry; in a phrase only the first (verb) or outer words vary."""
    if "/" in entry:
        return set(entry.split("/"))
    first, _, rest = entry.partition(" ")
    if name in _VERBS:
        heads = _french_verb(first) if lang == "fr" else _english_verb(first)
        if lang == "fr" and first == "mettre":
            heads |= {"met", "mettons", "mettra", "mis", "mise", "mises", "mettant"}
        return {f"{head} {rest}".strip() for head in heads}
    if name not in _NOUNS:
        return {entry}
    if not rest:
        return _plural(first, lang)
    if lang == "fr":
        return {f"{head} {tail}" for head in _plural(first, lang) for tail in (rest, rest + "s")}
    before, _, last = entry.rpartition(" ")
    return {f"{before} {tail}" for tail in _plural(last, lang)}


class Lexicon:
    """The lexicon of one language.

    Arguments:
        lang: ``fr`` or ``en``.

    ``words`` maps a form to its class bits; ``phrases`` maps the first word of a phrase to the rest of
    it (a tuple of words) and its bits, longest first.
    """

    def __init__(self, lang: str) -> None:  # noqa: C901 - nested loops over tables, one statement deep
        """Build the index."""
        self.lang = lang
        self.words: dict[str, int] = defaultdict(int)
        phrases: dict[tuple[str, ...], int] = defaultdict(int)
        for source in (_TABLES[lang], _SHARED):
            for name, table in source.items():
                for entry in _parts(table):
                    for form in _forms(name, entry, lang):
                        parts = split_words(form)
                        if len(parts) == 1:
                            self.words[form] |= _BIT[name]
                        else:
                            phrases[parts] |= _BIT[name]
        self.words = dict(self.words)
        self.phrases: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
        for parts, bits in phrases.items():
            self.phrases[parts[0]].append((parts[1:], bits))
        for options in self.phrases.values():
            options.sort(key=lambda option: -len(option[0]))
        self.phrases = dict(self.phrases)
        # Words inside phrases and words of time are real words too: no typo may be seen in them.
        self.known = set(self.words) | {part for parts in phrases for part in parts} | set(TIME_WORDS[lang])
        self._deletes: dict[str, set[str]] = defaultdict(set)
        for word in self.known:
            if len(word) >= 6 and word.isalpha():
                for shorter in _one_less(word):
                    self._deletes[shorter].add(word)

    def correct(self, word: str) -> str:
        """The lexicon word one slip away (letter lost, added, swapped or changed), or the word itself.

        Only for six letters and more, with the same first letter, never across the number of a noun.
        """
        if word in self.known or len(word) < 6 or not word.isalpha():
            return word
        candidates = set(self._deletes.get(word, ()))
        for shorter in _one_less(word):
            if shorter in self.known and len(shorter) >= 6:
                candidates.add(shorter)
            candidates |= self._deletes.get(shorter, set())
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
    return {word[:position] + word[position + 1 :] for position in range(len(word))}


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
