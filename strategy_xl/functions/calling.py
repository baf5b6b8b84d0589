"""The only door that hosts use: cells in, a block of cells out, never a traceback.

Nothing heavy is imported until a function is called.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date

from strategy_xl.cellvalues import ErrorValue
from strategy_xl.errors import StrategyXlError
from strategy_xl.functions.registry import find
from strategy_xl.functions.results import Block, error_text
from strategy_xl.languages import HOUSE, LANGUAGES
from strategy_xl.text.catalog import message
from strategy_xl.text.shortening import shorten

logger = logging.getLogger(__name__)


def call(
    name: str,
    args: Sequence[object],
    *,
    settings: Mapping[str, object] | None = None,
    lang: str = HOUSE,
    today: date,
) -> Block:
    """Run a cell function on cells; every host goes through here.

    Arguments:
        name: name of the function.
        args: one value an argument, trailing ones may be left out. A value is a cell (None, bool, number,
            text, date, ``ErrorValue``), a list of cells (a column) or a list of rows.
        settings: raw cells by settings key (``score_threshold`` …, the workbook's ``SX_<key>`` names).
        lang: language of labels and sentences; the workbook's own (setting ``language``) outranks it, and the
            function's ``lang`` argument both.
        today: reference date, unless the settings fix one (``reference_date``).

    Returns rows of cells: text of at most 255 characters, float, bool, ``ErrorValue``; ``""`` where there
    is nothing to say. Cells count as in Excel's formulas (a number typed as text does not), and sentences
    tell of those that do not; a row that lacks what it needs gives a short message, an error cell #N/A
    (in words, where there is a column of reasons); a fault of the program gives #VALUE! and is logged. Never
    raises for data.
    """
    language = lang if lang in LANGUAGES else HOUSE
    try:
        from strategy_xl.functions.intake import Refusal
        from strategy_xl.functions.running import refused, run

        function = find(name)
        if function is None:
            return [[shorten(message("functions.UNKNOWN", language, name=str(name)))]]
        try:
            return run(function, args, settings or {}, language, today)
        except Refusal as refusal:
            return refused(refusal, function)
        except StrategyXlError as error:
            return [[error_text(error, language)]]
    except Exception:  # the host would show a traceback in the cell; the log has it
        logger.exception("%s failed", name)
        return [[ErrorValue.VALUE]]
