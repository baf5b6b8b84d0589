"""What the rules ask of a language: the words by which they judge objectives, answers and items."""

from __future__ import annotations

from typing import ClassVar

from strategy_xl.text.words.wordlists import Entries, Ordered, Phrases, WordList, Words, word_list


@word_list
class ObjectiveWords(WordList):
    """Words by which the letters of SMART are told (rules, section b)."""

    file: ClassVar[str] = "objectives"

    effort: Words  # before a time that is given to something: consacrer
    savers: Words  # before a time that is won: gagner 3 h par semaine
    day_parts: Words  # une demi-journée
    confidence_stems: Ordered
    confidence: Words
    confidence_of: Words  # 8 sur 10
    owner_verb_links: Words  # between a first name and its verb: Sam to sign
    owner_links: Words  # ends of the words that announce an owner: porté par
    time_leads: Words  # before a time that is a target: sous 48 h
    time_changes: Words  # of those, before the change of a time: de 2 jours
    not_service_leads: Words  # of those, before a time that no service takes
    less: Words  # à moins de
    time_levels: Words  # before the level of a time: à 48 h
    downs: Words  # before « to »: down to 3 weeks
    limits: Words
    limit_phrases: Phrases  # dans les 48 h
    limit_marks: Words  # between a limit and its value: sous la barre des
    limit_fill: Words  # around them
    clock_leads: Words  # before an hour of the day: avant 14 h
    clock_marks: Words  # behind it
    clock_words: Words  # midi
    rate_units: Entries


@word_list
class QuestionWords(WordList):
    """What counts as a number, a date, a person or a place in an answer (rules, section h)."""

    file: ClassVar[str] = "questions"

    numbers: Entries
    months: Entries
    moments: Entries
    persons: Entries
    places: Entries
    period_letters: Ordered  # T3
    fiscal_prefixes: Ordered  # FY27
    delay_preps: Ordered  # sous deux mois
    delay_counts: Ordered
    delay_units: Ordered
    name_links: Ordered  # Julie de Brest
    place_preps: Entries  # à Brest
    place_articles: Ordered


@word_list
class SwotWords(WordList):
    """Words that suggest the wrong box of a SWOT (rules, section e)."""

    file: ClassVar[str] = "swot"

    external: Entries  # of the outside world: wrong in a strength or a weakness
    internal: Entries  # of the own company: wrong in an opportunity or a threat
    internal_phrases: Entries  # with an outside word, that do speak of the company


@word_list
class AnswerWords(WordList):
    """Answers that say nothing."""

    file: ClassVar[str] = "answers"

    placeholders: Entries  # whole answers, in lower case and without full stops
