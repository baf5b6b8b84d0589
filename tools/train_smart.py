"""Train the resemblance of SMART texts (``strategy_xl/text/words/data/resemblance.npz``) and write its card.

Needs scikit-learn (in the development extra). The same statements give the same weights; which of them
train is told in ``judgement_smart``. The thresholds are chosen on the same statements, each judged by weights
that have not seen it. ``--check`` tells whether the weights and the card are those of the statements.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from judgement_smart import accuracy, by_kind, judged, statements
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from strategy_xl.rules.smart_reading import as_read
from strategy_xl.rules.smart_text import TextReading, read_text
from strategy_xl.text.words import resemblance as learned

CARD = Path(__file__).parent.parent / "docs" / "smart-model.md"
STRENGTH = 20.0  # inverse of the regularisation
CUTS = np.log([c / (1 - c) for c in (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7)])  # the evenest first
FOLDS = 3
NEIGHBOURS = 8
STEPS = 127
_FULL = 2

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Examples:
    """Statements with labels: text, ``s``, ``m``, ``t`` (0–2), ``kind``, ``part``, ``weight``; readings."""

    frame: pd.DataFrame
    readings: Sequence[TextReading]
    matrix: sparse.csr_matrix

    def full(self, letter: str) -> Bools:
        """Per statement, whether the label gives the letter two points."""
        return self.frame[letter].eq(_FULL).to_numpy()

    def of(self, *parts: str) -> Bools:
        """Per statement, whether it belongs to one of the parts."""
        return self.frame["part"].isin(parts).to_numpy()


def examples(frame: pd.DataFrame) -> Examples:
    """Statements with their readings and features."""
    readings = [read_text(text, None, None) for text in frame["text"]]
    return Examples(frame, readings, matrix([as_read(reading) for reading in readings]))


def matrix(texts: Sequence[learned.Text]) -> sparse.csr_matrix:
    """The features of texts, shape (texts, SIZE): each of its n-grams of a kind weighs alike."""
    total = sparse.csr_matrix((len(texts), learned.SIZE))
    for family in learned.features(texts):
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
    """The weights of the logistic regression on some rows, as whole numbers; thresholds are even."""
    weights, scale, bias = [], [], []
    for letter in learned.LETTERS:
        model = LogisticRegression(C=STRENGTH, tol=1e-4, max_iter=10_000, solver="liblinear", random_state=0)
        weight = given.frame["weight"].to_numpy()[rows]
        model.fit(given.matrix[rows], given.full(letter)[rows], sample_weight=weight)
        step = np.abs(model.coef_).max() / STEPS
        weights.append(np.rint(model.coef_[0] / step).astype(np.int8))
        scale.append(step)
        bias.append(model.intercept_[0])
    return learned.Weights(np.array(weights), np.array(scale), np.array(bias), np.zeros(len(weights)))


def thresholds(given: Examples, rows: Bools) -> npt.NDArray[np.float64]:
    """Per letter, the log-odds from which on it has two points that agree best with the labels of some rows.

    Each row is judged by weights that have not seen it: neighbours, often the same goal in other words, go
    together.
    """
    places = np.flatnonzero(rows)
    folds = np.arange(len(places)) // NEIGHBOURS % FOLDS
    odds = np.zeros((len(learned.LETTERS), len(places)))
    for fold in range(FOLDS):
        seen = np.zeros(len(rows), dtype=bool)
        seen[places[folds != fold]] = True
        texts = [as_read(given.readings[at]) for at in places[folds == fold].tolist()]
        odds[:, folds == fold] = learned.log_odds(texts, fitted(given, seen))
    open_to_it = ~np.array(["FACT" in given.readings[at].codes for at in places.tolist()])
    found = []
    for letter, values in zip(learned.LETTERS, odds, strict=True):
        full = given.full(letter)[places]
        scores = [np.mean(((values >= cut) == full)[open_to_it]) for cut in CUTS]
        found.append(CUTS[int(np.argmax(scores))])
    return np.array(found)


def trained(given: Examples) -> learned.Weights:
    """The weights of the package."""
    rows = given.of("training")
    cuts = thresholds(given, rows)
    last = fitted(given, rows)
    return learned.Weights(last.weights, last.scale, last.bias, cuts)


def content(weights: learned.Weights) -> bytes:
    """The file of the weights."""
    target = io.BytesIO()
    np.savez_compressed(
        target,
        weights=weights.weights,
        scale=weights.scale,
        bias=weights.bias,
        cuts=weights.cuts,
    )
    return target.getvalue()


def card(weights: learned.Weights) -> str:
    """The model card: what it decides, what it was trained on, how it does, where it errs."""
    frame = statements()
    counts = frame.pivot_table(index="part", columns="lang", values="text", aggfunc="count", fill_value=0)
    aside = judged(frame[frame["part"].eq("aside")])
    wrong = aside[~aside["ok_s"] | ~aside["ok_m"]].groupby("kind").head(1)
    errors = [
        f"- *{row.kind}*: {row.text} (label {row.s}{row.m}{row.t}, wrong: {_wrong(row)})"
        for row in wrong.sort_values(["kind", "text"]).itertuples()
    ]
    cuts = [
        f"- {letter}: two points from p ≥ {sure:.2f} on."
        for letter, sure in zip("SM", 1 / (1 + np.exp(-weights.cuts)), strict=True)
    ]
    parts = [
        _HEAD,
        *cuts,
        _TRAINING,
        _table(counts),
        "## Accuracy on the statements kept aside\n",
        _table(accuracy()),
        "## By kind, on the statements kept aside\n",
        _table(by_kind()),
        "## Errors that remain: one a kind\n",
        *errors,
        _LIMITS,
    ]
    return "\n".join(parts) + "\n"


_HEAD = """# Model card: the resemblance of SMART texts

Made by `tools/train_smart.py`; do not edit.

**What it decides.** Whether an objective is specific (S) and measurable (M). What the rules for texts say is
one of its features, so that it mostly agrees with them. T, A and R are never its. It never touches a
statement of fact. Where it decided otherwise than the rules, the reasons in the cell say « jugé par
ressemblance » / "judged by resemblance" (codes `S_LEARNED`, `M_LEARNED`).

**How.** Logistic regression on runs of 2 to 5 characters, 1 to 3 words and 1 to 4 shapes of words (the word
itself if short, else its classes in the lexicon and its ending; one shape for the target and for the deadline
that the rules read, behind what the rules say), without accents, capitals and figures, hashed into 65,536
places; weights as whole numbers of one byte. It runs on numpy alone, in bulk for a table. A cell function, a
night and Python use the same path. It makes no text specific whose words the rules all know and in which
nothing narrows an indicator or an idea, and takes no M from a verb with a rate or sum for an indicator.
"""
_TRAINING = """
## Training data

The project's own statements, written by hand kind by kind in French and English, with their labels (0–2
points as the rules of section b give them; what counts is whether a letter has two). The parts were told
apart before anything was trained, a statement with its translation and its twins
(`tools/judgement_smart.py`). Those of the third file, pairs that differ in a word, weigh half. The
120 statements of `smart_dev.csv` in the shared data are for development only: they are never trained on.
"""
_LIMITS = """
## Limits

- Every statement was written for this project, none by its users; the kinds are those that failed before, in
  far greater share than among ordinary objectives.
- The labels are those of the project's own rule, read twice; some are debatable, above all whether a bare
  deliverable or a rank says enough.
- French and English of sales only. It knows no meaning: a word that it saw in good objectives only makes an
  objective look good.
"""


def _wrong(row: object) -> str:
    return " and ".join(letter.upper() for letter in learned.LETTERS if not getattr(row, f"ok_{letter}"))


def _table(frame: pd.DataFrame) -> str:
    """A table in Markdown."""
    names = [str(name) for name in frame.columns]
    lines = [f"| | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for label, values in frame.iterrows():
        shown = (
            f"{value:,.0f}" if name in _WHOLE else f"{value:.3f}"
            for name, value in zip(names, values, strict=True)
        )
        lines.append(f"| {label} | {' | '.join(shown)} |")
    return "\n".join(lines) + "\n"


_WHOLE = frozenset({"n", "fr", "en"})


def is_kept(weights: learned.Weights) -> bool:
    """Whether the weights of the package are these, but for a step of the last place."""
    kept = learned.weights()
    near = np.abs(kept.weights.astype(int) - weights.weights.astype(int)).max() <= 1
    pairs = (
        (kept.scale, weights.scale),
        (kept.bias, weights.bias),
        (kept.cuts, weights.cuts),
    )
    return bool(near) and all(np.allclose(mine, theirs, rtol=1e-3) for mine, theirs in pairs)


def main() -> int:
    """Write the weights and the card, or check them."""
    weights = trained(examples(statements()))
    if "--check" in sys.argv[1:]:
        same = is_kept(weights) and CARD.read_text(encoding="utf-8") == card(weights)
        print("Weights and card are those of the statements." if same else "Stale: run tools/train_smart.py.")
        return 0 if same else 1
    learned.WEIGHTS.write_bytes(content(weights))
    learned.weights.cache_clear()
    learned.table.cache_clear()
    CARD.write_text(card(weights), encoding="utf-8")
    print(f"{learned.WEIGHTS.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
