"""Formulas with other names in them."""

from __future__ import annotations

from collections.abc import Mapping

from strategy_xl.formulas.tokens import WORD, tokens


def rename_words(text: str, words: Mapping[str, str]) -> str:
    """A formula with some of its words, as a rule defined names, put otherwise.

    Arguments:
        text: the formula.
        words: the word in small letters → what is to stand for it.

    >>> rename_words('SX_rate*LEN("SX_rate")', {"sx_rate": "SX_rate_2"})
    'SX_rate_2*LEN("SX_rate")'
    """
    if not words:
        return text
    found = ((token.kind, token.text) for token in tokens(text))
    return "".join(words.get(word.casefold(), word) if kind == WORD else word for kind, word in found)
