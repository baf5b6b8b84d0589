"""One text, read once: tokens, their language, classes, numbers and known phrases."""

from __future__ import annotations

from functools import lru_cache
from itertools import repeat

from strategy_xl.text.words.language import detect_language
from strategy_xl.text.words.lexicon import lexicon, look_up
from strategy_xl.text.words.normalise import Tokens
from strategy_xl.text.words.vocabulary import QuantityWords
from strategy_xl.text.words.wordlists import every, own

_SCALES = {100, 1000, 1_000_000, 1_000_000_000}


@lru_cache(maxsize=16384)
def digits_value(word: str) -> float | None:
    """The value of a token in figures (``12 000``, ``4,5``, ``1.250,50``), None for anything else."""
    if not word[0].isdigit():
        return None
    body = word.replace(" ", "")
    if "/" in body or "-" in body:
        return None
    if body.count(".") + body.count(",") > 1 or (
        body[-4:-3] in {".", ","} and len(body) <= 7 and body[0] != "0"
    ):
        # Grouped by thousands; a last group of one or two digits after the other sign is decimal.
        tail = body[-3:]
        mark = next((position for position, char in enumerate(tail) if char in ".,"), None)
        if mark is not None:
            whole, decimals = body[: len(body) - 3 + mark], tail[mark + 1 :]
            body = whole.replace(".", "").replace(",", "") + "." + decimals
        else:
            body = body.replace(".", "").replace(",", "")
    try:
        return float(body.replace(",", "."))
    except ValueError:
        return None


class Sentence:
    """A text ready to be judged.

    Arguments:
        text: the original text.
        lang: its language; None detects it.

    Attributes: ``tokens``; ``words`` (folded, light typos corrected); ``bits`` (classes of each word);
    ``phrases`` (first, last, bits of each known phrase, not overlapping); ``lang`` and ``own``, its numbers.
    """

    __slots__ = ("bits", "lang", "own", "phrase_at", "phrases", "tokens", "words")

    def __init__(self, text: str, lang: str | None = None) -> None:
        """Read the text."""
        self.tokens = Tokens(text)
        raw = self.tokens.words
        self.lang = lang or detect_language(raw, text)
        self.own = own(QuantityWords, self.lang)
        known = list(map(look_up, repeat(self.lang), raw))
        self.words = [word for word, _ in known]
        self.bits = [bits for _, bits in known]
        self.phrases = self._find_phrases()
        self.phrase_at = {first: (last, flags) for first, last, flags in self.phrases}

    def _find_phrases(self) -> list[tuple[int, int, int]]:
        table = lexicon(self.lang).phrases
        words, place = self.words, None
        if "-" in words:
            place = [position for position, word in enumerate(words) if word != "-"]
            words = [words[position] for position in place]
        found: list[tuple[int, int, int]] = []
        until = 0
        for position, word in enumerate(words):
            if word not in table or position < until:
                continue
            for rest, flags in table[word]:
                stop = position + 1 + len(rest)
                if tuple(words[position + 1 : stop]) == rest:
                    last = stop - 1
                    found.append((place[position], place[last], flags) if place else (position, last, flags))
                    until = stop
                    break
        return found

    def value(self, position: int) -> float | None:
        """The number at a token (figures or one number word), None when there is none."""
        word = self.words[position]
        figures = digits_value(word)
        if figures is not None:
            return figures
        number = self.own.numbers.get(word)
        return None if number is None else float(number)

    def number_at(self, position: int) -> tuple[float, int] | None:
        """The number that starts at a token, over several words (``vingt-cinq``, ``two hundred``).

        Returns the value and the position after it.
        """
        word = self.words[position]
        figures = digits_value(word)
        if figures is not None:
            return figures, position + 1
        table = self.own.numbers
        if word not in table:
            return None
        total, current = 0.0, 0.0
        size = len(self.words)
        at = position
        last_word = position
        while at < size:
            item = self.words[at]
            if item in table:
                number = table[item]
                if number in _SCALES and current:
                    current *= number
                    if number >= 1000:
                        total, current = total + current, 0.0
                elif item in self.own.twenties or (item in self.own.twenty and current == 4):
                    current *= 20  # « quatre-vingts »
                elif current and number >= current % 100 and current % 100 not in {0, 60, 80, 20}:
                    break  # two numbers side by side
                else:
                    current += number
                last_word = at
            elif not (
                item in every(QuantityWords).number_joins
                and at + 1 < size
                and self.words[at + 1] in table
                and (current >= 20 or item == "-")
            ):
                break
            at += 1
        return total + current, last_word + 1
