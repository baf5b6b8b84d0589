"""The language of Excel's menus, as its application object tells it on Windows."""

from __future__ import annotations

from locale import windows_locale
from typing import Any

from strategy_xl.languages import FALLBACK, LANGUAGES

_UI_LANGUAGE = 2  # msoLanguageIDUI
_PRIMARY = 0x3FF  # the low ten bits of a language identifier: the language without its country
IDENTIFIERS = {
    lang: next(number & _PRIMARY for number, tag in windows_locale.items() if tag.startswith(f"{lang}_"))
    for lang in LANGUAGES
}
"""Numbers by which Windows knows our languages."""


def menu_language(application: Any) -> str:
    """The language of an Excel, where it is one of ours; else English.

    Arguments:
        application: Excel's application, the COM object.
    """
    number = int(application.LanguageSettings.LanguageID(_UI_LANGUAGE)) & _PRIMARY
    return next((lang for lang, own in IDENTIFIERS.items() if own == number), FALLBACK)
