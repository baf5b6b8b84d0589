"""The language of Excel's menus, as its application object tells it on Windows."""

from __future__ import annotations

from typing import Any

_UI_LANGUAGE = 2  # msoLanguageIDUI
_FRENCH = 0x0C  # primary language, the low ten bits of a language identifier


def menu_language(application: Any) -> str:
    """French for an Excel in French, else English.

    Arguments:
        application: Excel's application, the COM object.
    """
    language = int(application.LanguageSettings.LanguageID(_UI_LANGUAGE))
    return "fr" if language & 0x3FF == _FRENCH else "en"
