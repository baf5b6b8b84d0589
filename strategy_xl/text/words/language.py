"""The language of a text: function words weigh most, then the lexicons, then letters and endings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from strategy_xl.text.words.lexicon import STOP, lexicon
from strategy_xl.text.words.time_words import time_words
from strategy_xl.text.words.vocabulary import Grammar, LanguageWords
from strategy_xl.text.words.wordlists import WORD_LANGUAGES, every, own

_BITS = 32  # of a number of weights, for each language
_MOST = (1 << _BITS) - 1


@lru_cache(maxsize=65536)
def _weight(word: str) -> int:
    """How much a word speaks for each language, all in one number so that a text costs one sum."""
    lists = [own(LanguageWords, lang) for lang in WORD_LANGUAGES]
    bits = [lexicon(lang).bits(word) for lang in WORD_LANGUAGES]
    told = [
        bool(flags and not flags & STOP) or word in time_words(lang).table
        for lang, flags in zip(WORD_LANGUAGES, bits, strict=True)
    ]
    weights = [3 if word in words.function_words else 0 for words in lists]
    if sum(map(bool, bits)) == 1:
        only = next(at for at, flags in enumerate(bits) if flags)
        weights[only] = weights[only] or own(Grammar, WORD_LANGUAGES[only]).known_alone
    if sum(told) == 1:
        weights[told.index(True)] += 2
    elif not any(told) and len(word) > 4 and not word.endswith(every(LanguageWords).neutral_endings):
        ending = next((at for at, words in enumerate(lists) if word.endswith(words.endings)), None)
        if ending is not None:
            weights[ending] += 1
    return sum(weight << _BITS * at for at, weight in enumerate(weights))


@cache
def _letters() -> Mapping[int, frozenset[str]]:
    """The letters of the languages that have some of their own."""
    known = {at: own(LanguageWords, lang).letters for at, lang in enumerate(WORD_LANGUAGES)}
    return {at: letters for at, letters in known.items() if letters}


def detect_language(words: Sequence[str], text: str) -> str:
    """The language of a text.

    Arguments:
        words: folded tokens.
        text: the original, for its accents.

    Returns one of ``WORD_LANGUAGES``; the first one, the house's, when nothing speaks for another.
    """
    weight = sum(map(_weight, words))
    if not text.isascii():
        lowered = text.lower()
        for at, letters in _letters().items():
            if not letters.isdisjoint(lowered):
                weight += 4 << _BITS * at
    return _heaviest(weight)


@lru_cache(maxsize=4096)
def _heaviest(weight: int) -> str:
    totals = [weight >> _BITS * at & _MOST for at in range(len(WORD_LANGUAGES))]
    return WORD_LANGUAGES[totals.index(max(totals))]
