"""What the grammar asks of a language, concept by concept: its traits, and its words by the role they play.

One class a data file, one field a key. The examples are French and English. A list may be empty: the language
has no such words, and what they would decide does not exist in it.
"""

from __future__ import annotations

from typing import ClassVar

from strategy_xl.text.words.wordlists import (
    Labels,
    Numbers,
    Ordered,
    Phrases,
    WordList,
    Words,
    word_list,
)


@word_list
class Grammar(WordList):
    """How the language builds its phrases, and the endings by which its words are told."""

    file: ClassVar[str] = "grammar"

    head_first: bool  # the noun stands before what narrows it: taux de marge; else behind: margin rate
    noun_verbs: bool  # the same word may be a noun and a verb: order, place, call
    month_first: bool  # the day may follow its month: June 30
    short_years: bool  # two figures alone may be a year: fin 27
    half_tokens: int  # tokens of « and a half » behind a unit of time
    known_alone: int  # what a word that only this language knows, function words too, adds to its detection
    adverbs: Ordered
    present_lacks: Ordered  # what a present lacks of its infinitive: « chiffre », chiffrer
    infinitives: Ordered  # endings of a verb as a dictionary has it; empty when it has none of its own
    short_infinitives: Ordered  # those of them that hardly any noun has
    verb_looks: Ordered  # endings of unknown words that are verbs rather than nouns
    verbals: Ordered  # endings that tell a verb from its noun behind a preposition
    finite: Ordered  # endings of a verb in a sentence, infinitives too
    past: Ordered  # endings of participles that describe a noun
    inflected: Ordered  # endings of verbs that no sentence starts with
    third_person: Ordered  # ending of a verb behind its subject: sells
    participles: Ordered  # endings of participles as written, accents too


@word_list
class LanguageWords(WordList):
    """What tells the language of a text, and how the language writes words with an apostrophe."""

    file: ClassVar[str] = "language"

    function_words: Words  # that no other language has
    letters: Words  # that no other language has
    endings: Ordered  # of words that no lexicon knows
    neutral_endings: Ordered  # that say nothing, because other languages have them too
    elisions: Ordered  # before an apostrophe: l', qu'
    clitics: Ordered  # behind an apostrophe: 's, 'll
    whole_words: Ordered  # one token in spite of their signs


@word_list
class ClauseWords(WordList):
    """Words around verbs, objects and what narrows them."""

    file: ClassVar[str] = "clauses"

    # verbs
    verb_leads: Words  # after which a word of both kinds is a verb: to, nous, pour
    noun_leads: Words  # verb leads after which it may still be a noun: de, by
    clause_joins: Words  # noun leads that may open a clause: and
    infinitive_marks: Words  # before the plain form: to
    not_past: Words  # plain forms with the ending of a participle: need
    plural_groups: Words  # groups without a mark of the plural: people
    single_verbs: Words  # verbs that look like a plural: process
    noun_followers: Words  # behind a first word that is a noun: growth
    directions: Words  # behind a first word that is a noun, verbs themselves: up
    noun_preps: Words  # behind a first word that may be a noun
    auxiliaries: Words  # a verb behind them at the start is the main one: faire
    coordinators: Words  # before a verb that stands on the level of the first
    causatives: Words  # before an infinitive that is no object: faire
    light_verbs: Words  # that say nothing without their object: faire, take
    # changes and acts as nouns
    not_changes: Words  # words of change that are none inside of a text: plus
    change_preps: Words  # behind a first indicator that is a change: sale of
    change_links: Words  # behind a noun of change: hausse de
    change_words: Words  # words of change that need no link: more
    of_act: Words  # between a noun of act and its object
    # from a verb to its object
    quantifiers: Words  # words of quantity before a noun: nombre, majority
    object_links: Words  # prepositions between a quantity and its noun
    plural_partitives: Words  # articles that look like a preposition: des
    of_words: Words
    elided_of: Words
    act_preps: Words  # between a verb and its object: répondre à
    stage_preps: Words  # the same behind « stage verbs » only: at
    stage_verbs: Words  # exhibit at
    quantity_preps: Words  # between a verb and its quantity: augmenter de
    possessives: Words  # inside of a noun phrase: 's
    plurals: Ordered  # endings of a plural
    # objects
    indefinite: Words
    single_articles: Words  # before one thing that is to be had
    many_determiners: Words  # before several things
    elided_articles: Words
    plural_nouns: Words  # without a mark: people
    singular_nouns: Words  # that look like a plural: pos
    singular_endings: Ordered  # of singulars that end like a plural: ss
    abstract: Ordered  # endings of abstract nouns
    not_name_endings: Ordered  # of words that are no name
    gerunds: Ordered
    collectives: Words  # never done: équipe
    activities: Words  # acts that go on: prospecter
    completed: Words  # acts whose bare object is a name, empty when all are: deploy Salesforce
    completing: Words  # acts that a whole set of things undergoes, then it is done: numériser les archives
    having: Words
    owning: Words
    put_words: Words
    put_stems: Ordered  # starts of the forms of « put »
    put_links: Words  # mettre le site en
    finishing: Words
    presenting: Words  # acts before many parties, never done: présenter l'offre aux bijoutiers
    many_parties: Words
    # what narrows an object
    purposes: Words  # that open a purpose: afin
    purpose_fill: Words  # between that word and its verb
    skipped: Words  # between a preposition and its noun
    contractions: Words  # of those, prepositions themselves: du
    means: Words  # before what a result is had by: via
    openers: Words  # what may stand for a preposition: using
    infinitive_preps: Words  # before a verb that narrows nothing: pour
    not_names: Words  # words in capitals that are no name: ok
    plain_parties: Words  # people and goods of every firm, which narrow nothing: client


@word_list
class StatementWords(WordList):
    """Words of what will be done, and of what is or was."""

    file: ClassVar[str] = "statements"

    participles: Words  # without a regular ending: traduit, built
    future: Words  # before the participle of what will be done: sera, be
    future_fill: Words  # between the two
    future_last: Words  # the last word before the participle
    soft_stems: Ordered  # starts of participles of what people are or feel: motivé
    told: Words  # all words of a statement of fact
    told_fill: Words  # behind them
    past: Words  # that tell the past by themselves: était, was
    perfect: Words  # the same before a participle: a ouvert
    states: Words  # that tell what is: est
    not_states: Words  # behind which something is asked: is to
    counts: Words  # before a number of what there is: compte 14 salariés
    presents: Words  # what a subject does, which no noun looks like: reçoit, gets
    noun_like: Words  # the same that may be a noun too, in a text that starts with an article: tourne, runs
    present_openers: Words  # such articles
    present_fill: Words  # between the two: déjà, already
    subjects: Words  # that are one by themselves: nous, it
    unsaid: Words  # before which a present is no statement: each, qui
    tellers: Words  # before a past form: we sold
    told_articles: Words  # at the start of a text that tells: the store opened in 2019
    told_times: Words  # behind its past form
    passive: Words  # behind an auxiliary, of what was done: a été
    past_endings: Ordered  # of verbs of the past: -ait
    not_past: Words  # that end so: lait
    past_times: Phrases  # l'an passé, yesterday
    compared: Words  # before such a time, with which something is compared
    events: Phrases  # what happens by itself, whenever it is: prend fin
    reasons: Words  # at the start of why something is asked: comme, as
    reports: Phrases  # at the start of a report: hier, pour rappel
    exists: Phrases  # at the start of what there is: il reste
    persons: Words  # who does something, at the start of a text: nous
    person_fill: Words  # between them and their verb
    future_endings: Ordered  # of verbs of what is to come: -rons
    plural_verbs: Words  # behind a noun in the plural: arrive
    plural_endings: Ordered  # of such verbs: -ent
    not_presents: Words  # that end so: client
    not_subjects: Words  # that end as a plural: sans
    noun_starts: Words  # before a noun that opens a text: the
    relatives: Words  # that open a clause which only describes: qui ont acheté
    wish_starts: Words  # the same at the start of a text: que la gamme représente 30 %
    wishes: Words  # that ask for something: faut, must
    owed: Words  # behind an auxiliary, of what has to be done: have to
    links: Words  # coordinators behind which no order starts


@word_list
class DateWords(WordList):
    """Words around deadlines."""

    file: ClassVar[str] = "dates"

    # roles: what stands before an expression of time
    fill: Words  # skipped between it and what rules it
    deadline: Words
    strong: Words  # that can only announce a deadline: avant, by
    start: Words
    start_fill: Words  # the same among the skipped words: dès
    start_phrases: Phrases  # as of
    start_links: Words  # behind a word of start: à partir de
    after: Words
    ends_after: Words  # of those, with which the period itself is meant: à l'issue du semestre
    base: Words  # of comparison
    than: Words
    laters: Words  # au plus tard
    until: Words  # ici, in « d'ici »
    elided_of: Words
    before: Words
    weak_fill: Words  # skipped words that announce no deadline
    articles: Words
    # figures and years
    range_links: Words  # 2 to 3
    number_links: Words  # vingt et un
    year_links: Words  # juin de 2027
    year_nouns: Words  # de l'année 2027
    fiscal_years: Words
    span_nouns: Words  # exercice 26/27
    aimed: Words  # before a year that is a deadline: objectif 2027
    aims: Words  # behind it: 2027 target
    budget: Words
    season: Words
    of_year: Words  # before a year that is no deadline: objectif de 2027
    over_time: Words  # le long de 2027
    year_units: Words  # behind four figures that are no year
    glued_year_units: Words  # the same, without a space
    counted_after: Words  # behind a fraction that is no day: 3/4 clients
    not_dates_after: Words  # before it
    in_words: Words
    group_articles: Words  # les clients acquis en 2026
    participles: Ordered  # endings of « acquis », « sold »
    fiscal_prefixes: Ordered  # fy27
    quarter_letters: Ordered  # t3, q3
    half_letters: Ordered  # s1, h1
    week_letters: Ordered  # w12
    flat_leads: Words  # appartement T3
    # days and months
    day_articles: Words  # le 15
    singular_articles: Words  # le lundi 15
    day_suffixes: Words  # 15th
    rank_suffixes: Words  # 3e trimestre
    ordinals: Words  # 1er juin
    day_links: Words  # le 15 du
    day_followers: Words  # behind a day that follows its month
    first: Words
    tomorrow: Words
    today: Words
    doubtful_months: Words  # that are other words too: may
    numeral_months: Words  # that are numbers too: sept
    numeral_month_leads: Words
    month_leads: Words  # before a doubtful month
    name_articles: Words  # before a month that names a thing: the June newsletter
    period_preps: Words  # before such an article, when it is a deadline still
    moment_articles: Words  # before a moment that is named by its month: avant le comité de février
    moment_contractions: Words  # of those, with their preposition: au
    deadline_nouns: Words  # June deadline
    of_short: Words  # salon de mars
    of_words: Words  # 6 months of
    weekday_articles: Words  # les lundis
    habit_articles: Words  # le lundi, every week
    all_lead: Words  # tous les lundis
    # seasons and feasts
    season_nouns: Words  # spring season
    not_moments: Words  # before a season that is no moment
    to_moment: Words  # of those, a moment when a year follows: à l'été 2027
    event_nouns: Words  # christmas break
    on_event: Words  # before a feast that is a theme: sur Noël
    our_articles: Words
    fiscal: Words  # fiscal year end
    # units of time
    share_leads: Phrases  # fall by a quarter
    all_words: Words
    each_words: Words  # tous les 15 jours
    per_words: Words
    one_by_one: Words  # before what a process takes one by one: chaque dossier en 3 jours
    lasting: Words  # behind how old a thing is, or how long it lasts: ten days old, 3 years or more
    own_clauses: Phrases  # behind a time that starts with each: dans la semaine qui suit
    lasting_leads: Words  # over 3 months of cash
    service_marks: Words  # behind the time that a process takes: en 10 jours en moyenne, au lieu de 25
    own_articles: Words  # before the first weeks of somebody else: leurs premiers mois
    of_each: Words
    vague_cadences: Words  # régulièrement
    adjective_numbers: Words  # six-month pilot
    adjective_articles: Words
    adjective_preps: Words
    span_ends: Words  # within a six-month period
    single_spans: Words  # sous quinzaine
    day_kinds: Words  # working days
    plurals: Ordered
    single_units: Words  # that look like a plural: mois
    plural_modifiers: Words  # prochains
    plural_determiners: Words
    indefinite: Words  # « a month » as a cadence
    come_links: Words  # à venir
    come: Words
    coming: Words
    and_words: Words  # un an et demi
    half_words: Words
    within: Words  # before a count of units that is a deadline: sous 6 mois
    since: Words  # before one that is past
    rolling: Words  # behind one that is no deadline: 12 mois glissants
    for_words: Words
    states: Words  # inactive for 12 months
    for_span: Words  # pour 6 mois de
    after_words: Words
    service_preps: Words  # before the time of a service: sous 48 h
    service_followers: Words  # behind it: suivant
    count_fill: Words  # between a count and what rules it
    under: Words  # en moins de
    more_words: Words  # plus de
    more_between: Words
    course_leads: Words  # au cours des
    course: Words
    in_course_leads: Words  # en cours
    not_ranked_after: Words  # les 2e trimestres
    rank_links: Words  # fin du 2e trimestre
    unit_articles: Words  # avant la semaine
    unit_links: Words  # fin de mois
    year_kinds: Words  # fiscal year end
    ends: Words  # quarter end
    end_links: Words  # year's end
    end: Words
    current_leads: Words  # sur le trimestre
    modifier_links: Words  # fin du mois de juin
    # events that no calendar holds
    event_determiners: Words  # avant la
    event_links: Words  # avant l'assemblée des
    event_leads: Words  # avant les moissons 2027
    clause_ends: Words  # words behind which no event goes on: auprès
    as_soon: Words  # dès que
    that: Words
    soon: Words  # as soon as
    as_words: Words
    possible: Words
    possible_links: Words
    once: Words
    whens: Words
    once_nouns: Words  # une fois que
    once_leads: Words
    once_followers: Words
    suite: Words  # suite à
    suite_links: Words
    issue: Words  # à l'issue de
    issue_links: Words
    following: Words
    # periods counted from now on
    first_units: Words  # les six premiers mois
    goal_labels: Words  # before the horizon of a goal, or behind it: objectif à 9 mois
    span_leads: Phrases  # au bout de six mois
    span_ends_now: Phrases  # behind it: six months from now; of one word at the head of a text only
    span_afters: Words  # the same at the head of a clause only: après six mois


@word_list
class QuantityWords(WordList):
    """Numbers in words, units, and the words around numbers."""

    file: ClassVar[str] = "quantities"

    numbers: Numbers
    weak: Words  # numbers only beside a unit of time or another number: un
    not_range_ends: Words  # never the second number of a range: a
    twenties: Words  # times twenty: quatre-vingts
    twenty: Words  # the same behind four
    number_joins: Words  # vingt et un
    ratios: Numbers  # moitié
    stems: Numbers  # of verbs that multiply: doubl
    stem_endings: Ordered
    fractions: Numbers  # by how much they divide: tiers
    currencies: Labels
    scales: Numbers  # k, million
    scale_letters: Words  # scales only when glued or before a currency
    glued_money: Numbers  # k€ in one word: keur
    percent: Words
    percent_phrases: Phrases
    points: Words
    point_phrases: Phrases  # points de vente
    times: Words
    hours: Words
    # numbers that are none
    ordinals: Words
    clock_marks: Words  # 5pm
    hour_letters: Words
    hour_leads: Words  # avant 18h
    clock_leads: Words  # à 18 heures
    level_words: Words  # passer à 18 heures
    day_letters: Words  # 7j/7
    degree_leads: Words
    area_articles: Words  # dans le 35
    area_preps: Words
    area_of: Words  # du 35
    area_followers: Words
    measures: Words  # cm, kg
    in_words: Words
    in_ones: Words  # 3 en 1
    # what is counted
    noun_openers: Words  # meilleurs
    of_short: Words
    group_counts: Words  # dizaine de
    not_plurals: Words
    size_preps: Words  # de 50 salariés
    size_fill: Words
    ages: Words
    age_leads: Words
    superlatives: Words  # les 3 premiers
    known_articles: Words  # nos 35 prospects
    known_contractions: Words
    level_preps: Words  # sous les 5 %
    numeral_adjectives: Words  # behind its noun: neuf
    # forms of numbers
    no_words: Words  # of « zero », when a number follows a rank: no 1
    not_zero: Words  # no more
    none_words: Words  # plus un seul
    none_articles: Words
    single: Words
    one: Words
    one_compounds: Words  # one-stop
    first_words: Words  # première page
    best_words: Words  # largest
    best_leads: Words  # before them
    ranked: Words  # before a rank that somebody takes: devenir le premier fournisseur
    among: Words  # parmi les trois meilleurs
    rank_places: Words  # la 3e place
    places: Words
    page: Words  # page one
    first_numbers: Words
    rank_words: Words  # n° 1
    rank_shorts: Words  # of those, only with their sign
    top: Words
    of_top: Words
    ratio_nouns: Words  # double vitrage
    ratio_compounds: Words
    half: Words  # half day
    half_compounds: Words
    fraction_links: Words  # deux tiers des
    by: Words
    price_preps: Words  # before the price of things: des menus à 39 €
    price_plurals: Ordered
    rank_fractions: Words  # that are ranks too: third
    period_fractions: Words  # that are units of time too: quarter
    minimum: Words
    at_least: Phrases
    more_phrases: Phrases  # un client de plus
    cadence_links: Words  # un post par semaine
    of_amount: Words  # 2 millions d'euros
    ratio_followers: Words  # 3 fois plus
    score_links: Words  # 9 sur 10
    on_words: Words
    out_words: Words  # 9 out of 10
    share_of: Words  # 3 % de
    range_links: Words  # 8 à 12
    range_fill: Words
    directions: Words  # down to
    to_words: Words
    as_far: Words  # jusqu'à
    and_words: Words
    between: Words
    share_links: Words  # un sur cinq
