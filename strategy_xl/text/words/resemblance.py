"""How much a text resembles statements whose letters people have judged: hashed n-grams and their weights.

The features are the runs of 2 to 5 characters, of 1 to 3 words and of 1 to 4 shapes, each put by a hash into
one of ``SIZE`` places. A shape is a short word itself, of any other its classes and ending, and one for all
the words of the target and of the deadline that the rules found; what the rules say stands before the first.
``tools/train_smart.py`` makes the weights with the function that counts here, so that training and use cannot
differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from strategy_xl.text.words.sentence import Sentence

WEIGHTS = Path(__file__).parent / "data" / "resemblance.npz"
BITS = 16
SIZE = 1 << BITS
LETTERS = "sm"

_CHARACTERS = range(2, 6)
_WORDS = range(1, 4)
_SHAPES = range(1, 5)
_SHORT = 4  # letters of a word that is its own shape
_ENDINGS = ("er", "ir", "re", "ing", "ed", "ee", "es")
_MIX, _CHAR_STEP, _WORD_STEP = np.uint32(2654435761), np.uint32(16777619), np.uint32(2246822519)
_PACK = 1 << 32
_MOST_WORDS = 1 << 16
_DIGITS = frozenset("0123456789")

Hashes = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """What training found.

    Arguments:
        weights: per letter, whole numbers of shape (SIZE,).
        scale, bias: per letter, what a unit of them is worth, and the log-odds of a text without features.
        cuts: per letter, the log-odds from which on it has two points.
    """

    weights: npt.NDArray[np.int8]
    scale: Floats
    bias: Floats
    cuts: Floats

    def packed(self) -> Places:
        """The weights of both letters in one whole number each, so that one sum serves both."""
        first, second = self.weights.astype(np.int64)
        packed: Places = first * _PACK + second
        return packed


class Text(NamedTuple):
    """A text as the rules read it.

    Arguments:
        sentence: its words.
        marks: first and last token and the kind of its target and of its deadline, the later first.
        said: what the rules say of it.
    """

    sentence: Sentence
    marks: Sequence[tuple[int, int, str]] = ()
    said: Sequence[str] = ()


class Family(NamedTuple):
    """The n-grams of one kind of many texts.

    Arguments:
        starts, ends: where the items of each text are.
        runs: for each length, the place of the run that starts at each item; a run that leaves its text
            counts for nothing.
    """

    starts: Places
    ends: Places
    runs: Sequence[tuple[int, Places]]

    def counted(self, length: int) -> Places:
        """Per text, the end of its runs of a length."""
        return np.maximum(self.ends - (length - 1), self.starts)


@cache
def weights() -> Weights:
    """The weights of the package, read once."""
    with np.load(WEIGHTS) as kept:
        return Weights(**{name: kept[name] for name in ("weights", "scale", "bias", "cuts")})


@cache
def table() -> Places:
    """The weights of the package, packed once."""
    return weights().packed()


def log_odds(texts: Sequence[Text], known: Weights) -> Floats:
    """The log-odds that each letter of each text has two points.

    Arguments:
        texts: the texts, length n.
        known: the weights.

    Returns shape (letters, n).
    """
    packed = table() if known is weights() else known.packed()
    total = np.repeat(known.bias[:, None], len(texts), axis=1)
    for family in features(texts):
        found = np.zeros(len(texts), dtype=np.int64)
        count = np.zeros(len(texts), dtype=np.int64)
        for length, places in family.runs:
            sums = np.zeros(len(places) + 1, dtype=np.int64)
            np.cumsum(packed[places], out=sums[1:])
            ends = np.minimum(family.counted(length), len(places))
            starts = np.minimum(family.starts, ends)
            found += sums[ends] - sums[starts]
            count += ends - starts
        first = (found + _PACK // 2) // _PACK
        pair = np.stack([first, found - first * _PACK])
        total += known.scale[:, None] * pair / np.sqrt(np.maximum(count, 1))
    return total


def features(texts: Sequence[Text]) -> list[Family]:
    """The n-grams of texts: of characters, of words, of shapes.

    Arguments:
        texts: the texts as the rules read them.

    A text weighs each of its n-grams alike, by the square root of how many of that kind it has.
    """
    words: list[str] = []
    sizes: list[int] = []
    shapes: list[int] = []
    lengths: list[int] = []
    lines: list[str] = []
    for text in texts:
        plain = ["0" if word[0] in _DIGITS else word for word in text.sentence.tokens.words]
        words += plain
        sizes.append(len(plain))
        shaped = _shaped(text)
        shapes += shaped
        lengths.append(len(shaped))
        lines.append(f" {' '.join(plain)} ")
    hashes = np.fromiter(map(_HASHES.__getitem__, words), np.uint32, len(words))
    characters = np.frombuffer("\n".join(lines).encode("ascii", "replace"), dtype=np.uint8)
    return [
        _family(characters.astype(np.uint32), [len(line) for line in lines], _CHARACTERS, _CHAR_STEP, gap=1),
        _family(hashes, sizes, _WORDS, _WORD_STEP),
        _family(np.array(shapes, dtype=np.uint32), lengths, _SHAPES, _WORD_STEP + np.uint32(2)),
    ]


def _shaped(text: Text) -> list[int]:
    """The shapes of a text between its start and its end."""
    sentence = text.sentence
    shapes = list(map(_SHAPE_HASHES.__getitem__, zip(sentence.words, sentence.bits, strict=True)))
    for first, last, kind in text.marks:
        shapes[first : last + 1] = [_HASHES[kind]]
    return [*map(_HASHES.__getitem__, text.said), _EDGE, *shapes, _EDGE]


class _WordHashes(dict[str, int]):
    """The hash of each word, filled as words are met."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_WORDS:
            self.clear()
        found = self[word] = crc32(word.encode())
        return found


_HASHES = _WordHashes()
_EDGE = crc32(b"^")


class _ShapeHashes(dict[tuple[str, int], int]):
    """The hash of the shape of each word with its classes, filled as words are met."""

    def __missing__(self, key: tuple[str, int]) -> int:
        if len(self) >= _MOST_WORDS:
            self.clear()
        word, bits = key
        if word[0] in _DIGITS:
            shape = "0"
        elif len(word) <= _SHORT or not word.isalpha():
            shape = word
        else:
            shape = f"{bits}{'s' * (word[-1] in 'sx')}{'e' * word.endswith(_ENDINGS)}"
        found = self[key] = crc32(shape.encode())
        return found


_SHAPE_HASHES = _ShapeHashes()


def _family(items: Hashes, sizes: Sequence[int], lengths: range, step: np.uint32, gap: int = 0) -> Family:
    """The runs of neighbouring items, for each length.

    Arguments:
        items: hash of each item, all texts behind each other.
        sizes: how many items each text has.
        lengths: how many items a run has.
        step: factor of the hash.
        gap: items between two texts.
    """
    ends = np.cumsum(np.array(sizes, dtype=np.int64) + gap) - gap
    found: list[tuple[int, Places]] = []
    run = items
    for length in range(1, lengths.stop):
        if length > 1:
            run = run[:-1] * step
            run += items[length - 1 :]
            run += np.uint32(length)
        if length >= lengths.start:
            found.append((length, ((run * _MIX) >> np.uint32(32 - BITS)).astype(np.int64)))
    return Family(ends - np.array(sizes, dtype=np.int64), ends, found)
