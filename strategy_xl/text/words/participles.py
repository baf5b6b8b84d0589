"""Participles, and the thing that will be done which they tell."""

from __future__ import annotations

from collections.abc import Sequence

from strategy_xl.text.words.sentence import Sentence
from strategy_xl.text.words.vocabulary import Grammar, StatementWords
from strategy_xl.text.words.wordlists import own


def is_participle(sentence: Sentence, at: int) -> bool:
    """Whether a token is a past participle by its form: by its ending as written, accents too."""
    if not 0 <= at < len(sentence.words):
        return False
    word = sentence.words[at]
    if word in own(StatementWords, sentence.lang).participles:
        return True
    endings = own(Grammar, sentence.lang).participles
    return len(word) > 3 and sentence.tokens.span(at, at).lower().endswith(endings)


def passive_verb(sentence: Sentence, masked: Sequence[bool]) -> int:
    """The participle of a thing that will be done (« sera traduit », « will be sent »), −1 without one.

    Arguments:
        sentence: the text.
        masked: per token, whether an expression of time holds it.

    What people will be or feel (satisfied, known, improved) is nothing done.
    """
    words, known = sentence.words, own(StatementWords, sentence.lang)
    if known.future.isdisjoint(words):
        return -1
    for at, word in enumerate(words):
        if not at or word not in known.future or masked[at]:
            continue
        after = at + 1
        while after < len(words) and (words[after] in known.future_fill or masked[after]):
            after += 1
        if words[after - 1] in known.future_last and is_participle(sentence, after):
            return -1 if words[after].startswith(known.soft_stems) else after
    return -1
