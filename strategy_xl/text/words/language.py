"""French or English, text by text: function words weigh most, then the lexicons, then accents."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from strategy_xl.text.words.lexicon import STOP, lexicon
from strategy_xl.text.words.time_words import TIME_TABLE

# Function words that exist in one language only; words of both (a, an, on, me, plus, pour, six) are left out.
_FRENCH = frozenset(
    [
        "le",
        "la",
        "les",
        "l'",
        "d'",
        "du",
        "des",
        "de",
        "un",
        "une",
        "et",
        "est",
        "sont",
        "dans",
        "avec",
        "sur",
        "chez",
        "vers",
        "par",
        "nos",
        "notre",
        "vos",
        "votre",
        "leur",
        "leurs",
        "aux",
        "au",
        "ce",
        "cette",
        "ces",
        "qui",
        "que",
        "qu'",
        "dont",
        "pas",
        "ne",
        "n'",
        "se",
        "s'",
        "il",
        "elle",
        "nous",
        "vous",
        "je",
        "j'",
        "ici",
        "avant",
        "apres",
        "entre",
        "aupres",
        "sous",
        "ou",
        "pendant",
        "chaque",
        "tous",
        "toutes",
        "plus",
        "moins",
        "mieux",
        "afin",
        "depuis",
        "sans",
        "jusqu'",
        "jusque",
        "mon",
        "ma",
        "mes",
        "ton",
        "d'ici",
        "fin",
        "etre",
        "avoir",
        "faire",
        "deux",
        "trois",
        "quatre",
        "cinq",
        "sept",
        "huit",
        "neuf",
        "dix",
        "vingt",
        "trente",
        "quarante",
        "cinquante",
        "cent",
        "mille",
        "aucun",
        "aucune",
    ]
)
_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "for",
        "with",
        "by",
        "from",
        "our",
        "we",
        "your",
        "their",
        "its",
        "is",
        "are",
        "be",
        "at",
        "this",
        "that",
        "these",
        "those",
        "into",
        "through",
        "within",
        "before",
        "after",
        "between",
        "among",
        "across",
        "per",
        "each",
        "every",
        "all",
        "more",
        "less",
        "than",
        "an",
        "i",
        "us",
        "my",
        "they",
        "it",
        "as",
        "until",
        "till",
        "during",
        "via",
        "two",
        "three",
        "four",
        "five",
        "seven",
        "eight",
        "nine",
        "ten",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "hundred",
        "thousand",
        "end",
        "out",
        "up",
        "not",
        "no",
        "new",
        "get",
    ]
)
_FRENCH_LETTERS = frozenset("éèêëàâîïôûùçœæ")


@lru_cache(maxsize=65536)
def _weights(word: str) -> tuple[int, int]:
    """How much a word speaks for French and for English."""
    french = english = 0
    if word in _FRENCH:
        french += 3
    if word in _ENGLISH:
        english += 3
    bits_fr, bits_en = lexicon("fr").bits(word), lexicon("en").bits(word)
    in_fr = (bits_fr and not bits_fr & STOP) or word in TIME_TABLE["fr"]
    in_en = (bits_en and not bits_en & STOP) or word in TIME_TABLE["en"]
    if bits_en and not bits_fr and not english:
        english += 1
    if in_fr and not in_en:
        french += 2
    elif in_en and not in_fr:
        english += 2
    elif not in_fr and not in_en and len(word) > 4:
        if word.endswith(("tion", "ment", "able")):
            pass
        elif word.endswith(
            ("eur", "eurs", "euse", "ique", "iques", "eux", "ette", "er", "ez", "ir", "aire", "aires")
        ):
            french += 1
        elif word.endswith(("ing", "ed", "ly", "ness", "ship", "ty", "ies", "ght", "th", "ers", "ful")):
            english += 1
    return french, english


def detect_language(words: Sequence[str], text: str) -> str:
    """The language of a text.

    Arguments:
        words: folded tokens.
        text: the original, for its accents.

    Returns ``fr`` or ``en``; French when nothing speaks for either (the house's first language).
    """
    french = english = 0
    for word in words:
        for_fr, for_en = _weights(word)
        french += for_fr
        english += for_en
    if not text.isascii() and not _FRENCH_LETTERS.isdisjoint(text.lower()):
        french += 4
    return "en" if english > french else "fr"
