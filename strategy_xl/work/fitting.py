"""Whether the targets on the settings sheet fit the firm's own clients, told each night."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from strategy_xl.answers.judging import Evaluation
from strategy_xl.book.data import WorkbookData
from strategy_xl.errors import Finding, Location, Severity
from strategy_xl.model import ClientMode
from strategy_xl.rules.client_fit import fit
from strategy_xl.rules.client_scores import ClientParams
from strategy_xl.rules.params import build_params
from strategy_xl.schema.consistency import SETTINGS_BLOCK

RULE = "client_matrix.classify"
TARGET = "net_target"


def misfits(data: WorkbookData, evaluations: Sequence[Evaluation]) -> Iterator[Finding]:
    """SX395 at the net margin aimed at when more than nine clients in ten lie on one side of the threshold.

    Arguments: data: the workbook; evaluations: the rules' answers.
    """
    settings = data.blocks.get(SETTINGS_BLOCK)
    if settings is None or TARGET not in settings.places or not len(settings.rows):
        return
    params = build_params(ClientParams, {str(key): settings.rows.first(key) for key in settings.rows.columns})
    if params.client_mode == ClientMode.QUANTILE:
        return  # ranks fit whatever the firm
    for evaluation in evaluations:
        if evaluation.call.run == RULE:
            found = fit(evaluation.result.table, params.score_threshold, params.hourly_cost)
            if found.is_one_sided:
                where = Location(data.path, settings.sheet_of(TARGET), settings.a1(TARGET, 1))
                args = {
                    "label": settings.field(TARGET).label.get(data.lang),
                    "share": found.share,
                    "n": found.clients,
                    "net": found.net_target,
                    "per_hour": found.per_hour_target,
                }
                yield Finding("SX395", where, args, Severity.NOTE)
