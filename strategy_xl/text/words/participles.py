"""Participles and what they tell: a thing that will be done, and a statement of what is or was."""

# ruff: noqa: C901, PLR0911 - a small grammar: one form a line

from __future__ import annotations

from collections.abc import Sequence

from strategy_xl.text.words import lexicon as lx
from strategy_xl.text.words.sentence import Sentence, digits_value
from strategy_xl.text.words.vocabulary import ClauseWords, DateWords, Grammar, StatementWords
from strategy_xl.text.words.wordlists import every, own

_LONGEST_STEM = 5  # letters of a verb whose ending is its own


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


def is_fact(sentence: Sentence, masked: Sequence[bool], *, dated: bool) -> bool:
    """Whether a text tells what is or was, and asks for nothing.

    Arguments:
        sentence: the text.
        masked: per token, whether an expression of time holds it.
        dated: whether it names a date, by which something may be had.
    """
    words, known = sentence.words, own(StatementWords, sentence.lang)
    narrated = _is_narrated(sentence)
    stated = not dated and _is_stated(sentence)
    if not narrated and not stated and known.told.isdisjoint(words):
        return False
    if _is_wish(sentence):
        return False
    if narrated or stated:
        return True
    for at, word in enumerate(words):
        if not at or word not in known.told or not known.relatives.isdisjoint(words[max(at - 3, 0) : at]):
            continue
        after = at + 1
        while after < len(words) and words[after] in known.told_fill:
            after += 1
        if word in known.past:
            return True
        plain = sentence.tokens.span(at, at).lower() == word  # « a ouvert », no « à »
        if word in known.perfect and plain and is_participle(sentence, after):
            return True
        following = words[after] if after < len(words) else ""
        if word in known.states and following and following not in known.not_states and not masked[at]:
            return True
        if (
            word in known.counts
            and not dated
            and not sentence.bits[at - 1] & (lx.PREP | lx.DEFDET | lx.SING)
            and (digits_value(following or "x") is not None or following in sentence.own.numbers)
        ):
            return True
    return False


def _is_narrated(sentence: Sentence) -> bool:
    """Whether a past form without auxiliary tells something (« we sold », « the store opened in 2019 »)."""
    words, known = sentence.words, own(StatementWords, sentence.lang)
    if known.tellers.isdisjoint(words) and (not words or words[0] not in known.told_articles):
        return False
    for at in range(1, len(words)):
        if words[at - 1] in known.tellers and is_participle(sentence, at):
            return True
        following = words[at + 1] if at + 1 < len(words) else ""
        if words[0] in known.told_articles and following in known.told_times and is_participle(sentence, at):
            return True
    return False


def _is_stated(sentence: Sentence) -> bool:
    """Whether a text says what a subject does (« l'atelier tourne à 70 % », "the site gets 90 visits")."""
    words, known = sentence.words, own(StatementWords, sentence.lang)
    opened = bool(words) and words[0] in known.present_openers and not known.noun_like.isdisjoint(words)
    if not opened and known.presents.isdisjoint(words):
        return False
    for at in range(1, len(words)):
        if words[at] not in known.presents and not (opened and words[at] in known.noun_like):
            continue
        subject = at - 1
        while subject >= 0 and words[subject] in known.present_fill:
            subject -= 1
        if subject < 0 or not known.unsaid.isdisjoint(words[max(at - 4, 0) : at]):
            continue
        if words[subject] in known.subjects:
            return True
        # One word alone is who is to do it, or an order: « Megan takes over ».
        ruled = sentence.bits[subject] & (lx.PREP | lx.DEFDET | lx.SING | lx.UNIV | lx.POSS)
        if subject and not ruled and words[subject].isalnum() and not sentence.bits[0] & lx.VERB:
            return True
    return False


def _is_wish(sentence: Sentence) -> bool:
    """Whether something in the text asks: a word of will, a label of goals, a verb as orders have it."""
    words = sentence.words
    known, grammar = own(StatementWords, sentence.lang), own(Grammar, sentence.lang)
    wishes = known.wishes | every(DateWords).goal_labels
    if words[0] in known.wish_starts:
        return True
    starts = True
    for at, word in enumerate(words):
        if word in wishes:
            return True
        verb = bool(sentence.bits[at] & lx.VERB)
        if grammar.infinitives:
            infinitive = verb and word.endswith(grammar.infinitives) and not sentence.bits[at] & lx.NOUN
            if infinitive and not is_participle(sentence, at):
                return True
        elif verb and starts and not _is_inflected(word, grammar) and not _is_subject(sentence, at):
            return True
        starts = word in own(ClauseWords, sentence.lang).coordinators and word not in known.links
    return False


def _is_inflected(word: str, grammar: Grammar) -> bool:
    """Whether a verb has the ending of a form that asks for nothing (« signed »; « bring » is none)."""
    return len(word) > _LONGEST_STEM and word.endswith(grammar.inflected)


def _is_subject(sentence: Sentence, at: int) -> bool:
    """Whether a word that may be an order is one of what a statement is on: « close rate is … »."""
    told = own(StatementWords, sentence.lang).told
    near = sentence.words[at + 1 : at + 4]
    noun = lx.NOUN & (sentence.bits[at] | (sentence.bits[at + 1] if near else 0))
    return sentence.words[at] in told or (noun > 0 and not told.isdisjoint(near))
