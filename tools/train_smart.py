"""Train the resemblance of SMART texts (``strategy_xl/text/words/data/resemblance.npz``) and its model card.

Needs scikit-learn (``pip install -e .[training]``). The same statements give the same weights; the parts are
told by a hash of each text, before anything is trained:

- ``smart_statements.csv`` and ``smart_kinds.csv``: all for training; the rules were tuned on them too.
- ``smart_statements_2.csv``: three tenths kept aside (never trained on, never looked at but for the figures),
  one tenth to choose the thresholds, six tenths for training.

Once the thresholds are chosen, training takes the last two parts together.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from strategy_xl.rules.smart_text import TextReading, read_text
from strategy_xl.text.words import resemblance as learned
from strategy_xl.text.words.sentence import Sentence

DATA = Path(__file__).parent.parent / "tests" / "data"
SEEN = ("smart_statements.csv", "smart_kinds.csv")
SPLIT = "smart_statements_2.csv"
PARTS = ("aside",) * 3 + ("thresholds",) + ("training",) * 6
STRENGTH = 20.0  # inverse of the regularisation
CUTS = np.log([c / (1 - c) for c in (0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)])
STEPS = 127
_FULL = 2

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Examples:
    """Statements with labels: text, ``s``, ``m``, ``t`` (0–2), ``kind`` and ``part``; with their readings."""

    frame: pd.DataFrame
    readings: Sequence[TextReading]
    matrix: sparse.csr_matrix

    def full(self, letter: str) -> Bools:
        """Per statement, whether the label gives the letter two points."""
        return self.frame[letter].eq(_FULL).to_numpy()

    def ruled(self, letter: str) -> Bools:
        """Per statement, whether the rules give the letter two points."""
        return np.array([getattr(reading, letter) == _FULL for reading in self.readings])

    def of(self, *parts: str) -> Bools:
        """Per statement, whether it belongs to one of the parts."""
        return self.frame["part"].isin(parts).to_numpy()


def part_of(text: str) -> str:
    """The part of a statement of the second set, by its text alone."""
    return PARTS[crc32(text.strip().casefold().encode()) % len(PARTS)]


def statements() -> pd.DataFrame:
    """All statements with their part and kind."""
    frames = []
    for name in (*SEEN, SPLIT):
        frame = pd.read_csv(DATA / name, keep_default_na=False)
        frame["kind"] = frame.get("kind", "ordinary")
        frame["part"] = frame["text"].map(part_of) if name == SPLIT else "training"
        frames.append(frame[["text", "lang", "s", "m", "t", "kind", "part"]])
    found = pd.concat(frames, ignore_index=True)
    return found.drop_duplicates("text", keep="last", ignore_index=True)


def examples(frame: pd.DataFrame) -> Examples:
    """Statements with their readings and features."""
    readings = [read_text(text, None, None) for text in frame["text"]]
    return Examples(frame, readings, matrix([reading.sentence for reading in readings]))


def matrix(sentences: Sequence[Sentence]) -> sparse.csr_matrix:
    """The features of texts as the logistic regression takes them, shape (texts, SIZE)."""
    total = sparse.csr_matrix((len(sentences), learned.SIZE))
    for family in learned.features(sentences):
        counted = [family.counted(length) for length, _ in family.runs]
        lists: list[npt.NDArray[np.int64]] = []
        for text, start in enumerate(family.starts.tolist()):
            found = [
                places[start : ends[text]] for ends, (_, places) in zip(counted, family.runs, strict=True)
            ]
            lists.append(np.concatenate(found))
        sizes = np.array([len(places) for places in lists])
        values = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes)
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        total += sparse.csr_matrix((values, np.concatenate(lists), bounds), total.shape)
    return total


def fitted(given: Examples, rows: Bools) -> learned.Weights:
    """The weights of the logistic regression on some rows, as whole numbers; thresholds still open."""
    weights, scale, bias = [], [], []
    for letter in learned.LETTERS:
        model = LogisticRegression(C=STRENGTH, max_iter=3000, solver="liblinear", random_state=0)
        model.fit(given.matrix[rows], given.full(letter)[rows])
        step = np.abs(model.coef_).max() / STEPS
        weights.append(np.rint(model.coef_[0] / step).astype(np.int8))
        scale.append(step)
        bias.append(model.intercept_[0])
    count = len(learned.LETTERS)
    return learned.Weights(
        np.array(weights), np.array(scale), np.array(bias), np.full(count, -np.inf), np.full(count, np.inf)
    )


def with_thresholds(given: Examples, weights: learned.Weights, rows: Bools) -> learned.Weights:
    """The weights with the thresholds that agree best with the labels of some rows, in a tie the surest."""
    odds = learned.log_odds([reading.sentence for reading in given.readings], weights)
    low, high = [], []
    for letter, values in zip(learned.LETTERS, odds, strict=True):
        full, ruled = given.full(letter)[rows], given.ruled(letter)[rows]
        ups = [np.mean(np.where(values[rows] >= cut, True, ruled) == full) for cut in CUTS]  # noqa: FBT003
        downs = [np.mean(np.where(values[rows] <= -cut, False, ruled) == full) for cut in CUTS]  # noqa: FBT003
        high.append(_surest(ups))
        low.append(-_surest(downs))
    return learned.Weights(weights.weights, weights.scale, weights.bias, np.array(low), np.array(high))


def _surest(scores: Sequence[float]) -> float:
    best = max(scores)
    return float(max(cut for cut, score in zip(CUTS, scores, strict=True) if score == best))


def trained(given: Examples) -> learned.Weights:
    """The weights of the package."""
    first = with_thresholds(given, fitted(given, given.of("training")), given.of("thresholds"))
    last = fitted(given, given.of("training", "thresholds"))
    return learned.Weights(last.weights, last.scale, last.bias, first.low, first.high)


def content(weights: learned.Weights) -> bytes:
    """The file of the weights."""
    target = io.BytesIO()
    np.savez_compressed(
        target,
        weights=weights.weights,
        scale=weights.scale,
        bias=weights.bias,
        low=weights.low,
        high=weights.high,
    )
    return target.getvalue()


def main() -> int:
    """Write the weights, or with ``--check`` tell whether they are those that the statements give."""
    weights = trained(examples(statements()))
    if "--check" in sys.argv[1:]:
        kept = learned.weights()
        same = np.array_equal(kept.weights, weights.weights) and np.allclose(kept.high, weights.high)
        print("The weights are those of the statements." if same else "The weights are stale: train again.")
        return 0 if same else 1
    learned.WEIGHTS.write_bytes(content(weights))
    print(f"{learned.WEIGHTS.stat().st_size / 1000:.0f} kB, thresholds {weights.low} {weights.high}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
