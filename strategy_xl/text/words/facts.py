"""Statements of fact: texts that tell what is or was, and ask for nothing."""

# ruff: noqa: C901, PLR0911 - a small grammar: one form a line

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from strategy_xl.text.words import lexicon as lx
from strategy_xl.text.words.lexicon import lexicon
from strategy_xl.text.words.participles import is_participle
from strategy_xl.text.words.sentence import Sentence, digits_value
from strategy_xl.text.words.vocabulary import ClauseWords, DateWords, Grammar, StatementWords
from strategy_xl.text.words.wordlists import Phrases, Words, every, own

_LONGEST_STEM = 5  # letters of a verb whose ending is its own
_SHORTEST_PRESENT = 5  # letters of a verb that its ending tells
_HEADS = range(1, 5)  # tokens of the start of a report
_BREAKS = frozenset(":;?→")  # behind which the goal may stand
_PLURALS = ("s", "x")
_NEAR = 2  # tokens between the start of a text and the noun that opens it


@cache
def _ends(phrases: Phrases) -> tuple[Words, Words]:
    """The first and the last words of phrases."""
    return frozenset(phrase[0] for phrase in phrases), frozenset(phrase[-1] for phrase in phrases)


def _may_hold(words: Sequence[str], phrases: Phrases) -> bool:
    """Whether a text has a first and a last word of some phrases: most have none, which is told at once."""
    firsts, lasts = _ends(phrases)
    return not lasts.isdisjoint(words) and not firsts.isdisjoint(words)


def _starts(words: Sequence[str], phrases: Phrases) -> bool:
    """Whether a text starts with one of some phrases."""
    if not words or words[0] not in _ends(phrases)[0]:
        return False
    return any(tuple(words[:size]) in phrases for size in _HEADS)


def is_fact(sentence: Sentence, masked: Sequence[bool], *, dated: bool, leads: bool = False) -> bool:
    """Whether a text tells what is or was, and asks for nothing.

    Arguments:
        sentence: the text.
        masked: per token, whether an expression of time holds it.
        dated: whether it names a date, by which something may be had.
        leads: whether the date stands first; « au bout de six mois, 40 % du parc est passé à … » tells what
            is to come.
    """
    words, known = sentence.words, own(StatementWords, sentence.lang)
    if leads:
        return (_is_narrated(sentence) or _has_done(sentence)) and not _is_wish(sentence)
    narrated = _is_narrated(sentence) or _happens(sentence)
    stated = not dated and (_is_stated(sentence) or _is_reported(sentence))
    if not narrated and not stated and known.told.isdisjoint(words):
        return not dated and _says_what_there_is(sentence)
    if _is_wish(sentence):
        return not dated and _says_what_there_is(sentence)
    if narrated or stated:
        return True
    for at, word in enumerate(words):
        if not at or word not in known.told or not known.relatives.isdisjoint(words[max(at - 3, 0) : at]):
            continue
        after = at + 1
        while after < len(words) and words[after] in known.told_fill:
            after += 1
        if word in known.past or (
            word in known.perfect and known.passive.intersection(words[at + 1 : at + 2])
        ):
            return True
        plain = sentence.tokens.span(at, at).lower() == word  # « a ouvert », no « à »
        if word in known.perfect and plain and is_participle(sentence, after):
            return True
        following = words[after] if after < len(words) else ""
        says = bool(following) and following not in known.not_states and not masked[at]
        if word in known.states and says and not sentence.tokens.is_capital(at):
            return True
        if (
            (word in known.counts or (word in known.perfect and plain and words[0] in known.present_openers))
            and not dated
            and not sentence.bits[at - 1] & (lx.PREP | lx.DEFDET | lx.SING)
            and (digits_value(following or "x") is not None or following in sentence.own.numbers)
        ):
            return True
    return False


def _is_narrated(sentence: Sentence) -> bool:
    """Whether a past form without auxiliary tells something (« we sold », « the store opened in 2019 »)."""
    words, known = sentence.words, own(StatementWords, sentence.lang)
    if known.past_endings and _has_ending(sentence, known.past_endings, known.not_past):
        return True
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


def _has_done(sentence: Sentence) -> bool:
    """Whether a person has done something: « en 2025 nous avons perdu … »."""
    words, known = sentence.words, own(StatementWords, sentence.lang)
    return any(
        words[at] in known.perfect and words[at - 1] in known.persons and is_participle(sentence, at + 1)
        for at in range(1, len(words))
    )


def _has_ending(sentence: Sentence, endings: tuple[str, ...], others: frozenset[str]) -> bool:
    """Whether a verb told by its ending stands in a text outside of a clause that only describes."""
    known = own(StatementWords, sentence.lang)
    for at, word in enumerate(sentence.tokens.words):
        if word.endswith(endings) and at and word not in others and len(word) >= _SHORTEST_PRESENT:
            return known.relatives.isdisjoint(sentence.words[max(at - 3, 0) : at])
    return False


def _is_reported(sentence: Sentence) -> bool:
    """Whether a text starts as reports do, or with who does something: « hier, … », « nous livrons … »."""
    words, known = sentence.tokens.words, own(StatementWords, sentence.lang)
    if _starts(words, known.reports):
        return True
    if words and words[0] in known.persons:
        at = 1
        while at < len(words) and words[at] in known.person_fill:
            at += 1
        if at < len(words) - 1 and words[at].isalpha() and not words[at].endswith(known.future_endings):
            return _BREAKS.isdisjoint(words)
    if _is_past(sentence):
        return True
    if not _BREAKS.isdisjoint(words):
        return False
    for at, word in enumerate(words):
        if (word in known.plural_verbs or word.endswith(known.plural_endings)) and _is_plural_verb(
            sentence, at
        ):
            return known.unsaid.isdisjoint(words[max(at - 4, 0) : at])
    return False


def _happens(sentence: Sentence) -> bool:
    """Whether a text names what happens by itself on its day: « la subvention s'arrête fin 2027 »."""
    words, known = sentence.tokens.words, own(StatementWords, sentence.lang)
    if not _may_hold(words, known.events):
        return False
    return any(
        tuple(words[at : at + size]) in known.events for at in range(1, len(words)) for size in _HEADS[1:]
    )


def _is_past(sentence: Sentence) -> bool:
    """Whether a text without order is on a past time, and does not only compare with it."""
    words, known = sentence.tokens.words, own(StatementWords, sentence.lang)
    if not _may_hold(words, known.past_times):
        return False
    for at in range(len(words)):
        if any(tuple(words[at : at + size]) in known.past_times for size in _HEADS):
            near = words[max(at - 2, 0) : at]
            return known.compared.isdisjoint(near) and not any(map(_BREAKS.__contains__, words[:at]))
    return False


def _is_plural_verb(sentence: Sentence, at: int) -> bool:
    """Whether a token is the verb of a noun in the plural before it: « les éleveurs trouvent … »."""
    words, known = sentence.tokens.words, own(StatementWords, sentence.lang)
    word, before = words[at], at - 1
    by_ending = len(word) >= _SHORTEST_PRESENT and word not in known.not_presents
    if not at or not (by_ending or word in known.plural_verbs):
        return False
    while before > 0 and (words[before] in known.present_fill or words[before] in known.person_fill):
        before -= 1
    subject = words[before]
    if not subject.endswith(_PLURALS) or sentence.bits[before] & (lx.PREP | lx.STOP | lx.DEFDET | lx.UNIV):
        return False
    if not subject.isalpha() or subject in known.person_fill or subject in known.not_subjects:
        return False
    # « Help customers pay » is an order, « sales calls » a noun: the noun opens the text, or rules it.
    return bool(known.plural_endings) or (
        before <= _NEAR and not sentence.bits[0] & lx.VERB and (before == 0 or words[0] in known.noun_starts)
    )


def _says_what_there_is(sentence: Sentence) -> bool:
    """Whether a text starts with what there is, was or remains: « il reste 14 box à vendre »."""
    words, known = sentence.tokens.words, own(StatementWords, sentence.lang)
    if not _starts(words, known.exists):
        return False
    return _BREAKS.isdisjoint(words) and (known.wishes | every(DateWords).goal_labels).isdisjoint(words)


def _is_wish(sentence: Sentence) -> bool:
    """Whether something in the text asks: a word of will, a label of goals, a verb as orders have it."""
    words = sentence.words
    known, grammar = own(StatementWords, sentence.lang), own(Grammar, sentence.lang)
    wishes = known.wishes | every(DateWords).goal_labels
    if words[0] in known.wish_starts or (words[0] in known.reasons and "," in words):
        return True
    starts = True
    for at, word in enumerate(words):
        if word in wishes or (word in known.perfect and not known.owed.isdisjoint(words[at + 1 : at + 2])):
            return True
        verb = bool(sentence.bits[at] & lx.VERB)
        if grammar.infinitives:
            infinitive = verb and word.endswith(grammar.infinitives) and not sentence.bits[at] & lx.NOUN
            if infinitive and not is_participle(sentence, at) and not _is_present(sentence, at):
                return True
            lead = at - 2 if at > 1 and words[at - 1] in known.person_fill else at - 1
            if at and words[lead] in _BREAKS and word.endswith(grammar.short_infinitives):
                return True
        elif verb and starts and not _is_inflected(word, grammar) and not _is_subject(sentence, at):
            return True
        starts = word in own(ClauseWords, sentence.lang).coordinators and word not in known.links
    return False


def _is_present(sentence: Sentence, at: int) -> bool:
    """Whether a verb that ends as an infinitive is a present or no verb: « le chiffre », « entre »."""
    word, known = sentence.words[at], own(StatementWords, sentence.lang)
    if sentence.bits[at] & lx.PREP or word in known.presents or word in known.noun_like:
        return True
    bits = lexicon(sentence.lang).bits
    return any(bits(word + end) & lx.VERB for end in own(Grammar, sentence.lang).present_lacks)


def _is_inflected(word: str, grammar: Grammar) -> bool:
    """Whether a verb has the ending of a form that asks for nothing (« signed »; « bring » is none)."""
    return len(word) > _LONGEST_STEM and word.endswith(grammar.inflected)


def _is_subject(sentence: Sentence, at: int) -> bool:
    """Whether a word that may be an order is one of what a statement is on: « close rate is … »."""
    told = own(StatementWords, sentence.lang).told
    near = sentence.words[at + 1 : at + 4]
    noun = lx.NOUN & (sentence.bits[at] | (sentence.bits[at + 1] if near else 0))
    return sentence.words[at] in told or (noun > 0 and not told.isdisjoint(near))
