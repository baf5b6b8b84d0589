"""What is kept of an alert says later, in any language, what a workbook of that language says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from strategy_xl.answers import sentences, tellings
from strategy_xl.answers.cases import AlertCase, alert_cases
from strategy_xl.answers.judging import Evaluation, evaluate
from strategy_xl.answers.tellings import Teller, Telling
from strategy_xl.book.frames import rule_frames
from strategy_xl.book.read import read_workbook
from strategy_xl.book.shown import Look
from strategy_xl.build import book
from strategy_xl.rules.alerts import ALERTS
from strategy_xl.rules.table import Table
from strategy_xl.schema.loader import load_default
from strategy_xl.text import catalog
from strategy_xl.text.catalog import has_message, placeholders

SPEC = load_default()
DAY = date(2027, 3, 2)
LOOKS = {lang: Look.of(SPEC.lists, lang) for lang in ("fr", "en")}
BLOCKS = {call.run.partition(".")[0]: call.into for module in SPEC.modules for call in module.rules}


@pytest.fixture(scope="module")
def evaluations(tmp_path_factory: pytest.TempPathFactory) -> list[Evaluation]:
    """The rules' say on the French example."""
    path = tmp_path_factory.mktemp("tellings") / "plan.xlsx"
    book.build(SPEC, path, lang="fr", today=DAY, example=True)
    return evaluate(SPEC, rule_frames(read_workbook(path, SPEC)), DAY)


def kept(values: Sequence[Telling]) -> list[Telling]:
    """The same after a way through the history."""
    found: list[Telling] = json.loads(json.dumps(values, allow_nan=False))
    return found


def told(cases: Sequence[AlertCase], lang: str) -> list[tuple[str, str]]:
    """What was kept of cases, told in a language: sentence and action."""
    teller, blocks = Teller(SPEC, lang), [case.block for case in cases]
    texts = teller.tell(kept([case.said for case in cases]), blocks)
    return list(zip(texts, teller.tell(kept([case.todo for case in cases]), blocks), strict=True))


@pytest.mark.parametrize("rows", [200, 1])
def test_alerts_are_told_in_any_language(
    evaluations: list[Evaluation], rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept from a French workbook, an alert says in English what an English workbook says, to the letter.

    Also where all rows of a code but one are only counted.
    """
    monkeypatch.setattr("strategy_xl.answers.cases.PER_CODE", rows)
    if rows == 1:
        monkeypatch.setattr("strategy_xl.answers.cases.MANY", ".nowhere")
    cases = {lang: alert_cases(SPEC, look, evaluations) for lang, look in LOOKS.items()}
    assert len(cases["fr"]) > 15
    wholes = {case.said["key"] for case in cases["fr"] if isinstance(case.said, dict) and "key" in case.said}
    assert wholes
    for lang in LOOKS:
        wanted = [(case.text, case.action) for case in cases[lang]]
        assert told(cases["fr"], lang) == told(cases["en"], lang) == wanted


def values_of(key: str) -> list[dict[str, Any]]:
    """Rows with a value of the form that each placeholder of a message names, and one with none."""
    forms = {
        name: form
        for lang in LOOKS
        for _optional, pieces in catalog._parsed(catalog._template(key, lang, None))
        for _literal, name, form in pieces
        if name is not None
    }
    of_form = {"date": (date(2027, 3, 1), date(2028, 2, 29)), "text": ("Océane « L’Île »", "x.")}
    return [
        {name: of_form.get(forms.get(name, "dec1"), (0.4, 12_345.678))[at] for name in placeholders(key)}
        for at in (0, 1)
    ] + [dict.fromkeys(placeholders(key))]


def test_every_alert_can_be_kept() -> None:
    """Each code and each action, with figures, days, texts and nothing, says what the workbook says."""
    keys = [
        code + suffix for code in ALERTS for suffix in ("", sentences.ACTION) if has_message(code + suffix)
    ]
    for key in keys:
        rule, _dot, code = key.partition(".")
        block = BLOCKS[rule]
        table = Table.of(pd.DataFrame(values_of(key), dtype=object, index=range(3)))
        made = kept(tellings.of_rows(key, [table], 3))
        for lang, look in LOOKS.items():
            labels = look.of_fields(SPEC.data_blocks()[block][1].fields)
            wanted = sentences.code_sentences([code] * 3, rule, [table], lang, labels)
            assert Teller(SPEC, lang).tell(made, [block] * 3) == wanted
    assert len(keys) > len(ALERTS)


def test_choices_are_told_by_their_labels() -> None:
    """What an alert is about may be a choice: it is kept by its key."""
    telling = tellings.about("meetings", {"key": "kpi.STALE", "with": {"last_date": {"day": "2027-03-01"}}})
    found = {lang: Teller(SPEC, lang).tell([telling], ["funnel_stages"])[0] for lang in LOOKS}
    labels = {lang: look.labels["funnel_stage"]["meetings"] for lang, look in LOOKS.items()}
    assert labels["fr"] != labels["en"]
    assert all(found[lang].startswith(f"{labels[lang]} — ") for lang in LOOKS)


def test_what_this_version_cannot_say_is_empty() -> None:
    """Of another version's messages nothing is made up; words that were kept stand as they are."""
    gone = {"key": "kpi.NO_SUCH_CODE", "with": {}}
    tried: list[Telling] = [
        gone, {"about": "Ada", "told": gone}, {"reasons": [gone]}, {"key": "kpi.LATE_PACE", "with": {}},
        {"key": "digest.rest", "with": {"n": 2, "text": gone}}, "Ada — déjà dit.", "",
    ]  # fmt: skip
    assert Teller(SPEC, "fr").tell(tried, ["kpis"] * 7) == ["", "", "", "", "", "Ada — déjà dit.", ""]


def test_plain_values() -> None:
    """What tables hold becomes what JSON can hold, and a figure is the same afterwards."""
    held = [np.float64(0.1), np.int64(3), np.nan, pd.NA, pd.NaT, float("inf"), np.bool_(1), "x", None]
    held.append(pd.Timestamp("2027-03-01"))
    found = [tellings.plain(value) for value in held]
    assert found == [0.1, 3, None, None, None, None, True, "x", None, {"day": "2027-03-01"}]
    assert kept(found) == found
