"""What a text gives to its rewrite: its own sentence, where pieces may be put in, and those that it lacks."""

from __future__ import annotations

from strategy_xl.rules.smart_text import TextReading
from strategy_xl.text.words import lexicon as lx
from strategy_xl.text.words.rewrite import Draft, Lacking, Pieces, format_day, format_value
from strategy_xl.text.words.vocabulary import Grammar
from strategy_xl.text.words.wordlists import own

_AS_WRITTEN = frozenset({"ratio", "rank", "zero", "duration", "score"})
_FULL = 2
_CLOSING = " .!?;…\t\n\r\u00a0"
_JOINS = frozenset(",(;-")
_AFTER_TIME = frozenset(
    {"date", "start", "cadence", "response", ""}
)  # kinds behind which a date may follow without a pause

Range = tuple[int, int]


def rewrite_draft(reading: TextReading) -> Draft:
    """The pieces of a text and its sentence, cut where something may be put in.

    Arguments:
        reading: the judgement of the text.
    """
    text = reading.sentence.tokens.text
    whole = text.rstrip(_CLOSING)
    before_owner = _start_of_owner(reading, len(whole))
    before_time = _start_of_time(reading, before_owner)
    if not text[:before_time].strip():
        before_time = before_owner
    return Draft(
        _pieces(reading),
        text[:before_time].strip(),
        _apart(text[before_time:before_owner]),
        _apart(text[before_owner : len(whole)]),
        text[len(whole) :].strip(),
        Lacking(
            object=reading.what.first < 0 and not reading.what.has_indicator,
            scope=not reading.what.delimiters,
            target=reading.target is None,
            s=reading.s < _FULL,
            m=reading.m < _FULL,
            t=reading.t < _FULL,
            owner=reading.owner is None,
        ),
        pause=reading.deadline.kind not in _AFTER_TIME and before_time < before_owner,
        fact="FACT" in reading.codes,
    )


def _apart(text: str) -> str:
    """A part of the sentence as it follows what was put in before it: a sign of its own needs no space."""
    text = text.strip()
    return text if not text or text[0] in ",;:" else f" {text}"


def _start_of_owner(reading: TextReading, end: int) -> int:
    """Where the words that name an owner start, when they close the sentence; else its end."""
    if reading.owner is None or not reading.owner[0]:
        return end
    sentence = reading.sentence
    first, last = reading.owner
    if sentence.tokens.end(last) < end and sentence.tokens.text[sentence.tokens.end(last) : end].strip(" )"):
        return end
    cues = {
        at for start, stop, bits in sentence.phrases if bits & lx.OWNERCUE for at in range(start, stop + 1)
    }
    while first and (
        first - 1 in cues
        or sentence.bits[first - 1] & (lx.OWNERCUE | lx.PREP | lx.DEFDET)
        or sentence.words[first - 1] in {":", "(", ","}
    ):
        first -= 1
    return sentence.tokens.start(first)


def _start_of_time(reading: TextReading, end: int) -> int:
    """Where the words of time start, when they close the sentence (but for its owner); else its end."""
    deadline, sentence = reading.deadline, reading.sentence
    if deadline.first < 0:
        return end
    stop = sentence.tokens.end(deadline.last)
    if stop > end or sentence.tokens.text[stop:end].strip(_CLOSING + ",)"):
        return end
    first = deadline.first
    while first and sentence.words[first - 1] in _JOINS:
        first -= 1
    return sentence.tokens.start(first)


def _pieces(reading: TextReading) -> Pieces:
    """The pieces that the text has, one by one."""
    tokens, what, lang = reading.sentence.tokens, reading.what, reading.sentence.lang
    start, shown = _target(reading)
    verb = _verb(reading)
    first = what.first
    if first > 0 and reading.sentence.bits[first - 1] & lx.DEFDET and what.verb != first - 1:
        first -= 1  # « le CA », « our margin »
    end = reading.deadline.end if reading.deadline.points == _FULL else None
    return Pieces(
        verb[:1].upper() + verb[1:].lower(),
        tokens.span(first, what.last) if first >= 0 else "",
        start,
        shown,
        ", ".join(tokens.span(*place) for place in _joined(what.delimiters)),
        format_day(end, lang) if end else "",
        tokens.span(*reading.owner) if reading.owner else "",
    )


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


def _joined(places: tuple[Range, ...]) -> list[Range]:
    """Neighbouring ranges of tokens as one."""
    joined: list[Range] = []
    for first, last in places:
        if joined and first == joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined
