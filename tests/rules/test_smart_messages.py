"""Every code of the SMART rule has a sentence and an action in both languages."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pandas as pd
import pytest
from babel.messages.pofile import read_po

from strategy_xl.languages import LANGUAGES
from strategy_xl.rules.smart import ALL_CODES, assess
from strategy_xl.text.catalog import has_message, message

KEYS = [f"smart.{code}{suffix}" for code in (*ALL_CODES, "EMPTY") for suffix in ("", ".action")]


@pytest.fixture(scope="module")
def arguments() -> dict[str, object]:
    """Inputs and outputs of one judged row, the placeholders of the messages."""
    objectives = pd.DataFrame(
        {
            "title": ["Augmenter le CA de 20 %"],
            "target": [143.0],
            "baseline": [133.0],
            "deadline": [pd.Timestamp("2027-12-31")],
            "owner": ["Julie"],
            "confidence": [6.5],
            "hours_required": [120.0],
        }
    )
    outputs = assess(objectives, date(2027, 1, 1)).frame
    return {
        str(key): value for key, value in (objectives.iloc[0].to_dict() | outputs.iloc[0].to_dict()).items()
    }


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_messages_exist_and_fill(key: str, lang: str, arguments: dict[str, object]) -> None:
    """Each key has a sentence of at most 255 characters that the row's columns fill."""
    assert has_message(key, lang)
    text = message(key, lang, **arguments)
    assert 0 < len(text) <= 255
    assert "{" not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_is_unused(lang: str) -> None:
    """The catalogue names no code that the rule does not give."""
    source = files("strategy_xl.text").joinpath("locales", lang, "LC_MESSAGES", "smart.po")
    with source.open("rb") as stream:
        keys = {entry.id for entry in read_po(stream) if entry.id}
    assert keys == set(KEYS)
