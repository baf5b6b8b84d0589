"""Sentences agree with what they are about: the word is of the side on which its figure is shown to be.

Random records, many of them near the thresholds, also such as are no whole numbers; the figures are read
back out of the sentence, as a person reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from strategy_xl.answers.sentences import code_sentences, reasons
from strategy_xl.languages import LANGUAGES
from strategy_xl.rules import client_matrix, funnel, icp, icp_profile, kpi, positioning, swot
from strategy_xl.rules.result import RuleResult

ROWS = 3000
TODAY = date(2026, 6, 1)
NUMBERS = {"fr": r"(-?[\d\u202f]+(?:,\d+)?)", "en": r"(-?\d[\d,]*(?:\.\d+)?)"}
SPACES = str.maketrans({"\N{NO-BREAK SPACE}": " "})
HIGH_X, HIGH_Y = ("idéal", "heureux", "ideal", "happy"), ("idéal", "à risque", "ideal", "at risk")


def value(text: str, lang: str) -> float:
    """A figure as it is read."""
    plain = text.replace("\u202f", "")
    return float(plain.replace(",", ".") if lang == "fr" else plain.replace(",", ""))


def told(result: RuleResult, rule: str, inputs: pd.DataFrame, lang: str) -> list[str]:
    """The sentences of every row."""
    return [text.translate(SPACES) for text in reasons(result, rule, inputs, lang, {})]


def near(draw: np.random.Generator, rows: int, *limits: float) -> Any:
    """Values of which most lie so near a limit that they would be rounded to it."""
    centre = draw.choice(limits, rows)
    return centre + draw.choice([0, 1, -1], rows) * 10.0 ** -draw.integers(0, 5, rows)


def clients(seed: int) -> Iterator[tuple[pd.DataFrame, RuleResult]]:
    """Clients whose quick scores are near the threshold, with the classes that they had before."""
    draw = np.random.default_rng(seed)
    for threshold in (50.0, 48.5, 65.0):
        frame = pd.DataFrame(
            {
                "quick_x": np.clip(near(draw, ROWS, threshold / 10), 0, 10),
                "quick_y": np.clip(near(draw, ROWS, threshold / 10, 3.0), 0, 10),
            }
        )
        before = pd.Series(draw.choice(["ideal", "happy", "at_risk", "avoid", None], ROWS), dtype=object)
        params = client_matrix.ClientParams(score_threshold=threshold)
        yield frame, client_matrix.classify(frame, params, previous=before)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("seed", range(2))
def test_the_class_is_that_of_the_figures_shown(seed: int, lang: str) -> None:
    """A client said to be ideal shows both figures at the threshold or above; held ones say so."""
    figure = NUMBERS[lang]
    plain = re.compile(rf"^\D*{figure}\D+{figure}\D+{figure}\)\s?: (.+?)\.")
    seen = 0
    for frame, result in clients(seed):
        for text in told(result, "client_matrix", frame, lang):
            found = plain.match(text)
            assert found is not None, text
            x, y, threshold = (value(found[place], lang) for place in (1, 2, 3))
            word = found[4]
            said = (any(one in word for one in HIGH_X), any(one in word for one in HIGH_Y))
            shown = (x >= threshold, y >= threshold)
            held = "trop près" in word or "too close" in word
            assert (said == shown) is not held, text
            seen += held
    assert seen > 50


def kpis(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """KPIs whose latest reading is near the target, in units and rates."""
    draw = np.random.default_rng(seed)
    unit = draw.choice(["%", "RDV", "j", "/10"], ROWS)
    target = np.where(unit == "%", draw.choice([0.3, 30.0, 1.1], ROWS), draw.choice([4.0, 180.0, 7.5], ROWS))
    kind = draw.choice(["increase", "decrease", "keep_above", "keep_below"], ROWS)
    frame = pd.DataFrame(
        {
            "name": [f"K{n}" for n in range(ROWS)],
            "kpi_type": kind,
            "nature": "level",
            "unit": unit,
            "baseline": target * np.where(kind == "decrease", 2.0, 0.5),
            "target": target,
            "start": pd.Timestamp(TODAY - timedelta(days=100)),
            "end": pd.Timestamp(TODAY) + pd.to_timedelta(draw.choice([-1, 60], ROWS), unit="D"),
        }
    )
    current = target * (1 + draw.choice([0, 1, -1], ROWS) * 10.0 ** -draw.integers(1, 6, ROWS))
    day = pd.Timestamp(TODAY - timedelta(days=1))
    readings = pd.DataFrame({"kpi": frame["name"], "date": day, "value": current})
    return frame, readings


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("seed", range(2))
def test_who_misses_a_target_shows_it(seed: int, lang: str) -> None:
    """Missed and off threshold: the figure shown is on the wrong side of the one beside it; achieved: not."""
    frame, readings = kpis(seed)
    result = kpi.status(frame, readings, TODAY)
    inputs = frame.assign(**{key: result.frame[key] for key in ("current", "forecast", "status_final")})
    pair = re.compile(rf"^{NUMBERS[lang]}\D+{NUMBERS[lang]}")
    texts = told(result, "kpi", inputs, lang)
    checked = 0
    for text, kind, status in zip(texts, frame["kpi_type"], result.frame["status_final"], strict=True):
        found = pair.match(text.replace("/10", ""))
        if status not in {"missed", "off_threshold", "achieved"} or found is None:
            continue
        shown, beside = value(found[1], lang), value(found[2], lang)
        up = kind in {"increase", "keep_above"}
        reached = shown >= beside if up else shown <= beside
        assert reached is (status == "achieved"), text
        checked += 1
    assert checked > ROWS / 4


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_rate_below_its_target_shows_it(lang: str) -> None:
    """The lever's rate is shown below the rate it is to have, a target met is not."""
    for meetings in range(24_990, 25_010):
        stages = {"stage": ["leads", "meetings", "sales"], "count": [100_000.0, meetings, 9_000.0]}
        frame = pd.DataFrame({**stages, "target_rate": [np.nan, 0.25, 0.36]})
        result = funnel.assess(frame)
        for text, row in zip(told(result, "funnel", frame, lang), result.reasons.lists(), strict=True):
            found = re.search(rf"{NUMBERS[lang]}\s?%\D+?{NUMBERS[lang]}\s?%", text)
            if found is None:
                continue
            shown, beside = value(found[1], lang), value(found[2], lang)
            assert (shown >= beside) is ("TARGET_MET" in row), text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("near_score", [74.6, 75.0, 75.4, 49.7, 50.2, 99.9])
def test_a_prospects_grade_is_that_of_the_share_shown(near_score: float, lang: str) -> None:
    """A prospect that is no A is not said to match 75 % of the profile."""
    weights = [near_score, 100 - near_score]
    criteria = pd.DataFrame(
        {
            "field": ["sector", "region"], "kind": "category", "value": ["a", "b"], "low": np.nan,
            "high": np.nan, "ideal_count": 5.0, "base_count": 9.0, "support": 0.6, "lift": 2.0,
            "weight": weights, "kept": True,
        }
    )  # fmt: skip
    prospects = pd.DataFrame({"sector": ["a"], "region": ["other"]})
    result = icp.score_prospects(prospects, icp_profile.Profile(criteria, 9, 20, ()))
    (text,) = told(result, "icp", prospects, lang)
    found = re.match(rf"{NUMBERS[lang]}\s?%.*?prospect ([ABC])", text)
    assert found is not None, text
    shown = value(found[1], lang)
    assert found[2] == ("A" if shown >= 75 else "B" if shown >= 50 else "C"), text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_strong_and_weak_sides_of_a_swot(lang: str) -> None:
    """A side said to be weak shows less than the average."""
    for ife in (2.499, 2.4999, 2.5, 2.501):
        row = pd.DataFrame({"ife": [ife], "efe": [5 - ife], "average": [2.5]})
        strong = [ife >= 2.5, 5 - ife >= 2.5]
        code = "QUADRANT_" + ("S" if strong[0] else "W") + ("O" if strong[1] else "T")
        assert set(swot.SwotSummary(ife, 5 - ife, 1, 1, None, {}, (), 2.5).args) >= {"ife", "efe", "average"}
        (text,) = code_sentences([code], "swot", (row,), lang, {})
        figures = [value(one, lang) for one in re.findall(NUMBERS[lang], text.translate(SPACES))]
        assert sorted(one >= 2.5 for one in figures) == sorted(strong), text


def test_distances_are_told_on_their_side_of_the_limit() -> None:
    """Every limit of a position that decides a word is at hand for its sentence."""
    attributes = pd.DataFrame(
        {
            "name": ["a", "b"],
            "weight": [1.0, 1],
            "perceived": [5.0, 5],
            "desired": [6.0, 6.0],
            "ideal": [6.0, 6],
        }
    )
    result = positioning.overview(attributes, pd.DataFrame({"name_1": [""]}))
    assert {"limit_aligned", "limit_adjust", "limit_relevant", "limit_close"} <= set(result.frame)
    row = result.frame.assign(gap=10.004)
    (text,) = code_sentences(["GAP_ADJUST"], "positioning", (row,), "en", {})
    assert "10.004" in code_sentences(["GAP_ALIGNED"], "positioning", (row,), "en", {})[0]
    assert "10" in text
