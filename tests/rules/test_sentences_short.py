"""What rules say: a message is one sentence, a reason two at most; in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import strategy_xl.text
from strategy_xl.languages import LANGUAGES

LOCALES = Path(strategy_xl.text.__file__).parent / "locales"
RULES = Path(strategy_xl.text.__file__).parents[1] / "rules"
END = re.compile(r"[.!?…](?=\s+\S)")


def said(lang: str) -> dict[str, str]:
    """Messages of the rules' codes, by key; of those with plural forms the last."""
    names = {path.stem for path in RULES.glob("*.py")}
    found: dict[str, str] = {}
    for path in sorted(LOCALES.glob(f"{lang}/LC_MESSAGES/*.po")):
        with path.open("rb") as stream:
            for item in read_po(stream, locale=lang):
                key = item.id[0] if isinstance(item.id, tuple) else str(item.id)
                text = item.string[-1] if isinstance(item.string, tuple) else str(item.string)
                if key.partition(".")[0] in names:
                    found[key] = re.sub(r"\{[^}]*\}", "X", text)
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reason_is_one_sentence(lang: str) -> None:
    """The presenter puts two of them together, so none may be two itself; an action may."""
    long = {
        key: text
        for key, text in said(lang).items()
        if len(END.findall(text)) > (1 if key.endswith(".action") else 0)
    }
    assert len(said(lang)) > 300
    assert not long


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reason_is_short(lang: str) -> None:
    """What is always said of a row fits on two lines of its column; brackets hold what may be added."""
    plain = {key: re.sub(r"\[[^\]]*\]", "", text) for key, text in said(lang).items()}
    assert not {key: text for key, text in plain.items() if len(text) > 150}
