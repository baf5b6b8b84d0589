"""The resemblance of texts: one text or many, its weights and where they come from."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from strategy_xl.text.words.resemblance import BITS, WEIGHTS, Text, features, log_odds, weights
from strategy_xl.text.words.sentence import Sentence

TEXTS = [
    "Signer 5 clients dans le BTP d'ici juin 2027",
    "Améliorer la qualité",
    "",
    "🙂",
    "a",
    "Sell 300 hampers before Christmas, 120 of them online",
]


def test_a_text_counts_the_same_alone_and_among_others() -> None:
    """Neighbours in a table change nothing."""
    texts = [Text(Sentence(text)) for text in TEXTS]
    together = log_odds(texts, weights())
    alone = np.hstack([log_odds([text], weights()) for text in texts])
    np.testing.assert_array_equal(together, alone)


def test_case_accents_and_figures_do_not_count() -> None:
    """The same words with other capitals, accents and figures are the same text."""
    same = [Text(Sentence(text, "fr")) for text in ("Gagner 12 étoiles à Brest", "GAGNER 45 ETOILES A BREST")]
    first, second = log_odds(same, weights()).T
    np.testing.assert_array_equal(first, second)


def test_runs_stay_inside_their_text() -> None:
    """The runs of a text are those of its own items, whatever stands behind it."""
    texts = [Text(Sentence("ab cd")), Text(Sentence("ef"))]
    for family, alone in zip(features(texts), features(texts[:1]), strict=True):
        for (length, places), (_, own) in zip(family.runs, alone.runs, strict=True):
            end = family.counted(length)[0]
            assert places[:end].tolist() == own[:end].tolist()
            assert places.max(initial=0) < 1 << BITS


def test_no_text_has_no_odds() -> None:
    """An empty table stays empty."""
    assert log_odds([], weights()).shape == (2, 0)


def test_the_weights_are_small() -> None:
    """Less than 100 kB in the package."""
    assert WEIGHTS.stat().st_size < 100_000


@pytest.mark.long
@pytest.mark.skipif(find_spec("sklearn") is None, reason="scikit-learn is not installed")
def test_the_weights_come_from_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training again gives the weights of the package."""
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parents[2] / "tools"), *sys.path])
    import train_smart

    assert train_smart.is_kept(train_smart.trained(train_smart.examples(train_smart.statements())))
