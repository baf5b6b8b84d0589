"""What a text gives to its fill-in rewrite: its words as they stand, and the pieces that it lacks."""

from __future__ import annotations

from strategy_xl.rules.smart_text import TextReading
from strategy_xl.text.words import lexicon as lx
from strategy_xl.text.words.rewrite import Draft, Pieces, format_day, format_value
from strategy_xl.text.words.rule_words import ObjectiveWords
from strategy_xl.text.words.vocabulary import Grammar
from strategy_xl.text.words.wordlists import every, own

_AS_WRITTEN = frozenset({"ratio", "rank", "zero", "duration", "score"})
_LONGEST = 14  # tokens of a core; beyond, the pieces read better
_BREAKS = frozenset(":=();,.!?→")
_LEADS = lx.PREP | lx.DEFDET | lx.SING

Range = tuple[int, int]


def rewrite_draft(reading: TextReading) -> Draft:
    """The pieces and the words of a text for its rewrite.

    Arguments:
        reading: the judgement of the text.
    """
    tokens, what, lang = reading.sentence.tokens, reading.what, reading.sentence.lang
    start, shown = _target(reading)
    verb = _verb(reading)
    core = _core(reading)
    places = _places(reading, core)
    first = what.first
    if first > 0 and reading.sentence.bits[first - 1] & lx.DEFDET and what.verb != first - 1:
        first -= 1  # « le CA », « our margin »
    end = reading.deadline.end if reading.deadline.points == 2 else None
    pieces = Pieces(
        verb[:1].upper() + verb[1:].lower(),
        tokens.span(first, what.last) if first >= 0 else "",
        start,
        shown,
        ", ".join(tokens.span(*place) for place in _joined(what.delimiters)),
        format_day(end, lang) if end else "",
        tokens.span(*reading.owner) if reading.owner else "",
    )
    rhythm = ""
    if reading.deadline.kind == "cadence":
        rhythm = tokens.span(reading.deadline.first, reading.deadline.last)
    scope = " ".join(places) if places or (core and what.delimiters) else None
    return Draft(pieces, tokens.span(*core) if core else "", _gap(reading), rhythm, scope)


def _target(reading: TextReading) -> tuple[str, str]:
    """Start and target as the language writes them, empty when the text lacks them."""
    target, lang, direction = reading.target, reading.sentence.lang, reading.what.direction
    if target is None:
        return "", ""
    if target.low is None and target.kind in _AS_WRITTEN:
        return "", reading.sentence.tokens.span(target.first, target.last)
    start = "" if target.low is None else format_value(target.low, target.unit, lang)
    shown = format_value(target.value, target.unit if target.kind != "count" else "", lang)
    if target.kind in {"percent", "points"} and target.low is None:
        if direction in {"up", "fuzzy"}:
            shown = "+" + shown
        elif direction == "down":
            shown = "−" + shown
    return start, shown


def _verb(reading: TextReading) -> str:
    """The verb when it is written as the sentence needs it (infinitive, base form), else empty."""
    what, sentence = reading.what, reading.sentence
    if what.verb < 0 or what.verb == what.first or not sentence.bits[what.verb] & lx.VERB:
        return ""
    word = sentence.words[what.verb]
    if sentence.bits[what.verb] & lx.ZERO or (reading.target and reading.target.first < what.verb):
        return ""
    grammar = own(Grammar, sentence.lang)
    plain = (
        word.endswith(grammar.infinitives)
        if grammar.infinitives
        else not word.endswith(grammar.inflected) and not (what.verb and word.endswith(grammar.third_person))
    )
    return sentence.tokens.span(what.verb, what.verb) if plain else ""


def _core(reading: TextReading) -> Range | None:
    """The tokens of object and target when they stand together, outside of time and owner."""
    what, target, sentence = reading.what, reading.target, reading.sentence
    spans = [(what.first, what.last)] if what.first >= 0 else []
    if target is not None and target.first != what.verb:
        spans.append((target.first, max(target.last, target.noun)))
    if not spans:
        return None
    first, last = min(spans)[0], max(span[1] for span in spans)
    if 0 <= what.verb < first:
        first = what.verb + 1
    else:
        while first and (sentence.bits[first - 1] & lx.DEFDET or sentence.words[first - 1] in {"+", "-"}):
            first -= 1
    if first > last or last - first >= _LONGEST or not _BREAKS.isdisjoint(sentence.words[first : last + 1]):
        return None
    return None if _meets(first, last, _others(reading)) else (first, last)


def _gap(reading: TextReading) -> str:
    """What the text leaves open on its target."""
    target = reading.target
    if target is None:
        return "" if reading.m == 2 else "level"
    changing = target.kind == "points" or (
        target.kind in {"percent", "ratio"} and reading.what.direction in {"up", "down", "fuzzy", "nominal"}
    )
    return "change" if target.low is None and changing and target.noun < 0 else ""


def _others(reading: TextReading) -> list[Range]:
    """The tokens of deadline, owner and confidence."""
    found = []
    if reading.deadline.first >= 0:
        found.append((reading.deadline.first, reading.deadline.last))
    if reading.owner is not None:
        found.append(reading.owner)
    if reading.confidence is not None:
        found.append((reading.confidence[1], reading.confidence[2]))
    return found


def _places(reading: TextReading, core: Range | None) -> list[str]:
    """What narrows the object, with its prepositions; without any, in parentheses."""
    if not reading.what.delimiters:
        return []
    sentence = reading.sentence
    taken = _others(reading)
    if core is not None:
        taken.append(core)
    elif reading.what.first >= 0:
        taken.append((reading.what.first, reading.what.last))
    found: list[str] = []
    for place in _joined(reading.what.delimiters):
        first = place[0]
        if _meets(first, place[1], taken):
            continue
        while first and sentence.bits[first - 1] & _LEADS and not _meets(first - 1, first - 1, taken):
            first -= 1
        beside = core is not None and first == core[1] + 1
        if beside or (sentence.bits[first] & lx.PREP and not is_of(sentence.words[first])):
            found.append(sentence.tokens.span(first, place[1]))
        else:
            # « de la gamme bio » only reads well beside its noun.
            found.append(f"({sentence.tokens.span(*place)})")
    return found


def is_of(word: str) -> bool:
    """Whether a word links a noun to the one before it, beside which alone it reads well."""
    return word in every(ObjectiveWords).of_words


def _joined(places: tuple[Range, ...]) -> list[Range]:
    """Neighbouring ranges of tokens as one."""
    joined: list[Range] = []
    for first, last in places:
        if joined and first == joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _meets(first: int, last: int, others: list[Range]) -> bool:
    """Whether a range of tokens shares one with others."""
    for start, end in others:  # noqa: SIM110 - the plain loop is twice as fast as ``any``
        if first <= end and start <= last:
            return True
    return False
